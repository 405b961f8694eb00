"""The usager adds a document of their own."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from ens.kernel.errors import EnsError
from ens.record.services.upload import FORBIDDEN, TYPES, check_title
from ens.record.types import Upload
from ens.standards import valuesets
from tests.record import files
from tests.record.builders import history, listed


def add(person, by=None, **changes):
    from ens.record.services import add_own_document

    given = {
        "data": files.pdf(),
        "filename": "scan.exe",  # a name decides nothing
        "title": "Ordonnance de lunettes",
        "category": "ORD_SOIN",
        "act_date": date(2026, 2, 16),
    }
    return add_own_document(person.usager_id, Upload(**{**given, **changes}), by=by or person.actor)


def test_an_added_document_is_listed_as_ones_own_and_traced(inaya):
    from ens.record.services import open_document

    document_id = add(inaya)
    card = listed(inaya).cards[0]
    assert (card.id, card.title, card.category, card.source_kind) == (
        document_id,
        "Ordonnance de lunettes",
        "ORD_SOIN",
        "usager",
    )
    assert card.act_date == date(2026, 2, 16)
    assert not card.is_new
    opened = open_document(document_id, by=inaya.actor)
    assert opened.is_own
    assert (opened.preview.kind, opened.preview.pages) == ("images", 1)
    assert opened.filename.endswith(".pdf")
    assert any("a ajouté « Ordonnance de lunettes »" in line.sentence for line in history(inaya))


def test_every_category_offered_has_its_type(inaya):
    offered = {code for code, category in valuesets.categories().items() if category.offered}
    assert offered == set(TYPES)
    for category, type_code in TYPES.items():
        assert valuesets.category_of(type_code) == category
        assert valuesets.document_types()[type_code].usager


def test_the_same_form_sent_twice_adds_one(inaya, people):
    first = add(inaya, token="jeton")
    assert add(inaya, token="jeton") == first
    assert add(inaya, token="autre") != first
    assert add(people.usager(), token="jeton") != first
    assert listed(inaya).total == 2


REFUSED = [
    ("a date to come", {"act_date": date.today() + timedelta(days=2)}, "act_date"),
    ("a date too old", {"act_date": date(1899, 12, 31)}, "act_date"),
    ("a category not offered", {"category": "DIR_ANT"}, "category"),
    ("an unknown category", {"category": ""}, "category"),
    ("no title", {"title": "  "}, "title"),
    ("a title too long", {"title": "a" * 51}, "title"),
    ("a sign that is refused", {"title": "Bilan <b>"}, "title"),
    ("a sign that is not printed", {"title": "Bilan\u202egpj"}, "title"),
]


@pytest.mark.parametrize(("what", "changes", "field"), REFUSED, ids=[row[0] for row in REFUSED])
def test_a_wrong_field_is_named(inaya, what, changes, field):
    with pytest.raises(EnsError) as refusal:
        add(inaya, **changes)
    assert refusal.value.facts["field"] == field
    assert listed(inaya).total == 0


@pytest.mark.parametrize("sign", sorted(FORBIDDEN))
def test_each_refused_sign_of_a_title(sign):
    with pytest.raises(EnsError):
        check_title(f"Bilan {sign} sanguin")


@pytest.mark.parametrize("title", ["Résultat d'analyse", "Œil droit - contrôle n° 2", "a" * 50])
def test_ordinary_titles_are_accepted(title):
    check_title(title)


def test_a_hostile_file_is_refused_before_anything_is_kept(inaya):
    with pytest.raises(EnsError) as refusal:
        add(inaya, data=b"MZ\x90\x00", filename="ordonnance.pdf")
    assert refusal.value.code == "fichier_type_refuse"
    assert listed(inaya).total == 0


def test_only_into_ones_own_space(people, inaya):
    from ens.record.errors import DocumentNotFound

    with pytest.raises(DocumentNotFound):
        add(inaya, by=people.usager().actor)
    with pytest.raises(DocumentNotFound):
        add(inaya, by=people.actor(people.professional()))


def test_nothing_is_added_to_a_closed_space(people):
    from ens.enrolment.errors import SpaceAbsent

    with pytest.raises(SpaceAbsent):
        add(people.usager(state="closed"))
