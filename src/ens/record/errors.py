"""What the record can answer. Each code has its page in ``docs/interop/codes``."""

from __future__ import annotations

from ens.kernel.errors import Absent, Conflict, Malformed, Refused


class DocumentNotFound(Absent):
    """No such document, or not for the actor: both answer alike."""

    code = "document_absent"
    message = "Cet élément n'existe pas, ou vous n'y avez pas accès."


class DocumentDifferent(Conflict):
    """The unique id is on record with another content."""

    code = "document_different"
    message = "Un autre contenu est déjà déposé sous cet identifiant unique. Pour le corriger, déposez un remplacement."


class SetDifferent(Conflict):
    """The SubmissionSet's unique id is on record with other documents."""

    code = "lot_different"
    message = "Un lot de soumission avec d'autres documents est déjà déposé sous cet identifiant unique."


class DocumentTooLarge(Malformed):
    """More than 20 000 000 bytes once decoded."""

    code = "document_trop_grand"
    message = "Ce document dépasse {limit} octets."


class DocumentEmpty(Malformed):
    code = "document_vide"
    message = "Le document déposé est vide."


class HashDifferent(Malformed):
    """The announced SHA-1 is not that of the bytes."""

    code = "empreinte_differente"
    message = "L'empreinte SHA-1 annoncée n'est pas celle du document reçu."


class SizeDifferent(Malformed):
    code = "taille_differente"
    message = "La taille annoncée ({announced} octets) n'est pas celle du document reçu ({received} octets)."


class TypeUnknown(Malformed):
    """The type code is not in the value set (standards/valeurs/types.csv)."""

    code = "type_inconnu"
    message = "Le type de document « {type_code} » n'est pas dans le jeu de valeurs JDV_J66 ou JDV_J07."


class DateImplausible(Malformed):
    """A date of the document that no calendar of care holds: before 1850 or after 2200."""

    code = "date_invraisemblable"
    message = "Une date du document n'est pas plausible : elle est attendue entre 1850 et 2200."


class PatientDifferent(Refused):
    """The patient (matricule and OID) differs between the usager, the metadata and the CDA header."""

    code = "patient_different"
    message = "L'identité du patient (matricule INS et OID) n'est pas la même partout : {where}."


class CdaTypeDifferent(Malformed):
    code = "type_different"
    message = "Le type annoncé ({announced}) n'est pas celui de l'en-tête CDA ({header})."


class CdaInvalid(Malformed):
    """The CDA document cannot be read; the reason is its reader's."""

    code = "cda_invalide"
    message = "Le document CDA ne peut pas être lu : {reason}."


class RelatesToUnknown(Malformed):
    """A replacement's target is not on this usager's record."""

    code = "remplacement_sans_cible"
    message = "Le document à remplacer n'est pas dans ce dossier."


class ReplacementNotAllowed(Refused):
    """Only the same depositor, or the same authenticated professional, replaces."""

    code = "remplacement_interdit"
    message = "Seul l'auteur du dépôt d'origine peut remplacer ce document."


class AlreadyReplaced(Conflict):
    code = "document_deja_remplace"
    message = "Ce document a déjà été remplacé : remplacez sa dernière version."


class UploadTooLarge(Malformed):
    """More than 5 000 000 bytes."""

    code = "fichier_trop_grand"
    message = "Ce fichier pèse {size} Mo. Choisissez-en un de 5 Mo au plus."


class UploadEmpty(Malformed):
    code = "fichier_vide"
    message = "Ce fichier est vide. Choisissez-en un autre."


class UploadTypeRefused(Malformed):
    """Judged by content: not a PDF, JPEG, PNG, TIFF, RTF or plain text."""

    code = "fichier_type_refuse"
    message = "Ce fichier n'est pas d'un format accepté. Formats acceptés : PDF, JPEG, PNG, TIFF, RTF, TXT."


class UploadEncrypted(Malformed):
    code = "fichier_protege"
    message = "Ce PDF est protégé par un mot de passe. Enregistrez-le sans mot de passe, puis ajoutez-le de nouveau."


class UploadDamaged(Malformed):
    code = "fichier_endommage"
    message = "Ce fichier est endommagé et ne peut pas être ouvert."


class UploadFormInvalid(Malformed):
    """A field of the form; ``field`` names it."""

    code = "ajout_invalide"
    message = "{reason}"


class MaskNotAllowed(Refused):
    """Only the usager masks."""

    code = "masquage_interdit"
    message = "Seul l'usager peut masquer ou rendre visible un document."


class PageAbsent(Absent):
    """The preview has no such page."""

    code = "page_absente"
    message = "Cette page n'existe pas."


class FormerDmpUnwanted(Refused):
    """A former DMP was delivered for someone who opposed, or whose space is closed: nothing is kept of it."""

    code = "reprise_sans_espace"
    message = "Cette personne s'est opposée à son espace, ou il est fermé : rien de son ancien DMP n'est gardé."


class FormerDmpTaken(Conflict):
    """A former DMP was taken over already, and another content is delivered under the same person."""

    code = "reprise_deja_faite"
    message = "L'ancien DMP de cette personne est déjà repris, avec un autre contenu."


class FormerDmpMalformed(Malformed):
    """A delivery of former DMPs lacks a file or a column, or has too many people."""

    code = "reprise_mal_formee"
    message = "Ce dossier n'est pas une livraison d'anciens DMP : {reason}."


class ProfileItemNotFound(Absent):
    """No such item of a medical profile, or not for the actor: both answer alike."""

    code = "element_absent"
    message = "Cet élément n'existe pas, ou vous n'y avez pas accès."


class ProfileAnswersInvalid(Malformed):
    """What was typed in a rubric cannot be kept; ``reasons`` says why, question by question."""

    code = "reponses_a_corriger"
    message = "Certaines réponses sont à corriger."


class ProfileItemChanged(Conflict):
    """The item was changed since the page showed it: by another window, or by who else acts for the usager."""

    code = "element_modifie"
    message = "Cette information a été modifiée entre-temps. Relisez-la, puis recommencez."


class ProfileRubricFull(Conflict):
    """More items than anyone would read."""

    code = "rubrique_pleine"
    message = "Cette rubrique compte déjà {most} informations : supprimez-en avant d'en ajouter."


class ProfileRubricFilled(Conflict):
    """« Non concerné » is said of a rubric that holds something."""

    code = "rubrique_remplie"
    message = "Cette rubrique contient des informations : supprimez-les avant de répondre « Non concerné »."


class ProfileEmpty(Conflict):
    """Nothing to write in a synthesis: no chosen rubric was answered."""

    code = "profil_vide"
    message = "Il n'y a rien à écrire dans la synthèse : complétez d'abord une des rubriques choisies."
