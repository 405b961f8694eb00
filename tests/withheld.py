"""The ways in which the content of a document cannot be had, each undone afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

AWAY = ("elsewhere", "absent", "empty")  # the whole store, that may come back
WAYS = (*AWAY, "lost", "altered")


@dataclass(frozen=True, slots=True)
class Withheld:
    """``with withheld(document_id):`` its content cannot be had, in this way."""

    way: str
    store_away: Callable[..., AbstractContextManager[Any]]
    store_not_mounted: Callable[..., AbstractContextManager[Any]]

    @property
    def may_come_back(self) -> bool:
        return self.way in AWAY

    @property
    def code(self) -> str:
        return "stockage_indisponible" if self.may_come_back else "contenu_endommage"

    @property
    def title(self) -> str:
        """What its page is headed with, in place of the content."""
        return "Contenu indisponible pour le moment" if self.may_come_back else "Ce contenu n’a pas pu être lu"

    @property
    def action(self) -> str:
        return "Réessayer" if self.may_come_back else "Demander de l’aide"

    @contextmanager
    def __call__(self, document_id: UUID) -> Iterator[None]:
        if self.way == "elsewhere":
            with self.store_away():
                yield
        elif self.may_come_back:
            with self.store_not_mounted(empty=self.way == "empty"):
                yield
        else:
            place = place_of(document_id)
            sealed = place.read_bytes()
            place.unlink()
            try:
                if self.way == "altered":
                    place.write_bytes(sealed[:-1] + bytes([sealed[-1] ^ 1]))
                yield
            finally:
                place.write_bytes(sealed)


def place_of(document_id: UUID) -> Path:
    """Where the content of a document is, in the folder of the tests."""
    from django.conf import settings

    from ens.coffre import store
    from ens.kernel.actor import SYSTEM
    from ens.persistence.locator import locate
    from ens.persistence.unit import Unit, unit_of_work
    from ens.record.models import Document

    def act(unit: Unit) -> UUID:
        unit.untraced("où est son contenu")
        found: UUID = Document.objects.get(usager_id=unit.usager_id, id=document_id).binary_id
        return found

    return Path(settings.ENS_STORE) / store.path_of(unit_of_work(locate(document_id), act, by=SYSTEM))
