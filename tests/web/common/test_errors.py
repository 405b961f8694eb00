"""The one table from errors to pages."""

from __future__ import annotations

from typing import Any

import pytest

from ens.kernel.errors import Absent, Conflict, EnsError, Family, Malformed, Refused, Unavailable, named_errors


@pytest.mark.usefixtures("db")
def test_every_named_error_has_its_page() -> None:
    from ens.web.common.errors import page_for

    errors = named_errors()
    assert errors
    for error in errors:
        assert 400 <= page_for(error).status <= 503, error.code


@pytest.mark.usefixtures("db")
def test_refused_and_absent_are_answered_by_the_same_page() -> None:
    from ens.web.common.errors import FAMILIES

    assert FAMILIES[Family.REFUSED] is FAMILIES[Family.ABSENT]
    assert not FAMILIES[Family.ABSENT].speaks


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize(
    ("family", "status", "speaks"),
    [
        (Absent, 404, False),
        (Refused, 404, False),
        (Conflict, 409, True),
        (Malformed, 400, True),
        (Unavailable, 503, False),
    ],
)
def test_a_family_answers_with_its_status_and_says_why_only_when_it_may(
    family: type[EnsError], status: int, speaks: bool, rf: Any
) -> None:
    from ens.web.common.errors import ErrorPagesMiddleware

    told = type("Told", (family,), {"code": "dit_pour_ce_test", "message": "Phrase dite."})
    request = rf.get("/documents/")
    request.actor = None
    answer = ErrorPagesMiddleware(lambda _: None).process_exception(request, told())  # type: ignore[arg-type,return-value]  # the next layer is not reached
    assert answer is not None
    assert answer.status_code == status
    assert ("Phrase dite." in answer.content.decode()) is speaks  # type: ignore[attr-defined]  # a plain HttpResponse


@pytest.mark.usefixtures("db")
def test_an_unknown_failure_is_left_to_the_page_that_asks_nothing(rf: Any) -> None:
    from ens.web.common.errors import ErrorPagesMiddleware, server_error

    request = rf.get("/documents/")
    assert ErrorPagesMiddleware(lambda _: None).process_exception(request, ValueError("x")) is None  # type: ignore[arg-type,return-value]  # the next layer is not reached
    answer = server_error(request)
    assert answer.status_code == 500
    assert "Une erreur est survenue" in answer.content.decode()
