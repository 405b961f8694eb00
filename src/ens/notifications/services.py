"""Notices to the usager's own e-mail."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

from ens.audit import events
from ens.identity import queries as identity
from ens.kernel import clock
from ens.kernel.actor import SYSTEM
from ens.kernel.ids import new_id
from ens.notifications.models import Notice
from ens.notifications.ports import email_sender
from ens.notifications.types import Email, NoticeKind
from ens.persistence import outbox, sql
from ens.persistence.erasing import Erased, delete_rows
from ens.persistence.outbox import TryLater
from ens.persistence.unit import Unit, unit_of_work

OUTBOX_KIND = "avis"


def tell(unit: Unit, kind: NoticeKind) -> None:
    """Have the usager told, in the transaction of what they are told about (S105)."""
    notice = Notice(usager_id=unit.usager_id, id=new_id(), kind=kind, told_at=clock.now())
    sql.insert(notice)
    outbox.put(unit, OUTBOX_KIND, notice.id)


def _words(kind: NoticeKind) -> tuple[str, str]:
    return {
        NoticeKind.MESSAGE: (_("Vous avez un nouveau message"), _("Un nouveau message vous attend dans votre espace.")),
        NoticeKind.DOCUMENT: (
            _("Un document a été ajouté dans votre espace"),
            _("Un professionnel a ajouté un document dans votre espace."),
        ),
        NoticeKind.DOCUMENT_CHANGED: (
            _("Un document a été modifié dans votre espace"),
            _("Un professionnel a modifié un document dans votre espace."),
        ),
    }[kind]


def send(usager_id: UUID, notice_id: UUID) -> None:
    """Send one notice, once known; repeated, it carries the same Message-ID. Errors: TryLater."""
    sender = email_sender()
    if sender is None:
        raise TryLater("aucun relais de courriel réglé")

    def prepare(unit: Unit) -> Email | None:
        unit.untraced("l'avis est tracé une fois remis au relais")
        notice = Notice.objects.filter(usager_id=unit.usager_id, id=notice_id, sent_at__isnull=True).first()
        address = identity.email(unit) if notice else ""
        if notice is None or not address:
            return None
        subject, sentence = _words(NoticeKind(notice.kind))
        body = "\n\n".join(
            (
                _("Bonjour,"),
                sentence,
                _("Pour le lire, connectez-vous : %(address)s") % {"address": settings.ENS_BASE_URL + "/accueil/"},
                _("Par sécurité, cet e-mail ne contient aucune information de santé."),
                settings.ENS_SERVICE_NAME,
            )
        )
        domain = settings.ENS_COURRIEL_FROM.rsplit("@", 1)[-1]
        return Email(address, subject, body, f"<avis-{notice_id}@{domain}>")

    def mark(unit: Unit) -> None:
        updated = Notice.objects.filter(usager_id=unit.usager_id, id=notice_id, sent_at__isnull=True)
        if updated.update(sent_at=clock.now()):
            events.notice_sent(unit, "email")
        else:
            unit.untraced("déjà envoyé")

    email = unit_of_work(usager_id, prepare, by=SYSTEM)
    if email is not None:
        sender.send(email)
        unit_of_work(usager_id, mark, by=SYSTEM)


def erase(unit: Unit) -> Erased:
    """Every notice to someone whose data are deleted."""
    delete_rows(unit, Notice)
    return Erased()
