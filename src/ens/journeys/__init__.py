"""What crosses packages: file an attachment, the home page."""

from ens.journeys.attachments import save_attachment
from ens.journeys.homepage import home

__all__ = ["home", "save_attachment"]
