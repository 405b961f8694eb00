"""Each interaction of the FHIR face, by each kind of token, about someone in each state: status and code, as a table.

Whoever has no open space is answered about like nobody. What is read or refused leaves its line in the history of
whom it is about; a call whose token is not valid leaves none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

import pytest

from ens.access import services as access
from ens.enrolment import services as enrolment
from ens.identity import services as identity
from ens.interop.fhir import authentication, oauth
from ens.interop.fhir.offer import OFFER
from ens.kernel.actor import SYSTEM
from tests.doors.everyone import lines_of
from tests.factories import TEST_OID, People, Person, matricule
from tests.interop.fhir.builders import body, document_reference, provide_bundle
from tests.interop.fhir.calls import assert_refused, code_of

OPEN, NOT_OPEN = ("activated", "opened"), ("opposed", "closed", "unknown")
INVALID = {
    "none": "jeton_absent",
    "another scheme": "jeton_absent",
    "malformed": "jeton_invalide",
    "expired": "jeton_invalide",
    "revoked": "jeton_invalide",
}
FILES, READS, ASKS = "files", "reads", "asks whether open"
Shape = tuple[str, ...]
Said = tuple[int, str]  # the status; the code refused with, empty for an answer


@dataclass(frozen=True)
class Row:
    """One interaction: what it does, what a valid call gives, and the event it leaves."""

    what: str
    gives: int
    absent: Said  # about who has no open space
    event: str = ""


FOUND_NOTHING, ABSENT, NO_BOX = (200, ""), (404, "ressource_absente"), (404, "boite_absente")
ROWS: dict[tuple[Shape, str], Row] = {
    ((), "POST"): Row(FILES, 200, NO_BOX, "document_depose"),
    (("DocumentReference",), "POST"): Row(FILES, 201, NO_BOX, "document_depose"),
    (("DocumentReference",), "GET"): Row(READS, 200, FOUND_NOTHING, "documents_cherches"),
    (("DocumentReference", "_search"), "POST"): Row(READS, 200, FOUND_NOTHING, "documents_cherches"),
    (("DocumentReference", "{id}"), "GET"): Row(READS, 200, ABSENT, "document_lu"),
    (("DocumentReference", "{id}", "_history", "{version}"), "GET"): Row(READS, 200, ABSENT, "document_lu"),
    (("List",), "GET"): Row(READS, 200, FOUND_NOTHING, "documents_cherches"),
    (("List", "_search"), "POST"): Row(READS, 200, FOUND_NOTHING, "documents_cherches"),
    (("List", "{id}"), "GET"): Row(READS, 200, ABSENT, "lot_lu"),
    (("List", "{id}", "_history", "{version}"), "GET"): Row(READS, 200, ABSENT, "lot_lu"),
    (("Binary", "{id}"), "GET"): Row(READS, 200, ABSENT, "document_telecharge"),
    (("Binary", "{id}", "_history", "{version}"), "GET"): Row(READS, 200, ABSENT, "document_telecharge"),
    (("Patient",), "GET"): Row(ASKS, 200, FOUND_NOTHING, "patient_recherche"),
    (("Patient", "_search"), "POST"): Row(ASKS, 200, FOUND_NOTHING, "patient_recherche"),
    (("Patient", "{id}"), "GET"): Row(ASKS, 200, ABSENT, "patient_recherche"),
}
PUBLIC = {(shape, method) for shape, one in OFFER.items() if one.public for method in one.methods}


@dataclass
class Asked:
    """Someone in a state, and what is theirs."""

    person: Person | None
    matricule: str
    ids: dict[str, UUID]


@dataclass
class Face:
    tokens: dict[str, str]  # the Authorization of each kind
    about: dict[str, Asked]

    def call(self, token: str, method: str, shape: Shape, state: str) -> Any:
        from django.test import Client

        asked = self.about[state]
        given = {"{id}": str(asked.ids.get(shape[0] if shape else "", uuid4())), "{version}": "1"}
        path = "/fhir/" + "/".join(given.get(step, step) for step in shape)
        naming = f"urn:oid:{TEST_OID}|{asked.matricule}"
        parameters = urlencode({"identifier" if shape[:1] == ("Patient",) else "patient.identifier": naming})
        data, kind = b"", "application/fhir+json"
        if shape[-1:] == ("_search",):
            data, kind = parameters.encode(), "application/x-www-form-urlencoded"
        elif method == "POST":
            make = document_reference if shape else provide_bundle
            data = body(make(matricule=asked.matricule, oid=TEST_OID))
        elif len(shape) == 1:
            path = f"{path}?{parameters}"
        headers = {"Accept": "*/*"} | ({"Authorization": self.tokens[token]} if token != "none" else {})
        client = Client(raise_request_exception=False)
        return client.generic(method, path, data, content_type=kind, headers=headers)

    def owns(self, state: str, shape: Shape) -> bool:
        """Whether what the address names is this person's; an address without an id names them in its question."""
        asked = self.about[state]
        return asked.person is not None and ("{id}" not in shape or shape[0] in asked.ids)

    def lines(self, state: str, after: int = 0) -> list[Any]:
        person = self.about[state].person
        return lines_of(person, after=after) if person else []

    def last(self, state: str) -> int:
        return max((line.seq for line in self.lines(state)), default=0)


def said(answer: Any) -> Said:
    return answer.status_code, "" if answer.status_code < 400 else code_of(answer)


