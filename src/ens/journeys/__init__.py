"""What crosses packages: file an attachment, the home page, the page of choices."""

from ens.journeys.attachments import save_attachment
from ens.journeys.homepage import home
from ens.journeys.privacy import privacy

__all__ = ["home", "privacy", "save_attachment"]
