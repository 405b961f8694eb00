"""What the SMTP door itself can refuse. What a mailbox refuses is in ``messaging.errors``."""

from __future__ import annotations

from ens.kernel.errors import Malformed, Refused, Unavailable


class CertificateAbsent(Refused):
    """The session is not in TLS, or its client showed no certificate."""

    code = "certificat_absent"
    message = "STARTTLS avec un certificat d'opérateur est obligatoire."


class CommandInvalid(Malformed):
    """Not a command of SMTP, too long, or with parameters the door does not offer."""

    code = "commande_invalide"
    message = "Cette commande n'est pas comprise, est trop longue, ou demande ce qui n'est pas offert."


class CommandOutOfPlace(Malformed):
    """A command whose turn it is not, or a message sent before the door asked for it."""

    code = "commande_hors_sequence"
    message = "Cette commande n'est pas à sa place : PIPELINING n'est pas offert, attendez chaque réponse."


class TooManyRefusals(Refused):
    """The session is closed: its client asks for what is refused, or for nothing that leads to a message."""

    code = "trop_de_refus"
    message = "Trop de refus, ou de commandes sans message, dans cette session : recommencez plus tard."


class TooManySessions(Unavailable):
    """The door, or this client's share of it, is full; the session is closed."""

    code = "trop_de_connexions"
    message = "Trop de connexions ouvertes à la fois : recommencez plus tard, avec moins de connexions."


class SessionTooSlow(Unavailable):
    """Nothing was said, or a message did not end, in time; the session is closed and nothing was kept."""

    code = "envoi_trop_lent"
    message = "La session est restée trop longtemps sans commande, ou le message sans fin : rien n'a été gardé."


class SessionWithoutMessage(Unavailable):
    """Commands were said in time, and led to no message; the session is closed and gives its place back."""

    code = "session_sans_message"
    message = "Aucun message depuis longtemps dans cette session : fermez-la, et revenez quand il y en a un."


class ReceptionBusy(Unavailable):
    """Too many bytes are being received at once."""

    code = "reception_saturee"
    message = "Trop de messages arrivent en même temps : rien n'a été gardé, recommencez plus tard."


class ServiceStopping(Unavailable):
    code = "service_en_arret"
    message = "Le service s'arrête : recommencez plus tard."


class ServiceUnavailable(Unavailable):
    """A fault of ours, or of what the door leans on."""

    code = "service_indisponible"
    message = "Rien n'a été enregistré : recommencez plus tard."
