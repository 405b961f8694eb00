"""Each error's SMTP reply: one table. The stable reason code is in the text, for the sender's software.

Source: RFC 5321, 4.2; enhanced status codes, RFC 3463. One page a code in ``docs/interop/codes``.
"""

from __future__ import annotations

import re
from unicodedata import normalize

from ens.interop.smtp.errors import (
    CertificateAbsent,
    CommandInvalid,
    CommandOutOfPlace,
    ReceptionBusy,
    ServiceStopping,
    ServiceUnavailable,
    SessionTooSlow,
    SessionWithoutMessage,
    TooManyRefusals,
    TooManySessions,
)
from ens.kernel.errors import EnsError, Family
from ens.messaging.errors import MessageTooLarge
from ens.messaging.explained import EXPLAINED, page_of
from ens.messaging.unreadable import Reason

MAX_REPLY = 510  # RFC 5321, 4.5.3.1.5

BY_CODE = {
    "adresse_invalide": "550 5.1.3",
    "adresse_cle_invalide": "550 5.1.3",
    "boite_absente": "550 5.1.1",
    "un_seul_usager": "550 5.5.3",
    "operateur_inconnu": "554 5.7.1",
    "domaine_non_autorise": "550 5.7.1",
    "certificat_revoque": "554 5.7.1",
    "operateur_en_test": "550 5.7.1",
    "message_trop_grand": "552 5.3.4",
    "message_illisible": "554 5.6.0",
    "piece_autre_patient": "554 5.6.1",
    "piece_infectee": "554 5.7.1",
    "antivirus_indisponible": "451 4.7.1",
    "piece_protegee": "554 5.7.1",
    "piece_dangereuse": "554 5.7.1",
    "test_non_reconnu": "554 5.6.0",
    "trop_de_tests": "450 4.7.1",
    "certificat_absent": "530 5.7.0",
    "commande_invalide": "500 5.5.2",
    "commande_hors_sequence": "503 5.5.1",
    "trop_de_refus": "421 4.7.0",
    "trop_de_connexions": "421 4.7.0",
    "envoi_trop_lent": "421 4.4.2",
    "session_sans_message": "421 4.4.2",
    "fonction_arretee": "451 4.3.2",
    "visite_seulement": "554 5.7.1",
    "service_en_arret": "421 4.3.2",
    "reception_saturee": "452 4.3.1",
}
BY_FAMILY = {
    Family.ABSENT: "550 5.1.1",
    Family.REFUSED: "554 5.7.1",
    Family.CONFLICT: "451 4.3.0",
    Family.MALFORMED: "554 5.6.0",
    Family.UNAVAILABLE: "451 4.3.0",
}


def reply(error: EnsError) -> str:
    """« 550 5.1.1 boite_absente: Cette boite… / This mailbox… https://…/aide/courrier/boite_absente/ ».

    In ASCII: not every software reads SMTPUTF8. The page is for who wrote: their operator's report quotes this line.
    """
    status = BY_CODE.get(error.code) or BY_FAMILY[error.family]
    end = _end(error.code, error.facts.get("reason")) if error.code in EXPLAINED else ""
    said = f"{status} {error.code}: {ascii_words(error.sentence)}"
    return said[: MAX_REPLY - len(end)] + end


def _end(code: str, reason: object = None) -> str:
    """The English half, as much as the French one says, and the page."""
    why = f" Reason: {reason.english}." if isinstance(reason, Reason) else ""
    return f" / {EXPLAINED[code].english}{why} {page_of(code)}"


def ascii_words(sentence: str) -> str:
    plain = sentence.replace("’", "'").replace("«", '"').replace("»", '"').replace("œ", "oe").replace("\u00a0", " ")
    return normalize("NFKD", plain).encode("ascii", "ignore").decode()


def offered(commands: list[str]) -> str:
    """What HELP answers."""
    return f"214 2.0.0 {' '.join(commands)}"


# RFC 5321, 3.5.3 and 7.3: it says nothing of a mailbox, whoever asks; RCPT answers who shows a certificate.
NOT_VERIFIED = "252 2.5.2 Aucune adresse n'est verifiee ici / No address is verified here"
NO_CERTIFICATE = reply(CertificateAbsent())
OUT_OF_PLACE = reply(CommandOutOfPlace())
TOO_MANY_REFUSALS = reply(TooManyRefusals())
TOO_MANY_SESSIONS = reply(TooManySessions())
TOO_SLOW = reply(SessionTooSlow())
WITHOUT_MESSAGE = reply(SessionWithoutMessage())
BUSY = reply(ReceptionBusy())
STOPPING = reply(ServiceStopping())
TRY_AGAIN = reply(ServiceUnavailable())
ADDRESS_UNREADABLE = f"553 5.1.3 adresse_invalide: L'adresse est mal formee{_end('adresse_invalide')}"
_OURS = re.compile(r"\d{3} \d\.\d\.\d+ [a-z_]+: ")
_INVALID = reply(CommandInvalid()).split(" ", 2)[2]
# what aiosmtpd refuses by itself, by its code; the enhanced status says more (RFC 3463, 3.6)
_COMMANDS = {
    "500": f"500 5.5.2 {_INVALID}",
    "501": f"501 5.5.4 {_INVALID}",
    "502": f"502 5.5.1 {_INVALID}",
    "504": f"504 5.5.4 {_INVALID}",
    "555": f"555 5.5.4 {_INVALID}",
    "503": OUT_OF_PLACE,
    "530": NO_CERTIFICATE,
    "553": ADDRESS_UNREADABLE,
}


def in_our_words(said: str, max_bytes: int) -> str:
    """A reply of aiosmtpd's own, with our reason code: the same fault has one code wherever it is found."""
    code = said[:3]
    if code[:1] not in ("4", "5") or _OURS.match(said):
        return said
    if code == "552":
        return reply(MessageTooLarge(limit=max_bytes))
    if code in _COMMANDS:
        return _COMMANDS[code]
    return TRY_AGAIN if code.startswith("4") else f"{code} 5.5.0 {_INVALID}"
