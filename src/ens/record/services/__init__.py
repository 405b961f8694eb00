"""The services of the record, by subject."""

from ens.record.services.deposit import deposit
from ens.record.services.explaining import who_could_read
from ens.record.services.filed import own_deposits, own_place
from ens.record.services.masking import mask, unmask
from ens.record.services.reading import list_documents, open_content, open_document, preview_page
from ens.record.services.references import find_references, find_sets, read_binary, read_reference, read_set
from ens.record.services.upload import add_own_document, file_by_hand, professional_types

__all__ = [
    "add_own_document",
    "deposit",
    "file_by_hand",
    "find_references",
    "find_sets",
    "list_documents",
    "mask",
    "open_content",
    "open_document",
    "own_deposits",
    "own_place",
    "preview_page",
    "professional_types",
    "read_binary",
    "read_reference",
    "read_set",
    "unmask",
    "who_could_read",
]
