"""Every kind of MIME that operators send: read whole, or refused with the reason."""

from __future__ import annotations

import base64
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ens.messaging.errors import MessageMalformed
from ens.messaging.mime import parse

HEAD = (
    b'From: "Labo_BioPCR_Orly" <labo@operateur.example>\r\nSubject: objet\r\nMessage-ID: <1@x>\r\nMIME-Version: 1.0\r\n'
)


def parts(*inside: bytes, kind: bytes = b"mixed", boundary: bytes = b"b") -> bytes:
    lines = b"".join(b"--" + boundary + b"\r\n" + one + b"\r\n" for one in inside)
    return (
        b"Content-Type: multipart/"
        + kind
        + b"; boundary="
        + boundary
        + b"\r\n\r\n"
        + lines
        + b"--"
        + boundary
        + b"--\r\n"
    )


def of(*inside: bytes, kind: bytes = b"mixed") -> bytes:
    return HEAD + parts(*inside, kind=kind)


def pdf(name: bytes, content: bytes = b"x") -> bytes:
    return b"Content-Type: application/pdf\r\nContent-Disposition: attachment; " + name + b"\r\n\r\n" + content


PLAIN = b"Content-Type: text/plain; charset=utf-8\r\n\r\nBonjour"
HTML = b"Content-Type: text/html; charset=utf-8\r\n\r\n<p>La <b>suite</b></p>"


def test_of_alternatives_the_plain_one_is_read():
    read = parse(of(PLAIN, HTML, kind=b"alternative"))
    assert (read.text, read.html) == ("Bonjour", "")


def test_texts_beside_one_another_are_all_read():
    assert parse(of(PLAIN, HTML)).text == "Bonjour\n\nLa suite"


def test_html_alone_is_made_safe():
    html = (
        b"<style>p{}</style><p onclick='x()' style='a'>Bonjour<img src='http://x/1'><script>mal()</script>"
        b"<a href='javascript:x'>un</a> <a href='http://x'>deux</a> <a href='https://x.fr'>trois</a></p>"
    )
    read = parse(HEAD + b"Content-Type: text/html\r\n\r\n" + html)
    for forbidden in ("onclick", "style", "img", "script", "javascript", 'href="http:', "mal()"):
        assert forbidden not in read.html
    assert '<a href="https://x.fr" rel="noopener noreferrer nofollow">trois</a>' in read.html
    assert read.text == "Bonjourun deux trois"


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        (b"base64", base64.b64encode("détail".encode())),
        (b"quoted-printable", b"d=C3=A9tail"),
        (b"8bit", "détail".encode()),
        (b"inconnu", "détail".encode()),
    ],
)
def test_transfer_encodings(encoding, body):
    part = b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: " + encoding + b"\r\n\r\n" + body
    assert parse(of(part)).text == "détail"


@pytest.mark.parametrize("charset", ["iso-8859-1", "windows-1252", "utf-16", "iso-8859-15", "macroman"])
def test_announced_character_sets(charset):
    part = f"Content-Type: text/plain; charset={charset}\r\nContent-Transfer-Encoding: base64\r\n\r\n".encode()
    assert parse(of(part + base64.b64encode("été".encode(charset)))).text == "été"


@pytest.mark.parametrize("charset", [b"x-inconnu", b"undefined", b"hex", b'"ut\x00f"', b"us-ascii", b"utf-8"])
def test_a_wrong_character_set_is_guessed(charset):
    assert parse(of(b"Content-Type: text/plain; charset=" + charset + b"\r\n\r\n\xe9t\xe9")).text == "été"


def test_half_characters_never_reach_a_page():
    for charset, body in ((b"utf-7", b"+2AA-"), (b"unicode_escape", rb"\ud800")):
        parse(of(b"Content-Type: text/plain; charset=" + charset + b"\r\n\r\n" + body)).text.encode()


