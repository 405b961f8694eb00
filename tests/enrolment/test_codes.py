"""Provisional codes: one a person and notice, revoked by the next, proved with the birth date, never kept in clear."""

from __future__ import annotations

import contextlib
import random
import re
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ens.enrolment import codes, lettering, services
from ens.enrolment.errors import CodeMalformed, CodeRefused, CodeSpent
from ens.enrolment.models import CodeLookup
from ens.identity.models import Usager
from ens.kernel import clock
from ens.kernel.actor import SYSTEM
from ens.kernel.ids import new_id
from ens.persistence.unit import unit_of_work

BORN = date(1989, 4, 2)  # of the people of the factories
T0 = datetime(2026, 1, 5, 9, tzinfo=UTC)


def issue(person, **how):
    def act(unit):
        unit.untraced("essai")
        return codes.issue(unit, **{"channel": "email", **how})

    return unit_of_work(person.usager_id, act, by=SYSTEM)


def in_unit(person, act):
    def traced(unit):
        unit.untraced("essai")
        return act(unit)

    return unit_of_work(person.usager_id, traced, by=SYSTEM)


def found(person):
    return CodeLookup.objects.filter(usager_id=person.usager_id).count()


@pytest.fixture
def person(people):
    return people.usager(state="noticed")


@pytest.mark.feature("S005", "N006")
def test_a_code_is_three_groups_of_four_of_thirty_one_unambiguous_characters(person):
    assert len(lettering.ALPHABET) == len(set(lettering.ALPHABET)) == 31
    assert not set(lettering.ALPHABET) & set("0O1IL")
    assert re.fullmatch(rf"[{lettering.ALPHABET}]{{4}}( [{lettering.ALPHABET}]{{4}}){{2}}", issue(person).text)


@pytest.mark.feature("S005")
def test_it_proves_its_person_with_their_birth_date(person):
    issued = issue(person)
    proof = codes.prove(issued.text, BORN)
    assert (proof.usager_id, proof.expires_on) == (person.usager_id, issued.expires_on)


@given(
    text=st.text(lettering.ALPHABET, min_size=12, max_size=12),
    noise=st.lists(st.sampled_from([" ", "-", "\u00a0", "\u2013", "."]), min_size=13, max_size=13),
    lower=st.booleans(),
)
def test_case_spaces_and_dashes_are_ignored(text, noise, lower):
    typed = "".join(a + b for a, b in zip(noise, [*text, ""], strict=True))
    assert lettering.normalised(typed.lower() if lower else typed, 12) == text


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("", "12 caractères"),
        ("K7RM 4TXP 9HV", "Il manque un caractère : le code en compte 12."),
        ("K7RM 4TXP 9HVNN", "un caractère de trop"),
        ("K7RM 4TXP 9HV0", "ni 0 ni O"),
        ("K7RM 4TXP 9HVL", "« L »"),
        ("K7RM 4TXP 9HV€", "« € »"),
        ("A" * 5000, "de trop"),
    ],
)
def test_what_cannot_be_a_code_is_said_before_anyone_is_looked_for(typed, says):
    with pytest.raises(CodeMalformed) as refusal:
        codes.prove(typed, BORN)
    assert says in refusal.value.sentence


@pytest.mark.feature("S005", "S006", "N005", "N006")
@pytest.mark.parametrize("what", ["code", "date", "expired", "revoked", "spent", "deceased", "merged"])
def test_whatever_is_wrong_the_answer_is_one(person, what):
    issued = issue(person)
    text, born, today = issued.text, BORN, clock.now()
    assert codes.prove(text, born)
    if what == "code":
        text = lettering.grouped("2" * 12)
    if what == "date":
        born = BORN + timedelta(days=1)
    if what == "expired":
        today += timedelta(days=43)
    if what == "revoked":
        issue(person)
    if what == "spent":
        in_unit(person, lambda unit: codes.spend(unit, codes.Proof(person.usager_id, 1, "email", issued.expires_on)))
    if what in ("deceased", "merged"):
        change = {"died_on": date(2026, 1, 1)} if what == "deceased" else {"merged_into": new_id()}
        in_unit(person, lambda unit: Usager.objects.filter(usager_id=person.usager_id).update(**change))
    with clock.freeze(today), pytest.raises(CodeRefused) as refusal:
        codes.prove(text, born)
    assert refusal.value.facts == {}


def statements_of(act):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as seen, pytest.raises(CodeRefused):
        act()
    return [re.sub(r"'[^']*'|\\x\w+|\d+|None|NULL", "?", query["sql"]) for query in seen.captured_queries]


