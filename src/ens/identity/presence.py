"""What the directory and the doors know of a professional or an establishment: counts, about no usager."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from ens.identity.models import ApplicationCliente, Establishment, Mailbox, Professional


@dataclass(frozen=True, slots=True)
class Presence:
    """``software``: admitted at the FHIR door; ``mailboxes``: of the directory of health mail."""

    in_directory: bool
    software: int
    mailboxes: int


def presence(number: str) -> Presence:
    """``number``: an RPPS, or the FINESS of a site."""
    people = list(Professional.objects.filter(rpps=number).values_list("id", flat=True))
    places = list(Establishment.objects.filter(finess_eg=number).values_list("id", flat=True)) if number else []
    theirs = Q(professional_id__in=people) | Q(establishment_id__in=places)
    return Presence(
        bool(people or places),
        ApplicationCliente.objects.filter(theirs).count(),
        Mailbox.objects.filter(theirs, gone_at__isnull=True).count(),
    )
