"""CDA documents made to harm: refused in words through ITI-65, or filed as they are and shown without what harms."""

from __future__ import annotations

import base64
import html
import re
import zlib
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from tests.interop.fhir.builders import PDF
from tests.interop.fhir.calls import assert_refused, for_, history, total
from tests.interop.fhir.conftest import AtTheDoor
from tests.record.files import cda, hostile_pdf


def narrative(text: str, *, more: str = "") -> str:
    return (
        "<component><structuredBody><component><section><title>Conclusion</title>"
        f"<text>{text}</text>{more}</section></component></structuredBody></component>"
    )


def of(person: Any, body: str = "", **changes: Any) -> bytes:
    return cda(
        person.matricule, person.oid, unique_id=f"2.25.{uuid4().int}", **({"body": body} if body else {}), **changes
    )


def filed(outside: AtTheDoor, person: Any, data: bytes, **facts: Any) -> Any:
    return outside.post(for_(person, data, **{"media_type": "text/xml", **facts}))


# -- refused -------------------------------------------------------------------------------------------------------
def with_doctype(declaration: str, reference: str = "Bonjour") -> Callable[[bytes], bytes]:
    def change(data: bytes) -> bytes:
        head, _, rest = data.partition(b"?>")
        return head + b"?>" + declaration.encode() + rest.replace(b"Bonjour", reference.encode())

    return change


