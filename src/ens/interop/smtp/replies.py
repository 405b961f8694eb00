"""Each error's SMTP reply: one table. The stable reason code is in the text, for the sender's software.

Source: RFC 5321, 4.2; enhanced status codes, RFC 3463. One page a code in ``docs/interop/codes``.
"""

from __future__ import annotations

from unicodedata import normalize

from ens.kernel.errors import EnsError, Family
from ens.messaging.errors import MessageMalformed, MessageTooLarge

BY_CODE = {
    "adresse_invalide": "550 5.1.3",
    "adresse_cle_invalide": "550 5.1.3",
    "boite_absente": "550 5.1.1",
    "un_seul_usager": "550 5.5.3",
    "operateur_inconnu": "554 5.7.1",
    "domaine_non_autorise": "550 5.7.1",
    "message_trop_grand": "552 5.3.4",
    "message_illisible": "554 5.6.0",
    "piece_autre_patient": "554 5.6.1",
    "trop_de_refus": "421 4.7.0",
}
BY_FAMILY = {
    Family.ABSENT: "550 5.1.1",
    Family.REFUSED: "554 5.7.1",
    Family.CONFLICT: "451 4.3.0",
    Family.MALFORMED: "554 5.6.0",
    Family.UNAVAILABLE: "451 4.3.0",
}
TOO_MANY_REFUSALS = "421 4.7.0 trop_de_refus: Trop de refus dans cette session, recommencez plus tard"
NO_CERTIFICATE = "530 5.7.0 certificat_absent: STARTTLS avec un certificat d'operateur est obligatoire"
TRY_AGAIN = "451 4.3.0 service_indisponible: Rien n'a ete enregistre, recommencez plus tard"
ADDRESS_UNREADABLE = "553 5.1.3 adresse_invalide: L'adresse est mal formee"


def of_the_library(max_bytes: int) -> dict[str, str]:
    """What aiosmtpd answers by itself, said in our words: the same fault has one reason code wherever it is found."""
    too_large = reply(MessageTooLarge(limit=max_bytes))
    return {
        "530 Must issue a STARTTLS command first": NO_CERTIFICATE,
        "552 Error: message size exceeds fixed maximum message size": too_large,
        "552 Error: Too much mail data": too_large,
        "500 Line too long (see RFC5321 4.5.3.1.6)": reply(MessageMalformed(reason="une ligne dépasse 998 octets")),
        "553 5.1.3 Error: malformed address": ADDRESS_UNREADABLE,
    }


def reply(error: EnsError) -> str:
    """« 550 5.1.1 boite_absente: Cette boite… », in ASCII: not every software reads SMTPUTF8."""
    status = BY_CODE.get(error.code) or BY_FAMILY[error.family]
    return f"{status} {error.code}: {ascii_words(error.sentence)}"


def ascii_words(sentence: str) -> str:
    plain = sentence.replace("’", "'").replace("«", '"').replace("»", '"').replace("œ", "oe").replace("\u00a0", " ")
    return normalize("NFKD", plain).encode("ascii", "ignore").decode()
