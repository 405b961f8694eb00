"""A folder of contents is made once, before its space files anything (``ens up``, a restore), and never by itself.

Later an absent or empty one is a disk that is not mounted, or the loss of them all: the store does not answer, and
nothing is written there. A store elsewhere is made by its keeper.
"""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from ens.coffre import folder, keyring, store
from ens.coffre.errors import ContentDamaged
from ens.coffre.store import is_remote

_PURPOSE = "magasin"


def is_there() -> bool:
    """Whether the folder is a store, whoever's. One elsewhere is held to be: it is asked when it serves."""
    if is_remote(settings.ENS_STORE):
        return True
    try:
        folder.check_is_there(Path(settings.ENS_STORE))
    except OSError:
        return False
    return True


def make() -> None:
    """Make the folder, and say that it is ours. Errors: StoreUnavailable."""
    store.put_at(settings.ENS_STORE, folder.MARK, keyring.digest(_PURPOSE), makes_it=True)


def is_ours() -> bool:
    """A store without a mark becomes ours; two spaces told to use one store would empty it of each other's.

    Errors: StoreUnavailable.
    """
    own = keyring.digest(_PURPOSE)
    try:
        return store.get_at(settings.ENS_STORE, folder.MARK) == own
    except ContentDamaged:  # no mark yet
        store.put_at(settings.ENS_STORE, folder.MARK, own)
        return True
