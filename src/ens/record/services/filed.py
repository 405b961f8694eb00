"""What a professional filed under their own name, across their patients: found by them, judged in each space."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, time
from uuid import UUID

from ens.access import queries as access
from ens.access.policies import can_open, check_is_individual, is_held_back, release_date
from ens.audit import events
from ens.enrolment import queries as enrolment
from ens.identity import queries as identity
from ens.identity.types import Traits
from ens.kernel import clock
from ens.kernel.actor import Actor, ActorKind
from ens.persistence import locator
from ens.persistence.unit import Unit, unit_of_work
from ens.record import queries
from ens.record.errors import DocumentNotFound
from ens.record.models import Document, Filed
from ens.record.services.reading import card
from ens.record.types import CURRENT, OwnDeposit, OwnDeposits, OwnFilter, OwnPlace


def own_deposits(which: OwnFilter, *, by: Actor) -> OwnDeposits:
    """What the professional filed lately and may still read, newest first: one unit a patient, traced in each.

    A document they may not read any more, whatever the reason, is left out, as of any list. Errors: PersonRequired,
    DocumentNotFound (not a professional).
    """
    filed = Filed.objects.filter(
        professional_id=_professional(by), filed_at__gte=datetime.combine(which.since, time(), clock.PARIS)
    )
    if which.waits:
        filed = filed.filter(waits=True)
    asked = filed.order_by("-filed_at", "-document_id").values_list("document_id", flat=True)
    page = list(asked[which.offset : which.offset + which.limit])
    of_each: defaultdict[UUID, list[UUID]] = defaultdict(list)
    for document_id, usager_id in locator.whose(page).items():
        of_each[usager_id].append(document_id)
    found = {
        one.card.id: one
        for usager_id, ids in of_each.items()
        for one in unit_of_work(usager_id, _those(ids), by=by)
        if one.waits_until is not None or not which.waits
    }
    return OwnDeposits([found[one] for one in page if one in found], filed.count())


def _those(ids: list[UUID]) -> Callable[[Unit], list[OwnDeposit]]:
    def act(unit: Unit) -> list[OwnDeposit]:
        rows: list[Document] = []
        if enrolment.state(unit).is_open:
            rows = list(Document.objects.filter(usager_id=unit.usager_id, id__in=ids).defer("sealed_resource"))
        readable = queries.all_readable(unit, rows)
        if not readable:
            unit.untraced("rien de ce qui a été déposé ici n'est montré")
            return []
        patient = identity.traits(unit)
        events.own_deposits_listed(unit, found=len(readable))
        return [_deposit(unit, one, patient) for one in readable]

    return act


def _deposit(unit: Unit, document: Document, patient: Traits) -> OwnDeposit:
    facts = queries.facts(unit, document)
    waits = facts.held_back_since is not None and is_held_back(facts, today=clock.today())
    return OwnDeposit(
        card=card(unit, document),
        usager_id=unit.usager_id,
        patient=patient,
        waits_until=release_date(facts.held_back_since) if waits and facts.held_back_since else None,
        is_superseded=document.status != CURRENT,
    )


def own_place(document_id: UUID, *, by: Actor) -> OwnPlace:
    """Where to read something the professional filed. Nothing is read yet; a refusal is traced as that of a reading.

    Errors: NobodyThere, PersonRequired; DocumentNotFound, for what is not theirs or not for them any more.
    """
    professional = _professional(by)

    def act(unit: Unit) -> OwnPlace:
        events.document_read(unit, document_id, attempt=True)
        facts = access.all_reader_facts(unit)
        enrolment.check_open(unit)
        queries.readable(unit, document_id)
        if not Filed.objects.filter(professional_id=professional, document_id=document_id).exists():
            raise DocumentNotFound()
        unit.untraced("le document lui-même est lu, et tracé, par la page où ceci conduit")
        return OwnPlace(unit.usager_id, identity.traits(unit), can_open(facts))

    return unit_of_work(locator.locate(document_id), act, by=by)


def _professional(by: Actor) -> UUID:
    check_is_individual(by)
    if by.kind is not ActorKind.PROFESSIONNEL:
        raise DocumentNotFound()
    return UUID(by.id)