@pytest.mark.parametrize(
    "name",
    [
        b"filename*=utf-8''r%C3%A9sultats.pdf",
        b"filename*0*=utf-8''r%C3%A9; filename*1*=sultats.pdf",
        b'filename="=?utf-8?Q?r=C3=A9sultats.pdf?="',
        'filename="résultats.pdf"'.encode(),
        'filename="résultats.pdf"'.encode("latin-1"),
        'filename="../../dossier/résultats.pdf"'.encode(),
    ],
)
def test_names_of_files_as_they_are_written(name):
    assert parse(of(PLAIN, pdf(name))).files[0].name == "résultats.pdf"


def test_headers_in_eight_bits_are_read():
    for encoding in ("utf-8", "latin-1"):
        data = "From: Renée <a@operateur.example>\r\nSubject: résultats\r\n\r\nx".encode(encoding)
        assert (parse(data).subject, parse(data).from_label) == ("résultats", "Renée")


@pytest.mark.parametrize(
    "line",
    [b"From: <", b"From: a@[1.", b'From: "\\', b"Subject: =?x?b?####?=", b"Message-ID: <", b"Date: x", b"To: \xff,((("],
)
def test_a_malformed_header_does_not_lose_the_message(line):
    assert parse(line + b"\r\nX-MSS-MES: FIN\r\n\r\nBonjour").text == "Bonjour"
    assert parse(line + b"\r\nX-MSS-MES: FIN\r\n\r\nBonjour").ends_exchange


def test_an_embedded_message_is_kept_as_it_came():
    inner = b"Subject: =?utf-8?q?dedans?=\r\nX-Long: " + b"mot " * 40 + b"\r\n\r\nbonjour\r\n"
    (kept,) = parse(of(b"Content-Type: message/rfc822\r\n\r\n" + inner)).files
    assert (kept.name, kept.data.rstrip()) == ("message.eml", inner.rstrip())


def test_an_inline_picture_is_an_attachment():
    picture = b"Content-Type: image/png\r\nContent-ID: <logo>\r\nContent-Disposition: inline\r\n"
    picture += b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.b64encode(b"\x89PNG\r\n\x1a\n")
    read = parse(HEAD + parts(HTML + b"<img src='cid:logo'>", picture, kind=b"related"))
    assert "img" not in read.html
    assert [(one.name, one.is_inline) for one in read.files] == [("piece-1.png", True)]


@pytest.mark.parametrize(
    ("announced", "data", "judged"),
    [
        # nothing said: the bytes say
        (b"application/octet-stream", b"%PDF-1.7 x", "application/pdf"),
        (b"application/octet-stream", b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"application/octet-stream", b"<?xml version='1.0'?><a/>", "text/xml"),
        (b"application/octet-stream", b"PK\x03\x04", "application/zip"),
        # said wrong
        (b"image/png", b"%PDF-1.7 x", "application/pdf"),
        (b"application/pdf", b"MZ\x90", "application/octet-stream"),
        (b"text/plain", b"MZ\x00\x90", "application/octet-stream"),
        # said right
        (b"application/pdf", b"bruit %PDF-1.4", "application/pdf"),
        (b"text/csv", b"a;b", "text/csv"),
        (b"application/vnd.oasis.opendocument.text", b"PK\x03\x04", "application/vnd.oasis.opendocument.text"),
    ],
)
def test_a_file_is_what_its_bytes_say(announced, data, judged):
    part = b"Content-Type: " + announced + b"\r\nContent-Disposition: attachment; filename=f\r\n"
    part += b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.b64encode(data)
    (file,) = parse(of(part)).files
    assert (file.media_type, file.data) == (judged, data)


def test_a_truncated_attachment_refuses_the_message():
    part = b"Content-Type: application/pdf; name=a.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\nJVBERi0xL"
    with pytest.raises(MessageMalformed, match="tronquée"):
        parse(of(PLAIN, part))


@pytest.mark.parametrize(
    "fin",
    [
        b"X-MSS-MES: FIN\r\nSubject: x",
        b"x-mss-mes: fin\r\nSubject: x",
        b"Subject: [FIN]",
        b"Subject: =?utf-8?q?=5BFIN=5D?=",
    ],
)
def test_the_end_of_an_exchange_is_understood(fin):
    assert parse(fin + b"\r\n\r\nAu revoir").ends_exchange


