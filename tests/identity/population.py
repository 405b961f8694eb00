"""Lines of population files for tests; every number is new."""

from __future__ import annotations

from pathlib import Path

from tests.factories import TEST_OID, matricule

COLUMNS = (
    "matricule", "oid", "nom_naissance", "prenoms", "date_naissance", "sexe", "lieu_naissance", "nom_utilise",
    "prenom_utilise", "matricule_assure", "email", "medecin_traitant", "identite", "autres_matricules",
    "representants", "telephone", "adresse_4", "adresse_6", "departement", "dmp", "date_deces", "gros_caracteres",
)


def line(**values: str) -> dict[str, str]:
    """A right line, with what the test changes; its name is its number's, so that nobody looks like somebody else."""
    number = values.get("matricule") or matricule()
    letters = "".join("ABCDEFGHIJ"[int(digit)] for digit in number if digit.isdigit())
    known = {
        "matricule": number,
        "oid": TEST_OID,
        "nom_naissance": f"MARTIN {letters}",
        "prenoms": "ZOE LOUISE",
        "date_naissance": "1990-05-17",
        "sexe": "F",
        "lieu_naissance": "75056",
        "email": "zoe@exemple.fr",
        "telephone": "0612345678",
        "adresse_4": "3 RUE DES LILAS",
        "adresse_6": "31000 TOULOUSE",
    }
    return known | values


def write(path: Path, *lines: dict[str, str], columns: tuple[str, ...] = COLUMNS) -> Path:
    rows = [";".join(columns), *(";".join(one.get(name, "") for name in columns) for one in lines)]
    path.write_text("\n".join(rows) + "\n", "utf-8")
    return path
