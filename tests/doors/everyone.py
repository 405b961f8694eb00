"""One of each: whoever may stand before a door, and what is Inaya's that they may ask for."""

from __future__ import annotations

import itertools
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib.sessions.models import Session
from PIL import Image

from ens.access import mandates
from ens.access import services as access
from ens.access.types import Motive
from ens.audit.models import AuditLine
from ens.identity import services as identity
from ens.identity.models import Compte
from ens.kernel.actor import SYSTEM, Actor, ActorKind
from ens.kernel.ids import new_id
from ens.messaging import services as messaging
from ens.messaging.types import IncomingMail
from ens.persistence.unit import unit_of_work
from ens.record import services as record
from ens.record.profile import services as profile
from ens.record.types import DocumentDeposit, SubmissionDeposit
from ens.web.common.sessions import LAST_SEEN
from ens.web.professionnel.openings import KEY
from tests.factories import People, Person
from tests.messaging.mails import mail

SENDER = "labo@operateur.example"
LATELY_S = 300  # far from the half hour after which a record closes
OPERATOR = Actor(ActorKind.OPERATEUR, "operateur.example", "Opérateur d'essai")

# Each kind of person who may come to a page, with the audiences whose addresses exist for them.
ENTERS: dict[str, frozenset[str]] = {
    "nobody": frozenset(),
    "an account of nothing": frozenset(),  # signs in, and is nobody
    "a deactivated account": frozenset(),
    "a professional gone from the directory": frozenset(),
    "the holder": frozenset({"usager"}),
    "a representative": frozenset({"usager"}),
    "another usager": frozenset({"usager"}),
    "a noticed usager": frozenset({"usager"}),
    "an opposed usager": frozenset({"usager"}),
    "a usager whose space is closed": frozenset({"usager"}),
    "the authorised doctor": frozenset({"professionnel"}),
    "the médecin traitant": frozenset({"professionnel"}),
    "the blocked doctor": frozenset({"professionnel"}),
    "a doctor without a link": frozenset({"professionnel"}),
    "an authorised nurse": frozenset({"professionnel"}),
    "the steerer": frozenset({"pilotage"}),
    "a steerer without a mandate today": frozenset({"pilotage"}),  # enters, and finds nothing
    "the support agent": frozenset({"support"}),
}
NOT_SIGNED_IN = frozenset(
    {"nobody", "an account of nothing", "a deactivated account", "a professional gone from the directory"}
)
OWN_SPACE = frozenset({"the holder", "a representative"})  # Inaya's
WITHOUT_SPACE = frozenset({"a noticed usager", "an opposed usager", "a usager whose space is closed"})
IN_HER_RECORD = frozenset({"the authorised doctor", "the médecin traitant", "an authorised nurse"})
# Who reads which of her documents. A nurse: the matrix refuses certificates to her profession.
READS = {
    "document": frozenset({"the authorised doctor", "the médecin traitant"}),
    "masked": frozenset({"the médecin traitant"}),
}


def without_token(answer: Any) -> bytes:
    """The body, apart from the token of its forms, which differs at each answer."""
    return re.sub(rb'name="csrfmiddlewaretoken" value="[^"]+"', b"", answer.content)


def headers_of(answer: Any) -> dict[str, str]:
    return dict(answer.headers)


def as_seen(answer: Any) -> tuple[int, bytes, dict[str, str]]:
    """All that tells two answers apart."""
    return answer.status_code, without_token(answer), headers_of(answer)


def picture() -> bytes:
    out = BytesIO()
    Image.new("RGB", (60, 80), "white").save(out, "PNG")
    return out.getvalue()


@dataclass
class _Session:
    """One session, with what it held when it was opened: what a test left in it is not for the next one."""

    key: str
    held: dict[str, Any]
    since: float = field(default_factory=time.monotonic)

    def is_as_opened(self) -> bool:
        if time.monotonic() - self.since > LATELY_S:
            return False
        found = Session.objects.filter(session_key=self.key).first()  # none once signed out, or closed from elsewhere
        held = found.get_decoded() if found else {}
        return {name: value for name, value in held.items() if name != LAST_SEEN} == self.held


@dataclass
class World:
    """Inaya's space, someone else's, and an account for each kind of person."""

    inaya: Person
    other: Person
    accounts: dict[str, Compte | None]
    actors: dict[str, str]  # the actor's id in the trace
    document: UUID  # a picture, filed by a hospital
    masked: UUID
    others_document: UUID
    thread: UUID
    attachment: UUID
    others_thread: UUID
    others_attachment: UUID
    item: UUID  # of the medical profile
    others_item: UUID
    rpps: str  # of the authorised doctor
    professionals: dict[str, Any] = field(default_factory=dict)
    nowhere: dict[tuple[str, str], Any] = field(default_factory=dict)  # what each kind sees of an address of nothing
    sessions: dict[str, _Session] = field(default_factory=dict)  # the last opened by each kind

    def browser(self, kind: str, **options: Any) -> Any:
        """A browser of their own, signed in with their account: in the session they have, while it is as it opened."""
        from django.test import Client

        client = Client(raise_request_exception=False, **options)
        account = self.accounts[kind]
        if account is not None and (known := self.sessions.get(kind)) and known.is_as_opened():
            client.cookies[settings.SESSION_COOKIE_NAME] = known.key
            return client
        if account is not None:
            client.force_login(account)
        if kind in self.professionals:  # who opened these records while they could
            session, now = client.session, int(time.time())
            opened = {str(one.usager_id): [str(Motive.CARE), now, now] for one in (self.inaya, self.other)}
            session[KEY] = opened
            session.save()
        if account is not None:
            self.sessions[kind] = _Session(client.session.session_key, dict(client.session.items()))
        return client

    def lines(self, *, after: int = 0) -> list[AuditLine]:
        """What Inaya's trace says, in order."""

        return lines_of(self.inaya, after=after)

    def last_line(self) -> int:
        return max((line.seq for line in self.lines()), default=0)


