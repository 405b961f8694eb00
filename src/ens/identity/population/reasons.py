"""Why a line of a population file is refused, set aside or remarked on: stable codes, and their sentences."""

from __future__ import annotations

REFUSALS = {
    "ligne_mal_formee": "la ligne ne se lit pas : guillemets non fermés ou retour à la ligne dans une valeur",
    "colonnes_en_trop": "la ligne a plus de valeurs que l'en-tête",
    "colonnes_en_moins": "la ligne a moins de valeurs que l'en-tête : fichier coupé ?",
    "caractere_interdit": "la ligne contient un caractère de commande",
    "champ_absent": "{detail} absent",
    "matricule_mal_forme": "le matricule INS n'a pas la forme attendue",
    "cle_fausse": "la clé du matricule INS est fausse",
    "oid_inconnu": "l'OID n'est pas celui d'une autorité INS",
    "identite_de_test": "l'OID est celui d'une identité de test",
    "nom_invalide": "{detail} contient autre chose que des lettres, espaces, apostrophes et traits d'union",
    "date_naissance_invalide": "date_naissance n'est pas une date AAAA-MM-JJ",
    "date_naissance_future": "date_naissance est dans l'avenir",
    "sexe_invalide": "sexe autre que M ou F",
    "lieu_naissance_invalide": "lieu_naissance n'a pas 5 caractères du code officiel géographique",
    "statut_invalide": "identite n'est pas un statut RNIV",
    "matricule_assure_invalide": "matricule_assure n'est pas un matricule de 15 caractères à la clé juste",
    "email_invalide": "email n'est pas une adresse",
    "telephone_invalide": "telephone n'est pas un numéro",
    "medecin_traitant_invalide": "medecin_traitant n'est pas un numéro RPPS",
    "autres_matricules_invalides": "autres_matricules s'écrit matricule/oid, séparés par des espaces, clés justes",
    "representants_invalides": "representants s'écrit en matricules séparés par des espaces, quatre au plus",
    "representant_soi_meme": "la personne serait sa propre représentante",
    "adresse_trop_longue": "{detail} dépasse 38 caractères (NF Z10-011)",
    "adresse_incomplete": "l'adresse n'a pas sa ligne 6 : code postal et localité",
    "departement_inconnu": "departement n'est pas un code de département",
    "dmp_invalide": "dmp s'écrit oui ou non",
    "gros_caracteres_invalide": "gros_caracteres s'écrit oui ou non",
    "date_deces_invalide": "date_deces n'est pas une date AAAA-MM-JJ",
    "dates_contradictoires": "le décès précéderait la naissance ou serait dans l'avenir",
    "matricule_en_double": "matricule déjà donné à la ligne {detail}",
}
REMARKS = {
    "medecin_traitant_inconnu": "le médecin traitant n'est pas dans l'annuaire : personne inscrite sans lui",
    "representant_inconnu": "un représentant n'est pas inscrit : lien à reprendre quand il le sera",
    "doublon_possible": "mêmes traits qu'une autre personne inscrite : à examiner",
    "matricule_d_un_autre": "un des matricules est celui d'une autre personne : à examiner",
    "traits_contradictoires": "les traits contredisent ceux de la personne inscrite : rien n'est changé, à examiner",
}
SET_ASIDE = ("matricule_d_un_autre", "traits_contradictoires")  # the line changed nothing, a human decides


def sentence(code: str, detail: str = "") -> str:
    pattern = REFUSALS.get(code) or REMARKS[code]
    return pattern.format(detail=detail)


class LineRefused(Exception):
    """This line registers nobody: ``code`` is one of REFUSALS."""

    def __init__(self, code: str, detail: str = "") -> None:
        self.code, self.detail = code, detail
        super().__init__(code)
