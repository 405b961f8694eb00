"""The committed value sets hold together."""

from __future__ import annotations

import pytest

from ens.standards import valuesets


def test_every_type_has_a_category_and_a_known_class() -> None:
    assert len(valuesets.document_types()) >= 114
    for known in valuesets.document_types().values():
        assert known.category in valuesets.categories()
        assert known.class_code in {"", *valuesets.class_labels()}
        assert known.label.strip() == known.label != ""


def test_the_fifteen_categories_are_there() -> None:
    assert set(valuesets.categories()) == {
        *("SYNTHESE", "ORD_SOIN", "RADIO_SC", "BIOLOGIE", "CPT_REND", "DEPISTAG", "CERT_MED", "AUTR_DOC", "DOC_ADM"),
        *("SYNTH_PML", "DIR_ANT", "CAR_VAC", "VDP", "REMB", "QUEST_SANTE"),
    }


@pytest.mark.parametrize(
    ("type_code", "class_code", "category"),
    [
        ("11502-2", "", "BIOLOGIE"),
        ("18748-4", "", "RADIO_SC"),
        ("11490-0", "", "CPT_REND"),
        ("57833-6", "", "ORD_SOIN"),
        ("CERT_DECL", "", "CERT_MED"),
        ("REMB", "", "REMB"),
        ("EXPPAT_3", "", "DIR_ANT"),
        # the type decides before the class
        ("11502-2", "31", "BIOLOGIE"),
        # an unknown type is found by its class, else with the others
        ("INCONNU", "42", "ORD_SOIN"),
        ("INCONNU", "", "AUTR_DOC"),
        ("INCONNU", "INCONNUE", "AUTR_DOC"),
    ],
)
def test_the_category_follows_the_type(type_code: str, class_code: str, category: str) -> None:
    assert valuesets.category_of(type_code, class_code) == category


def test_the_class_follows_the_type() -> None:
    assert valuesets.class_of("11502-2") == "10"
    assert valuesets.class_of("PIECE-IDENTITE") == ""  # no class in ASS_X16
    assert valuesets.class_of("INCONNU") == ""


def test_labels_are_for_people() -> None:
    assert valuesets.type_label("11490-0") == "Lettre de liaison à la sortie d'un établissement de soins"
    assert valuesets.type_label("INCONNU") == "INCONNU"
    assert valuesets.category_label("BIOLOGIE") == "Résultats de biologie"
    assert valuesets.category_label("INCONNU") == "Autres documents"
    assert valuesets.type_label("11502-2") == "Compte rendu d'examens biologiques"
    assert valuesets.official_label("11502-2") == "CR d'examens biologiques"
    for code in valuesets.document_types():
        assert not set(valuesets.type_label(code).split()) & {"CR", "ALD", "Full"}, "jargon"


def test_types_of_the_usager_are_those_of_the_nomenclature() -> None:
    usager = {known.code for known in valuesets.document_types().values() if known.usager}
    assert usager == {*(f"DOCPAT{n:02d}" for n in range(1, 10)), "EXPPAT_1", "EXPPAT_2", "EXPPAT_3"}


def test_every_format_code_is_of_one_template() -> None:
    for template, code in valuesets.format_codes().items():
        assert template.replace(".", "").isdigit()
        assert code.startswith(("urn:asip:ci-sis:", "urn:ans:ci-sis:", "urn:ihe:"))


def test_coded_sets_are_read() -> None:
    assert valuesets.facilities()["SA01"].system == "1.2.250.1.71.4.2.4"
    assert valuesets.practice_settings()["AMBULATOIRE"].label == "Ambulatoire"
    assert valuesets.confidentialities()["MASQUE_PS"].system == "1.2.250.1.213.1.1.4.13"
    assert valuesets.confidentiality_systems()["N"] == "2.16.840.1.113883.5.25"
    assert valuesets.professions()["10"].label == "Médecin"
    assert {known.in_matrix for known in valuesets.professions().values()} == {"oui", "inconnu"}
    assert valuesets.format_labels()["urn:ihe:pharm:pre:2010"] == "Prescription de médicaments"
