"""What the clock makes due: asked by the worker now and then, and by ``ens clock`` at once."""

from __future__ import annotations

from ens.enrolment import daily, pace
from ens.enrolment import services as enrolment
from ens.journeys import majority
from ens.persistence import outbox
from ens.persistence.clock import refresh


def run_due() -> list[str]:
    """Do everything due at the product's time; returns French sentences of what was done."""
    refresh()
    done = []
    noticed = pace.advance().noticed
    if noticed:
        done.append(f"{noticed} personne notifiée" if noticed == 1 else f"{noticed} personnes notifiées")
    opened = total = enrolment.open_due()
    while opened:
        opened = enrolment.open_due()
        total += opened
    if total:
        done.append(f"{total} espace ouvert" if total == 1 else f"{total} espaces ouverts")
    grown = majority.advance()
    if grown:
        done.append(f"{grown} représentation finie" if grown == 1 else f"{grown} représentations finies")
    daily.refresh()
    sent = outbox.run_due()
    if sent:
        done.append(f"{sent} envoi fait" if sent == 1 else f"{sent} envois faits")
    return done or ["rien n'était dû"]
