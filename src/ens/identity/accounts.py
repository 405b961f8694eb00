"""Accounts that people sign in with: made, opened, changed. Whose they are is their ``Rattachement``.

An account that does not exist, one without a password and one whose password is another are answered alike, and by
the same work: a password is always hashed.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from itertools import islice
from uuid import UUID

from django.conf import settings
from django.contrib.auth.hashers import check_password as matches
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction

from ens.audit import events
from ens.identity import credentials, factors, limits, representing
from ens.identity.credentials import Personal
from ens.identity.errors import IdentifierTaken, PasswordReused, SignInRefused, TooManyTries
from ens.identity.models import Compte, FormerPassword, Rattachement
from ens.kernel import clock
from ens.kernel.actor import Actor, ActorKind
from ens.kernel.ids import new_id

REMEMBERED = 5  # former passwords that may not come back
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_IDENTIFIER, _ADDRESS = "identifiant", "adresse"


def authenticate(identifier: str, password: str, *, address: str) -> Compte:
    """The account of someone who knows its password. ``address``: the network address that asks.

    Failures are counted by identifier, known or not, and by address. Errors: SignInRefused, TooManyTries.
    """
    name = identifier.strip()[:254].lower()
    limits.check(_ADDRESS, address, settings.ENS_SIGNIN_TRIES_PER_ADDRESS)
    found = Compte.objects.filter(username=name).first()
    known = found is not None and found.is_active and found.has_usable_password() and _enters(found)
    is_right = matches(password, found.password if found is not None and known else _of_nobody())
    limits.check(_IDENTIFIER, name, settings.ENS_SIGNIN_TRIES)  # after the hashing: waiting is no faster
    if found is None or not known or not is_right:
        _note_failure(name, address, found)
        raise SignInRefused()
    limits.forget(_IDENTIFIER, name)
    return found


@lru_cache(maxsize=1)
def _of_nobody() -> str:
    """What the password of nobody is compared with, hashed as the others are."""
    return make_password(new_id().hex)


def _enters(compte: Compte) -> bool:
    """Whose account it is signs in: a person to their own space, or an account of the service with its second proof."""
    return factors.has_application(compte) if compte.role else holder_of(compte) is not None


def _note_failure(name: str, address: str, found: Compte | None) -> None:
    """Counted, and said in a service stream: once a failure, and when the waiting begins."""
    tries, from_there = limits.add(_IDENTIFIER, name), limits.add(_ADDRESS, address)
    who = Actor(ActorKind.USAGER, str(found.id) if found else "inconnu", "")
    events.about_nobody("connexions", "connexion_refusee", by=who, code=SignInRefused.code)
    if tries == settings.ENS_SIGNIN_TRIES or from_there == settings.ENS_SIGNIN_TRIES_PER_ADDRESS:
        events.about_nobody("connexions", "attente_imposee", by=who, code=TooManyTries.code)


def holder_of(compte: Compte) -> UUID | None:
    """The usager whose own account this is."""
    return holder_by_id(compte.id)


def holder_by_id(compte_id: UUID) -> UUID | None:
    """As ``holder_of``."""
    ties = Rattachement.objects.filter(compte_id=compte_id, role=Rattachement.HOLDER, until__isnull=True)
    return ties.values_list("usager_id", flat=True).first()


def names(comptes: Collection[UUID]) -> list[str]:
    """Whose accounts these are, in order."""
    return sorted(Compte.objects.filter(id__in=comptes).values_list("name", flat=True))


def account_of(usager_id: UUID) -> Compte | None:
    """The account with which this person signs in, when they have one."""
    ties = Rattachement.objects.filter(usager_id=usager_id, role=Rattachement.HOLDER, until__isnull=True)
    found = ties.exclude(compte__password_set_at=None).select_related("compte").order_by("since").first()
    return found.compte if found else None


def by_id(compte_id: UUID) -> Compte | None:
    return Compte.objects.filter(id=compte_id, is_active=True).first()


def is_free(identifier: str) -> bool:
    return not Compte.objects.filter(username=identifier).exists()


def suggest(first_name: str, last_name: str, most: int = 3) -> list[str]:
    """Free identifiers made from a name."""
    candidates = list(islice(credentials.suggestions(first_name, last_name), most * 4))
    taken = set(Compte.objects.filter(username__in=candidates).values_list("username", flat=True))
    return [one for one in candidates if one not in taken][:most]


def create(identifier: str, password: str, *, name: str, usager_id: UUID, about: Personal) -> Compte:
    """The account of a person, with the terms accepted today and the first choices to make.

    Errors: IdentifierRefused, IdentifierTaken, those of ``credentials.check_password``.
    """
    credentials.check_identifier(identifier)
    credentials.check_password(password, Personal(about.names, about.birth_date, about.numbers, identifier))
    now = datetime.now(UTC)
    try:
        with transaction.atomic():
            compte = Compte(
                username=identifier, name=name, choices_due=True, review_due=representing.was_represented(usager_id)
            )
            compte.set_password(password)
            compte.password_set_at, compte.terms_accepted_at = now, clock.now()
            compte.save(force_insert=True)
            Rattachement.objects.create(compte=compte, usager_id=usager_id, role=Rattachement.HOLDER, since=now)
    except IntegrityError as error:
        raise IdentifierTaken() from error
    return compte


@dataclass(frozen=True, slots=True)
class ServiceAccess:
    """What opens an account of the service, said once: a password, a secret for the application, recovery codes."""

    password: str
    secret: str
    recovery: list[str]


def give_service_access(compte: Compte) -> ServiceAccess:
    """A new password and a new second proof for an account of steering or of the support; the former open nothing.

    Errors: SignInRefused, for another account.
    """
    if not compte.role:
        raise SignInRefused()
    password = "-".join("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(4))
    with transaction.atomic():
        factors.remove_application(compte)
        compte.set_password(password)
        compte.password_set_at = datetime.now(UTC)
        compte.save(update_fields=("password", "password_set_at"))
        secret = factors.prepare_application(compte)
        recovery = factors.confirm_application(compte, factors.code_now(secret))
    return ServiceAccess(password, secret, recovery)


def check_own_password(compte: Compte, password: str) -> None:
    """Before what matters, the password is asked again. Errors: SignInRefused, TooManyTries."""
    limits.check("mot_de_passe", str(compte.id), settings.ENS_SIGNIN_TRIES)
    if not matches(password, compte.password):
        limits.add("mot_de_passe", str(compte.id))
        raise SignInRefused()
    limits.forget("mot_de_passe", str(compte.id))


def set_password(compte: Compte, password: str, about: Personal) -> None:
    """A new one; sessions opened with the former end. Errors: those of ``check_password``, PasswordReused."""
    credentials.check_password(password, Personal(about.names, about.birth_date, about.numbers, compte.username))
    former = FormerPassword.objects.filter(compte=compte).order_by("-until")
    if any(matches(password, one) for one in _usable(compte, former)):
        raise PasswordReused()
    now = datetime.now(UTC)
    with transaction.atomic():
        if compte.has_usable_password():
            FormerPassword.objects.create(compte=compte, password=compte.password, until=now)
        compte.set_password(password)
        compte.password_set_at = now
        compte.save(update_fields=("password", "password_set_at"))
        kept = list(former.values_list("id", flat=True)[:REMEMBERED])
        FormerPassword.objects.filter(compte=compte).exclude(id__in=kept).delete()
    limits.forget(_IDENTIFIER, compte.username)


def _usable(compte: Compte, former: Iterable[FormerPassword]) -> list[str]:
    present = [compte.password] if compte.has_usable_password() else []
    return present + [one.password for one in list(former)[:REMEMBERED]]


def accept_terms(compte: Compte) -> None:
    compte.terms_accepted_at = clock.now()
    compte.save(update_fields=("terms_accepted_at",))


def must_accept_terms(compte: Compte) -> bool:
    """Whether the terms in force were published after the person accepted some (N019)."""
    accepted = compte.terms_accepted_at
    published = settings.ENS_TERMS_PUBLISHED
    return accepted is not None and accepted.astimezone(clock.PARIS).date() < published <= clock.today()


def first_choices_made(compte: Compte) -> None:
    compte.choices_due = False
    compte.save(update_fields=("choices_due",))


def reviewed(compte: Compte) -> None:
    """They read again what was decided for them as a child."""
    if compte.review_due:
        compte.review_due = False
        compte.save(update_fields=("review_due",))
