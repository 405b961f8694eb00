"""The other rules: opening a record, filing, holding back, explaining; the matrix as data."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from ens.access import matrice
from ens.access.errors import DepositNotAllowed, ModeNotOpen, PersonRequired, RecordNotOpen
from ens.access.policies import (
    can_deposit,
    can_open,
    check_can_deposit,
    check_can_open,
    decide_deposit,
    decide_open,
    explain,
    is_held_back,
    release_date,
)
from ens.access.types import Cell, KnownReader, ReaderFacts
from ens.kernel.actor import AccessMode, ActorKind
from ens.standards import valuesets
from tests.access.conftest import INFIRMIER, SINCE, TODAY, biology, doctor, usager

OPENS = None

# -- opening a record -----------------------------------------------------------------------------------------

OPENING: list[tuple[ReaderFacts, str, Any]] = [
    # Authorised, or médecin traitant
    (doctor(), "autorise", OPENS),
    (doctor(authorised_since=None, is_medecin_traitant=True), "medecin_traitant", OPENS),
    # a profession whose row is to be completed enters, and reads what it wrote
    (doctor(profession="21"), "autorise", OPENS),
    # Not authorised, blocked: told alike
    (doctor(authorised_since=None), "non_autorise", RecordNotOpen),
    (doctor(blocked_since=SINCE), "bloque", RecordNotOpen),
    (doctor(blocked_since=SINCE, is_medecin_traitant=True), "bloque", RecordNotOpen),
    # What depends on the request alone
    (doctor(mode=AccessMode.CENTRE_15), "mode_non_ouvert", ModeNotOpen),
    (doctor(rpps=""), "personne_requise", PersonRequired),
    (ReaderFacts(ActorKind.ETABLISSEMENT), "personne_requise", PersonRequired),
    (ReaderFacts(ActorKind.USAGER), "acteur_sans_lecture", RecordNotOpen),
]


@pytest.mark.parametrize(("reader", "settled_by", "error"), OPENING)
def test_opening_a_record_follows_the_table(reader: ReaderFacts, settled_by: str, error: Any) -> None:
    decision = decide_open(reader)
    assert decision.deciding.code == settled_by
    assert decision.allowed is can_open(reader) is (error is OPENS)
    if error is OPENS:
        check_can_open(reader)
    else:
        with pytest.raises(error):
            check_can_open(reader)


# -- filing ---------------------------------------------------------------------------------------------------

FILING = [
    # The usager, in their own record
    (usager(), True),
    (ReaderFacts(ActorKind.USAGER), False),
    # Whoever treats, authorised or not, blocked or not: care data is never lost (N083)
    (doctor(), True),
    (doctor(authorised_since=None), True),
    (doctor(blocked_since=SINCE), True),
    (ReaderFacts(ActorKind.ETABLISSEMENT), True),
    # Nobody else
    (ReaderFacts(ActorKind.SUPPORT), False),
    (ReaderFacts(ActorKind.PILOTAGE), False),
    (ReaderFacts(ActorKind.OPERATEUR), False),
    (ReaderFacts(ActorKind.SYSTEME), False),
]


@pytest.mark.feature("N083")
@pytest.mark.parametrize(("depositor", "files"), FILING)
def test_filing_follows_the_table(depositor: ReaderFacts, files: bool) -> None:
    assert decide_deposit(depositor).allowed is can_deposit(depositor) is files
    if files:
        check_can_deposit(depositor)
    else:
        with pytest.raises(DepositNotAllowed):
            check_can_deposit(depositor)


# -- held back until the announcement -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("since", "released"),
    [
        (date(2026, 2, 16), date(2026, 3, 16)),
        (date(2026, 1, 31), date(2026, 2, 28)),
        (date(2024, 1, 31), date(2024, 2, 29)),
        (date(2025, 12, 31), date(2026, 1, 31)),
        (date(2025, 11, 30), date(2025, 12, 30)),
    ],
)
def test_a_held_back_document_opens_by_itself_a_month_later(since: date, released: date) -> None:
    assert release_date(since) == released


def test_what_is_held_back_without_a_date_stays_held_back() -> None:
    assert is_held_back(biology(is_held_back=True), today=TODAY)
    assert is_held_back(biology(is_held_back=True, held_back_since=date(2020, 1, 1)), today=None)
    assert not is_held_back(biology(), today=None)


# -- who could read this document -------------------------------------------------------------------------------


@pytest.mark.feature("B03")
def test_who_could_read_is_answered_before_anyone_tries_with_the_rules_in_order() -> None:
    answers = explain(
        biology(is_masked=True),
        [
            KnownReader("Docteur Dupond", "médecin", doctor()),
            KnownReader("Christelle Thomas", "infirmier", doctor(profession=INFIRMIER, is_medecin_traitant=True)),
        ],
    )
    assert [(answer.reader.name, answer.decision.allowed) for answer in answers] == [
        ("Docteur Dupond", False),
        ("Christelle Thomas", True),
    ]
    assert "masqué ce document" in answers[0].decision.sentence
    assert answers[0].decision.rules[0].code == "document_present"


def test_dates_of_choices_are_said_in_words() -> None:
    rules = explain(biology(), [KnownReader("Docteur Dupond", "médecin", doctor())])[0].decision.rules
    assert "Vous autorisez cet accès depuis le 13 septembre 2021." in [rule.sentence for rule in rules]


# -- the matrix -------------------------------------------------------------------------------------------------

EXPECTED = {
    ("10", "*"): Cell.YES,
    ("10", "ATTEST-RESID"): Cell.NO,
    ("40", "75496-0"): Cell.NO,
    ("40", "83981-1"): Cell.NO,
    ("40", "83901-9"): Cell.NO,
    ("40", "68599-0"): Cell.NO,
    ("60", "75496-0"): Cell.NO,
    ("60", "68599-0"): Cell.NO,
    ("60", "83901-9"): Cell.NO,
    ("60", "68817-6"): Cell.NO,
    ("60", "89601-9"): Cell.NO,
    ("60", "83981-1"): Cell.YES,
    ("60", "DOCPAT03"): Cell.YES,
    ("60", "PROT_ALD"): Cell.YES,
}


@pytest.mark.feature("S112")
@pytest.mark.parametrize(("profession", "type_code"), EXPECTED)
def test_every_known_cell_reads_as_published(profession: str, type_code: str) -> None:
    assert matrice.cell(profession, type_code) is EXPECTED[profession, type_code]


@pytest.mark.feature("S112")
def test_every_settled_cell_of_the_file_has_its_row_in_this_test() -> None:
    settled = {
        (row.profession_code, row.type_code)
        for row in matrice.rows()
        if row.type_code and row.reads is not Cell.TO_COMPLETE
    }
    assert settled == set(EXPECTED)


@pytest.mark.parametrize("profession", sorted({row.profession_code for row in matrice.rows()} - {"10"}))
def test_an_unknown_cell_says_to_be_completed(profession: str) -> None:
    assert matrice.cell(profession, "11502-2") is Cell.TO_COMPLETE


def test_a_profession_outside_the_matrix_is_to_be_completed() -> None:
    assert matrice.cell("99", "11502-2") is Cell.TO_COMPLETE
    assert matrice.cell("", "*") is Cell.TO_COMPLETE


def test_the_matrix_has_nineteen_professions_and_each_says_what_happens_to_other_types() -> None:
    assert len(matrice.professions()) == 19
    everything = {row.profession_code for row in matrice.rows() if row.type_code == matrice.EVERY_TYPE}
    assert everything == {row.profession_code for row in matrice.rows()}


def test_a_resolved_label_is_exactly_one_type_of_the_value_set() -> None:
    labels = [known.label for known in valuesets.document_types().values()]
    for row in matrice.rows():
        if row.remark.startswith("type résolu"):
            assert valuesets.type_label(row.type_code) == row.label
            assert labels.count(row.label) == 1


def test_a_label_that_settles_no_type_settles_no_cell() -> None:
    only_labels = [row for row in matrice.rows() if not row.type_code]
    assert {row.label for row in only_labels} == {
        "Projet personnalisé d'accompagnement (EHPAD)",
        "Bilan médicamenteux",
    }
    assert all(row.remark.startswith("libellé seul") for row in only_labels)
    assert matrice.cell("60", "") is Cell.TO_COMPLETE


def test_the_known_cells_given_are_all_there(shared: Any) -> None:
    import csv

    with (shared / "data/nomenclatures/matrice_habilitation_cases_connues.csv").open(encoding="utf-8") as lines:
        given = {(row["code_TRE_G15"], row["libelle_document"], row["lecture"]) for row in csv.DictReader(lines)}
    ours = {(row.profession_code, row.label, str(row.reads)) for row in matrice.rows()}
    assert given <= ours
