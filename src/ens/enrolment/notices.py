"""What each person of a lot is told, whatever carries it: one text, its dates and its code, from the same parameters.

The last day said is that of the delay counted from the day of this composition, which is the day of sending; a letter
posted later by its printer opens later than it says, never sooner (S011, S029).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

from django.conf import settings
from django.db import connections, transaction
from django.utils import translation
from django.utils.dateformat import format as formatted

from ens.enrolment import codes
from ens.enrolment.ports import LotToSend
from ens.enrolment.references import reference
from ens.enrolment.types import EMAIL
from ens.identity.addressing import Addressed, Reached, addressed
from ens.kernel import clock

PATH = "/bienvenue/"


@dataclass(frozen=True, slots=True)
class Notice:
    """One person's. ``paragraphs`` are the model's, with « ** » around what is bold."""

    usager_id: UUID
    reference: str
    addressee: Reached
    lines: tuple[str, ...]  # name, capacity and postal address
    greeting: str
    email: str
    code: str
    paragraphs: tuple[str, ...]
    about_child: str  # their name, when it is not the addressee's own
    large_print: bool


@dataclass(frozen=True, slots=True)
class Told:
    """What everyone of a lot is told."""

    subject: str
    sent_on: date
    last_day: date
    link: str
    phone: str
    hours: str
    notices: tuple[Notice, ...]

    @property
    def opens_on(self) -> date:
        return self.last_day + timedelta(days=1)


def in_words(day: date, *, with_weekday: bool = False) -> str:
    """« 1er mai 2026 », « jeudi 25 novembre 2021 »."""
    with translation.override("fr"):
        number = "1er" if day.day == 1 else str(day.day)
        said = f"{number} {formatted(day, 'F Y')}"
        return f"{formatted(day, 'l')} {said}" if with_weekday else said


def link() -> str:
    """Where people choose: the same address for everyone, so that nothing in it is about anyone."""
    return f"{settings.ENS_BASE_URL}{PATH}"


def compose(lot: LotToSend) -> Told:
    """Everyone in the lot with their code. Who is no longer reached by its channel leaves it, to be planned again."""
    known = addressed(lot.people)
    reached = {who: whom for who, one in known.items() if (whom := _addressee(one, lot.channel)) is not None}
    if len(reached) < len(known):
        _leave_out(lot.id, known.keys() - reached.keys())
    texts = codes.issue_many(list(reached), notice_id=lot.id, channel=lot.channel, days=lot.delay_days)
    last_day = clock.today() + timedelta(days=lot.delay_days)
    said = words(lot.delay_days, last_day)
    return Told(
        subject=lot.subject,
        sent_on=clock.today(),
        last_day=last_day,
        link=link(),
        phone=settings.ENS_SUPPORT_PHONE,
        hours=settings.ENS_SUPPORT_HOURS,
        notices=tuple(
            _notice(lot, who, known[who], reached[who], texts[who], said) for who in lot.people if who in reached
        ),
    )


def words(delay_days: int, last_day: date) -> dict[str, str]:
    """What a model may say that is the same for everyone: see ``policies.WORDS``."""
    return {
        "lien": link(),
        "delai_jours": str(delay_days),
        "dernier_jour": f"**{in_words(last_day, with_weekday=True)}**",
        "telephone": f"**{settings.ENS_SUPPORT_PHONE}**",
        "horaires": settings.ENS_SUPPORT_HOURS,
    }


def in_paragraphs(body: str) -> tuple[str, ...]:
    """A filled model, cut where a line is empty."""
    text = body.replace("\r\n", "\n").strip()
    return tuple(" ".join(part.split()) for part in text.split("\n\n") if part.strip())


def _addressee(one: Addressed, channel: str) -> Reached | None:
    """Who is written to: the person, or for a child a representative, at the child's own address when it has one."""

    def reaches(who: Reached) -> bool:
        return bool(who.email if channel == EMAIL else who.address)

    if not one.is_child:
        return one.person if reaches(one.person) else None
    adult = one.representatives[0] if one.representatives else None
    if reaches(one.person):
        called = adult or Reached("", "", "")
        return replace(
            called,
            email=one.person.email,
            address=one.person.address,
            large_print=called.large_print or one.person.large_print,
        )
    return next((who for who in one.representatives if reaches(who)), None)


def _notice(lot: LotToSend, who: UUID, one: Addressed, whom: Reached, code: str, said: dict[str, str]) -> Notice:
    child = one.person.name if one.is_child else ""
    if whom.last_name:
        greeting, lines = f"{whom.civility},", [f"{whom.civility} {whom.name}"]
    else:
        greeting, lines = "Madame, Monsieur,", []
    if child:
        capacity = "Représentante légale" if whom.sex == "F" else "Représentant légal"
        lines.append(f"{capacity} de {child}")
    name = whom.name if whom.last_name else child
    filled = lot.body.format(prenom_nom=name, code=f"**{code}**", **said)
    return Notice(
        usager_id=who,
        reference=reference(lot.id, who),
        addressee=whom,
        lines=(*lines, *whom.address),
        greeting=greeting,
        email=whom.email,
        code=code,
        paragraphs=in_paragraphs(filled),
        about_child=child,
        large_print=lot.large_print or whom.large_print,
    )


_LEAVE_OUT = """
UPDATE enrolment_lot SET people = left_in.people, count = cardinality(left_in.people)
FROM (SELECT coalesce(array_agg(who ORDER BY rank), '{}') AS people
      FROM enrolment_lot, unnest(people) WITH ORDINALITY AS one(who, rank)
      WHERE id = %(lot)s AND who <> ALL(%(out)s::uuid[])) AS left_in
WHERE id = %(lot)s AND sent_at IS NULL
"""


def _leave_out(lot_id: UUID, people: Sequence[UUID] | set[UUID]) -> None:
    """They moved away from this channel since they were planned: nobody is held as noticed who was not written to."""
    with transaction.atomic(using="batch", durable=True), connections["batch"].cursor() as cursor:
        cursor.execute(_LEAVE_OUT, {"lot": lot_id, "out": list(people)})