def test_a_subject_that_only_speaks_of_an_end_ends_nothing():
    assert not parse(b"Subject: Re: [FIN] du traitement\r\n\r\nx").ends_exchange


def test_marks_of_the_trust_space_are_kept_and_the_prefix_hidden():
    read = parse(b"Subject: XDM/1.0/DDM+CR MICHEL Inaya\r\nX-MSS-INS: O\r\nX-MSS-CODECDA: 11502-2\r\n\r\nx")
    assert read.subject == "CR MICHEL Inaya"
    assert read.headers == {"x-mss-ins": "O", "x-mss-codecda": "11502-2"}


def _nested(levels: int, lines: int) -> bytes:
    opening = b"".join(
        b"--b%d\r\nContent-Type: multipart/mixed; boundary=b%d\r\n\r\n" % (rank, rank + 1) for rank in range(levels)
    )
    return HEAD + b"Content-Type: multipart/mixed; boundary=b0\r\n\r\n" + opening + b"\r\n" + b"x\r\n" * lines


HEAVY = {
    "a million headers": lambda: b"X: y\r\n" * 1_000_000 + b"\r\nx",
    "a million headers in a part": lambda: of(b"X: y\r\n" * 1_000_000 + b"\r\nx"),
    "a million headers in an embedded message": lambda: of(
        b"Content-Type: message/rfc822\r\n\r\n" + b"X: y\r\n" * 1_000_000 + b"\r\nx"
    ),
    "one long header": lambda: b"Subject: " + b"=?utf-8?q?a?= " * 10_000 + b"\r\n\r\nx",
    "thousands of parameters": lambda: of(b"Content-Type: text/plain; " + b"a=b;" * 100_000 + b"\r\n\r\nx"),
    "thousands of parts": lambda: of(*[b"\r\nx"] * 300_000),
    "parts nested hundreds deep": lambda: _nested(300, 300_000),
    "messages embedded in messages": lambda: HEAD + b"Content-Type: message/rfc822\r\n\r\n" * 5_000 + b"x",
}


@pytest.mark.parametrize("make", HEAVY.values(), ids=HEAVY.keys())
def test_a_message_made_to_cost_is_refused_before_it_costs(make):
    with pytest.raises(MessageMalformed):
        parse(make())


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(data):
    for candidate in (data, HEAD + data, of(data, data)):
        try:
            read = parse(candidate)
        except MessageMalformed:
            continue
        (read.subject + read.text + read.html + read.from_label + "".join(one.name for one in read.files)).encode()


PIECES = rb"""
--b|--b--|Content-Type:| multipart/|mixed|; boundary=b| text/|html|plain|; charset=|base64|Content-Transfer-Encoding: |
=?utf-8?q?|?=|<|>|@|(|message/rfc822|message/delivery-status|multipart/report|Content-Disposition: attachment|
; filename*=|''
""".replace(b"\n", b"").split(b"|")


@settings(max_examples=200)
@given(st.lists(st.sampled_from([*PIECES, b"\r\n", b"\n", b"\xe9", b"\x00"]), max_size=40))
def test_any_assembly_of_mime_words_is_read_or_refused(pieces):
    for head in (b"", HEAD):
        try:
            parse(head + b"".join(pieces))
        except MessageMalformed:
            continue


@settings(max_examples=40)
@given(
    subject=st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=80),
    text=st.text(st.characters(codec="utf-8", exclude_categories=("C",)), max_size=300),
    data=st.binary(max_size=500),
)
def test_what_a_good_sender_writes_is_read_as_written(subject, text, data):
    message = EmailMessage(policy=SMTP)
    message["From"] = "labo@operateur.example"
    message["Subject"] = subject
    message.set_content(text)
    message.add_attachment(data, maintype="application", subtype="pdf", filename="résultats.pdf")
    read = parse(message.as_bytes())
    assert read.subject == subject
    assert read.text.split() == text.split()
    assert [(one.name, one.data) for one in read.files] == [("résultats.pdf", data)]