@pytest.fixture(scope="module")
def face(database: Any) -> Face:
    from django.conf import settings

    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    people = People()
    doctor, hospital = people.professional("Dupond"), people.establishment()
    tokens = {name: f"Bearer {_token(professional=doctor)}" for name in ("professional", "expired", "revoked")}
    tokens |= {"establishment": f"Bearer {_token(establishment=hospital)}", "malformed": "Bearer a b"}
    tokens["another scheme"] = "Basic ZHVwb25kOnNlY3JldA=="
    _row(tokens["expired"]).update(expires=datetime.now(UTC) - timedelta(seconds=1))
    _row(tokens["revoked"]).delete()
    found = Face(tokens, {})
    for state in (*OPEN, *NOT_OPEN):
        if state == "unknown":
            found.about[state] = Asked(None, matricule(), {})
            continue
        person = people.usager(state="activated" if state == "closed" else state)
        found.about[state] = asked = Asked(person, person.matricule, {"Patient": person.usager_id})
        if state == "opposed":
            continue
        access.authorise(person.usager_id, rpps=doctor.rpps, by=person.actor)
        filed = found.call("professional", "POST", (), state).json()["entry"]
        for one in filed:
            kind, _, rest = one["response"]["location"].partition("/")
            asked.ids[kind] = UUID(rest.partition("/")[0])
        if state == "closed":
            enrolment.close(person.usager_id, by=SYSTEM)
    return found


def _token(**owner: Any) -> str:
    from django.test import Client

    client_id = f"logiciel-{uuid4()}"
    identity.register_client(client_id, "un-secret-de-test", name="Logiciel", **owner)
    form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": "un-secret-de-test"}
    answer = Client().post("/oauth2/token/", form)
    found: str = answer.json()["access_token"]
    return found


def _row(authorization: str) -> Any:
    import hashlib

    from oauth2_provider.models import get_access_token_model

    checksum = hashlib.sha256(authorization.removeprefix("Bearer ").encode()).hexdigest()
    return get_access_token_model().objects.filter(token_checksum=checksum)


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    """Neither tokens nor how often one was refused: that has its own tests."""
    for forget in (authentication.forget_tokens, authentication.refusals.forget, oauth.refusals.forget):
        forget()


def expected(token: str, row: Row, state: str) -> Said:
    if token == "establishment" and row.what == READS:
        return 403, "personne_requise"  # whoever it asks about
    return (row.gives, "") if state in OPEN else row.absent


def expected_lines(token: str, row: Row, state: str, is_theirs: bool) -> list[tuple[str, str]]:
    """One line, of the reading or of its refusal, in the history of whom it is about: of who is known, and theirs."""
    if not is_theirs:
        return []
    is_given = state in OPEN and not (token == "establishment" and row.what == READS)
    return [(row.event, "fait" if is_given else "refuse")]


interactions = pytest.mark.parametrize(
    ("shape", "method"), ROWS, ids=[f"{method} {'/'.join(shape) or 'lot'}" for shape, method in ROWS]
)


def test_every_interaction_offered_has_its_row_here() -> None:
    assert {(shape, method) for shape, one in OFFER.items() for method in one.methods} == set(ROWS) | PUBLIC


@pytest.mark.parametrize("token", INVALID)
def test_without_a_valid_token_nothing_is_answered_nor_left(face: Face, token: str) -> None:
    """The same refusal at every address, by every method, about anyone."""
    for state in face.about:
        before, refusals = face.last(state), set()
        for shape, method in ROWS:
            answer = face.call(token, method, shape, state)
            assert_refused(answer, 401, INVALID[token])
            refusals.add(answer.content)
            authentication.refusals.forget()
        assert len(refusals) == 1
        assert face.lines(state, after=before) == []


@interactions
def test_status_code_and_line_of_each_call(face: Face, shape: Shape, method: str) -> None:
    row = ROWS[shape, method]
    for token in ("professional", "establishment"):
        for state in face.about:
            before = face.last(state)
            answer = face.call(token, method, shape, state)
            assert (token, state, *said(answer)) == (token, state, *expected(token, row, state))
            left = [(line.event, line.outcome) for line in face.lines(state, after=before)]
            assert (token, state, left) == (token, state, expected_lines(token, row, state, face.owns(state, shape)))


@interactions
def test_who_has_no_open_space_is_answered_about_like_nobody(face: Face, shape: Shape, method: str) -> None:
    """Opposed, closed and unknown: the same status, headers and body, whoever asks."""
    for token in ("professional", "establishment"):
        answers = set()
        for state in NOT_OPEN:
            answer = face.call(token, method, shape, state)
            answers.add((answer.status_code, scrubbed(answer.content), tuple(sorted(answer.headers.items()))))
        assert len(answers) == 1, token


def scrubbed(content: bytes) -> bytes:
    """Without what a search repeats of its question, and the time and number of the answer."""
    text = re.sub(rb"\d{15}", b"matricule", content)
    text = re.sub(rb"[0-9a-f]{8}-[0-9a-f-]{27}", b"id", text)
    return re.sub(rb"\d{4}-\d\d-\d\dT[0-9:.+Z-]+", b"heure", text)


@pytest.mark.parametrize("token", ["none", "establishment", "professional"])
def test_a_method_that_is_not_offered(face: Face, token: str) -> None:
    """Who is not known is not even told which are."""
    for shape, one in OFFER.items():
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - set(one.methods):
            answer = face.call(token, method, shape, "activated")
            if token == "none" and not one.public:
                assert_refused(answer, 401, "jeton_absent")
            else:
                assert_refused(answer, 405, "methode_non_offerte")
                assert set(answer.headers.get("Allow", "").replace(" ", "").split(",")) - {"", "HEAD"} == set(
                    one.methods
                )
