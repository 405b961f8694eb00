"""The open indicators: a page, and the same figures as files."""

from __future__ import annotations

import orjson
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from ens.steering import indicators
from ens.steering.exports import CSV, FORMS, file_of, table_rows
from ens.web.common.files import disposition
from ens.web.common.pages import page

SHOWN = ("noticed", "activated", "opened", "opposed", "not_due", "overdue")


@require_safe
def page_of_indicators(request: HttpRequest) -> HttpResponse:
    table = indicators.published()
    rows = [(row, [row.counts[one] for one in SHOWN]) for row in table.rows]
    context = {
        "jour": table.view.day,
        "lignes": rows,
        "ensemble": [table.total.counts[one] for one in SHOWN],
        "definitions": indicators.DEFINITIONS,
        "entetes": [one.words for one in indicators.DEFINITIONS[: len(SHOWN)]],
        "seuil": table.threshold,
        "masque": table.hides,
        "licence": indicators.LICENCE,
    }
    return page(request, "public/indicateurs.html", context)


@require_safe
def file_of_indicators(request: HttpRequest, forme: str) -> HttpResponse:
    table = indicators.published()
    if forme == "json":
        return HttpResponse(orjson.dumps(indicators.as_json(table)), content_type="application/json")
    if forme != CSV:
        raise Http404
    response = HttpResponse(file_of(*table_rows(table), CSV), content_type=FORMS[CSV])
    response.headers["Content-Disposition"] = disposition(f"indicateurs-{table.view.day.isoformat()}.csv")
    return response
