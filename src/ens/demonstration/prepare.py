"""Makes the demonstration ready, once the space answers: ``python -m ens.demonstration.prepare``.

The cast goes through the real services, the story through the real doors, at its own dates. A second start finds
everything there and does nothing twice; one cut short goes on where it stopped. ``demo.json`` is written last.
"""

from __future__ import annotations

import os
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import django

from ens.demonstration import places
from ens.demonstration.cast import DOCTOR_OF_ALL, Member, cast, member, of_kind
from ens.demonstration.story import OwnFile
from ens.kernel.actor import Actor
from ens.kernel.clock import PARIS

CHILDREN = {"noe": "inaya", "jade": "inaya"}
BLOCKED = {"inaya": "etienne"}
OF_THE_CAST = "demonstration"


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ens.config.settings")
    django.setup()
    from ens.demonstration import directory
    from ens.persistence.clock import refresh

    refresh()
    directory.fill()
    _operators()
    ids = {one.key: _usager(one) for one in of_kind("usager")}
    _accounts(ids)
    _clients()
    _rights(ids)
    _tell(ids)
    _write_contract()
    return 0


def _operators() -> None:
    from ens.messaging.services import allow_operator
    from ens.messaging.types import OperatorRef

    ports = places.read_json("ports.json")
    for one in of_kind("operateur"):
        allow_operator(OperatorRef(one.operator, one.last_name, "127.0.0.1", ports[one.operator]))


# -- people ---------------------------------------------------------------------------------------------------
def _usager(one: Member) -> UUID:
    """Register the person and bring them to their state, by dated events of the real services."""
    from ens.identity import queries, services
    from ens.identity.types import NewUsager
    from ens.kernel.actor import SYSTEM

    found = queries.find_usager(one.matricule, one.oid)
    if found is not None:
        usager_id = found.usager_id
    else:
        usager_id = services.register_usager(
            NewUsager(
                birth_name=one.last_name,
                first_names=one.first_names,
                birth_date=one.born,
                sex=one.sex,
                birth_place=one.birth_place,
                matricule=one.matricule,
                oid=one.oid,
                used_first_name=one.used_first_name,
                email=one.email,
                medecin_traitant_rpps=member(one.doctor).rpps if one.doctor else "",
            ),
            by=SYSTEM,
            tolerate_key=True,  # the cast lists the few published examples whose key is wrong
        )
    _bring(usager_id, one)
    return usager_id


def _bring(usager_id: UUID, one: Member) -> None:
    """Noticed a year ago, then what their state says. Already there: nothing more."""
    from ens.demonstration.standing import state_of
    from ens.enrolment import services
    from ens.enrolment.types import State
    from ens.kernel import clock
    from ens.kernel.actor import SYSTEM, Actor, ActorKind

    if state_of(one) is not State.UNKNOWN:
        return
    person = Actor(ActorKind.USAGER, OF_THE_CAST, one.name, usager_id=usager_id)
    now = clock.now()
    noticed = now - timedelta(days=400 if one.state != "noticed" else 1)  # yesterday: +42d passes its last day
    services.notice(usager_id, channel="email" if one.email else "courrier", by=SYSTEM, sent_at=noticed)
    later = noticed + timedelta(days=5)
    if one.state == "opposed":
        services.oppose(usager_id, by=person, at=later)
    elif one.state in ("activated", "closed"):
        services.activate(usager_id, by=person, at=later)
        if one.state == "closed":
            services.close(usager_id, by=person, at=later + timedelta(days=60))
    elif one.state == "opened":
        services.open_due()


def _accounts(ids: dict[str, UUID]) -> None:
    """Who enters by the door, and whose spaces they see."""
    from ens.identity import queries, services

    for one in of_kind("professionnel"):
        services.create_compte(f"demo-{one.key}", name=one.name, professional=queries.professional(one.rpps))
    for one in (*of_kind("pilotage"), *of_kind("support")):
        services.create_compte(f"demo-{one.key}", name=one.name, role=one.kind)
    for one in of_kind("usager"):
        compte = services.create_compte(f"demo-{one.key}", name=one.name)
        services.attach(compte, ids[one.key], "titulaire")
        for child, parent in CHILDREN.items():
            if parent == one.key:
                services.attach(compte, ids[child], "representant")


