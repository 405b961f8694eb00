"""What crosses packages: file an attachment, send a document, the home page, the page of choices."""

from ens.journeys.attachments import save_attachment
from ens.journeys.homepage import home
from ens.journeys.privacy import privacy
from ens.journeys.sending import begin, beginnable, joinable, send_document, send_documents, sendable

__all__ = [
    "begin",
    "beginnable",
    "home",
    "joinable",
    "privacy",
    "save_attachment",
    "send_document",
    "send_documents",
    "sendable",
]
