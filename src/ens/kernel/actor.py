"""Who acts. An ``Actor`` names a person, always, or says plainly that a software acts under its own name."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class ActorKind(StrEnum):
    USAGER = "usager"
    PROFESSIONNEL = "professionnel"
    ETABLISSEMENT = "etablissement"  # an establishment's software: may file, may not read
    OPERATEUR = "operateur"  # a mail operator of the trust space
    SUPPORT = "support"
    PILOTAGE = "pilotage"
    SYSTEME = "systeme"


class AccessMode(StrEnum):
    """How the record is entered. Source: VIHF purposeofuse, 1.2.250.1.213.1.1.4.248."""

    NORMAL = "normal"
    BRIS_DE_GLACE = "bris_de_glace"
    CENTRE_15 = "centre_15"


@dataclass(frozen=True, slots=True)
class Actor:
    """The author of an act, as of the act.

    ``id`` is opaque (an account's, a professional's, an establishment's): it is what traces keep in clear. Names
    and organisation are shown to the usager and kept sealed. ``usager_id`` is set for someone acting for a
    usager's own space.
    """

    kind: ActorKind
    id: str
    name: str
    role: str = ""
    profession: str = ""  # TRE_G15 code: 10 médecin, 21 pharmacien, 60 infirmier…
    organisation: str = ""
    organisation_id: str = ""  # opaque id of the establishment in the directory
    rpps: str = ""
    finess: str = ""
    usager_id: UUID | None = None
    mode: AccessMode = AccessMode.NORMAL
    client_id: str = ""  # the authenticated software, when there is one

    @property
    def is_person(self) -> bool:
        """Whether an individual is named: an establishment's software alone is not one."""
        return self.kind in (ActorKind.USAGER, ActorKind.PROFESSIONNEL, ActorKind.SUPPORT)

    @property
    def depositor(self) -> str:
        """The opaque name under which what this actor files is kept as filed by them."""
        return self.client_id or f"{self.kind}:{self.id}"


SYSTEM = Actor(ActorKind.SYSTEME, "systeme", "Mon espace santé")