def client_id(key: str) -> str:
    return f"demo-{key}"


def _clients() -> None:
    from ens.identity import queries, services

    for one in of_kind("professionnel"):
        services.register_client(
            client_id(one.key),
            places.client_secret(client_id(one.key)),
            name=f"Logiciel de {one.name}",
            professional=queries.professional(one.rpps),
        )
    for one in of_kind("etablissement"):
        services.register_client(
            client_id(one.key),
            places.client_secret(client_id(one.key)),
            name=f"Logiciel de {one.name}",
            establishment=queries.establishment(one.finess),
        )


def _rights(ids: dict[str, UUID]) -> None:
    """Docteur Dupond is authorised by everyone with an open space; Inaya blocks one doctor."""
    from ens.access import services
    from ens.kernel.actor import Actor, ActorKind

    for one in of_kind("usager"):
        if one.state not in ("activated", "opened"):
            continue
        person = Actor(ActorKind.USAGER, OF_THE_CAST, one.name, usager_id=ids[one.key])
        services.authorise(ids[one.key], rpps=member(DOCTOR_OF_ALL).rpps, by=person)
        if one.key in BLOCKED:
            services.block(ids[one.key], rpps=member(BLOCKED[one.key]).rpps, by=person)


# -- the story --------------------------------------------------------------------------------------------------
def _tell(ids: dict[str, UUID]) -> None:
    """Each moment at its date: the space's clock is taken back, then brought forward, moment after moment."""
    from ens.demonstration.story import moments
    from ens.persistence import clock as kept

    known = places.read_json(
        "histoire.json", {"day": datetime.now(PARIS).date().isoformat(), "done": {}, "over": False}
    )
    if known["over"]:
        return
    today = date.fromisoformat(known["day"])
    try:
        for moment in moments():
            if moment.key in known["done"]:
                continue
            at = min(moment.when(today), datetime.now(UTC) - timedelta(minutes=2))
            kept.tell_from(at - datetime.now(UTC))
            known["done"][moment.key] = _happen(moment.kind, moment.tell(at), known["done"], ids)
            places.write_json("histoire.json", known)
    finally:
        kept.tell_from(timedelta(0))
    known["over"] = True
    places.write_json("histoire.json", known)


def _happen(kind: str, what: object, done: dict[str, str], ids: dict[str, UUID]) -> str:
    """Through the door it would really take; gives the id of what was filed."""
    from dataclasses import replace

    from ens.demonstration.doors import Filing, Letter, Software, bundle, send

    base = os.environ["ENS_BASE_URL"]
    if isinstance(what, Filing):
        software = Software(base, client_id(what.author.key if what.author.key == DOCTOR_OF_ALL else what.author.site))
        return software.file(bundle(replace(what, replaces=done.get(what.replaces, ""))))
    if isinstance(what, Letter):
        host, _, port = os.environ["ENS_SMTP_LISTEN"].rpartition(":")
        send(what, host=host, port=int(port), domain=_mail_domain())
        return what.key
    if isinstance(what, Member):
        return _read_by(what, base)
    if kind == "opening":
        return _open_all(ids["inaya"])
    if isinstance(what, OwnFile):
        return _upload(what, ids["inaya"])
    raise TypeError(f"nothing happens as {kind}")


def _mail_domain() -> str:
    from django.conf import settings

    domain: str = settings.ENS_MAIL_DOMAIN
    return domain


