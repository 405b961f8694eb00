"""What a line of a population file may say, and the stable reason of each refusal."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ens.identity.population.columns import FIELDS, REQUIRED, Declaration, Layout
from ens.identity.population.judging import PATTERNS, Judge, day, key_is_right
from ens.identity.population.reading import majority_of
from ens.identity.population.reasons import REFUSALS, LineRefused, sentence
from ens.standards.departements import DEPARTEMENTS, departement_of
from ens.standards.ins import control_key
from tests.identity.population import line

TODAY = date(2026, 3, 16)


def judged(allow_test: bool = True, **values: str) -> Declaration:
    found = line(**values)
    return Declaration.of(Judge(today=TODAY, allow_test=allow_test).judged([found.get(name, "") for name in FIELDS]))


def with_key(thirteen: str) -> str:
    return f"{thirteen}{control_key(thirteen):02d}"


OTHER = with_key("2850575123456")
REFUSED = [
    ("champ_absent", {"nom_naissance": ""}),
    ("champ_absent", {"oid": " "}),
    ("caractere_interdit", {"nom_utilise": "MAR\x07TIN"}),
    ("matricule_mal_forme", {"matricule": "123"}),
    ("matricule_mal_forme", {"matricule": "985057512345673"}),
    ("cle_fausse", {"matricule": "289456789012345"}),
    ("oid_inconnu", {"oid": "1.2.250.1.213.1.4.2"}),  # the former INS-C
    ("nom_invalide", {"nom_naissance": "M4RTIN"}),
    ("nom_invalide", {"prenoms": "ZOE, LOUISE"}),
    ("date_naissance_invalide", {"date_naissance": "17/05/1990"}),
    ("date_naissance_invalide", {"date_naissance": "1990-02-30"}),
    ("date_naissance_future", {"date_naissance": "2026-03-17"}),
    ("sexe_invalide", {"sexe": "X"}),
    ("lieu_naissance_invalide", {"lieu_naissance": "PARIS 14"}),
    ("statut_invalide", {"identite": "certaine"}),
    ("matricule_assure_invalide", {"matricule_assure": OTHER[:-1] + "0"}),
    ("email_invalide", {"email": "pas-une-adresse"}),
    ("email_invalide", {"email": "a" * 60 + "@" + "b" * 200 + ".fr"}),
    ("telephone_invalide", {"telephone": "au bureau"}),
    ("medecin_traitant_invalide", {"medecin_traitant": "Dr Dupond"}),
    ("autres_matricules_invalides", {"autres_matricules": OTHER}),  # without its OID
    ("autres_matricules_invalides", {"autres_matricules": f"{OTHER[:-2]}00/1.2.250.1.213.1.4.9"}),
    ("representants_invalides", {"representants": "123"}),
    ("adresse_trop_longue", {"adresse_4": "X" * 39}),
    ("adresse_incomplete", {"adresse_6": ""}),
    ("departement_inconnu", {"departement": "20"}),
    ("dmp_invalide", {"dmp": "peut-être"}),
    ("date_deces_invalide", {"date_deces": "hier"}),
    ("gros_caracteres_invalide", {"gros_caracteres": "beaucoup"}),
    ("dates_contradictoires", {"date_deces": "1980-01-01"}),
    ("dates_contradictoires", {"date_deces": "2026-03-17"}),
]


@pytest.mark.parametrize(("code", "values"), REFUSED, ids=lambda value: value if isinstance(value, str) else "")
def test_a_wrong_value_is_refused_for_a_stable_reason(code, values):
    with pytest.raises(LineRefused) as refused:
        judged(**values)
    assert refused.value.code == code
    assert sentence(code, refused.value.detail)


def test_every_reason_of_a_value_has_its_example():
    of_lines = {"ligne_mal_formee", "colonnes_en_trop", "colonnes_en_moins", "matricule_en_double", "identite_de_test"}
    assert {code for code, _ in REFUSED} | of_lines | {"representant_soi_meme"} == set(REFUSALS)


def test_nobody_is_their_own_representative():
    number = line()["matricule"]
    with pytest.raises(LineRefused, match="representant_soi_meme"):
        judged(matricule=number, representants=number)


def test_test_identities_are_refused_in_production():
    with pytest.raises(LineRefused, match="identite_de_test"):
        judged(allow_test=False)
    assert judged(allow_test=False, oid="1.2.250.1.213.1.4.8")["oid"].endswith(".8")


def test_what_was_meant_is_put_right():
    said = judged(
        matricule=" 2 85 05 75 123 456 " + OTHER[13:],
        sexe="f",
        telephone="06 12.34-56 78",
        departement="1",
        dmp="O",
        nom_naissance=" de la Tour d'Été ",
    )
    assert said["matricule"] == OTHER
    assert (said["sexe"], said["telephone"], said["departement"], said["dmp"]) == ("F", "0612345678", "01", "oui")
    assert said["nom_naissance"] == "de la Tour d'Été"  # kept as given


def test_the_departement_comes_from_the_address_unless_it_is_given():
    assert judged()["departement"] == "31"
    assert judged(departement="82")["departement"] == "82"
    assert judged(adresse_6="20200 BASTIA")["departement"] == "2B"
    assert departement_of("97400 SAINT-DENIS") == "974"
    assert departement_of("SEM SUISSE") == ""
    assert {"01", "2A", "976", "99"} <= set(DEPARTEMENTS)


@pytest.mark.parametrize("matricule", ["185057512345673", "885997512345663", "781102A12500908", "279035121518989"])
def test_the_key_agrees_with_the_reference(matricule):
    assert key_is_right(matricule)
    assert not key_is_right(matricule[:-1] + str((int(matricule[-1]) + 1) % 10))


def test_a_day_is_ten_characters_of_a_calendar():
    assert day("2024-02-29") == date(2024, 2, 29)
    assert day("2023-02-29") is day("20240229") is day("") is None


def test_who_was_born_on_29_february_comes_of_age_on_1_march():
    assert majority_of("2008-02-29") == date(2026, 3, 1)
    assert majority_of("2008-03-16") == date(2026, 3, 16)


def test_a_header_in_any_order_is_read_and_its_unknown_columns_are_said():
    layout = Layout.of("sexe,surnom," + ",".join(name for name in REQUIRED if name != "sexe") + "\r\n")
    assert isinstance(layout, Layout)
    assert (layout.delimiter, layout.ignored) == (",", ("surnom",))
    assert Layout.of("matricule;nom") == REQUIRED[1:]


FREE = st.text(st.characters(codec="utf-8", exclude_characters="\n"), max_size=20)


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(PATTERNS, FREE)))
def test_whatever_a_line_says_it_is_right_as_kept_or_refused_for_a_known_reason(values):
    judge = Judge(today=TODAY, allow_test=True)
    found = line() | values
    try:
        kept = judge.judged([found.get(name, "") for name in FIELDS])
    except LineRefused as refused:
        assert refused.code in REFUSALS
    else:
        assert list(judge.judged(kept)) == list(kept)  # judged again, nothing more to put right
        assert Declaration.unpacked(Declaration.of(kept).packed()) == Declaration.of(kept)


def test_what_was_kept_before_letters_could_be_in_large_print_still_reads_and_says_the_same():
    given = ["2890245678901", *[""] * (len(FIELDS) - 1)]
    before = b"\x01" + "\x1f".join(given[:-1]).encode()
    assert Declaration.unpacked(before)["gros_caracteres"] == ""
    assert Declaration.of(given).packed() == before  # so its digest is the former one: the same line changes nothing
    assert Declaration.unpacked(Declaration.of([*given[:-1], "oui"]).packed())["gros_caracteres"] == "oui"
