"""« Qui pourrait lire ce document ? », told to its usager before anyone tries (S111)."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from ens.access import queries as access
from ens.access.policies import explain
from ens.audit import events
from ens.enrolment import queries as enrolment
from ens.kernel.actor import Actor, ActorKind
from ens.persistence.locator import locate
from ens.persistence.unit import Unit, unit_of_work
from ens.record import queries
from ens.record.digests import author_digest
from ens.record.errors import DocumentNotFound
from ens.record.models import Document
from ens.record.services.reading import card
from ens.record.types import CouldRead

_AUTHOR = "author|"


def who_could_read(document_id: UUID, *, by: Actor) -> CouldRead:
    """The answer of the very rules that will decide, for each professional the usager knows. Traced.

    For the usager alone: to anyone else the document is absent. Errors: NobodyThere, DocumentNotFound, SpaceAbsent.
    """

    def act(unit: Unit) -> CouldRead:
        events.readers_asked(unit, document_id, attempt=True)
        enrolment.check_open(unit)
        document = queries.readable(unit, document_id)
        if by.kind is not ActorKind.USAGER:
            raise DocumentNotFound()
        author = _author_rpps(document)
        facts = replace(queries.facts(unit, document), declared_author_rpps=author)
        answers = explain(facts, access.known_readers(unit, author_rpps=author))
        is_named = any(author and answer.reader.facts.rpps == author for answer in answers)
        label = "" if is_named or document.source_kind == "usager" else queries.card_of(unit, document)["author_label"]
        events.readers_asked(unit, document.id, title=queries.traced_title(unit, document))
        return CouldRead(card(unit, document), answers, label)

    return unit_of_work(locate(document_id), act, by=by)


def _author_rpps(document: Document) -> str:
    """The number of the declared author: the one, among the authors a search may ask for, whose digest was kept."""
    if document.declared_author_digest is None:
        return ""
    kept = bytes(document.declared_author_digest)
    numbers = [code.removeprefix(_AUTHOR) for code in document.codes if code.startswith(_AUTHOR)]
    return next((one for one in numbers if author_digest(document.usager_id, one) == kept), "")
