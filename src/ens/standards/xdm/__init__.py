"""IHE_XDM.zip, the archive of health mail: ``read_xdm`` and ``write_xdm``. Source: IHE ITI TF-1, 16; TF-2, 3.32."""

from ens.standards.xdm.errors import (
    XdmDocumentDifferent,
    XdmEncrypted,
    XdmError,
    XdmInvalid,
    XdmMetadataInvalid,
    XdmMetadataMissing,
    XdmNameRefused,
    XdmTooLarge,
)
from ens.standards.xdm.reading import Budget, Xdm, XdmDocument, read_xdm
from ens.standards.xdm.writing import OutgoingDocument, XdmPatient, write_xdm

__all__ = [
    "Budget",
    "OutgoingDocument",
    "Xdm",
    "XdmDocument",
    "XdmDocumentDifferent",
    "XdmEncrypted",
    "XdmError",
    "XdmInvalid",
    "XdmMetadataInvalid",
    "XdmMetadataMissing",
    "XdmNameRefused",
    "XdmPatient",
    "XdmTooLarge",
    "read_xdm",
    "write_xdm",
]
