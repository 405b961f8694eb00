"""What the face offers, in one table: addresses, methods, what each takes, answers and refuses.

Routes are bound to it, the CapabilityStatement and the OpenAPI description are drawn from it, the documentation is
compared with it.
"""

from __future__ import annotations

from dataclasses import dataclass

FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Interaction:
    """One method at one address."""

    act: str  # the function of ``interactions`` that answers
    code: str  # of FHIR's restful-interaction codes; empty for what they do not name
    summary: str
    answer: str  # the resource answered; « octets » for a document's bytes; empty for none
    takes: str = ""  # the resource in the body; « form » for parameters
    statuses: tuple[int, ...] = (200,)
    refusals: tuple[str, ...] = ()  # codes of its own, beside those of every call


@dataclass(frozen=True, slots=True)
class Address:
    """One shape of address. ``public``: no token is asked for."""

    methods: dict[str, Interaction]
    public: bool = False


OF_ANY_CALL = (
    "parametre_invalide",
    "format_non_disponible",
    "base_indisponible",
    "issue_inconnue",
)
OF_ANY_CALLER = (
    "jeton_absent",
    "jeton_invalide",
    "version_trop_ancienne",
    "personne_inconnue",
    "fonction_arretee",
    "trop_de_refus",
)
OF_ANY_ADDRESS = ("adresse_inconnue", "methode_non_offerte", "erreur_interne")
_OF_BODIES = ("corps_trop_volumineux", "type_de_corps_non_pris_en_charge")
_OF_DEPOSITS = (
    *_OF_BODIES,
    "json_illisible",
    "structure_invalide",
    "reference_non_resolue",
    "patient_absent_du_depot",
    "boite_absente",
    "remplacement_interdit",
    "visite_seulement",
    "document_different",
    "document_deja_remplace",
    "document_trop_grand",
    "patient_different",
    "type_inconnu",
    "type_different",
    "cda_invalide",
    "empreinte_differente",
    "taille_differente",
    "document_vide",
    "date_invraisemblable",
    "remplacement_sans_cible",
    "espace_occupe",
    "stockage_indisponible",
)
_OF_SEARCHES = ("patient_requis", "parametre_inconnu", "curseur_invalide", "personne_requise", "espace_occupe")
_OF_READS = ("ressource_absente", "personne_requise", "espace_occupe")
_READ = (200, 304)


def _search(kind: str, what: str) -> Interaction:
    return Interaction("search", "search-type", what, kind, refusals=_OF_SEARCHES)


def _search_by_form(kind: str, what: str) -> Interaction:
    return Interaction(
        "search_by_form",
        "",
        f"{what} Les paramètres sont dans le corps.",
        kind,
        "form",
        (200,),
        (*_OF_BODIES, *_OF_SEARCHES),
    )


def _read(code: str, kind: str, what: str) -> Interaction:
    return Interaction("read", code, what, kind, statuses=_READ, refusals=_OF_READS)


def _read_binary(code: str, what: str) -> Interaction:
    refusals = (*_OF_READS, "contenu_endommage", "stockage_indisponible")
    return Interaction("read_binary", code, what, "octets", statuses=_READ, refusals=refusals)


_PATIENT_REFUSALS = ("parametre_inconnu", "espace_occupe")

OFFER: dict[tuple[str, ...], Address] = {
    (): Address(
        {
            "POST": Interaction(
                "transaction",
                "transaction",
                "Déposer un lot de documents (ITI-65).",
                "Bundle",
                "Bundle",
                refusals=(*_OF_DEPOSITS, "lot_invalide", "lot_different"),
            )
        }
    ),
    ("metadata",): Address(
        {"GET": Interaction("metadata", "", "Ce que la porte offre, en FHIR.", "CapabilityStatement")}, public=True
    ),
    ("openapi.json",): Address(
        {"GET": Interaction("openapi", "", "Ce que la porte offre, en OpenAPI 3.1.", "OpenAPI")}, public=True
    ),
    ("DocumentReference",): Address(
        {
            "GET": _search("DocumentReference", "Chercher des documents (ITI-67)."),
            "POST": Interaction(
                "create",
                "create",
                "Déposer un document (ITI-105).",
                "",
                "DocumentReference",
                statuses=(200, 201),
                refusals=_OF_DEPOSITS,
            ),
        }
    ),
    ("DocumentReference", "_search"): Address(
        {"POST": _search_by_form("DocumentReference", "Chercher des documents (ITI-67).")}
    ),
    ("DocumentReference", "{id}"): Address({"GET": _read("read", "DocumentReference", "Lire une fiche.")}),
    ("DocumentReference", "{id}", "_history", "{version}"): Address(
        {"GET": _read("vread", "DocumentReference", "Lire la version en vigueur d'une fiche.")}
    ),
    ("List",): Address({"GET": _search("List", "Chercher des lots (ITI-66).")}),
    ("List", "_search"): Address({"POST": _search_by_form("List", "Chercher des lots (ITI-66).")}),
    ("List", "{id}"): Address({"GET": _read("read", "List", "Lire un lot.")}),
    ("List", "{id}", "_history", "{version}"): Address({"GET": _read("vread", "List", "Lire un lot.")}),
    ("Binary",): Address({}),
    ("Binary", "{id}"): Address({"GET": _read_binary("read", "Lire un document, tel qu'il a été déposé (ITI-68).")}),
    ("Binary", "{id}", "_history", "{version}"): Address({"GET": _read_binary("vread", "Lire un document (ITI-68).")}),
    ("Patient",): Address(
        {
            "GET": Interaction(
                "search_patient",
                "search-type",
                "L'espace de cette personne est-il ouvert ?",
                "Patient",
                refusals=_PATIENT_REFUSALS,
            )
        }
    ),
    ("Patient", "_search"): Address(
        {
            "POST": Interaction(
                "search_patient_by_form",
                "",
                "L'espace de cette personne est-il ouvert ? Le paramètre est dans le corps.",
                "Patient",
                "form",
                refusals=(*_OF_BODIES, *_PATIENT_REFUSALS),
            )
        }
    ),
    ("Patient", "{id}"): Address(
        {
            "GET": Interaction(
                "read_patient",
                "read",
                "L'INS d'un espace ouvert, par l'identifiant rendu par une recherche.",
                "Patient",
                refusals=("ressource_absente", "espace_occupe"),
            )
        }
    ),
}


def interactions_of(kind: str) -> tuple[str, ...]:
    """The FHIR codes of what is offered on a resource, each once."""
    found = (one.code for shape, address in OFFER.items() if shape[:1] == (kind,) for one in address.methods.values())
    return tuple(dict.fromkeys(code for code in found if code))


def codes_of(shape: tuple[str, ...], method: str) -> tuple[str, ...]:
    """Every code that this method may be refused with, those of any call first."""
    address = OFFER[shape]
    of_callers = () if address.public else OF_ANY_CALLER
    return tuple(dict.fromkeys((*OF_ANY_CALL, *of_callers, *address.methods[method].refusals)))