@pytest.mark.feature("S006")
def test_a_wrong_code_and_a_wrong_date_make_the_same_statements(person):
    text = issue(person).text
    statements_of(lambda: codes.prove("3" * 12, BORN))  # the first failure of an address also sweeps the old counts
    wrong_date = statements_of(lambda: codes.prove(text, date(1970, 1, 1)))
    never_tried = "".join(random.choices(lettering.ALPHABET, k=12))
    wrong_code = statements_of(lambda: codes.prove(never_tried, BORN))
    assert len(wrong_code) > 4
    assert wrong_date == wrong_code


@pytest.mark.feature("S005", "S014")
def test_the_next_code_revokes_the_former_and_the_same_notice_says_the_same(person):
    notice = uuid4()
    first = issue(person, notice_id=notice)
    assert issue(person, notice_id=notice) == first
    second = issue(person)
    assert second.text != first.text
    with pytest.raises(CodeRefused):
        codes.prove(first.text, BORN)
    again = issue(person, notice_id=notice)  # printed again: what is printed always serves
    assert again.text not in (first.text, second.text)
    assert codes.prove(again.text, BORN)


@pytest.mark.feature("S005")
def test_nothing_kept_says_the_code(person, database):
    import psycopg

    text = issue(person).text.replace(" ", "")
    with psycopg.connect(database.owner) as owner:
        rows = owner.execute("SELECT c::text FROM enrolment_code c WHERE usager_id = %s", [person.usager_id]).fetchall()
        found = owner.execute("SELECT c::text FROM enrolment_codelookup c WHERE usager_id = %s", [person.usager_id])
        rows += found.fetchall()
    assert len(rows) == 2
    assert all(text not in said and text.encode().hex() not in said for (said,) in rows)


@pytest.mark.feature("S005", "S008")
def test_a_code_used_for_a_choice_proves_again_and_opens_one_account_only(person):
    proof = codes.prove(issue(person).text, BORN)
    in_unit(person, lambda unit: codes.note_use(unit, proof))
    in_unit(person, lambda unit: codes.check(unit, proof))
    in_unit(person, lambda unit: codes.spend(unit, proof))
    for act in (codes.spend, codes.note_use, codes.check):
        with pytest.raises(CodeSpent):
            in_unit(person, lambda unit, act=act: act(unit, proof))


def test_a_proof_of_a_revoked_code_opens_nothing(person):
    proof = codes.prove(issue(person).text, BORN)
    issue(person)
    for act in (codes.spend, codes.note_use, codes.check):
        with pytest.raises(CodeSpent):
            in_unit(person, lambda unit, act=act: act(unit, proof))


@pytest.mark.feature("N006")
def test_a_letter_s_code_outlives_its_printing_an_e_mail_s_lasts_as_long_as_the_delay_it_tells(person):
    with clock.freeze(T0):
        assert issue(person, channel="email").expires_on == date(2026, 2, 16)
        assert issue(person, channel="courrier").expires_on == date(2026, 3, 18)
        assert issue(person, channel="email", days=7).expires_on == date(2026, 1, 12)


# -- by lots ---------------------------------------------------------------------------------------------------


@pytest.fixture
def three(people):
    return [people.usager(state="unknown") for _ in range(3)]


def ids(persons):
    return [person.usager_id for person in persons]


@pytest.mark.feature("S002", "S005")
def test_a_lot_gives_each_its_own_code_and_the_same_lot_asked_again_says_the_same(three):
    lot = uuid4()
    given = codes.issue_many(ids(three), notice_id=lot, channel="courrier")
    assert len(set(given.values())) == 3
    for person in three:
        assert codes.prove(given[person.usager_id], BORN).usager_id == person.usager_id
    assert codes.issue_many(ids(three), notice_id=lot, channel="courrier") == given  # killed before it was printed
    assert issue(three[0], notice_id=lot, channel="courrier").text == given[three[0].usager_id]
    assert codes.issue_many([], notice_id=lot, channel="courrier") == {}


@pytest.mark.feature("S005", "S014")
def test_a_lot_asked_again_revokes_what_came_meanwhile_and_the_next_lot_revokes_it(three):
    lot = uuid4()
    given = codes.issue_many(ids(three), notice_id=lot, channel="courrier")
    issue(three[0])
    again = codes.issue_many(ids(three), notice_id=lot, channel="courrier")
    assert {who for who in given if given[who] != again[who]} == {three[0].usager_id}
    assert codes.prove(again[three[0].usager_id], BORN)
    following = codes.issue_many(ids(three), notice_id=uuid4(), channel="email")
    for person in three:
        with pytest.raises(CodeRefused):
            codes.prove(again[person.usager_id], BORN)
        assert codes.prove(following[person.usager_id], BORN)