def _read_by(doctor: Member, base: str) -> str:
    """The doctor's own software lists Inaya's documents and reads the newest."""
    from ens.demonstration.doors import Software

    inaya = member("inaya")
    software = Software(base, client_id(doctor.key))
    who = f"patient.identifier=urn:oid:{inaya.oid}|{inaya.matricule}"
    found = software.get(f"DocumentReference?{who}&status=current&_count=5")
    if found.get("entry"):
        software.get(f"DocumentReference/{found['entry'][0]['resource']['id']}")
    return doctor.key


def _inaya(usager_id: UUID) -> Actor:
    from ens.identity.queries import actor_of, compte

    by = actor_of(compte("demo-inaya"), usager_id)
    if by is None:
        raise RuntimeError("the account of Inaya is missing")
    return by


def _open_all(usager_id: UUID) -> str:
    """Inaya opens every message and document that has arrived."""
    from ens.messaging.services import list_threads, open_thread
    from ens.record.services import list_documents, open_document
    from ens.record.types import DocumentFilter

    by = _inaya(usager_id)
    for thread in list_threads(usager_id, by=by):
        if thread.unread:
            open_thread(thread.id, by=by)
    for card in list_documents(usager_id, DocumentFilter(), by=by).cards:
        if card.is_new:
            open_document(card.id, by=by)
    return "inaya"


def _upload(own: OwnFile, usager_id: UUID) -> str:
    from ens.kernel import clock
    from ens.record.services import add_own_document
    from ens.record.types import Upload

    by = _inaya(usager_id)
    token = f"demonstration {own.title}"
    upload = Upload(own.data, f"{own.title}.pdf", own.title, own.category, clock.today(), token=token)
    return str(add_own_document(usager_id, upload, by=by))


# -- the contract -----------------------------------------------------------------------------------------------
def entry(one: Member) -> str:
    return f"/demonstration/entrer/{one.key}/"


def _write_contract() -> None:
    """``DIR/demo.json``, exactly as promised (docs/exploitation/demonstration.md)."""
    from ens.demonstration.standing import state_of

    base = os.environ["ENS_BASE_URL"].rstrip("/")
    host, _, port = os.environ["ENS_SMTP_LISTEN"].rpartition(":")
    folder = places.folder()
    certificates, boxes = folder / "certificats", folder / "boites"
    letters = folder / "courriers"
    letters.mkdir(mode=0o700, exist_ok=True)
    domain = _mail_domain()
    contract = {
        "base_url": base,
        "fhir_base": f"{base}/fhir",
        "token_url": f"{base}/oauth2/token",
        "smtp": {"host": host.strip("[]"), "port": int(port), "ca": str(certificates / "autorite.pem")},
        "operators": [
            {
                "domain": one.operator,
                "cert": str(certificates / f"{one.operator}.pem"),
                "key": str(certificates / f"{one.operator}.key"),
                "maildir": str(boxes / one.operator),
            }
            for one in of_kind("operateur")
        ],
        "courriels": str(boxes / "courriel"),
        "courriers": str(letters),
        "personas": [
            {"key": one.key, "role": one.role, "name": one.name, "entry": entry(one)}
            for one in cast()
            if one.is_persona
        ],
        "usagers": [
            {
                "key": one.key,
                "name": one.name,
                "birth_date": one.birth_date,
                "matricule": one.matricule,
                "oid": one.oid,
                "address": f"{one.matricule}@{domain}",
                "state": str(state_of(one)),
            }
            for one in of_kind("usager")
        ],
        "professionals": [
            {
                "key": one.key,
                "name": one.name,
                "rpps": one.rpps,
                "profession": one.profession,
                "address": one.address,
                "client_id": client_id(one.key),
                "client_secret": places.client_secret(client_id(one.key)),
            }
            for one in of_kind("professionnel")
        ],
        "establishments": [
            {
                "key": one.key,
                "name": one.name,
                "finess": one.finess,
                "client_id": client_id(one.key),
                "client_secret": places.client_secret(client_id(one.key)),
            }
            for one in of_kind("etablissement")
        ],
    }
    places.write_json("demo.json", contract, where=Path(os.environ["ENS_DATA"]))


if __name__ == "__main__":
    sys.exit(main())