def replaced(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    def change(data: bytes) -> bytes:
        assert old in data
        return data.replace(old, new, 1)

    return change


def without(pattern: bytes) -> Callable[[bytes], bytes]:
    def change(data: bytes) -> bytes:
        found = re.sub(pattern, b"", data, count=1, flags=re.DOTALL)
        assert found != data
        return found

    return change


LAUGHS = "".join(f'<!ENTITY a{n + 1} "{f"&a{n};" * 10}">' for n in range(9))
DOCTYPES = {
    "DTD vide": with_doctype("<!DOCTYPE ClinicalDocument>"),
    "DTD ailleurs": with_doctype('<!DOCTYPE ClinicalDocument SYSTEM "http://169.254.169.254/x.dtd">'),
    "entité interne": with_doctype('<!DOCTYPE x [<!ENTITY a "INAYA">]>', "&a;"),
    "entité d'un fichier": with_doctype('<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>', "&a;"),
    "entité d'une adresse": with_doctype('<!DOCTYPE x [<!ENTITY a SYSTEM "http://127.0.0.1:1/">]>', "&a;"),
    "entité paramètre": with_doctype('<!DOCTYPE x [<!ENTITY % a SYSTEM "file:///etc/hostname"> %a;]>'),
    "milliard de rires": with_doctype(f'<!DOCTYPE x [<!ENTITY a0 "ha">{LAUGHS}]>', "&a9;"),
    "explosion carrée": with_doctype(f'<!DOCTYPE x [<!ENTITY a "{"a" * 50_000}">]>', "&a;" * 50_000),
    "attribut par défaut": with_doctype("<!DOCTYPE x [<!ATTLIST id extension CDATA '289'>]>"),
    "DTD après un long commentaire": with_doctype(f"<!--{'x' * 200_000}--><!DOCTYPE ClinicalDocument>"),
}
ENCODINGS: dict[str, Callable[[bytes], bytes]] = {
    "latin-1 annoncé UTF-8": lambda data: data.replace(b"Bonjour", "Été".encode("latin-1")),
    "UTF-8 annoncé UTF-16": replaced(b'encoding="UTF-8"', b'encoding="UTF-16"'),
    "UTF-16 annoncé UTF-8": lambda data: data.decode().encode("utf-16"),
    "encodage inconnu": replaced(b'encoding="UTF-8"', b'encoding="x-mystere"'),
    "UTF-7": replaced(b'encoding="UTF-8"', b'encoding="UTF-7"'),
    "UTF-32": lambda data: data.decode().replace("UTF-8", "UTF-32").encode("utf-32"),
    "base64 pour encodage": replaced(b'encoding="UTF-8"', b'encoding="base64"'),
    "octet nul": lambda data: data.replace(b"Bonjour", b"Bon\x00jour"),
    "caractère interdit": lambda data: data.replace(b"Bonjour", b"&#0;"),
    "moitié de caractère": lambda data: data.replace(b"Bonjour", b"\xed\xa0\x80"),
}
BROKEN: dict[str, Callable[[bytes], bytes]] = {
    "coupé": lambda data: data[: len(data) // 2],
    "deux racines": lambda data: data + b"<ClinicalDocument/>",
    "entité inconnue": replaced(b"Bonjour", b"&nbsp;"),
    "attribut deux fois": replaced(b"<title>", b"<title a='1' a='2'>"),
    "préfixe inconnu": replaced(b"<title>", b"<title x:a='1'>"),
    "autre racine": lambda data: data.replace(b"ClinicalDocument", b"Autre"),
    "autre espace de noms": replaced(b"urn:hl7-org:v3", b"urn:hl7-org:v2"),
    "profond": replaced(b"Bonjour", b"<a>" * 5000 + b"</a>" * 5000),
    "sans auteur": without(rb"<author>.*</author>"),
    "auteur sans nom": without(rb"<assignedPerson>.*</representedOrganization>"),
    "sans patient": without(rb"<recordTarget>.*</recordTarget>"),
    "patient sans INS": replaced(b'<id root="1.2.250.1.213.1.4.10"', b'<id root="1.2.3"'),
    "sans identifiant": without(rb'<id root="2\.25[^>]*/>'),
    "sans type": without(rb"<code [^>]*/>"),
    "sans date": without(rb"<effectiveTime [^>]*/>"),
    "date illisible": replaced(b"20260304101500+0100", b"hier"),
}


@pytest.mark.feature("S165")
@pytest.mark.parametrize("harm", [*DOCTYPES, *ENCODINGS, *BROKEN])
def test_a_cda_that_harms_or_cannot_be_read_is_refused_in_words(outside: AtTheDoor, inaya: Any, harm: str) -> None:
    data = {**DOCTYPES, **ENCODINGS, **BROKEN}[harm](of(inaya))
    for media_type in ("text/xml", "application/xml", "application/pdf"):  # whatever it is announced as
        if media_type == "application/pdf" and harm in ("UTF-32", "autre racine"):
            continue  # nothing in its first bytes says that it is XML
        assert_refused(filed(outside, inaya, data, media_type=media_type), 422, "cda_invalide")
    assert total(outside, inaya) == 0
    assert not any(line.event == "document_depose" and not line.is_refusal for line in history(inaya))


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        (replaced(b'code="11488-4"', b'code="11490-0"'), 422, "type_different"),
        (replaced(b'code="11488-4"', b'code="INAYA MICHEL"'), 422, "type_different"),
        (replaced(b"20260304101500+0100", b"00010101000000+1400"), 422, "date_invraisemblable"),
        (replaced(b"20260304101500+0100", b"99991231235959-1200"), 422, "date_invraisemblable"),
    ],
)
def test_a_header_that_contradicts_its_sheet_is_refused(
    outside: AtTheDoor, inaya: Any, change: Callable[[bytes], bytes], status: int, code: str
) -> None:
    assert_refused(filed(outside, inaya, change(of(inaya))), status, code)
    assert total(outside, inaya) == 0


@pytest.mark.feature("S037")
def test_a_header_that_names_two_people_is_refused(outside: AtTheDoor, inaya: Any, people: Any) -> None:
    camille = people.usager(first_names="CAMILLE")
    mine = f'<id root="{inaya.oid}" extension="{inaya.matricule}"/>'
    theirs = f'<id root="{camille.oid}" extension="{camille.matricule}"/>'
    data = of(inaya)
    assert mine.encode() in data
    second = f"<recordTarget><patientRole>{theirs}<patient/></patientRole></recordTarget>"
    for change in (
        replaced(mine.encode(), theirs.encode()),
        replaced(mine.encode(), (mine + theirs).encode()),
        replaced(b"</recordTarget>", f"</recordTarget>{second}".encode()),
        replaced(inaya.oid.encode(), b"1.2.250.1.213.1.4.8"),  # the same number, of another authority
    ):
        assert_refused(filed(outside, inaya, change(data)), 422, "patient_different")
    assert (total(outside, inaya), total(outside, camille)) == (0, 0)


