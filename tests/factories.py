"""People for tests, made through the real services. Each usager is new: nothing is shared between tests."""

from __future__ import annotations

import itertools
import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from ens.enrolment import services as enrolment
from ens.identity import actors, queries, services
from ens.identity.models import Activity, Establishment, Mailbox, Professional
from ens.identity.types import EstablishmentRef, NewUsager, ProfessionalRef
from ens.kernel.actor import SYSTEM, Actor, ActorKind
from ens.kernel.ids import new_id
from ens.standards.ins import control_key

TEST_OID = "1.2.250.1.213.1.4.10"
_numbers = itertools.count(random.SystemRandom().randrange(10**6))


def matricule(sex: str = "F") -> str:
    """A new valid test matricule."""
    number = next(_numbers)
    birth = f"{'2' if sex == 'F' else '1'}{80 + number % 19:02d}05"
    body = f"{birth}75{number // 1000 % 1000:03d}{number % 1000:03d}"
    return f"{body}{control_key(body):02d}"


def _luhn(digits: str) -> str:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


@dataclass
class Person:
    """A usager of a test, with who they are."""

    usager_id: UUID
    matricule: str
    oid: str
    actor: Actor
    compte: Any

    @property
    def address(self) -> str:
        return f"{self.matricule}@patient.mssante.fr"


class People:
    def usager(
        self,
        *,
        state: str = "activated",
        birth_name: str = "MICHEL",
        first_names: str = "INAYA",
        birth_date: date = date(1989, 4, 2),
        sex: str = "F",
        matricule_: str = "",
        oid: str = TEST_OID,
        email: str = "inaya@exemple.fr",
        medecin_traitant: ProfessionalRef | None = None,
        identity_status: str = "qualifiee",
    ) -> Person:
        number = matricule_ or matricule(sex)
        usager_id = services.register_usager(
            NewUsager(
                birth_name=birth_name,
                first_names=first_names,
                birth_date=birth_date,
                sex=sex,
                birth_place="75056",
                matricule=number,
                oid=oid,
                email=email,
                medecin_traitant_rpps=medecin_traitant.rpps if medecin_traitant else "",
                identity_status=identity_status,
            ),
            by=SYSTEM,
            tolerate_key=bool(matricule_),
        )
        self.bring_to(usager_id, state)
        name = f"{first_names.title()} {birth_name.title()}"
        compte = services.create_compte(f"test-{usager_id}", name=name)
        services.attach(compte, usager_id, "titulaire")
        actor = Actor(ActorKind.USAGER, str(compte.id), name, usager_id=usager_id)
        return Person(usager_id, number, oid, actor, compte)

    def bring_to(self, usager_id: UUID, state: str) -> None:
        if state == "unknown":
            return
        if state in ("noticed", "opposed"):
            enrolment.notice(usager_id, channel="email", by=SYSTEM)
        if state == "opposed":
            enrolment.oppose(usager_id, by=SYSTEM)
        if state in ("activated", "closed"):
            enrolment.activate(usager_id, by=SYSTEM)
        if state == "closed":
            enrolment.close(usager_id, by=SYSTEM)
        if state == "opened":
            enrolment.notice(usager_id, channel="email", by=SYSTEM, sent_at=datetime(2020, 1, 6, tzinfo=UTC))
            enrolment.open_due()

    def professional(
        self,
        last_name: str = "Dupond",
        *,
        profession: str = "10",
        first_name: str = "",
        site: EstablishmentRef | None = None,
    ) -> ProfessionalRef:
        body = f"1{next(_numbers) % 10**9:09d}"
        now = datetime.now(UTC)
        row = Professional.objects.create(
            rpps=body + _luhn(body),
            id_type="8",
            civility="DR" if profession == "10" else "",
            last_name=last_name,
            first_name=first_name,
            profession=profession,
            category="C",
            updated_at=now,
        )
        if site is not None:
            Activity.objects.create(professional=row, establishment_id=site.id, sector="SA01")
        return queries.professional(row.rpps)

    def establishment(self, name: str = "Hôpital Jean Bernadeau") -> EstablishmentRef:
        body = f"75{next(_numbers) % 10**6:06d}"
        finess = body + _luhn(body)
        Establishment.objects.create(
            identifier=f"F{finess}", finess_eg=finess, name=name, sector="SA01", updated_at=datetime.now(UTC)
        )
        return queries.establishment(finess)

    def mailbox(self, owner: ProfessionalRef | EstablishmentRef, *, domain: str = "operateur.example") -> str:
        address = f"bal-{new_id().hex[-10:]}@{domain}"
        is_person = isinstance(owner, ProfessionalRef)
        Mailbox.objects.create(
            address=address,
            kind="PER" if is_person else "ORG",
            label=owner.name,
            professional_id=owner.id if is_person else None,
            establishment_id=None if is_person else owner.id,
            updated_at=datetime.now(UTC),
        )
        return address

    def actor(self, who: ProfessionalRef | EstablishmentRef, *, client_id: str = "") -> Actor:
        if isinstance(who, ProfessionalRef):
            return actors.professional_actor(who, client_id=client_id)
        return actors.establishment_actor(who, client_id=client_id)


def before_all_due() -> datetime:
    """A date before what any other test left in the outbox: a round does the oldest first."""
    from django.db.models import Min

    from ens.persistence.models import OutboxRow

    now = datetime.now(UTC)
    oldest = OutboxRow.objects.aggregate(oldest=Min("due_at"))["oldest"] or now
    return min(oldest, now) - timedelta(hours=1)  # what others left may all be due later
