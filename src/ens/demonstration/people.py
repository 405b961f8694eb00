"""The cast brought to its states, accounts and rights by the real services, at dates of the past."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from ens.access import services as access
from ens.access.mandates import give, steers
from ens.demonstration import campaign, places
from ens.demonstration.cast import DOCTOR_OF_ALL, Member, member, of_kind
from ens.demonstration.progress import Progress
from ens.demonstration.standing import state_of
from ens.enrolment import services as enrolment
from ens.enrolment.types import State
from ens.identity import queries, services
from ens.identity.types import NewUsager
from ens.kernel.actor import SYSTEM, Actor, ActorKind
from ens.messaging.services import allow_operator
from ens.messaging.types import OperatorRef
from ens.persistence import clock as kept
from ens.standards.departements import DEPARTEMENTS

CHILDREN = {"noe": "inaya", "jade": "inaya"}
AUTHORISED = {"inaya": ("andre",)}  # beside Docteur Dupond, authorised by everyone
BLOCKED = {"inaya": ("etienne",)}
OF_THE_CAST = "demonstration"
Ids = dict[str, UUID]


def operators() -> None:
    """Their ports may change between two starts."""
    ports = places.read_json("ports.json")
    for one in of_kind("operateur"):
        allow_operator(OperatorRef(one.operator, one.last_name, "127.0.0.1", ports[one.operator]))


def usagers(progress: Progress, hand_over: Callable[[], object] = campaign.ask_the_worker) -> Ids:
    """Every usager of the cast, in the state of their row; the space's clock says each date while it is told.

    Told back, the clock also keeps the worker from opening someone whose opposition is still to come.
    """
    steps: tuple[tuple[int, str, Callable[[], object]], ...] = (
        *_STEPS,
        # yesterday: 42 days later, their last day is over
        (1, "information", lambda: campaign.tell(hand_over)),
    )
    try:
        for days, step, act in steps:
            if progress.over or step in progress.done:
                continue
            kept.tell_from(progress.back_to(days))
            act()
            progress.mark(step)
    finally:
        if not progress.over:
            kept.tell_from(timedelta(0))
    if not campaign.is_told():
        campaign.tell(hand_over)  # a space whose story was told before there was a campaign
    return {one.key: _known(one) for one in of_kind("usager")}


def _known(one: Member) -> UUID:
    found = queries.find_usager(one.matricule, one.oid)
    if found is None:
        raise LookupError(f"{one.key} is not registered")
    return found.usager_id


def acting(one: Member) -> Actor:
    """A usager of the cast, acting for their own space."""
    return Actor(ActorKind.USAGER, OF_THE_CAST, one.name, usager_id=_known(one))


def _register() -> None:
    for one in of_kind("usager"):
        if one.key in campaign.IMPORTED:
            continue
        if queries.find_usager(one.matricule, one.oid) is None:
            # a wrong key is tolerated: the cast lists the few published examples that have one
            services.register_usager(_new(one), by=SYSTEM, tolerate_key=True)
        if one.state != "noticed":
            _notice(one)


def _new(one: Member) -> NewUsager:
    return NewUsager(
        birth_name=one.last_name,
        first_names=one.first_names,
        birth_date=one.born,
        sex=one.sex,
        birth_place=one.birth_place,
        matricule=one.matricule,
        oid=one.oid,
        used_first_name=one.used_first_name,
        email=one.email,
        departement=_lives_in(one),
        medecin_traitant_rpps=member(one.doctor).rpps if one.doctor else "",
    )


def _lives_in(one: Member) -> str:
    """Where they were born, as far as the story says."""
    code = one.birth_place[:3] if one.birth_place.startswith("97") else one.birth_place[:2]
    return code if code in DEPARTEMENTS and code != "99" else ""


def _notice(one: Member) -> None:
    if state_of(one) is State.UNKNOWN:
        enrolment.notice(_known(one), channel="email" if one.email else "courrier", by=SYSTEM)


def _choose() -> None:
    for one in of_kind("usager"):
        if one.state == "opposed":
            enrolment.oppose(_known(one), by=acting(one))
        elif one.state in ("activated", "closed"):
            enrolment.activate(_known(one), by=acting(one))


def _open() -> None:
    enrolment.open_due()


def _close() -> None:
    for one in of_kind("usager"):
        if one.state == "closed":
            enrolment.close(_known(one), by=acting(one))


_STEPS = (
    (400, "inscription", _register),
    (395, "choix", _choose),
    (356, "ouverture", _open),  # 42 days, the last one included, after the notice
    (335, "fermeture", _close),
)


def accounts(ids: Ids) -> None:
    """Who enters by the door, and whose spaces they see."""
    for one in of_kind("professionnel"):
        services.create_compte(f"demo-{one.key}", name=one.name, professional=queries.professional(one.rpps))
    for one in (*of_kind("pilotage"), *of_kind("support")):
        compte = services.create_compte(f"demo-{one.key}", name=one.name, role=one.kind)
        if one.kind == "pilotage" and not steers(compte.id):
            give(compte.id, everywhere=True, opens_events=True, by=SYSTEM)
    for one in of_kind("usager"):
        if one.key in campaign.IMPORTED:
            continue  # they make their own, with the code of their letter
        compte = services.create_compte(f"demo-{one.key}", name=one.name)
        services.attach(compte, ids[one.key], "titulaire")
        for child, parent in CHILDREN.items():
            if parent == one.key:
                services.attach(compte, ids[child], "representant")


def clients() -> None:
    """The software of each professional and establishment."""
    for one in of_kind("professionnel"):
        services.register_client(
            places.client_id(one.key),
            places.client_secret(places.client_id(one.key)),
            name=f"Logiciel de {one.name}",
            professional=queries.professional(one.rpps),
        )
    for one in of_kind("etablissement"):
        services.register_client(
            places.client_id(one.key),
            places.client_secret(places.client_id(one.key)),
            name=f"Logiciel de {one.name}",
            establishment=queries.establishment(one.finess),
        )


def rights(ids: Ids, progress: Progress) -> None:
    """Docteur Dupond is authorised by everyone with an open space; Inaya also chooses whom else, and blocks one.

    Once a person: what they choose afterwards is never undone by another start.
    """
    if not progress.over:
        kept.tell_from(progress.back_to(330))
    try:
        for one in of_kind("usager"):
            if one.key not in progress.authorised and state_of(one).is_open:
                _give_rights(one, ids[one.key])
                progress.authorised.append(one.key)
                progress.keep()
    finally:
        if not progress.over:
            kept.tell_from(timedelta(0))


def _give_rights(one: Member, usager_id: UUID) -> None:
    person = acting(one)
    for key in (DOCTOR_OF_ALL, *AUTHORISED.get(one.key, ())):
        access.authorise(usager_id, rpps=member(key).rpps, by=person)
    for key in BLOCKED.get(one.key, ()):
        access.block(usager_id, rpps=member(key).rpps, by=person)
