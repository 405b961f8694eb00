"""The story of Inaya told through the doors it would really take, each moment at its date."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from django.conf import settings

from ens.demonstration import places
from ens.demonstration.cast import DOCTOR_OF_ALL, Member, member
from ens.demonstration.doors import Filing, Letter, Software, bundle, send
from ens.demonstration.moments import Opening, OwnFile, OwnWords
from ens.demonstration.progress import Progress
from ens.demonstration.story import moments
from ens.identity.actors import actor_of, compte
from ens.kernel import clock
from ens.kernel.actor import Actor
from ens.messaging.services import list_threads, open_thread
from ens.persistence import clock as kept
from ens.record.profile import services as profile
from ens.record.services import add_own_document, list_documents, open_document
from ens.record.types import DocumentFilter, Upload


def tell(progress: Progress, inaya: UUID) -> None:
    """The space's clock is taken back, then brought forward, moment after moment. Told once."""
    if progress.over:
        return
    try:
        for moment in moments():
            if moment.key in progress.done:
                continue
            at, offset = progress.at(moment.when(progress.first_day))
            kept.tell_from(offset)
            progress.mark(moment.key, _happen(moment.tell(at), progress, inaya))
    finally:
        kept.tell_from(timedelta(0))
    progress.over = True
    progress.keep()


def _happen(what: object, progress: Progress, inaya: UUID) -> str:
    """Gives the id of what was filed."""
    base = os.environ["ENS_BASE_URL"]
    match what:
        case Filing():
            key = what.author.key if what.author.key == DOCTOR_OF_ALL else what.author.site
            return Software(base, places.client_id(key)).file(
                bundle(replace(what, replaces=progress.done.get(what.replaces, "")))
            )
        case Letter():
            host, _, port = os.environ["ENS_SMTP_LISTEN"].rpartition(":")
            send(what, host=host, port=int(port), domain=settings.ENS_MAIL_DOMAIN)
            return what.key
        case Member():
            return _read_by(what, base)
        case OwnFile():
            return _upload(what, inaya)
        case OwnWords():
            return _write(what, inaya)
        case Opening():
            return _open_all(inaya)
    raise TypeError(f"nothing happens with {what!r}")


def _read_by(doctor: Member, base: str) -> str:
    """The doctor's own software lists Inaya's documents and reads the newest. Gives its id."""
    inaya = member("inaya")
    software = Software(base, places.client_id(doctor.key))
    who = f"patient.identifier=urn:oid:{inaya.oid}|{inaya.matricule}"
    found = software.get(f"DocumentReference?{who}&status=current&_count=5")
    newest: str = found["entry"][0]["resource"]["id"]
    software.get(f"DocumentReference/{newest}")
    return newest


def _inaya(usager_id: UUID) -> Actor:
    by = actor_of(compte("demo-inaya"), usager_id)
    if by is None:
        raise LookupError("the account of Inaya is missing")
    return by


def _open_all(usager_id: UUID) -> str:
    """Inaya opens every message and document that has arrived."""
    by = _inaya(usager_id)
    for thread in list_threads(usager_id, by=by):
        if thread.unread:
            open_thread(thread.id, by=by)
    for card in list_documents(usager_id, DocumentFilter(), by=by).cards:
        if card.is_new:
            open_document(card.id, by=by)
    return "inaya"


def _upload(own: OwnFile, usager_id: UUID) -> str:
    token = f"demonstration {own.title}"
    upload = Upload(own.data, f"{own.title}.pdf", own.title, own.category, clock.today(), token=token)
    return str(add_own_document(usager_id, upload, by=_inaya(usager_id)))


def _write(said: OwnWords, usager_id: UUID) -> str:
    by = _inaya(usager_id)
    if said.typed:
        return str(profile.add(usager_id, said.rubric, said.typed, token=f"demonstration {said.key}", by=by))
    profile.say_unconcerned(usager_id, said.rubric, by=by)
    return said.key
