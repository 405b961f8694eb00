"""Reads of identities."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.conf import settings
from django.db.models import Q

from ens.coffre.keyring import digest
from ens.coffre.services import sealer, sealer_of_nobody
from ens.identity import professions
from ens.identity.errors import EstablishmentUnknown, ProfessionalUnknown
from ens.identity.models import (
    Activity,
    Establishment,
    MatriculeLookup,
    Professional,
    Rattachement,
    Representation,
    Usager,
)
from ens.identity.representing import in_force
from ens.identity.types import EstablishmentRef, MailboxRef, ProfessionalRef, Traits, UsagerRef
from ens.kernel import clock
from ens.kernel.actor import ActorKind
from ens.kernel.ids import id_of_nobody
from ens.persistence import sql
from ens.persistence.errors import NobodyThere
from ens.persistence.facts import Fact
from ens.persistence.unit import Unit

MATRICULE = "matricule"
_LOOK_UP = f"SELECT usager_id, oid FROM {MatriculeLookup._meta.db_table} WHERE digest = %s"  # noqa: S608 - our table


def find_usager(matricule: str, oid: str = "") -> UsagerRef | None:
    """Whose matricule this is. With another OID than the one on file, nobody's (DESIGN 2.3)."""
    return sql.ask(whose(matricule, oid))


def whose(matricule: str, oid: str = "") -> sql.Question[UsagerRef | None]:
    """The same, as a question that leaves with others."""
    keyed = [digest(MATRICULE, matricule.upper())]
    return sql.Question(_LOOK_UP, keyed, lambda rows: next((UsagerRef(*r) for r in rows if oid in ("", r[1])), None))


def nobody(matricule: str) -> UUID:
    """Stands for whoever has this matricule and is unknown here.

    A unit of work about it does what it does for a space that is not open, statement for statement, and its refusal
    goes to a service stream: neither words nor time tell who is registered.
    """
    return id_of_nobody(digest("personne", matricule.upper()))


def traits(unit: Unit) -> Traits:
    """The usager's identity, opened once a unit. What is read here is shown under a trace of the caller's."""
    known = _traits(unit)
    if known is None:
        raise NobodyThere()
    return known


def is_born_on(unit: Unit, day: date) -> bool:
    """Whether this is the usager's birth date; of nobody, or of someone erased, no, by the same path."""
    known = _traits(unit)
    return known is not None and known.birth_date == day


def is_registered_alive(unit: Unit) -> bool:
    """Whether this is someone living, whose registration is the one kept; of nobody, no, by the same path."""
    sound = Usager.objects.filter(usager_id=unit.usager_id, died_on=None, merged_into=None).exists()
    return sound and not unit.is_nobody


def had_dmp(unit: Unit) -> bool:
    """Whether the person had a shared medical record before the space (S018)."""
    return Usager.objects.filter(usager_id=unit.usager_id, legacy_dmp=True).exists()


def has_account(usager_id: UUID) -> bool:
    """Whether someone signs in to this person's space today: the holder, or a representative."""
    ties = Rattachement.objects.filter(in_force(), usager_id=usager_id, compte__is_active=True)
    return ties.filter(role__in=(Rattachement.HOLDER, Rattachement.REPRESENTATIVE)).exists()


def _traits(unit: Unit) -> Traits | None:
    known: Traits | None = unit.cache.get("identity.traits")
    if known is None:
        row = Usager.objects.filter(usager_id=unit.usager_id).values_list("sealed_traits", "identity_status").first()
        sealed, status = row or (None, "")
        seal = sealer(unit) if sealed else sealer_of_nobody(unit)  # of nobody, or of someone erased: the same work
        if not sealed or unit.is_nobody:
            return None
        value = seal.open_json("identite", unit.usager_id, sealed)
        value["birth_date"] = date.fromisoformat(value["birth_date"])
        known = unit.cache["identity.traits"] = Traits(**{**value, "identity_status": status})
    return known


def mail_address(unit: Unit) -> str:
    """The usager's address in the trust space, from their INS alone (S035, S078)."""
    return mail_address_of(traits(unit))


def mail_address_of(who: Traits) -> str:
    return f"{who.matricule}@{settings.ENS_MAIL_DOMAIN}"


def email(unit: Unit) -> str:
    """The personal e-mail notices go to, or nothing."""
    return contact(unit, "email")


def phone(unit: Unit) -> str:
    """The telephone number, or nothing."""
    return contact(unit, "telephone")


def address(unit: Unit) -> tuple[str, ...]:
    """The lines of the postal address under the name, or none."""
    return tuple(contact(unit, "adresse").splitlines())


def contact(unit: Unit, kind: str) -> str:
    """The current value of this kind, or nothing."""
    return opened_contact(unit, sql.ask(contact_on_file(unit.usager_id, kind)))


def contact_on_file(usager_id: UUID, kind: str) -> sql.Question[tuple[UUID, bytes] | None]:
    """The same, sealed, as a question that leaves with others."""
    return sql.Question(_CONTACT, [usager_id, kind], lambda rows: (rows[0][0], rows[0][1]) if rows else None)


def opened_contact(unit: Unit, found: tuple[UUID, bytes] | None) -> str:
    """What ``contact_on_file`` answered, or nothing."""
    return sealer(unit).open("contact", *found).decode() if found else ""


_CONTACT = """
SELECT id, sealed_value FROM identity_contact WHERE usager_id = %s AND kind = %s AND until IS NULL ORDER BY id LIMIT 1
"""


def departement(unit: Unit) -> str:
    """The département the person lives in, or nothing."""
    return Usager.objects.filter(usager_id=unit.usager_id).values_list("departement", flat=True).first() or ""


