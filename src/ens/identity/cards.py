"""Who is on whose carte Vitale, and who was born the same day: twins are told apart, never guessed (N003).

A card is its insured's. On it: the insured, who they have in charge (``insured_matricule``, the insured's number kept
apart from the person's own INS), and the children they represent. Source: PRODUCTION 1.1, steps 3 and 4.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from ens.audit import events
from ens.identity import queries
from ens.kernel.actor import Actor, ActorKind
from ens.persistence.unit import Unit, unit_of_work


@dataclass(frozen=True, slots=True)
class Named:
    """One of those born together, by the name that tells them apart."""

    usager_id: UUID
    name: str


def is_own(unit: Unit, matricule: str) -> bool:
    """Whether the number is the person's own, former ones included: it designates nobody else."""
    holder = queries.find_usager(matricule)
    return holder is not None and holder.usager_id == unit.usager_id


def is_on_card(unit: Unit, matricule: str) -> bool:
    """Whether the person is on the card of who has this number: theirs, their insured's, or their representative's.

    Of nobody, no.
    """
    holder = queries.find_usager(matricule)
    if unit.is_nobody:
        return False
    if holder is not None and holder.usager_id in (unit.usager_id, *queries.representatives(unit)):
        return True
    return queries.traits(unit).insured_matricule.upper() == matricule.upper()


def born_together(usager_id: UUID, *, by: Actor, matricule: str = "") -> list[UUID]:
    """Other people, living, born the same day and declared with a representative in common; sorted.

    ``matricule``: only those on this number's card, and nobody when it is the person's own. Who has no declared
    representative has nobody here: the insurance's file is what links people.
    """

    def self_(unit: Unit) -> tuple[date, list[UUID]]:
        unit.untraced("la date et les liens déclarés, pour ne pas confondre des jumeaux")
        if unit.is_nobody or (matricule and is_own(unit, matricule)):
            return date.min, []
        return queries.traits(unit).birth_date, queries.representatives(unit)

    def parent(unit: Unit) -> list[UUID]:
        unit.untraced("les liens déclarés, pour ne pas confondre des jumeaux")
        return queries.children(unit)

    born, representatives = unit_of_work(usager_id, self_, by=by)

    def other(unit: Unit) -> bool:
        unit.untraced("une date de naissance comparée, sans être montrée")
        if not (queries.is_born_on(unit, born) and queries.is_registered_alive(unit)):
            return False
        return not matricule or is_on_card(unit, matricule)

    around = {child for one in representatives for child in unit_of_work(one, parent, by=by)} - {usager_id}
    return [one for one in sorted(around) if unit_of_work(one, other, by=by)]


def names(people: list[UUID], *, by: Actor) -> list[Named]:
    """Their names, in the order of the alphabet, each showing a line of their own history.

    Namesakes are told apart by all their first names. ``by``: the bearer of a code of one of them.
    """

    def act(unit: Unit) -> tuple[str, str]:
        known = queries.traits(unit)
        events.twin_named(unit)
        return known.shown_name, f"{known.first_names.title()} {(known.used_name or known.birth_name).title()}"

    found = {one: unit_of_work(one, act, by=_of_their_card(by, one)) for one in people}
    short = [name for name, _ in found.values()]
    said = {one: name if short.count(name) == 1 else whole for one, (name, whole) in found.items()}
    return sorted((Named(one, name) for one, name in said.items()), key=lambda one: (one.name, one.usager_id))


def _of_their_card(by: Actor, usager_id: UUID) -> Actor:
    if by.usager_id == usager_id:
        return by
    return Actor(ActorKind.USAGER, by.id, "Porteur du code d'une personne de la même carte", usager_id=usager_id)
