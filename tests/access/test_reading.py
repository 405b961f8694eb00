"""The truth table of reading: one row per combination, one comment per group."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from ens.access.errors import ModeNotOpen, NotVisible, PersonRequired
from ens.access.policies import READING, can_read, check_can_read, check_is_individual, decide_read, told_to_reader
from ens.access.types import DELETED, SUPERSEDED, DocumentFacts, Outcome, ReaderFacts
from ens.kernel.actor import AccessMode, Actor, ActorKind
from tests.access.conftest import (
    BIOLOGY,
    INFIRMIER,
    OTHER_RPPS,
    PHARMACIEN,
    RESIDENCE,
    RPPS,
    SINCE,
    TODAY,
    biology,
    doctor,
    usager,
)

BTG, SAMU = AccessMode.BRIS_DE_GLACE, AccessMode.CENTRE_15
MASKED, OWN_WORK = {"is_masked": True}, {"declared_author_rpps": RPPS}
READS = None

ROWS: list[tuple[ReaderFacts, DocumentFacts, str, Any]] = [
    # The usager reads everything of theirs, whatever others may
    (usager(), biology(), "titulaire", READS),
    (usager(), biology(**MASKED), "titulaire", READS),
    (usager(), biology(type_code=RESIDENCE), "titulaire", READS),
    (usager(), biology(type_code="type inconnu"), "titulaire", READS),
    (usager(), biology(status=SUPERSEDED), "titulaire", READS),
    # except what waits for its announcement, a month at most (R1111-53)
    (usager(), biology(is_held_back=True), "annonce_attendue", NotVisible),
    (usager(), biology(is_held_back=True, held_back_since=date(2026, 2, 17)), "annonce_attendue", NotVisible),
    (usager(), biology(is_held_back=True, held_back_since=date(2026, 2, 16)), "titulaire", READS),
    (usager(is_representative=True), biology(is_held_back=True), "annonce_attendue", NotVisible),
    # and, for a legal representative, a minor's secret acts (R1111-50)
    (usager(is_representative=True), biology(), "titulaire", READS),
    (usager(is_representative=True), biology(is_hidden_from_representatives=True), "secret_du_mineur", NotVisible),
    (usager(), biology(is_hidden_from_representatives=True), "titulaire", READS),
    # A document gone is gone for everyone
    (usager(), biology(status=DELETED), "document_supprime", NotVisible),
    (doctor(is_medecin_traitant=True), biology(status=DELETED), "document_supprime", NotVisible),
    (doctor(), biology(status=DELETED, **OWN_WORK), "document_supprime", NotVisible),
    # Another usager is nobody here
    (ReaderFacts(ActorKind.USAGER), biology(), "acteur_sans_lecture", NotVisible),
    # No reading without a named individual (S107)
    (ReaderFacts(ActorKind.ETABLISSEMENT, authorised_since=SINCE), biology(), "personne_requise", PersonRequired),
    (doctor(rpps=""), biology(), "personne_requise", PersonRequired),
    (doctor(rpps=""), biology(declared_author_rpps=""), "personne_requise", PersonRequired),
    # Nobody else reads
    (ReaderFacts(ActorKind.SUPPORT), biology(), "acteur_sans_lecture", NotVisible),
    (ReaderFacts(ActorKind.PILOTAGE), biology(), "acteur_sans_lecture", NotVisible),
    (ReaderFacts(ActorKind.OPERATEUR), biology(), "acteur_sans_lecture", NotVisible),
    (ReaderFacts(ActorKind.SYSTEME), biology(), "acteur_sans_lecture", NotVisible),
    # Emergency modes are not open, for anyone, and say so alike whatever the usager chose
    (doctor(mode=BTG), biology(), "mode_non_ouvert", ModeNotOpen),
    (doctor(mode=SAMU), biology(), "mode_non_ouvert", ModeNotOpen),
    (doctor(mode=BTG, authorised_since=None), biology(), "mode_non_ouvert", ModeNotOpen),
    (doctor(mode=BTG, blocked_since=SINCE), biology(), "mode_non_ouvert", ModeNotOpen),
    (doctor(mode=SAMU, is_medecin_traitant=True), biology(**OWN_WORK), "mode_non_ouvert", ModeNotOpen),
    # A block is stronger than any other fact
    (doctor(blocked_since=SINCE), biology(), "bloque", NotVisible),
    (doctor(blocked_since=SINCE), biology(**OWN_WORK), "bloque", NotVisible),
    (doctor(blocked_since=SINCE, is_medecin_traitant=True), biology(), "bloque", NotVisible),
    (doctor(blocked_since=SINCE, is_administrator=True), biology(), "bloque", NotVisible),
    # The author reads what they wrote: not authorised, masked, refused by the matrix
    (doctor(), biology(**OWN_WORK), "auteur", READS),
    (doctor(authorised_since=None), biology(**OWN_WORK), "auteur", READS),
    (doctor(authorised_since=None), biology(**OWN_WORK, **MASKED), "auteur", READS),
    (doctor(profession=PHARMACIEN), biology(**OWN_WORK), "auteur", READS),
    # held back from the usager, not from its author nor from those who treat
    (doctor(), biology(is_held_back=True, **OWN_WORK), "auteur", READS),
    (doctor(), biology(is_held_back=True), "matrice_oui", READS),
    # The médecin traitant reads everything (L1111-19)
    (doctor(is_medecin_traitant=True, authorised_since=None), biology(), "medecin_traitant", READS),
    (doctor(is_medecin_traitant=True, authorised_since=None), biology(**MASKED), "medecin_traitant", READS),
    (doctor(is_medecin_traitant=True), biology(type_code=RESIDENCE), "medecin_traitant", READS),
    # A mask is for everyone else
    (doctor(), biology(**MASKED), "masque", NotVisible),
    (doctor(authorised_since=None), biology(**MASKED), "masque", NotVisible),
    (doctor(), biology(declared_author_rpps="", **MASKED), "masque", NotVisible),
    # but for an administrator, who still needs the authorisation and the matrix (N086)
    (doctor(is_administrator=True), biology(**MASKED), "matrice_oui", READS),
    (doctor(is_administrator=True, authorised_since=None), biology(**MASKED), "non_autorise", NotVisible),
    (doctor(is_administrator=True), biology(type_code=RESIDENCE, **MASKED), "matrice_non", NotVisible),
    # No authorisation, no reading
    (doctor(authorised_since=None), biology(), "non_autorise", NotVisible),
    # The matrix speaks last: yes, no, to be completed
    (doctor(), biology(), "matrice_oui", READS),
    (doctor(), biology(type_code=RESIDENCE), "matrice_non", NotVisible),
    (doctor(profession=INFIRMIER), biology(type_code="PROT_ALD"), "matrice_oui", READS),
    (doctor(profession=INFIRMIER), biology(type_code="89601-9"), "matrice_non", NotVisible),
    (doctor(profession=INFIRMIER), biology(), "matrice_a_completer", NotVisible),
    (doctor(profession=PHARMACIEN), biology(), "matrice_a_completer", NotVisible),
    (doctor(profession=""), biology(), "matrice_a_completer", NotVisible),
]


@pytest.mark.feature("S101", "S107", "S111")
@pytest.mark.parametrize(("reader", "document", "settled_by", "error"), ROWS)
def test_reading_follows_the_table(reader: ReaderFacts, document: DocumentFacts, settled_by: str, error: Any) -> None:
    decision = decide_read(reader, document)
    assert decision.deciding.code == settled_by
    assert decision.allowed is (error is READS)
    assert can_read(reader, document) is (error is READS)
    if error is READS:
        check_can_read(reader, document)
        assert told_to_reader(decision) == ""
    else:
        with pytest.raises(error) as caught:
            check_can_read(reader, document)
        assert type(caught.value) is error
        assert told_to_reader(decision) == error.message


@pytest.mark.parametrize(("reader", "document", "settled_by", "error"), ROWS)
def test_the_chain_is_the_rules_in_order_until_one_settles(
    reader: ReaderFacts, document: DocumentFacts, settled_by: str, error: Any
) -> None:
    rules = decide_read(reader, document).rules
    assert [rule.outcome for rule in rules[:-1]] == [Outcome.PASSES] * (len(rules) - 1)
    assert rules[-1].outcome is (Outcome.ALLOWS if error is READS else Outcome.REFUSES)
    assert [rule.code for rule in rules] == [rule(reader, document).code for rule in READING[: len(rules)]]
    assert all(rule.sentence.endswith(".") for rule in rules)


def test_every_rule_settles_some_row() -> None:
    settled = {row[2] for row in ROWS}
    passing = {
        rule.code for row in ROWS for rule in decide_read(row[0], row[1]).rules if rule.outcome is Outcome.PASSES
    }
    assert not settled & passing
    assert len(settled) == 15


def test_a_refusal_that_comes_from_the_usager_is_told_like_an_absent_document() -> None:
    told = {told_to_reader(decide_read(reader, document)) for reader, document, _, error in ROWS if error is NotVisible}
    assert told == {NotVisible.message}


# -- properties -----------------------------------------------------------------------------------------------

readers = some.builds(
    ReaderFacts,
    kind=some.sampled_from(ActorKind),
    is_usager=some.just(False),
    rpps=some.sampled_from(("", RPPS, OTHER_RPPS)),
    profession=some.sampled_from(("", "10", "21", "40", "60", "99")),
    is_medecin_traitant=some.booleans(),
    authorised_since=some.sampled_from((None, SINCE)),
    blocked_since=some.sampled_from((None, SINCE)),
    mode=some.sampled_from(AccessMode),
    is_administrator=some.booleans(),
    is_representative=some.just(False),
    today=some.sampled_from((None, TODAY)),
)
documents = some.builds(
    DocumentFacts,
    type_code=some.sampled_from((BIOLOGY, RESIDENCE, "PROT_ALD", "89601-9", "", "*", "inconnu")),
    is_masked=some.booleans(),
    is_held_back=some.booleans(),
    declared_author_rpps=some.sampled_from(("", RPPS, OTHER_RPPS)),
    status=some.sampled_from(("current", "superseded", "archived", "deleted")),
    held_back_since=some.sampled_from((None, date(2026, 2, 1), date(2026, 3, 1))),
    is_hidden_from_representatives=some.booleans(),
)


@pytest.mark.feature("S101")
@given(readers, documents)
def test_a_masked_document_is_only_for_the_medecin_traitant_its_author_and_administrators(
    reader: ReaderFacts, document: DocumentFacts
) -> None:
    excepted = (
        reader.is_medecin_traitant
        or reader.is_administrator
        or (reader.rpps and reader.rpps == document.declared_author_rpps)
    )
    if not excepted:
        assert not can_read(reader, replace(document, is_masked=True))


@given(readers, documents)
def test_someone_blocked_reads_nothing_in_any_mode(reader: ReaderFacts, document: DocumentFacts) -> None:
    assert not can_read(replace(reader, blocked_since=SINCE), document)


@given(readers, documents)
def test_a_mask_a_block_or_a_withdrawal_never_opens_anything(reader: ReaderFacts, document: DocumentFacts) -> None:
    for narrower_reader, narrower_document in (
        (replace(reader, blocked_since=SINCE), document),
        (replace(reader, authorised_since=None), document),
        (replace(reader, is_medecin_traitant=False), document),
        (replace(reader, is_administrator=False), document),
        (reader, replace(document, is_masked=True)),
        (reader, replace(document, status=DELETED)),
    ):
        if can_read(narrower_reader, narrower_document):
            assert can_read(reader, document)


@given(readers, documents)
def test_nobody_reads_without_being_a_named_professional_in_the_usual_mode(
    reader: ReaderFacts, document: DocumentFacts
) -> None:
    if can_read(reader, document):
        assert reader.kind is ActorKind.PROFESSIONNEL
        assert reader.rpps
        assert reader.mode is AccessMode.NORMAL


@given(readers, documents)
def test_the_three_answers_always_agree(reader: ReaderFacts, document: DocumentFacts) -> None:
    allowed = decide_read(reader, document).allowed
    assert can_read(reader, document) is allowed
    try:
        check_can_read(reader, document)
    except (NotVisible, PersonRequired, ModeNotOpen):
        assert not allowed
    else:
        assert allowed


# -- before anyone is looked for ------------------------------------------------------------------------------


@pytest.mark.feature("S107")
def test_a_software_without_a_person_is_refused_before_looking_for_anyone() -> None:
    with pytest.raises(PersonRequired):
        check_is_individual(Actor(ActorKind.ETABLISSEMENT, "e", "Hôpital Jean Bernadeau", finess="750000001"))


def test_a_named_person_in_the_usual_mode_and_the_usager_pass() -> None:
    check_is_individual(Actor(ActorKind.PROFESSIONNEL, "p", "Docteur Dupond", rpps=RPPS))
    check_is_individual(Actor(ActorKind.USAGER, "u", "Inaya Michel"))


def test_an_emergency_mode_is_refused_before_looking_for_anyone() -> None:
    with pytest.raises(ModeNotOpen):
        check_is_individual(Actor(ActorKind.PROFESSIONNEL, "p", "Dr Moreau", rpps=RPPS, mode=BTG))