def lines_of(person: Person, *, after: int = 0) -> list[AuditLine]:
    """What someone's trace says, in order."""

    def act(unit: Any) -> list[AuditLine]:
        unit.untraced("essai")
        rows = AuditLine.objects.filter(usager_id=person.usager_id, seq__gt=after)
        return list(rows.order_by("seq"))

    found: list[AuditLine] = unit_of_work(person.usager_id, act, by=person.actor)
    return found


_times = itertools.count()


def build() -> World:
    people = People()
    treating, doctor, nurse = (people.professional(name, profession=code) for name, code in _STAFF)
    inaya, other = people.usager(medecin_traitant=treating), people.usager(first_names="ETIENNE", sex="M")
    blocked, stranger, gone = (people.professional(name) for name in ("Étienne", "Moreau", "Parti"))
    hospital = people.actor(people.establishment())
    file = _filer(hospital)
    document, masked = file(inaya, "89601-9"), file(inaya, "89601-9")
    record.mask(masked, by=inaya.actor)
    for authorised in (doctor, nurse):
        access.authorise(inaya.usager_id, rpps=authorised.rpps, by=inaya.actor)
        access.authorise(other.usager_id, rpps=authorised.rpps, by=other.actor)
    access.block(inaya.usager_id, rpps=blocked.rpps, by=inaya.actor)
    thread, attachment = _write_to(inaya)
    others_thread, others_attachment = _write_to(other)
    kinds = {
        "the médecin traitant": treating,
        "the authorised doctor": doctor,
        "an authorised nurse": nurse,
        "the blocked doctor": blocked,
        "a doctor without a link": stranger,
        "a professional gone from the directory": gone,
    }
    accounts = _accounts(people, inaya, other, kinds)
    identity.retire(gone.rpps)
    actors = {kind: str(account.id) for kind, account in accounts.items() if account is not None}
    actors |= {kind: str(ref.id) for kind, ref in kinds.items()}
    return World(
        inaya, other, accounts, actors, document, masked, file(other, "89601-9"), thread, attachment, others_thread,
        others_attachment, _say(inaya), _say(other), doctor.rpps, kinds,
    )  # fmt: skip


def _say(person: Person) -> UUID:
    return profile.add(person.usager_id, "ALLERGIES", {"allergene": "Pénicilline"}, by=person.actor)


_STAFF = (("Martin", "10"), ("Dupond", "10"), ("Thomas", "60"))


def _filer(by: Actor) -> Callable[[Person, str], UUID]:
    def act(person: Person, type_code: str) -> UUID:
        moment = datetime(2026, 1, 12, 9, next(_times) % 60, tzinfo=UTC)
        one = DocumentDeposit(
            unique_id=f"2.25.{new_id().int}",
            data=picture() + new_id().bytes,  # what follows a picture is not shown
            media_type="image/png",
            type_code=type_code,
            title="Certificat médical",
            act_at=moment,
            created_at=moment,
            author_label="Docteur Durand",
        )
        return record.deposit(person.usager_id, SubmissionDeposit((one,)), by=by).document_id

    return act


def _write_to(person: Person) -> tuple[UUID, UUID]:
    """A message with an attachment; its thread and the attachment."""
    data = mail(person.address, sender=SENDER, files=(("analyses.txt", "text/plain", b"Analyses."),))
    messaging.receive(IncomingMail(SENDER, person.address, data), by=OPERATOR)
    thread = messaging.list_threads(person.usager_id, by=person.actor)[0]
    view = messaging.open_thread(thread.id, by=person.actor)
    return thread.id, view.messages[0].attachments[0].id


def _accounts(people: People, inaya: Person, other: Person, kinds: dict[str, Any]) -> dict[str, Compte | None]:
    def account(name: str, **more: Any) -> Compte:
        return identity.create_compte(f"{name}-{uuid4()}", name=name, **more)

    representative = account("Représentante")
    identity.attach(representative, inaya.usager_id, "representant")
    deactivated = people.usager().compte
    deactivated.is_active = False
    deactivated.save()
    found: dict[str, Any] = {
        "nobody": None,
        "an account of nothing": account("Personne"),
        "a deactivated account": deactivated,
        "the holder": inaya.compte,
        "a representative": representative,
        "another usager": other.compte,
        "a noticed usager": people.usager(state="noticed").compte,
        "an opposed usager": people.usager(state="opposed").compte,
        "a usager whose space is closed": people.usager(state="closed").compte,
        "the steerer": account("Pilote", role="pilotage"),
        "a steerer without a mandate today": account("Pilote d'hier", role="pilotage"),
        "the support agent": account("Support", role="support"),
    }
    mandates.give(found["the steerer"].id, everywhere=True, opens_events=True, by=SYSTEM)
    past = {"since": date(2020, 1, 1), "until": date(2020, 12, 31)}
    mandates.give(found["a steerer without a mandate today"].id, departements=["31"], by=SYSTEM, **past)
    return found | {kind: account("Professionnel", professional=ref) for kind, ref in kinds.items()}