def test_a_lot_printed_again_later_serves_as_long(three):
    lot = uuid4()
    with clock.freeze(T0):
        given = codes.issue_many(ids(three), notice_id=lot, channel="email", days=7)
    with clock.freeze(T0 + timedelta(days=20)):
        assert codes.issue_many(ids(three), notice_id=lot, channel="email", days=7) == given
        proof = codes.prove(given[three[0].usager_id], BORN)
    assert proof.expires_on == date(2026, 2, 1)


def test_two_people_never_share_a_code(three, monkeypatch):
    """Twice the same text by chance: the second takes its next rank, by lots as one by one."""
    ours, real = ids(three), codes._text
    monkeypatch.setattr(
        codes,
        "_text",
        lambda key, who, rank, notice: real(key, ours[0], 1, ours[0]) if rank == 1 else real(key, who, rank, notice),
    )
    given = codes.issue_many(ours, notice_id=uuid4(), channel="email")
    assert len(set(given.values())) == 3
    for person in three:
        assert codes.prove(given[person.usager_id], BORN).usager_id == person.usager_id


def test_two_workers_and_the_person_at_once_leave_one_code_that_serves(three):
    from tests.enrolment.test_lots import in_a_thread

    lots, given = [uuid4(), uuid4()], []
    threads = [
        in_a_thread(lambda lot=lot: given.append(codes.issue_many(ids(three), notice_id=lot, channel="email")))
        for lot in lots
    ]
    threads += [in_a_thread(lambda: given.append({three[0].usager_id: issue(three[0]).text}))]
    for thread in threads:
        thread.join()
    for person in three:
        serving = 0
        for text in {found[person.usager_id] for found in given if person.usager_id in found}:
            with contextlib.suppress(CodeRefused):
                serving += codes.prove(text, BORN).usager_id == person.usager_id
        assert serving == 1


@pytest.mark.feature("S005")
def test_nobody_else_s_door_reads_a_person_s_codes(person, people):
    other = people.usager()
    issue(person)
    assert in_unit(other, lambda unit: codes.Code.objects.filter(usager_id=person.usager_id).count()) == 0


def test_who_was_erased_is_found_by_no_code(person):
    text = issue(person).text
    in_unit(person, codes.erase)
    assert found(person) == 0
    with pytest.raises(CodeRefused):
        codes.prove(text, BORN)


def test_codes_that_serve_no_more_are_found_no_more_and_the_others_still_are(three):
    """The look-ups of a country's letters do not stay for ever; asked again, the lot serves again."""
    early, late, gone = three
    lot = uuid4()
    with clock.freeze(T0):
        first = codes.issue_many(ids(three), notice_id=lot, channel="email", days=7)
        own = uuid4()
        text = issue(gone, notice_id=own, days=7).text
    with clock.freeze(T0 + timedelta(days=3)):
        longer = issue(late, days=42).text
    with clock.freeze(T0 + timedelta(days=7)):
        codes.forget_expired()  # the last day is included
        assert codes.prove(first[early.usager_id], BORN).usager_id == early.usager_id
    with clock.freeze(T0 + timedelta(days=8)):
        assert codes.forget_expired() >= 4
        assert found(early) == found(gone) == 0
        assert codes.prove(longer, BORN).usager_id == late.usager_id
        assert codes.forget_expired() == 0
        assert codes.issue_many([early.usager_id], notice_id=lot, channel="email", days=7) == {
            early.usager_id: first[early.usager_id]
        }
        assert issue(gone, notice_id=own, days=7).text == text
        for person, serves in ((early, first[early.usager_id]), (gone, text)):
            assert codes.prove(serves, BORN).usager_id == person.usager_id


def test_a_text_that_became_another_s_meanwhile_is_not_given_again(person, people, monkeypatch):
    other, notice = people.usager(state="noticed"), uuid4()
    with clock.freeze(T0):
        text = issue(person, notice_id=notice, days=7).text
    with clock.freeze(T0 + timedelta(days=8)):
        codes.forget_expired()
        with monkeypatch.context() as same:
            same.setattr(codes, "_text", lambda *_: lettering.normalised(text, 12))
            assert issue(other, days=7).text == text
        assert issue(person, notice_id=notice, days=7).text != text
        in_unit(person, codes.erase)
        assert found(other) == 1


def test_a_choice_already_made_changes_nothing_to_the_answer_at_the_door(people):
    opposed, active = people.usager(state="opposed"), people.usager(state="activated")
    for person in (opposed, active):
        assert codes.prove(issue(person).text, BORN)
    services.close(active.usager_id, by=SYSTEM)
    assert codes.prove(issue(active).text, BORN)
