"""Mail as software writes it, and as it arrives broken: trees of parts, character sets, encodings, headers.

``mails`` gives messages in order, with what each of their files holds; ``broken_mails`` the same ones damaged, and
bytes that look like mail. Lines end by CRLF, except where breaking them is the damage.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from urllib.parse import quote

from hypothesis import strategies as st

EOL = b"\r\n"
CHARSETS = ("utf-8", "iso-8859-1", "windows-1252", "utf-16", "us-ascii", "iso-2022-jp", "koi8-r", "gb18030")
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=30)
SENTENCES = st.lists(WORDS, max_size=12).map(" ".join)
KINDS = (
    "application/pdf",
    "image/png",
    "text/xml",
    "text/csv",
    "application/octet-stream",
    "application/x-inconnu",
    "TEXT/Plain",
    "message/x-inconnu",
)
HOSTILE_HTML = (
    "<script>mal()</script>",
    "<img src=x onerror=mal()>",
    "<img src=https://ailleurs.example/1.png>",
    "<svg><script>mal()</script><a xlink:href='javascript:mal()'>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=mal()>",
    "<style>@import 'https://ailleurs.example';</style>",
    "<p style='background:url(https://ailleurs.example)'>",
    "<a href=javascript:mal()>",
    "<a href=' java\tscript:mal()'>",
    "<a href=data:text/html,mal>",
    "<a href='https://exemple.fr' onclick=mal() target=_top>",
    "<iframe src=https://ailleurs.example>",
    "<object data=https://ailleurs.example></object>",
    "<meta http-equiv=refresh content='0;url=https://ailleurs.example'>",
    "<base href=https://ailleurs.example>",
    "<link rel=stylesheet href=https://ailleurs.example>",
    "<form action=https://ailleurs.example><input name=mot_de_passe>",
    "<video poster=https://ailleurs.example><source src=https://ailleurs.example>",
    "<noscript><p title='</noscript><img src=x onerror=mal()>'>",
    "</div></article></main></body></html><h1>Faux titre</h1>",
    "<table><td><tr></table>",
    "<!--",
    "-->",
    "<![CDATA[",
    "<p",
    "&lt;script&gt;",
    "&#x202e;",
    "\x00",
    "\ufeff",
)


@dataclass
class Written:
    """A message's bytes, and the files it was made with."""

    data: bytes
    files: list[bytes] = field(default_factory=list)


def wrapped(data: bytes) -> bytes:
    """Base64 in lines of 76."""
    return base64.encodebytes(data).replace(b"\n", EOL)


def quoted(data: bytes) -> bytes:
    """Every byte written as =XX, so that no line end of a file is taken for one of the message."""
    lines = [data[place : place + 24] for place in range(0, len(data), 24)]
    return (b"=" + EOL).join(b"".join(b"=%02X" % byte for byte in line) for line in lines)


def encoded_word(words: str) -> str:
    return f"=?utf-8?b?{base64.b64encode(words.encode()).decode()}?="


@st.composite
def names(draw: st.DrawFn) -> bytes:
    """A file's name, in one of the ways it is written."""
    name = draw(WORDS) + draw(st.sampled_from((".pdf", ".xml", "", ".PDF", ".tar.gz")))
    plain = name.replace('"', "").replace("\\", "")
    return draw(
        st.sampled_from(
            (
                b"filename*=utf-8''" + quote(name, safe="").encode(),
                b'filename="' + encoded_word(name).encode() + b'"',
                b'filename="' + plain.encode() + b'"',
                b'filename="../../' + plain.encode() + b'"',
                b'filename="C:\\\\' + plain.encode() + b'"',
            )
        )
    )


@st.composite
def files(draw: st.DrawFn) -> Written:
    """An attachment: its headers, its encoding, its bytes."""
    data = draw(st.binary(min_size=1, max_size=300))
    encoding = draw(st.sampled_from(("base64", "BASE64", "quoted-printable")))
    body = wrapped(data) if encoding.lower() == "base64" else quoted(data)
    head = [
        b"Content-Type: " + draw(st.sampled_from(KINDS[:6])).encode(),
        b"Content-Disposition: " + draw(st.sampled_from((b"attachment", b"inline"))) + b"; " + draw(names()),
        b"Content-Transfer-Encoding: " + encoding.encode(),
    ]
    return Written(EOL.join(draw(st.permutations(head))) + EOL + EOL + body, [data])


@st.composite
def texts(draw: st.DrawFn) -> Written:
    """A body to read: plain or HTML, in any character set, with what is hostile in it."""
    is_html = draw(st.booleans())
    pieces = draw(st.lists(st.one_of(SENTENCES, st.sampled_from(HOSTILE_HTML)), max_size=8))
    words = ("<p>" if is_html else "") + " ".join(pieces)
    charset = draw(st.sampled_from(CHARSETS))
    head = f"Content-Type: text/{'html' if is_html else 'plain'}; charset={charset}\r\n"
    head += "Content-Transfer-Encoding: base64\r\n\r\n"
    return Written(head.encode() + wrapped(words.encode(charset, "replace")))


