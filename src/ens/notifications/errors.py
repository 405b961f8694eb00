"""What one-time codes can answer."""

from __future__ import annotations

from ens.kernel.errors import Refused


class CodeRefused(Refused):
    """Not the code that was sent."""

    code = "code_refuse"
    message = "Ce code n'est pas celui de l'e-mail. Vérifiez ses six chiffres."


class CodeExpired(Refused):
    """Sent more than ten minutes ago, used, replaced by another, or tried too often."""

    code = "code_perime"
    message = "Ce code ne sert plus. Demandez-en un nouveau."


class CodeJustSent(Refused):
    """A code left less than half a minute ago."""

    code = "code_deja_envoye"
    message = "Un code vient de partir. Attendez {seconds} secondes avant d'en demander un autre."


class TooManyCodes(Refused):
    """Six codes left within the hour."""

    code = "trop_de_codes"
    message = "Trop de codes ont été envoyés. Attendez une heure, puis recommencez."
