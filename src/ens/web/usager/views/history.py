"""Who read the record: the trace, as its usager reads it."""

from __future__ import annotations

from itertools import groupby
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ens.audit import queries as audit
from ens.audit.types import HistoryFilter
from ens.kernel.actor import ActorKind
from ens.record.former import taking
from ens.web.common import words
from ens.web.usager.pages import usager_page
from ens.web.usager.rows import HistoryRow, history_row

PER_PAGE = 50
# Whose acts are shown; the usager's own come on demand, so that a reading by someone else is not
# drowned in them. A mail operator delivers, it does not read: its lines are under « Tout ».
OTHERS = (ActorKind.PROFESSIONNEL, ActorKind.ETABLISSEMENT, ActorKind.SUPPORT)
KINDS: dict[str, tuple[str, ...]] = {"autres": OTHERS, "moi": (ActorKind.USAGER,), "tout": ()}


@require_safe
def liste(request: HttpRequest) -> HttpResponse:
    """By day, newest first. Filters: who acted, one document."""
    who = request.GET.get("qui", "autres")
    if who not in KINDS:
        raise Http404
    document_id = _uuid(request.GET.get("document"))
    which = HistoryFilter(
        actor_kinds=KINDS[who], object_id=document_id, before=_number(request.GET.get("avant")), limit=PER_PAGE
    )
    found = audit.history(request.usager_id, which, by=request.actor)
    rows = [history_row(line, reader_id=request.actor.id) for line in found.lines]
    context = {
        "jours": _by_day(rows),
        "total": found.total,
        "document_titre": next((line.title for line in found.lines if line.title), "") if document_id else "",
        "choix_qui": _choices(who, document_id),
        "suivante": f"?qui={who}{_about(document_id)}&avant={found.next_before}" if found.next_before else "",
    }
    return usager_page(request, "usager/historique/liste.html", context, section="historique")


@require_safe
def ancien_dmp(request: HttpRequest) -> HttpResponse:
    """What came of the former DMP, and its own history: told by another system, kept apart from ours."""
    page = _number(request.GET.get("page")) or 1
    found = taking.shown(request.usager_id, page, by=request.actor)
    context: dict[str, Any] = {"repris": found}
    if found is not None:
        if page > 1 and not found.lines:
            raise Http404
        told, taken = found.told.as_json(), found.taken.as_json()
        labels = {
            "documents": _("Documents"),
            "masks": _("Documents masqués"),
            "access": _("Professionnels autorisés ou bloqués"),
            "history": _("Lignes d’historique"),
        }
        context["comptes"] = [
            {"libelle": label, "avant": told[name], "apres": taken[name]} for name, label in labels.items()
        ]
        context["ecart"] = told != taken
        context["precedente"] = f"?page={page - 1}" if page > 1 else ""
        context["suivante"] = f"?page={page + 1}" if page * taking.PER_PAGE < found.total else ""
    return usager_page(request, "usager/historique/ancien_dmp.html", context, section="historique")


def _by_day(rows: list[HistoryRow]) -> list[dict[str, Any]]:
    return [
        {"cle": day.isoformat(), "date": day, "lignes": list(group)}
        for day, group in groupby(rows, key=lambda row: words.day_of(row.at))
    ]


def _choices(who: str, document_id: UUID | None) -> list[dict[str, Any]]:
    labels = {"autres": _("Professionnels"), "moi": _("Vous"), "tout": _("Tout")}
    return [
        {"libelle": label, "courant": name == who, "lien": f"?qui={name}{_about(document_id)}"}
        for name, label in labels.items()
    ]


def _about(document_id: UUID | None) -> str:
    return f"&document={document_id}" if document_id else ""


def _uuid(value: str | None) -> UUID | None:
    if not value:
        return None
    try:
        return UUID(value)
    except ValueError as error:
        raise Http404 from error


def _number(value: str | None) -> int | None:
    if not value:
        return None
    if not (value.isascii() and value.isdigit() and len(value) < 12):
        raise Http404
    return int(value)
