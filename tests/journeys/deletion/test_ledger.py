"""The ledger of deletions, and its replay after a restore."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from ens.coffre import deletions, store
from ens.coffre.errors import StoreUnavailable
from ens.enrolment.types import State
from ens.kernel.ids import new_id
from ens.persistence import outbox
from ens.persistence.models import OutboxRow
from tests.journeys.deletion.conftest import delete, state_of


def note(person: Any) -> None:
    """The worker does what the deletion left it."""
    OutboxRow.objects.filter(usager_id=person.usager_id).update(due_at=datetime(2000, 1, 1, tzinfo=UTC))
    outbox.run_due(1)


def ledger() -> dict[UUID, datetime]:
    from django.conf import settings

    found, _ = deletions.read(settings.ENS_DELETIONS)
    return {one.usager_id: one.at for one in found}


def test_the_outbox_notes_the_deletion_and_nothing_else_waits(full):
    receipt = delete(full)
    assert [row.kind for row in OutboxRow.objects.filter(usager_id=full.usager_id)] == ["suppression"]
    note(full)
    assert ledger()[full.usager_id].isoformat() == receipt["supprime_le"]
    assert not OutboxRow.objects.filter(usager_id=full.usager_id).exists()


def test_a_ledger_out_of_reach_is_tried_again(full, monkeypatch):
    def away(*_: object, **__: object) -> None:
        raise StoreUnavailable()

    delete(full)
    with monkeypatch.context() as patch:
        patch.setattr(store, "put_at", away)
        note(full)
    assert OutboxRow.objects.get(usager_id=full.usager_id).last_error == "stockage_indisponible"
    note(full)
    assert full.usager_id in ledger()


def test_nobody_is_deleted_by_writing_a_file(people):
    from django.conf import settings

    person = people.usager()
    forged = b'{"usager":"%s","le":"2026-01-01T00:00:00+00:00","sceau":"%s"}'
    store.put_at(settings.ENS_DELETIONS, "00/faux", forged % (person.usager_id.hex.encode(), b"0" * 64))
    store.put_at(settings.ENS_DELETIONS, "00/abime", b"{")
    _, strangers = deletions.read(settings.ENS_DELETIONS)
    assert person.usager_id not in ledger()
    assert strangers == 2
    for name in ("00/faux", "00/abime"):
        from pathlib import Path

        (Path(settings.ENS_DELETIONS) / name).unlink()


def test_the_replay_deletes_who_is_there_and_leaves_the_others(people):
    from ens.journeys.deletion import replay

    back, gone, other = people.usager(), people.usager(), people.usager()
    delete(gone)
    when = datetime(2026, 3, 1, 12, tzinfo=UTC)
    told = {deletions.Deletion(one, when) for one in (back.usager_id, gone.usager_id, new_id())}
    assert replay(told) == 1
    assert (state_of(back), state_of(gone), state_of(other)) == (State.DELETED, State.DELETED, State.ACTIVATED)
    assert replay(told) == 0
    assert ledger()[back.usager_id] == when
