"""How the secrets of software are kept: one keyed round, since nobody could try 256 random bits (decision 0029).

Passwords, which people choose, are kept by Argon2: the first of ``PASSWORD_HASHERS``.
"""

from __future__ import annotations

from django.contrib.auth.hashers import PBKDF2PasswordHasher


class GeneratedSecretHasher(PBKDF2PasswordHasher):
    """For what ``secrets`` drew, never for what a person chose: slowness would protect nothing, and cost each token."""

    algorithm = "secret_tire"
    iterations = 1
