"""Carries the lots of letters to the folder a printer reads (``ENS_COURRIERS``)."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import orjson

from ens.coffre.keyring import digest
from ens.connectors.courrier.batches import Batch, is_there, write
from ens.connectors.courrier.rendering import Sender, described, draw
from ens.enrolment import notices
from ens.enrolment.ports import LotToSend
from ens.kernel import clock


class PrintFolder:
    """``posted_at_once``: what is written there is posted the same day; else the printer's report says when."""

    def __init__(self, folder: Path, sender: Sender, *, posted_at_once: bool = False) -> None:
        self._folder, self._sender, self._posted_at_once = folder, sender, posted_at_once

    def send(self, lot: LotToSend) -> datetime | None:
        """The same lot on the same day gives the same batch. Errors: OSError, and nothing is there by halves."""
        told = notices.compose(lot)
        now = clock.now()  # after what the letters say: their last day is never later than the deadline
        if told.notices:
            self._print(lot, told)
        return now if self._posted_at_once or not told.notices else None

    def _print(self, lot: LotToSend, told: notices.Told) -> None:
        made_of = digest("lot de courriers", orjson.dumps(described(told, self._sender))).hex()
        if is_there(self._folder, lot.id, made_of):
            return
        printed = draw(told, self._sender)
        facts = {
            "campagne": lot.campaign,
            "vague": lot.wave,
            "departement": lot.departement,
            "modele": f"{lot.variant}{lot.version}",
            "apres_retour": lot.again,
            "gros_caracteres": lot.large_print,
            "lettres_en_gros_caracteres": sum(one.large_print for one in told.notices),
            "date": told.sent_on.isoformat(),
            "dernier_jour": told.last_day.isoformat(),
        }
        references = tuple(one.reference for one in told.notices)
        write(self._folder, Batch(lot.id, made_of, printed.pdf, references, printed.pages, facts))