def representatives(unit: Unit) -> list[UUID]:
    """Who the insurance declares as the usager's legal representatives today."""
    return _linked(unit, Representation.REPRESENTATIVE)


def children(unit: Unit) -> list[UUID]:
    """Whose legal representative the insurance declares the usager to be today."""
    return _linked(unit, Representation.CHILD)


def _linked(unit: Unit, side: str) -> list[UUID]:
    links = Representation.objects.filter(usager_id=unit.usager_id, side=side, until__isnull=True)
    return list(links.order_by("since", "other_id").values_list("other_id", flat=True))


FACT = Fact(
    "medecins_traitants",
    "SELECT array_agg(professional_id ORDER BY since) AS who, array_agg(since ORDER BY since) AS since, "
    "array_agg(until ORDER BY since) AS until FROM identity_medecintraitant WHERE usager_id = %(usager)s",
    ("who", "since", "until"),
    concerns=lambda kind: kind in (ActorKind.PROFESSIONNEL, ActorKind.USAGER),
)


def medecin_traitant(unit: Unit) -> UUID | None:
    """The professional declared as médecin traitant today, for a unit of a professional or of the usager."""
    today = clock.today()
    declared = zip(*(column or () for column in unit.facts[FACT.name]), strict=True)
    return next((who for who, since, until in declared if since <= today and (until is None or until > today)), None)


def professional(rpps: str) -> ProfessionalRef:
    """Errors: ProfessionalUnknown."""
    return professional_ref(Professional.objects.filter(rpps=rpps, active=True).first())


def professional_by_id(professional_id: UUID | str) -> ProfessionalRef:
    """Retired professionals included: their past acts keep a name. Errors: ProfessionalUnknown."""
    return professional_ref(Professional.objects.filter(id=professional_id).first())


def professional_id(rpps: str) -> UUID | None:
    """Who has this number in the directory, if anyone."""
    return Professional.objects.filter(rpps=rpps).values_list("id", flat=True).first() if rpps else None


def professionals_by_id(ids: list[UUID]) -> dict[UUID, ProfessionalRef]:
    """Those of the directory among these, in two queries whatever their number."""
    places = Activity.objects.filter(professional_id__in=ids).exclude(establishment=None)
    first = places.order_by("professional_id", "id").distinct("professional_id").select_related("establishment")
    sites = {place.professional_id: place.establishment for place in first}
    return {row.id: _said(row, sites.get(row.id)) for row in Professional.objects.filter(id__in=ids)}


def professional_ref(found: Professional | None) -> ProfessionalRef:
    """Errors: ProfessionalUnknown, of nobody."""
    if found is None:
        raise ProfessionalUnknown()
    place = found.activities.select_related("establishment").exclude(establishment=None).order_by("id").first()
    return _said(found, place.establishment if place else None)


def _said(found: Professional, site: Establishment | None) -> ProfessionalRef:
    return ProfessionalRef(
        id=found.id,
        rpps=found.rpps,
        name=professions.styled_name(found.civility, found.profession, found.last_name, found.first_name),
        last_name=found.last_name,
        first_name=found.first_name,
        profession=found.profession,
        profession_label=professions.label(found.profession),
        organisation=site.name if site else "",
        organisation_id=str(site.id) if site else "",
        active=found.active,
    )


def establishment(finess: str) -> EstablishmentRef:
    """By geographic or legal FINESS, or technical identifier. Errors: EstablishmentUnknown."""
    found = (
        Establishment.objects.filter(Q(identifier=finess) | Q(finess_eg=finess) | Q(finess_ej=finess))
        .order_by("identifier")
        .first()
    )
    return establishment_ref(found)


def establishment_by_id(establishment_id: UUID | str) -> EstablishmentRef:
    return establishment_ref(Establishment.objects.filter(id=establishment_id).first())


def establishments_by_id(ids: list[UUID]) -> dict[UUID, EstablishmentRef]:
    return {found.id: establishment_ref(found) for found in Establishment.objects.filter(id__in=ids)}


def establishment_ref(found: Establishment | None) -> EstablishmentRef:
    """Errors: EstablishmentUnknown, of none."""
    if found is None:
        raise EstablishmentUnknown()
    return EstablishmentRef(found.id, found.finess_eg or found.finess_ej or found.identifier, found.name, found.sector)


def activity_establishments(professional_id: UUID) -> list[UUID]:
    """Every establishment the professional works in."""
    return list(
        Professional.objects.filter(id=professional_id, activities__establishment__isnull=False).values_list(
            "activities__establishment_id", flat=True
        )
    )


_MAILBOX = "SELECT kind, label, gone_at, professional_id, establishment_id FROM identity_mailbox WHERE address = %s"


def mailbox(address: str) -> MailboxRef | None:
    """A mailbox of the trust space, when the directory knows it, and who holds it."""
    box = sql.row(_MAILBOX, [address.lower()])
    if box is None:
        return None
    kind, label, gone_at, professional_id, establishment_id = box
    owner: ProfessionalRef | EstablishmentRef | None = None
    if professional_id is not None:
        owner = professional_ref(Professional.objects.filter(id=professional_id).first())
    elif establishment_id is not None:
        owner = establishment_ref(Establishment.objects.filter(id=establishment_id).first())
    return MailboxRef(kind, label, owner, gone_at is not None)


def has_extract() -> bool:
    """Whether the directory of mailboxes was brought from its extract: what it does not have then says something."""
    return sql.row("SELECT 1 FROM identity_mailbox WHERE listed LIMIT 1", []) is not None