def _joined(parts: list[Written], kind: bytes, boundary: bytes) -> Written:
    head = b"Content-Type: multipart/" + kind + b"; boundary=" + boundary + EOL + EOL
    inside = b"".join(b"--" + boundary.strip(b'"') + EOL + one.data + EOL for one in parts)
    end = b"--" + boundary.strip(b'"') + b"--" + EOL
    return Written(head + inside + end, [data for one in parts for data in one.files])


@st.composite
def trees(draw: st.DrawFn, depth: int = 3) -> Written:
    """A part, or parts inside parts."""
    if depth == 0 or draw(st.integers(0, 2)) == 0:
        return draw(st.one_of(texts(), files()))
    parts = [draw(trees(depth=depth - 1)) for _ in range(draw(st.integers(1, 3)))]
    kind = draw(st.sampled_from((b"mixed", b"related", b"alternative", b"x-inconnu", b"digest")))
    number = draw(st.integers(0, 10**6))
    spelt = draw(st.sampled_from((b"b%d_%d", b'"b%d:%d"', b'"=_b%d%d"')))
    return _joined(parts, kind, spelt % (depth, number))


@st.composite
def heads(draw: st.DrawFn) -> bytes:
    """Headers of a message: those we read, in every form, and others."""
    subject = draw(st.one_of(WORDS.map(encoded_word), WORDS, st.just("[FIN]"), st.just("")))
    label = draw(WORDS).replace('"', "").replace("\\", "")
    lines = [
        f'From: "{label}" <labo@operateur.example>',
        f"Subject: {subject}",
        f"Message-ID: <{draw(st.integers(0, 10**9))}@operateur.example>",
        "MIME-Version: 1.0",
        *draw(
            st.lists(
                st.sampled_from(
                    (
                        "X-MSS-MES: FIN",
                        "X-MSS-INS: O",
                        "In-Reply-To: <1@operateur.example>",
                        "References: <1@operateur.example>\r\n <2@operateur.example>",
                        "Date: Mon, 16 Mar 2026 09:00:00 +0100",
                        "Reply-To: ailleurs@ailleurs.example",
                        "Auto-Submitted: auto-replied",
                        "Received: from x by y",
                    )
                ),
                unique=True,
                max_size=4,
            )
        ),
    ]
    return "\r\n".join(lines).encode() + EOL


@st.composite
def mails(draw: st.DrawFn) -> Written:
    """A message in order."""
    tree = draw(trees())
    return Written(draw(heads()) + tree.data, tree.files)


TOKENS = (
    EOL,
    EOL + EOL,
    b"--",
    b"\r\n--",
    b"Content-Type: multipart/mixed; boundary=b1_1\r\n",
    b"Content-Type: message/rfc822\r\n\r\n",
    b"Content-Type: message/delivery-status\r\n\r\n",
    b"Content-Type: text/html\r\n\r\n",
    b"Content-Transfer-Encoding: base64\r\n",
    b"Content-Disposition: attachment; filename*0*=x''%FF; filename*1=",
    b"; charset=",
    b"utf-7",
    b"punycode",
    b"x-inconnu",
    b"=?utf-8?q?",
    b"=?x?b?####?=",
    b"?=",
    b"\x00",
    b"\xff\xfe",
    b"\xe9",
    b"<",
    b"((((",
    b'"',
    b"\\",
    b"@[",
    b": ",
    b"\t",
    b"From: <",
    b"Date: Mon, 99 Foo 99999 99:99:99 +9999\r\n",
    b"begin 644 x\r\n",
    b"\n",
    b"\r",
)


@st.composite
def damaged(draw: st.DrawFn, source: st.SearchStrategy[bytes]) -> bytes:
    """Bytes cut, repeated, mixed with others or written over, a few times."""
    data = draw(source)
    for _ in range(draw(st.integers(1, 4))):
        first, second = sorted((draw(st.integers(0, len(data))), draw(st.integers(0, len(data)))))
        match draw(st.integers(0, 4)):
            case 0:
                data = data[:first] + data[second:]
            case 1:
                data = data[:second] + data[first:]
            case 2:
                data = data[:first]
            case 3:
                data = data[:first] + draw(st.sampled_from(TOKENS)) + data[first:]
            case _:
                data = data[:first] + draw(st.binary(max_size=8)) + data[first + 8 :]
    return data


def broken_mails() -> st.SearchStrategy[bytes]:
    """Messages in order and then damaged, words of mail in any order, and any bytes at all."""
    whole = mails().map(lambda mail: mail.data)
    jumbled = st.lists(st.sampled_from(TOKENS), max_size=30).map(b"".join)
    return st.one_of(damaged(whole), st.tuples(heads(), jumbled).map(b"".join), st.binary(max_size=300))
