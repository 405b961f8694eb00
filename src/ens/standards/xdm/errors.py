"""Why an archive is refused."""

from __future__ import annotations

from ens.standards.errors import StandardError


class XdmError(StandardError):
    """The archive cannot be taken."""

    code = "xdm"


class XdmInvalid(XdmError):
    """Not a zip, or a damaged one."""

    code = "xdm_invalid"
    message = "l'archive IHE_XDM.zip est illisible ou endommagée"


class XdmTooLarge(XdmError):
    """Too many members, too many bytes once opened, or a compression that no document has."""

    code = "xdm_too_large"
    message = "l'archive IHE_XDM.zip est trop grande une fois ouverte"


class XdmEncrypted(XdmError):
    """A member is protected by a password."""

    code = "xdm_encrypted"
    message = "l'archive IHE_XDM.zip est protégée par un mot de passe"


class XdmNameRefused(XdmError):
    """A member's name leaves the archive, is repeated, or is a link."""

    code = "xdm_name_refused"
    message = "l'archive IHE_XDM.zip contient un nom de fichier refusé"


class XdmMetadataMissing(XdmError):
    """No METADATA.XML in a submission set."""

    code = "xdm_metadata_missing"
    message = "l'archive IHE_XDM.zip n'a pas de fichier METADATA.XML"


class XdmMetadataInvalid(XdmError):
    """METADATA.XML does not say what each document is."""

    code = "xdm_metadata_invalid"
    message = "le fichier METADATA.XML de l'archive est incomplet ou mal formé"


class XdmDocumentDifferent(XdmError):
    """A document is absent, or is not what METADATA.XML announces."""

    code = "xdm_document_different"
    message = "un document de l'archive est absent ou diffère de ce qu'annonce METADATA.XML"