# -- filed as they are, shown without harm ------------------------------------------------------------------------
@pytest.fixture
def seen(outside: AtTheDoor, inaya: Any) -> Callable[[bytes], str]:
    """File a document, read its bytes again, and give the page where Inaya opens it."""
    from django.test import Client

    browser = Client()
    browser.force_login(inaya.compte)

    def act(data: bytes) -> str:
        answer = filed(outside, inaya, data)
        assert answer.status_code == 200, answer.content[:500]
        sheet, binary = (one["response"]["location"] for one in answer.json()["entry"][1:])
        assert outside.get(binary, Accept="*/*").content == data
        address = f"/documents/{sheet.split('/')[1]}/"
        download = browser.get(address + "telecharger/")
        assert b"".join(download) == data
        assert download["Content-Disposition"].startswith("attachment")
        assert "sandbox" in download["Content-Security-Policy"]
        shown = browser.get(address)
        assert shown.status_code == 200
        assert "script-src 'self'" in shown["Content-Security-Policy"]
        part = str(shown.content.decode()).split("ens-apercu", 1)[1].split("</section>\n", 1)[0]
        return re.sub(
            r'<svg [^>]*aria-hidden="true"[^>]*>.*?</svg>', "", part, flags=re.DOTALL
        )  # our own drawing of nothing

    return act


HARM = re.compile(
    r"<script|<style|<iframe|<object|<embed|<form|<svg|<math|<link|<meta|<base|\son\w+\s*=|javascript:|vbscript:|"
    r"\sstyle\s*=|src=\"(?!data:image/(png|jpeg|gif);base64,|/documents/)|href=\"(?!#|/|\?)",
    re.IGNORECASE,
)
TEXTS = {
    "script": "<paragraph>avant</paragraph><script>alert(1)</script>",
    "script XHTML": '<script xmlns="http://www.w3.org/1999/xhtml">alert(1)</script>',
    "lien actif": '<linkHtml href="javascript:alert(1)">mot</linkHtml>',
    "lien actif caché": '<linkHtml href=" java&#10;script:alert(1)">mot</linkHtml>',
    "lien de données": '<linkHtml href="data:text/html,&lt;script&gt;alert(1)&lt;/script&gt;">mot</linkHtml>',
    "lien dehors": '<linkHtml href="https://hameconnage.example/">mot</linkHtml>',
    "image lointaine": '<img src="https://pisteur.example/x.png"/>mot',
    "image nommée ailleurs": '<renderMultiMedia referencedObject="https://pisteur.example/x.png"/>',
    "style": '<content style="background:url(https://pisteur.example)">mot</content>',
    "feuille de style": "<style>@import 'https://pisteur.example'</style>mot",
    "styleCode trompeur": '<content styleCode="Bold&quot; onclick=&quot;alert(1)">mot</content>',
    "identifiant trompeur": '<content ID="a&quot; onmouseover=&quot;alert(1)">mot</content>',
    "gestionnaire": '<paragraph onclick="alert(1)">mot</paragraph>',
    "cadre": '<iframe src="https://x.example"/>mot',
    "SVG": '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>mot',
    "balises échappées": "&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;",
    "CDATA": "<![CDATA[<script>alert(1)</script><img src=x onerror=alert(1)>]]>",
    "inclusion": '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="/etc/passwd" parse="text"/>mot',
    "retournement": "\u202egpj.exe\u202c mot",
}


@pytest.mark.feature("S061")
@pytest.mark.parametrize("harm", TEXTS)
def test_nothing_of_a_narrative_acts_on_the_page(seen: Callable[[bytes], str], inaya: Any, harm: str) -> None:
    shown = seen(of(inaya, narrative(TEXTS[harm])))
    found = HARM.search(html.unescape(re.sub(r">[^<]*<", "><", shown)))  # in tags, however they are written
    assert found is None, found
    assert "root:" not in shown
    assert "Conclusion" in shown


def test_what_looks_like_a_template_is_words(seen: Callable[[bytes], str], inaya: Any) -> None:
    words = "{{ settings.SECRET_KEY }} {% debug %} ${7*7} #{7*7}"
    assert words in html.unescape(seen(of(inaya, narrative(words))))


def test_a_stylesheet_of_the_document_is_kept_in_it_and_never_called(seen: Callable[[bytes], str], inaya: Any) -> None:
    head = b'<?xml-stylesheet type="text/xsl" href="https://pisteur.example/x.xsl"?><?php system("id"); ?>'
    data = of(inaya, narrative("<paragraph>mot<?xml-stylesheet href='javascript:alert(1)'?></paragraph>"))
    shown = seen(data.replace(b"?>", b"?>" + head, 1))
    assert "pisteur" not in shown and "php" not in shown and "alert" not in shown
    assert "mot" in shown


