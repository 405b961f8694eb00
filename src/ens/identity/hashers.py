"""How secrets are kept: what people choose, slowly; what was drawn for a software, in one round (decision 0029)."""

from __future__ import annotations

from threading import BoundedSemaphore

from django.contrib.auth.hashers import Argon2PasswordHasher, PBKDF2PasswordHasher

_AT_ONCE = BoundedSemaphore(2)


class PasswordHasher(Argon2PasswordHasher):
    """Two at a time in a process: each takes 100 MB, and who sends wrong passwords chooses how many come at once."""

    def encode(self, password: str, salt: str) -> str:
        with _AT_ONCE:
            return super().encode(password, salt)

    def verify(self, password: str, encoded: str) -> bool:
        with _AT_ONCE:
            return super().verify(password, encoded)


class GeneratedSecretHasher(PBKDF2PasswordHasher):
    """For what ``secrets`` drew, never for what a person chose: slowness would protect nothing, and cost each token."""

    algorithm = "secret_tire"
    iterations = 1
