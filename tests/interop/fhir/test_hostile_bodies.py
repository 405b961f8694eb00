"""Bodies that lie, break or weigh, through the real server: each is refused in words, nothing is filed."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from tests.interop.fhir.builders import PDF, body, document_reference
from tests.interop.fhir.calls import assert_refused, for_, total
from tests.interop.fhir.conftest import AtTheDoor

Change = Callable[[dict[str, Any]], None]


def after(text: str) -> Callable[[bytes], bytes]:
    """The first of these words in the body, said twice with another value first."""
    return lambda raw: raw.replace(text.encode(), f'"status": "superseded", {text}'.encode(), 1)


# -- what is not JSON, or not quite ------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("change", "says"),
    [
        pytest.param(lambda raw: b"", "", id="vide"),
        pytest.param(lambda raw: raw[: len(raw) // 2], "", id="tronqué"),
        pytest.param(lambda raw: raw + b"}", "", id="une accolade de trop"),
        pytest.param(lambda raw: raw * 2, "", id="deux documents"),
        pytest.param(lambda raw: b"\xef\xbb\xbf" + raw, "marque d'ordre", id="BOM"),
        pytest.param(lambda raw: raw.decode().encode("utf-16"), "", id="UTF-16"),
        pytest.param(lambda raw: raw.replace(b"CAMILLE", b"CAMILL\xc9").replace(b"Compte", b"\xe9"), "", id="latin-1"),
        pytest.param(lambda raw: raw.replace(b'"Compte', b'"\\ud800Compte'), "", id="moitié de caractère"),
        pytest.param(lambda raw: raw.replace(b'"Compte', b'"\x00Compte'), "", id="caractère nul cru"),
        pytest.param(lambda raw: raw.replace(b'"mode": "working"', b'"mode": NaN'), "", id="NaN"),
        pytest.param(lambda raw: raw.replace(b'"mode": "working"', b'"mode": Infinity'), "", id="Infinity"),
        pytest.param(lambda raw: raw.replace(b'"mode": "working"', b'"mode": 1e400'), "", id="nombre infini"),
        pytest.param(lambda raw: raw.replace(b'"mode": "working"', b'"mode": ' + b"9" * 5000), "", id="5000 chiffres"),
        pytest.param(lambda raw: b"[" * 100_000, "", id="cent mille crochets"),
        pytest.param(lambda raw: b'{"entry":' * 100_000, "", id="cent mille objets"),
        pytest.param(after('"status": "current"'), "deux fois", id="nom en double"),
        pytest.param(
            lambda raw: after('"status": "current"')(raw).replace(b'"Compte', b'"\\u0022\\u0022\\\\u0022Compte'),
            "deux fois",
            id="nom en double caché sous des guillemets échappés",
        ),
    ],
)
def test_what_is_not_json_is_refused(
    outside: AtTheDoor, inaya: Any, change: Callable[[bytes], bytes], says: str
) -> None:
    answer = outside.post(change(body(for_(inaya))))
    assert_refused(answer, 400, "json_illisible")
    assert says in answer.json()["issue"][0]["diagnostics"]
    assert total(outside, inaya) == 0


def test_quotation_marks_however_written_are_no_fault(outside: AtTheDoor, inaya: Any) -> None:
    raw = body(for_(inaya)).replace(b'"Compte', b'"\\u0022\\"\\\\u0022 \\u00e9Compte')
    assert outside.post(raw).status_code == 200


# -- JSON that is not what it should be --------------------------------------------------------------------------
def at(*path: Any, value: Any) -> Change:
    def change(bundle: dict[str, Any]) -> None:
        target: Any = bundle
        for step in path[:-1]:
            target = target[step]
        target[path[-1]] = value

    return change


def without(*path: Any) -> Change:
    def change(bundle: dict[str, Any]) -> None:
        target: Any = bundle
        for step in path[:-1]:
            target = target[step]
        del target[path[-1]]

    return change


def nested(levels: int) -> dict[str, Any]:
    deep: dict[str, Any] = {"url": "urn:x", "valueString": "fin"}
    for _ in range(levels):
        deep = {"url": "urn:x", "extension": [deep]}
    return deep


SHEET = ("entry", 1, "resource")
ATTACHMENT = (*SHEET, "content", 0, "attachment")
XHTML = '<div xmlns="http://www.w3.org/1999/xhtml">%s</div>'


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(at("resourceType", value="Parameters"), id="autre ressource"),
        pytest.param(at("resourceType", value=["Bundle"]), id="genre en liste"),
        pytest.param(at(*SHEET, "resourceType", value="Observation"), id="ressource inconnue"),
        pytest.param(at(*SHEET, "resourceType", value="INAYA MICHEL 2890456789012"), id="genre qui parle de quelqu'un"),
        pytest.param(at(*SHEET, "resourceType", value=["DocumentReference"]), id="genre en liste dans le lot"),
        pytest.param(at(*SHEET, "resourceType", value={}), id="genre en objet"),
        pytest.param(at(*SHEET, "contained", 0, "resourceType", value=["Patient"]), id="contenu de genre en liste"),
        pytest.param(at(*SHEET, "contained", 0, "resourceType", value="Encounter"), id="contenu inattendu"),
        pytest.param(without(*SHEET, "resourceType"), id="sans genre"),
        pytest.param(without(*SHEET, "subject"), id="fiche sans sujet"),
        pytest.param(without("entry", 0, "resource", "subject"), id="lot sans sujet"),
        pytest.param(without(*SHEET, "author"), id="sans auteur"),
        pytest.param(at("entry", value={}), id="entrées en objet"),
        pytest.param(at("entry", 1, value=None), id="entrée nulle"),
        pytest.param(at("entry", 1, "request", value={"method": "DELETE", "url": "DocumentReference/1"}), id="DELETE"),
        pytest.param(at(*SHEET, "INAYA MICHEL 2890456789012", value="x"), id="nom d'élément qui parle de quelqu'un"),
        pytest.param(at(*SHEET, "description", value="x" * (1 << 20) + "y"), id="chaîne de plus d'un million"),
        pytest.param(at(*SHEET, "extension", value=[nested(200)]), id="extensions imbriquées"),
        pytest.param(at(*SHEET, "extension", value=[nested(300)]), id="extensions imbriquées au-delà de l'écriture"),
        pytest.param(
            at(*SHEET, "extension", value=[{"url": "urn:x", "valueCodeableConcept": "mot"}]),
            id="valeur d'un autre genre",
        ),
        pytest.param(
            at(*SHEET, "extension", value=[{"url": "urn:x", "valueIdentifier": [{}]}]), id="identifiant en liste"
        ),
        pytest.param(
            at(*SHEET, "extension", value=[{"url": "urn:x", "valueDecimal": 12345678901234567890123}]),
            id="nombre que rien ne garde exact",
        ),
        pytest.param(
            at(*SHEET, "extension", value=[{"url": "urn:x", "valueString": "a", "valueBoolean": True}]),
            id="deux valeurs",
        ),
        pytest.param(at(*ATTACHMENT, "size", value=2**70), id="taille énorme"),
        pytest.param(at(*ATTACHMENT, "size", value=1.5), id="taille à virgule"),
        pytest.param(at(*ATTACHMENT, "hash", value="YWJj"), id="empreinte trop courte"),
        pytest.param(at(*ATTACHMENT, "creation", value="2026-02-30"), id="30 février"),
        pytest.param(at("entry", 2, "resource", "data", value="%%%"), id="base64 illisible"),
        pytest.param(at("entry", 2, "resource", "data", value="YQ==YQ=="), id="base64 après la fin"),
        pytest.param(
            at("entry", 2, "resource", "contentType", value="application/pdf\r\nX: y"), id="type sur deux lignes"
        ),
        *(
            pytest.param(at(*SHEET, "text", value={"status": "generated", "div": XHTML % inside}), id=f"texte {name}")
            for name, inside in {
                "avec script": "<script>alert(1)</script>",
                "avec image lointaine": '<img src="https://pisteur.example/x.png"/>',
                "avec lien actif": '<a href="java&#115;cript:alert(1)">ici</a>',
                "avec gestionnaire": '<p onclick="alert(1)">ici</p>',
                "avec style": '<p style="background:url(https://pisteur.example)">ici</p>',
                "avec cadre": '<iframe src="https://x.example"/>',
                "avec formulaire": '<form action="https://x.example"><input/></form>',
                "mal formé": "<p>",
                "hors XHTML": '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
            }.items()
        ),
        pytest.param(
            at(*SHEET, "text", value={"status": "generated", "div": "<p>pas un div</p>"}), id="texte sans div"
        ),
        pytest.param(
            at(*SHEET, "text", value={"status": "generated", "div": '<!DOCTYPE x [<!ENTITY a "b">]>' + XHTML % "&a;"}),
            id="texte avec DTD",
        ),
    ],
)
def test_a_structure_that_is_not_the_guides_is_refused_with_its_place(
    outside: AtTheDoor, inaya: Any, change: Change
) -> None:
    bundle = for_(inaya)
    change(bundle)
    answer = outside.post(bundle)
    assert_refused(answer, 400, "structure_invalide")
    assert all(issue["expression"] for issue in answer.json()["issue"])
    assert total(outside, inaya) == 0


def test_a_narrative_of_plain_formatting_is_kept(outside: AtTheDoor, inaya: Any) -> None:
    bundle = for_(inaya)
    inside = '<p class="x">Bilan <b>normal</b>, <a href="#suite">suite</a></p><img src="data:image/png;base64,AA=="/>'
    text = {"status": "generated", "div": XHTML % inside}
    bundle["entry"][1]["resource"]["text"] = text
    location = outside.post(bundle).json()["entry"][1]["response"]["location"]
    assert outside.get(location).json()["text"] == text


def test_a_sheet_is_of_a_size_that_a_page_of_two_hundred_can_hold(outside: AtTheDoor, inaya: Any) -> None:
    bundle = for_(inaya, PDF * 8000)  # the document itself may weigh
    assert outside.post(bundle).status_code == 200
    bundle["entry"][1]["resource"]["masterIdentifier"]["value"] = f"urn:oid:2.25.{uuid4().int}"
    for level, place in (("entry", 1), ("entry", 0)):
        heavy = json.loads(body(bundle))
        heavy[level][place]["resource"]["extension"] = [{"url": "urn:x", "valueString": "é" * 200_000}]
        answer = outside.post(heavy)
        assert_refused(answer, 400, "structure_invalide")
        assert answer.json()["issue"][0]["expression"] == [f"Bundle.entry[{place}].resource"]
    alone = document_reference(matricule=inaya.matricule, oid=inaya.oid)
    alone["extension"] = [{"url": "urn:x", "valueString": "x" * 300_000}]
    assert_refused(outside.post(alone, "DocumentReference"), 400, "structure_invalide")


# -- what does not hold together ---------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        (at(*ATTACHMENT, "size", value=len(PDF) + 1), 422, "taille_differente"),
        (at(*ATTACHMENT, "size", value=0), 422, "taille_differente"),
        (
            at(
                *ATTACHMENT, "hash", value=base64.b64encode(hashlib.sha1(b"?", usedforsecurity=False).digest()).decode()
            ),
            422,
            "empreinte_differente",
        ),
        (at(*SHEET, "type", "coding", 0, "code", value="INAYA MICHEL 2890456789012"), 422, "type_inconnu"),
        (at(*SHEET, "type", "coding", 0, "code", value="99999-9"), 422, "type_inconnu"),
        (at(*SHEET, "context", "period", "start", value="9999-12-31"), 422, "date_invraisemblable"),
        (at(*SHEET, "context", "period", "start", value="0001"), 422, "date_invraisemblable"),
        (at(*ATTACHMENT, "creation", value="0001-01-01T00:00:00+14:00"), 422, "date_invraisemblable"),
        (at(*ATTACHMENT, "creation", value="9999-12-31T23:59:59-12:00"), 422, "date_invraisemblable"),
        (at("type", value="batch"), 400, "lot_invalide"),
        (at("type", value="message"), 400, "lot_invalide"),
        (without("entry", 2), 400, "reference_non_resolue"),
        (at(*ATTACHMENT, "url", value="file:///etc/passwd"), 400, "reference_non_resolue"),
        (at(*ATTACHMENT, "url", value="http://169.254.169.254/latest/meta-data/"), 400, "reference_non_resolue"),
        (at(*SHEET, "content", 0, "attachment", "contentType", value="image/png"), 400, "lot_invalide"),
    ],
)
def test_what_lies_or_leads_nowhere_is_refused(
    outside: AtTheDoor, inaya: Any, change: Change, status: int, code: str
) -> None:
    bundle = for_(inaya)
    change(bundle)
    assert_refused(outside.post(bundle), status, code)
    assert total(outside, inaya) == 0


def test_a_date_without_end_is_filed_and_does_not_break_later_searches(outside: AtTheDoor, inaya: Any) -> None:
    for end in ("9999-12-31", "9999", "9999-12-31T23:59:59-12:00"):
        bundle = for_(inaya)
        bundle["entry"][1]["resource"]["context"]["period"]["end"] = end
        assert outside.post(bundle).status_code == 200, end
    ins = f"patient.identifier=urn:oid:{inaya.oid}|{inaya.matricule}"
    for criterion in ("period=2026", "period-end=ge2026", "period-end=9999", "period=lt9999-12-31"):
        assert outside.get(f"DocumentReference?{ins}&{criterion}&_summary=count").status_code == 200, criterion
    assert outside.get(f"DocumentReference?{ins}&period-end=9999&_summary=count").json()["total"] == 3


def test_an_empty_document_is_refused(outside: AtTheDoor, inaya: Any) -> None:
    bundle = for_(inaya, b"")
    bundle["entry"][2]["resource"]["data"] = "===="
    assert_refused(outside.post(bundle), 400, "structure_invalide")
    bundle["entry"][2]["resource"]["data"] = "\n"
    assert_refused(outside.post(bundle), 422, "document_vide")


def test_two_hundred_documents_are_one_submission_and_one_more_is_not(outside: AtTheDoor, inaya: Any) -> None:
    bundle = for_(inaya, *(PDF + str(number).encode() for number in range(201)))
    answer = outside.post(bundle)
    assert_refused(answer, 400, "lot_invalide")
    bundle["entry"][0]["resource"]["entry"].pop()
    bundle["entry"] = [bundle["entry"][0], *bundle["entry"][1:201], *bundle["entry"][202:402]]
    assert outside.post(bundle).status_code == 200
    assert total(outside, inaya) == 200


# -- too large, compressed, of another type ----------------------------------------------------------------------
@pytest.mark.slow
def test_thirty_million_bytes_are_too_many_announced_or_not(outside: AtTheDoor) -> None:
    announced = outside.post(b" " * 30_000_000)
    in_pieces = outside.call(
        "POST", "/fhir", (b" " * 1_000_000 for _ in range(30)), **{"Content-Type": "application/fhir+json"}
    )
    for answer in (announced, in_pieces):
        assert_refused(answer, 413, "corps_trop_volumineux")


def test_a_body_in_pieces_is_read_like_any_other(outside: AtTheDoor, inaya: Any) -> None:
    raw = body(for_(inaya))
    pieces = (raw[start : start + 700] for start in range(0, len(raw), 700))
    answer = outside.call("POST", "/fhir", pieces, **{"Content-Type": "application/fhir+json"})
    assert answer.status_code == 200
    assert total(outside, inaya) == 1


@pytest.mark.slow
def test_a_document_over_twenty_million_bytes_is_too_large(outside: AtTheDoor, inaya: Any) -> None:
    assert_refused(outside.post(for_(inaya, PDF + b"x" * 20_000_000)), 413, "document_trop_grand")


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd", "gzip, gzip", "identity, gzip"])
def test_a_compressed_body_is_refused_without_being_opened(outside: AtTheDoor, inaya: Any, encoding: str) -> None:
    bomb = gzip.compress(b" " * 50_000_000, 9)
    for data in (gzip.compress(body(for_(inaya))), bomb):
        answer = outside.post(data, **{"Content-Encoding": encoding})
        assert_refused(answer, 415, "type_de_corps_non_pris_en_charge")


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "text/plain",
        "application/fhir+xml",
        "application/xml",
        "multipart/form-data; boundary=x",
        "application/json-",
        "application/fhir+json; charset=latin-1",
        "application/fhir+json; charset=utf-16",
        "application/x-ndjson",
        ";;;",
    ],
)
def test_a_body_of_another_type_is_refused(outside: AtTheDoor, inaya: Any, content_type: str) -> None:
    answer = outside.post(body(for_(inaya)), content_type=content_type)
    assert_refused(answer, 415, "type_de_corps_non_pris_en_charge")


@pytest.mark.parametrize(
    "accept", ["text/html", "application/fhir+xml", "image/*", "application/fhir+json;q=0", "x", "*/*;q=nan"]
)
def test_an_answer_in_another_format_is_refused_before_anything_is_filed(
    outside: AtTheDoor, inaya: Any, accept: str
) -> None:
    assert_refused(outside.post(for_(inaya), Accept=accept), 406, "format_non_disponible")
    assert total(outside, inaya) == 0