ENCODED = {
    "latin-1": lambda text: text.replace("UTF-8", "ISO-8859-1").encode("latin-1"),
    "windows-1252": lambda text: text.replace("UTF-8", "windows-1252").encode("cp1252"),
    "UTF-8 avec marque": lambda text: b"\xef\xbb\xbf" + text.encode(),
    "UTF-16": lambda text: text.replace("UTF-8", "UTF-16").encode("utf-16"),
    "UTF-16 gros-boutiste": lambda text: b"\xfe\xff" + text.replace("UTF-8", "UTF-16").encode("utf-16-be"),
    "ASCII": lambda text: text.replace("UTF-8", "US-ASCII").encode("ascii", "xmlcharrefreplace"),
    "sans déclaration": lambda text: text.partition("?>")[2].strip().encode(),
}


@pytest.mark.parametrize("encoding", ENCODED)
def test_an_encoding_that_is_what_it_says_is_read(seen: Callable[[bytes], str], inaya: Any, encoding: str) -> None:
    data = of(inaya, narrative("<paragraph>Été à l'hôpital</paragraph>")).decode()
    assert "Été à l&#x27;hôpital" in seen(ENCODED[encoding](data)).replace("l'h", "l&#x27;h")


def embedded(data: bytes, media_type: str = "application/pdf", more: str = "") -> str:
    text = base64.b64encode(data).decode()
    return f'<text mediaType="{media_type}" representation="B64"{more}>{text}</text>'


LIES: dict[str, tuple[str, str]] = {
    "programme nommé PDF": (embedded(b"MZ\x90\x00PROGRAMME" * 50), ""),
    "HTML nommé PDF": (embedded(b"<html><script>alert(1)</script></html>"), ""),
    "HTML nommé texte": (embedded(b"<html><script>alert(1)</script></html>", "text/plain"), "&lt;script&gt;"),
    "HTML nommé HTML": (embedded(b"<html><script>alert(1)</script></html>", "text/html"), ""),
    "PDF coupé": (embedded(PDF[:20]), ""),
    "faux base64": ('<text mediaType="application/pdf" representation="B64">%%%</text>', ""),
    "vide": ('<text mediaType="application/pdf" representation="B64"></text>', ""),
    "compressé": (embedded(zlib.compress(b"x" * 9_000_000), more=' compression="DF"'), ""),
    "ailleurs": (
        '<text mediaType="application/pdf"><reference value="https://pisteur.example/x.pdf"/></text>',
        "",
    ),
    "fichier local": ('<text mediaType="text/plain"><reference value="file:///etc/passwd"/></text>', ""),
    "PDF qui agit": (embedded(hostile_pdf()), "<img"),
    "CDA dans un CDA": (embedded(embedded(b"x" * 50, "text/xml").encode() * 3, "text/xml"), ""),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_file_inside_that_lies_is_kept_and_never_run(seen: Callable[[bytes], str], inaya: Any, lie: str) -> None:
    body, says = LIES[lie]
    shown = seen(of(inaya, body))
    assert HARM.search(re.sub(r">[^<]*<", "><", shown)) is None
    assert "root:" not in shown
    assert says in shown if says else "Pas d’aperçu" in shown


def test_a_huge_attribute_is_only_an_attribute(seen: Callable[[bytes], str], inaya: Any) -> None:
    shown = seen(of(inaya, narrative(f'<content styleCode="{"Bold " * 500_000}">mot</content>')))
    assert "mot" in shown and len(shown) < 100_000


@pytest.mark.slow
def test_a_narrative_of_twenty_megabytes_is_kept_and_said_too_long(seen: Callable[[bytes], str], inaya: Any) -> None:
    shown = seen(of(inaya, narrative("<paragraph>" + "mot " * 4_900_000 + "</paragraph>")))
    assert "trop long" in shown and len(shown) < 100_000


@pytest.mark.slow
def test_a_million_elements_are_refused(outside: AtTheDoor, inaya: Any) -> None:
    assert_refused(filed(outside, inaya, of(inaya, narrative("<br/>" * 1_000_001))), 422, "cda_invalide")
