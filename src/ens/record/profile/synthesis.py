"""The synthesis of a medical profile: an accessible PDF, drawn from what was read, then kept, filed or sent.

Professionals never read the profile: they read the synthesis that the usager filed or sent.
Source: production's contract of the profile.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings

from ens.audit import profile_events as events
from ens.identity import queries as identity
from ens.identity.types import Traits
from ens.kernel import clock
from ens.kernel.actor import Actor
from ens.persistence.unit import Unit, unit_of_work
from ens.record.errors import DocumentDifferent, ProfileEmpty
from ens.record.models import Document
from ens.record.profile import store
from ens.record.profile.rubrics import RUBRICS
from ens.record.profile.services import SYNTHESIS_TYPE
from ens.record.profile.types import Item, RubricState, Synthesis
from ens.record.services.deposit import deposit
from ens.record.services.identifiers import find_by_unique_ids, unique_id_of_form
from ens.record.types import CURRENT, DocumentDeposit, SubmissionDeposit
from ens.standards import paper
from ens.standards.ins import IdentityStatus, in_groups
from ens.standards.partial_dates import PartialDate

TITLE = "Synthèse du profil médical"
_SHEET = Path(__file__).parent / "synthese.typ"
_FORMAT = "urn:ihe:iti:xds-sd:pdf:2008"


def synthesis(usager_id: UUID, rubrics: Collection[str] = (), *, by: Actor) -> Synthesis:
    """The synthesis of these rubrics, or of all; one that was not answered is left out.

    Drawn once the unit is over: the same profile at the same moment gives the same bytes.
    Errors: ProfileEmpty, ProfileItemNotFound, SpaceAbsent.
    """

    def act(unit: Unit) -> tuple[dict[str, Any], datetime]:
        events.synthesis_made(unit, attempt=True)
        store.check_own(unit)
        wanted = set(rubrics) or set(RUBRICS)
        states = [one for one in store.states(unit) if one.rubric.code in wanted and one.is_answered]
        if not states:
            raise ProfileEmpty()
        now = clock.now()
        events.synthesis_made(unit)
        return _described(identity.traits(unit), states, store.items(unit), by=by, now=now), now

    data, at = unit_of_work(usager_id, act, by=by)
    return Synthesis(paper.draw(_SHEET, data, at=at))


def file_synthesis(usager_id: UUID, rubrics: Collection[str] = (), *, token: str = "", by: Actor) -> UUID:
    """Draw it and file it in the record, in place of the one before; the same form sent twice files once.

    It follows the rules of any document: masked or not, read and traced. Returns the document's id.
    Errors: those of ``synthesis`` and of ``deposit``.
    """
    unique_id = unique_id_of_form(usager_id, token)

    def before(unit: Unit) -> tuple[UUID | None, UUID | None]:
        unit.untraced("ce que la synthèse remplace, pour qui la dépose")
        store.check_own(unit)
        same = find_by_unique_ids(unit, [unique_id])
        rows = Document.objects.filter(usager_id=unit.usager_id, type_code=SYNTHESIS_TYPE, status=CURRENT)
        former = rows.order_by("-filed_at", "-id").values_list("id", flat=True).first()
        return (same[0].id if same else None), former

    known, replaced = unit_of_work(usager_id, before, by=by)
    if known is not None:
        return known
    drawn, now = synthesis(usager_id, rubrics, by=by), clock.now()
    document = DocumentDeposit(
        unique_id=unique_id,
        data=drawn.data,
        media_type=drawn.media_type,
        type_code=SYNTHESIS_TYPE,
        title=TITLE,
        act_at=now,
        created_at=now,
        author_label=by.name,
        format_code=_FORMAT,
        replaces=(str(replaced),) if replaced else (),
    )
    try:
        return deposit(usager_id, SubmissionDeposit((document,)), by=by).document_id
    except DocumentDifferent:  # the same form, at the same moment: the other one filed it
        known, _ = unit_of_work(usager_id, before, by=by)
        if known is None:
            raise
        return known


def _described(
    traits: Traits, states: list[RubricState], items: list[Item], *, by: Actor, now: datetime
) -> dict[str, Any]:
    """What the sheet is given: everything it says is here."""
    day = _day(now)
    is_qualified = traits.identity_status == IdentityStatus.QUALIFIEE
    born = "née" if traits.sex == "F" else "né"
    return {
        "titre": TITLE,
        "service": settings.ENS_SERVICE_NAME,
        "auteur": by.name,
        "personne": f"{traits.shown_name}",
        "naissance": f", {born} le {PartialDate.of(traits.birth_date.isoformat()).in_french}",
        "ins": f"Matricule INS {in_groups(traits.matricule)}" if is_qualified else "",
        "avertissement": (
            f"Informations écrites par {by.name} dans son espace de santé, telles qu’elles étaient le {day}. "
            "Elles n’ont pas été vérifiées par un professionnel de santé."
        ),
        "pied": f"{TITLE}, {day}",
        "rubriques": [
            {
                "titre": one.rubric.label,
                "dit": _said(one),
                "elements": [_item(item) for item in items if item.rubric is one.rubric],
            }
            for one in states
        ],
    }


def _said(state: RubricState) -> str:
    if state.unconcerned_at is None:
        return ""
    return f"Non concerné, réponse de {state.unconcerned_by} le {_day(state.unconcerned_at)}."


def _item(item: Item) -> dict[str, Any]:
    comment = [line for line in item.comment.split("\n") if line.strip()]
    return {"titre": item.heading, "faits": item.facts, "commentaire": comment}


def _day(moment: datetime) -> str:
    return PartialDate.of(moment.astimezone(clock.PARIS).date().isoformat()).in_french
