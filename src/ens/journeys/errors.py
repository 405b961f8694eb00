"""What journeys can answer of their own."""

from __future__ import annotations

from ens.kernel.errors import Absent, Conflict


class PersonNotProved(Absent):
    """Nobody under that matricule, or the proof said on the telephone is not theirs: one answer."""

    code = "personne_non_prouvee"
    message = "Aucune personne n'est prouvée par ces informations. Vérifiez-les avec elle."


class CodeOfAnother(Conflict):
    """Of the people of a card born the same day, the one chosen is not the one whose code was typed."""

    code = "code_d_une_autre_personne"
    message = (
        "Ce code n'est pas celui de cette personne. Prenez le courrier ou l'e-mail qui porte son nom, "
        "ou choisissez un autre nom."
    )


class ChildNotOpened(Conflict):
    """A child's space does not open from the account of a declared representative: refused, closed, or of another."""

    code = "enfant_non_activable"
    message = "L'espace de cet enfant ne peut pas être ouvert depuis votre compte."


class NoAddressForCode(Conflict):
    """No e-mail is known to which a new code could go, or it is a parent's too; and no letter is to leave."""

    code = "code_sans_adresse"
    message = (
        "Aucune adresse e-mail qui soit à la personne seule n'est connue, et le choix est déjà fait ou aucune lettre "
        "n'est partie : "
        "un nouveau code ne peut pas partir."
    )


class ProfileAbsent(Absent):
    """What is done for a child was asked about someone who is none, or by themselves."""

    code = "profil_absent"
    message = "Cette page concerne l'espace d'un enfant. Choisissez d'abord son profil."
