"""The five families of errors; a package derives the named ones it raises.

Each named error has a stable ``code`` (part of the public contract: every face and ``docs/interop/codes`` use
it) and a French ``message``, which may hold the error's facts in braces. Each face translates a family once.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, ClassVar


class Family(StrEnum):
    ABSENT = "absent"
    REFUSED = "refused"
    CONFLICT = "conflict"
    MALFORMED = "malformed"
    UNAVAILABLE = "unavailable"


class EnsError(Exception):
    """An answer the product knows how to give. Facts never hold health content nor a person's name."""

    code: ClassVar[str] = ""
    message: ClassVar[str] = ""
    family: ClassVar[Family]

    def __init__(self, **facts: Any) -> None:
        self.facts = facts
        super().__init__(self.code)

    @property
    def sentence(self) -> str:
        """The French sentence for people, with its facts filled in."""
        return self.message.format(**self.facts) if self.facts else self.message

    def __str__(self) -> str:
        return f"{self.code}: {self.sentence}"


class Absent(EnsError):
    """Nothing here, or nothing the actor may know of: both answer alike."""

    family = Family.ABSENT


class Refused(EnsError):
    """The actor may not do this, and may know it."""

    family = Family.REFUSED


class Conflict(EnsError):
    """Right in itself, but contrary to what is already there."""

    family = Family.CONFLICT


class Malformed(EnsError):
    """What was sent cannot be understood or lies about itself."""

    family = Family.MALFORMED


class Unavailable(EnsError):
    """Nothing wrong with the request: a part of the space does not answer; try again."""

    family = Family.UNAVAILABLE


def named_errors() -> list[type[EnsError]]:
    """Every error with a code, in the order of codes. Only errors of imported modules are known."""
    found: dict[str, type[EnsError]] = {}
    waiting: list[type[EnsError]] = [EnsError]
    while waiting:
        for error in waiting.pop().__subclasses__():
            waiting.append(error)
            if error.code:
                found[f"{error.code} {error.__module__}.{error.__qualname__}"] = error
    return [found[key] for key in sorted(found)]
