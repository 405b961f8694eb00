"""Who is signed in, as each request asks it: by statements made once (decision 0010), where the ORM made them anew.

The session, its signature and what a change of password ends are Django's, whole. Settings: ``SESSION_ENGINE``,
``AUTHENTICATION_BACKENDS``.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.backends import BaseBackend
from django.contrib.sessions.backends import db

from ens.identity.models import Compte
from ens.persistence import sql

BACKEND = "ens.identity.signedin.AccountBackend"
_KEY = re.compile(r"[0-9a-z]{32}")  # as Django makes them; the cookie is anyone's to write
_SESSION = "SELECT session_data FROM django_session WHERE session_key = %s AND expire_date > %s"
_FIELDS = [field.attname for field in Compte._meta.concrete_fields]
_COLUMNS = ", ".join(f'"{field.column}"' for field in Compte._meta.concrete_fields)
_ACCOUNT = f"SELECT {_COLUMNS} FROM identity_compte WHERE id = %s"  # noqa: S608 - our own columns


class SessionStore(db.SessionStore):
    def _validate_session_key(self, key: Any) -> bool:
        return isinstance(key, str) and _KEY.fullmatch(key) is not None

    def load(self) -> dict[str, Any]:
        """What the session holds; nothing for one that ended or never was, which then has no key any more."""
        found = sql.row(_SESSION, [self.session_key, datetime.now(UTC)])
        if found is None:
            self._session_key = None
            return {}
        return dict(self.decode(found[0]))


class AccountBackend(BaseBackend):
    """Passwords are checked by ``accounts.authenticate``, which counts what fails."""

    def get_user(self, user_id: UUID) -> Compte | None:
        """The account of a session; None when there is none any more, or it is no longer active."""
        found = sql.row(_ACCOUNT, [user_id])
        account = Compte.from_db("default", _FIELDS, found) if found else None
        return account if account is not None and account.is_active else None
