"""Long lists, a page at a time: the number in the address, the addresses around it."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest


def page_number(request: HttpRequest, name: str = "page") -> int:
    """The page asked for, from 1. Anything but a number is an address that does not exist."""
    value = request.GET.get(name, "1")
    if not (value.isascii() and value.isdigit() and len(value) < 6):
        raise Http404
    return max(int(value), 1)


def pages_around(request: HttpRequest, number: int, *, last: int, name: str = "page") -> dict[str, Any]:
    """What ``common/components/pagination.html`` shows: the addresses keep what is searched and filtered."""

    def address(to: int) -> str:
        parameters = request.GET.copy()
        parameters[name] = str(to)
        return f"?{parameters.urlencode()}"

    return {
        "precedente": address(number - 1) if number > 1 else "",
        "suivante": address(number + 1) if number < last else "",
        "page_courante": number,
        "pages_en_tout": last,
    }
