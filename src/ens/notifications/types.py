from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class NoticeKind(StrEnum):
    MESSAGE = "message"
    DOCUMENT = "document"
    DOCUMENT_CHANGED = "document_modifie"
    CODE = "code"
    PROVISIONAL_CODE = "code_provisoire"  # of enrolment, asked for again
    # what happens to an account: always told (N091)
    ACCOUNT_CREATED = "compte_cree"
    SIGN_IN_CHANGED = "connexion_changee"
    PASSWORD_CHANGED = "mot_de_passe_change"  # noqa: S105 - the name of a notice
    EMAIL_CHANGED = "email_change"
    PHONE_CHANGED = "telephone_change"
    IDENTIFIER = "identifiant_rappele"
    # a second representative (N024, N025): to who is invited, and to who invited
    REPRESENTATIVE_INVITED = "representant_invite"
    INVITATION_ACCEPTED = "invitation_acceptee"
    INVITATION_REFUSED = "invitation_refusee"
    # coming of age (N032): to who becomes an adult, and to who acted for them
    SOON_OF_AGE = "majorite_proche"
    OF_AGE = "majorite"
    CHILD_SOON_OF_AGE = "majorite_proche_enfant"
    CHILD_OF_AGE = "majorite_enfant"


@dataclass(frozen=True, slots=True)
class Email:
    to: str
    subject: str
    body: str
    message_id: str  # stable, so that a notice sent again is recognised
