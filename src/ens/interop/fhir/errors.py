"""What the FHIR door itself can refuse. ``expression`` in the facts names the faulty elements, as in FHIRPath."""

from __future__ import annotations

from collections.abc import Sequence

from ens.kernel.errors import Absent, Malformed, Refused, Unavailable


class BodyUnreadable(Malformed):
    """The body is not JSON in UTF-8."""

    code = "json_illisible"
    message = "Le corps de la requête n'est pas du JSON lisible en UTF-8 : {detail}"


class BodyTooLarge(Malformed):
    """The body is over the limit; it was not read."""

    code = "corps_trop_volumineux"
    message = "Le corps de la requête dépasse {limit} octets. Déposez les documents en plusieurs lots."


class StructureInvalid(Malformed):
    """The resource does not have the structure of FHIR R4 or of the PDSm profile; every fault found is listed."""

    code = "structure_invalide"
    message = "La ressource n'a pas la structure attendue : {summary}"

    def __init__(self, faults: Sequence[tuple[str, str]]) -> None:
        self.faults = list(faults)
        first = f"{self.faults[0][0]} : {self.faults[0][1]}"
        more = len(self.faults) - 1
        super().__init__(summary=first + (f" (et {more} autre{'s' * (more > 1)})" if more else ""))


class SubmissionInvalid(Malformed):
    """The entries of the Bundle do not make one submission."""

    code = "lot_invalide"
    message = "Le lot de soumission n'est pas recevable : {detail}"


class ReferenceUnresolved(Malformed):
    """A reference points to nothing in the Bundle, or to somewhere the space does not follow.

    The reference itself is not repeated: it may name a patient.
    """

    code = "reference_non_resolue"
    message = "Une référence ne mène à rien que l'espace puisse suivre. « expression » dit laquelle."


class PatientMissing(Malformed):
    """The deposit does not say whose record it is for, by INS or by Patient/{id}."""

    code = "patient_absent_du_depot"
    message = (
        "Le dépôt ne dit pas à qui il est destiné : subject doit désigner le patient par son INS ou par Patient/id."
    )


class PatientRequired(Malformed):
    """A search must say whose documents it looks for."""

    code = "patient_requis"
    message = "La recherche doit désigner un patient (patient ou patient.identifier)."


class ParameterUnknown(Malformed):
    """The search parameter is not offered; ignoring it would give more than was asked."""

    code = "parametre_inconnu"
    message = "Le paramètre de recherche « {name} » n'est pas pris en charge."


class ParameterInvalid(Malformed):
    """The value of a search parameter cannot be read."""

    code = "parametre_invalide"
    message = "La valeur du paramètre « {name} » n'est pas lisible : {detail}"


class CursorInvalid(Malformed):
    """The cursor of a next page was not given by us for this search."""

    code = "curseur_invalide"
    message = "Cette page n'existe pas : suivez le lien « next » tel qu'il est donné."


class NotAcceptable(Malformed):
    """None of the formats asked for can be given."""

    code = "format_non_disponible"
    message = "Le format demandé n'est pas disponible ; l'espace répond en application/fhir+json."


class MediaTypeUnsupported(Malformed):
    """The body is not announced as FHIR JSON."""

    code = "type_de_corps_non_pris_en_charge"
    message = "Le corps doit être annoncé en application/fhir+json, sans compression."


class MethodNotOffered(Malformed):
    """The interaction is not part of what the space offers."""

    code = "methode_non_offerte"
    message = "Cette méthode n'est pas offerte à cette adresse. L'en-tête Allow dit lesquelles le sont."


class AddressUnknown(Absent):
    """Nothing is served at this address of the FHIR face."""

    code = "adresse_inconnue"
    message = "Rien n'est servi à cette adresse."


class ResourceAbsent(Absent):
    """No such resource, or none the actor may know of."""

    code = "ressource_absente"
    message = "Cette ressource n'existe pas, ou vous n'y avez pas accès."


class TokenMissing(Refused):
    """No bearer token in the request."""

    code = "jeton_absent"
    message = "Présentez un jeton d'accès OAuth2 (Authorization: Bearer …)."


class TokenInvalid(Refused):
    """The bearer token is unknown, expired or revoked, or its client may no longer act."""

    code = "jeton_invalide"
    message = "Le jeton d'accès est inconnu, expiré ou révoqué."


class TooManyRefusals(Refused):
    """Tokens were refused to this address more often in a minute than ``ENS_FHIR_REFUSALS_PER_MINUTE``."""

    code = "trop_de_refus"
    message = "Trop de jetons refusés à cette adresse. Attendez la durée donnée par Retry-After avant de recommencer."


class InternalFault(Unavailable):
    """A fault of ours: its cause is in the logs, never in the answer."""

    code = "erreur_interne"
    message = "Une erreur interne est survenue. Rien n'a été enregistré. Recommencez plus tard."


class PersonUnknown(Refused):
    """The individual named in the request is not in the directory, or is not who the client is tied to."""

    code = "personne_inconnue"
    message = "La personne nommée dans l'en-tête X-Ens-Personne n'est pas connue, ou n'est pas celle du logiciel."


class VersionTooOld(Refused):
    """The software must announce its version, and it must be that one at least: its holder was told which."""

    code = "version_trop_ancienne"
    message = (
        "Ce logiciel doit être mis à jour : la version {minimum} au moins est demandée. "
        "L'en-tête X-App-Version dit la sienne : « nom/{minimum} »."
    )
