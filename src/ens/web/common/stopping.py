"""Which addresses belong to a part of the service that can be stopped (N021)."""

from __future__ import annotations

from ens.persistence.features import Feature

ADDRESSES = {
    "usager:ajouter": Feature.UPLOAD,
    "usager:enregistrer_piece": Feature.UPLOAD,
    "usager:repondre": Feature.SENDING,
    "usager:nouveau_message": Feature.SENDING,
    "usager:envoyer": Feature.SENDING,
    "professionnel:ecrire": Feature.SENDING,
    "professionnel:deposer": Feature.DEPOSIT,
    "activation": Feature.ACTIVATION,
    "activation_coordonnees": Feature.ACTIVATION,
    "activation_code": Feature.ACTIVATION,
    "activation_compte": Feature.ACTIVATION,
    "activation_enfant": Feature.ACTIVATION,
    "nouveau_code": Feature.NEW_CODE,
    "connexion_fournisseur": Feature.PROVIDER,
    "connexion_retour": Feature.PROVIDER,
    "pilotage:telecharger_tableau": Feature.EXPORTS,
    "pilotage:telecharger_evenements": Feature.EXPORTS,
    "pilotage:telecharger_sites": Feature.EXPORTS,
}
_PROFESSIONALS = "professionnel:"


def feature_of(name: str) -> Feature | None:
    """The part an address belongs to, its own before that of its audience; None, it is never stopped."""
    found = ADDRESSES.get(name)
    return Feature.PROFESSIONALS if found is None and name.startswith(_PROFESSIONALS) else found
