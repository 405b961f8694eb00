"""Notices to the usager's own e-mail."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ens.audit import events
from ens.coffre.services import sealer
from ens.identity import queries as identity
from ens.kernel import clock
from ens.kernel.actor import SYSTEM
from ens.kernel.ids import new_id
from ens.notifications.models import Notice, OneTimeCode
from ens.notifications.ports import email_sender
from ens.notifications.types import Email, NoticeKind
from ens.persistence import outbox, sql
from ens.persistence.erasing import Erased, delete_rows
from ens.persistence.outbox import TryLater
from ens.persistence.unit import Unit, unit_of_work

OUTBOX_KIND = "avis"


def tell(
    unit: Unit, kind: NoticeKind, *, to: str = "", code: str = "", until: datetime | None = None, identifier: str = ""
) -> None:
    """Have the usager told, in the transaction of what they are told about (S105).

    ``to``: another address than theirs, such as the one that just changed. ``code``, ``until``: a one-time code, which
    is not sent once over. What is said is sealed until it is sent.
    """
    notice = Notice(usager_id=unit.usager_id, id=new_id(), kind=kind, told_at=clock.now())
    said = {"to": to, "code": code, "until": until.isoformat() if until else "", "identifier": identifier}
    if any(said.values()):
        notice.sealed = sealer(unit).seal_json("avis", notice.id, said)
    unit.later(*sql.insertion(notice))
    # A code is waited for: it goes before everything that was due.
    outbox.put(unit, OUTBOX_KIND, notice.id, due_at=datetime.now(UTC) - timedelta(days=1) if code else None)


_OF_FAMILY = {
    NoticeKind.REPRESENTATIVE_INVITED: (
        gettext_lazy("On vous invite à gérer l’espace d’un enfant"),
        (
            gettext_lazy("Un représentant légal vous invite à gérer avec lui l’espace d’un enfant."),
            gettext_lazy("Pour savoir lequel et répondre, connectez-vous, puis ouvrez « Mes profils »."),
            gettext_lazy("Vous avez trente jours. Sans réponse, rien ne change."),
        ),
    ),
    NoticeKind.INVITATION_ACCEPTED: (
        gettext_lazy("Votre invitation est acceptée"),
        (gettext_lazy("La personne que vous avez invitée gère maintenant avec vous l’espace de l’enfant."),),
    ),
    NoticeKind.INVITATION_REFUSED: (
        gettext_lazy("Votre invitation est refusée"),
        (gettext_lazy("La personne que vous avez invitée ne souhaite pas gérer l’espace de l’enfant."),),
    ),

    NoticeKind.SOON_OF_AGE: (
        gettext_lazy("Vous aurez bientôt 18 ans"),
        (
            gettext_lazy("Le jour de vos 18 ans, votre espace sera à vous seul : vos parents n’y auront plus accès."),
            gettext_lazy("Ce jour-là, nous vous enverrons un code pour créer votre propre compte."),
        ),
    ),
    NoticeKind.OF_AGE: (
        gettext_lazy("Vous avez 18 ans : votre espace est à vous seul"),
        (
            gettext_lazy("Vos parents n’ont plus accès à votre espace."),
            gettext_lazy("Un code vous arrive dans un autre e-mail : il sert à créer votre propre compte."),
            gettext_lazy("Vous pourrez alors relire ce qui a été décidé pour vous, et le changer."),
        ),
    ),
    NoticeKind.CHILD_SOON_OF_AGE: (
        gettext_lazy("Un enfant que vous représentez aura bientôt 18 ans"),
        (
            gettext_lazy("Le jour de ses 18 ans, son espace sera à lui seul : votre compte ne le montrera plus."),
            gettext_lazy("Avant ce jour, donnez avec lui une adresse e-mail à lui seul : son code y sera envoyé."),
        ),
    ),
    NoticeKind.CHILD_OF_AGE: (
        gettext_lazy("Un enfant que vous représentiez a 18 ans"),
        (
            gettext_lazy("Son espace est désormais à lui seul : votre compte ne le montre plus."),
            gettext_lazy("Son code part à son adresse e-mail. Si elle est aussi la vôtre, il le demande au support."),
        ),
    ),
}


def _words(kind: NoticeKind, said: dict[str, Any]) -> tuple[str, list[str]]:
    """The subject and the sentences."""
    to_read = _("Pour le lire, connectez-vous : %(address)s") % {"address": settings.ENS_BASE_URL + "/accueil/"}
    no_health = _("Par sécurité, cet e-mail ne contient aucune information de santé.")
    not_you = _("Si ce n’est pas vous, appelez le %(phone)s, %(hours)s.") % {
        "phone": settings.ENS_SUPPORT_PHONE,
        "hours": settings.ENS_SUPPORT_HOURS,
    }
    arrivals = {
        NoticeKind.MESSAGE: (_("Vous avez un nouveau message"), _("Un nouveau message vous attend dans votre espace.")),
        NoticeKind.DOCUMENT: (
            _("Un document a été ajouté dans votre espace"),
            _("Un professionnel a ajouté un document dans votre espace."),
        ),
        NoticeKind.DOCUMENT_CHANGED: (
            _("Un document a été modifié dans votre espace"),
            _("Un professionnel a modifié un document dans votre espace."),
        ),
    }
    if kind in arrivals:
        subject, sentence = arrivals[kind]
        return subject, [sentence, to_read, no_health]
    if kind is NoticeKind.CODE:
        code = f"{said['code'][:3]}\u00a0{said['code'][3:]}"
        return _("Votre code"), [
            _("Votre code : %(code)s") % {"code": code},
            _("Il sert une fois, pendant dix minutes."),
            _("Ne le donnez à personne : nous ne le demandons jamais par téléphone ni par e-mail."),
        ]
    if kind is NoticeKind.PROVISIONAL_CODE:
        last_day = datetime.fromisoformat(said["until"]).astimezone(clock.PARIS)
        return _("Votre nouveau code provisoire"), [
            _("Votre code provisoire : %(code)s") % {"code": said["code"].replace(" ", "\u00a0")},
            _("Il sert jusqu’au %(day)s, sur %(address)s ; le précédent ne sert plus.")
            % {"day": f"{last_day:%d/%m/%Y}", "address": settings.ENS_BASE_URL + "/bienvenue/"},
            _("Il a été demandé sur notre site, ou par téléphone à notre support. Ne le donnez à personne."),
            not_you,
        ]
    if kind is NoticeKind.IDENTIFIER:
        sentence = _("Votre identifiant de connexion est : %(identifier)s") % {"identifier": said.get("identifier", "")}
        return _("Votre identifiant"), [sentence, not_you]
    if kind in _OF_FAMILY:
        subject, sentences = _OF_FAMILY[kind]
        return str(subject), [*(str(one) for one in sentences), no_health]
    changes = {
        NoticeKind.ACCOUNT_CREATED: (_("Votre compte est créé"), _("Votre compte a été créé. Bienvenue.")),
        NoticeKind.SIGN_IN_CHANGED: (
            _("Votre façon de vous connecter a changé"),
            _("Une application de codes ou une clé d’accès a été ajoutée à votre compte, ou en a été retirée."),
        ),
        NoticeKind.PASSWORD_CHANGED: (
            _("Votre mot de passe a changé"),
            _("Le mot de passe de votre compte a changé. Les autres appareils ont été déconnectés."),
        ),
        NoticeKind.EMAIL_CHANGED: (
            _("Votre adresse e-mail a changé"),
            _("L’adresse e-mail de votre compte a été remplacée par une autre."),
        ),
        NoticeKind.PHONE_CHANGED: (
            _("Votre numéro de téléphone a changé"),
            _("Le numéro de téléphone de votre compte a changé."),
        ),
    }
    subject, sentence = changes[kind]
    return subject, [sentence, not_you]


def send(usager_id: UUID, notice_id: UUID) -> None:
    """Send one notice, once known; repeated, it carries the same Message-ID. Errors: TryLater.

    In one unit, which stays open while the relay takes it: it holds nothing that another unit waits for.
    """
    sender = email_sender()
    if sender is None:
        raise TryLater("aucun relais de courriel réglé")
    is_handed = False

    def act(unit: Unit) -> None:
        nonlocal is_handed
        waiting, contact = unit.answers
        if waiting is None:
            return unit.untraced("déjà envoyé")
        kind, sealed = waiting
        said = sealer(unit).open_json("avis", notice_id, sealed) if sealed else {}
        address = said.get("to") or identity.opened_contact(unit, contact)
        is_over = said.get("until") and datetime.fromisoformat(said["until"]) < datetime.now(UTC)
        if not address or is_over:
            if sealed:
                sql.execute(_FORGET, [unit.usager_id, notice_id])
            return unit.untraced("rien n'est envoyé : sans adresse, ou trop tard")
        if not is_handed:  # the unit may start again
            sender.send(_email(NoticeKind(kind), said, address, notice_id))
            is_handed = True
        unit.later(_SENT, [clock.now(), unit.usager_id, notice_id])
        return events.notice_sent(unit, "email")

    asking = [
        sql.Question(_WAITING, [usager_id, notice_id], lambda rows: rows[0] if rows else None),
        identity.contact_on_file(usager_id, "email"),
    ]
    unit_of_work(usager_id, act, by=SYSTEM, asking=asking)


def _email(kind: NoticeKind, said: dict[str, Any], address: str, notice_id: UUID) -> Email:
    subject, sentences = _words(kind, said)
    body = "\n\n".join((_("Bonjour,"), *sentences, settings.ENS_SERVICE_NAME))
    domain = settings.ENS_COURRIEL_FROM.rsplit("@", 1)[-1]
    return Email(address, subject, body, f"<avis-{notice_id}@{domain}>")


_WAITING = "SELECT kind, sealed FROM notifications_notice WHERE usager_id = %s AND id = %s AND sent_at IS NULL"
_FORGET = "UPDATE notifications_notice SET sealed = NULL WHERE usager_id = %s AND id = %s"
_SENT = """
UPDATE notifications_notice SET sent_at = %s, sealed = NULL WHERE usager_id = %s AND id = %s AND sent_at IS NULL
"""


def erase(unit: Unit) -> Erased:
    """Every notice to someone whose data are deleted."""
    delete_rows(unit, Notice, OneTimeCode)
    return Erased()
