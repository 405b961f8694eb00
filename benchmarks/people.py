"""A fictional population for the measures: valid test matricules, families, addresses, doctors; the same each time."""

from __future__ import annotations

import random
from pathlib import Path

OID_TEST = "1.2.250.1.213.1.4.10"
LAST = ("MARTIN", "BERNARD", "PETIT", "ROBERT", "RICHARD", "DURAND", "LEROY", "SIMON", "LAURENT", "MOREL", "GARCIA",
        "LE GALL", "D'AMICO", "FONTAINE", "ROUSSEAU", "NGUYEN", "BENALI", "COUTURIER", "DA SILVA", "MARIE-ROSE")
FIRST = ("CAMILLE", "LOUISE", "ADAM", "LINA", "HUGO", "JEANNE", "ELIAS", "ROSE", "GABRIEL", "NORA", "JEAN PIERRE",
         "MARIE", "PAUL", "INES", "THEO", "ZOE", "ALI", "ANNE-MARIE", "LEO", "EVE")
PLACES = (("31", "31555", "31000 TOULOUSE"), ("44", "44109", "44000 NANTES"), ("80", "80021", "80000 AMIENS"))
HEADER = (
    "matricule;oid;nom_naissance;prenoms;date_naissance;sexe;lieu_naissance;matricule_assure;email;"
    "medecin_traitant;representants;telephone;adresse_4;adresse_6;dmp"
)
DOCTORS = 3_000
SYLLABLES = [a + b + c for a in "BDFGLMNPRT" for b in "AEIOU" for c in "CLMNRSTX"]


def syllable(rank: int) -> str:
    return SYLLABLES[rank % 400]


def rpps(rank: int) -> str:
    """Eleven digits, the last one Luhn's."""
    body = f"10{rank:08d}"
    total = 0
    for place, digit in enumerate(reversed(body)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return f"{body}{-total % 10}"


def matricule(rank: int, sex: int, born_year: int, month: int, place: str) -> str:
    """Unique for each rank below a hundred million."""
    # year, month and place of the number follow the rank where the birth leaves room, so that none comes twice
    body = f"{sex}{born_year % 100:02d}{month:02d}{place}{rank // 1_000 % 1_000:03d}{rank % 1_000:03d}"
    return f"{body}{97 - int(body) % 97:02d}"


def write(path: Path, number: int) -> Path:
    """``number`` people; a fifth are children of the two adults before them."""
    draw = random.Random(number)
    doctors = [rpps(rank) for rank in range(DOCTORS)]
    adults = ["", ""]
    with path.open("w", encoding="ascii") as out:
        out.write(HEADER + "\n")
        lines = []
        for rank in range(number):
            place, commune, town = PLACES[rank % 3]
            is_child = rank % 5 == 4
            month = 1 + rank // 1_000_000 % 12
            year = (2009 + rank % 15) if is_child else (1931 + rank // 3 % 70)
            sex = 1 + rank % 2
            number_ = matricule(rank, sex, year, month, place)
            insured = parents = email = phone = ""
            if is_child:
                insured, parents = adults[0], " ".join(adults[: 1 + rank % 2])
            else:
                adults = [number_, adults[0]]
            if draw.random() < 0.75:
                email = f"personne{rank}@exemple.fr"
            if draw.random() < 0.6:
                phone = f"06{rank % 10**8:08d}"
            name = f"{LAST[rank // 7 % 20]} {syllable(rank)}{syllable(rank // 20)}{syllable(rank // 8_000)}"
            lines.append(
                f"{number_};{OID_TEST};{name};{FIRST[draw.randrange(20)]} {FIRST[rank // 20 % 20]};"
                f"{year}-{month:02d}-{1 + rank % 28:02d};{'MF'[sex - 1]};{commune};{insured};{email};"
                f"{doctors[rank % DOCTORS] if rank % 10 else ''};{parents};{phone};"
                f"{1 + rank % 200} RUE DES LILAS;{town};{'oui' if rank % 7 == 0 else 'non'}\n"
            )
            if len(lines) == 10_000:
                out.writelines(lines)
                lines.clear()
        out.writelines(lines)
    return path
