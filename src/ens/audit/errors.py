"""What the trace can answer."""

from __future__ import annotations

from ens.kernel.errors import Absent


class HistoryNotYours(Absent):
    """Only the usager, or who acts for them, reads the history."""

    code = "historique_absent"
    message = "Cet élément n'existe pas, ou vous n'y avez pas accès."
