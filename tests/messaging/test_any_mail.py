"""Whatever arrives is read whole or refused with our own words; what is shown stays within its bounds."""

from __future__ import annotations

from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ens.messaging.errors import AttachmentDangerous, AttachmentProtected, MessageMalformed
from ens.messaging.html import can_be_shown, sanitised, words
from ens.messaging.mime import MAX_SUBJECT, parse
from ens.messaging.words import MAX_SHOWN
from tests.strategies.mime import HOSTILE_HTML, broken_mails, mails

ALLOWED = {"a": {"href", "rel"}, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan", "scope"}}
TAGS = {"p", "br", "div", "span", "b", "strong", "i", "em", "u", "ul", "ol", "li", "blockquote", "pre", "a", "hr"}
TAGS |= {"h1", "h2", "h3", "h4", "table", "thead", "tbody", "tr", "td", "th", "sub", "sup"}
REORDERS = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class Reader(HTMLParser):
    """A reader other than the cleaner: what it finds in the cleaner's answer."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        assert tag in TAGS
        assert {name for name, _ in attrs} <= ALLOWED.get(tag, set())
        for name, value in attrs:
            assert name != "href" or urlsplit(value or "").scheme in ("https", "mailto")
        if tag not in ("br", "hr"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, "a tag closes what it did not open"

    def handle_decl(self, decl):
        raise AssertionError("a declaration")

    unknown_decl = handle_comment = handle_pi = handle_decl


def check_shown(read) -> None:
    one_line = (read.subject, read.from_label, read.from_address, read.reply_to, *(one.name for one in read.files))
    for shown in (*one_line, read.text, read.html):
        shown.encode()  # no half character
        assert not REORDERS & set(shown)
        assert not any(letter < " " and letter not in "\t\r\n" for letter in shown)
    assert not any("\n" in shown or "\r" in shown for shown in one_line)
    assert len(read.subject) <= MAX_SUBJECT
    assert len(read.from_label) <= 150
    assert all(len(one.name) <= 150 and not {"/", "\\"} & set(one.name) for one in read.files)
    assert len(read.text) <= 2 * MAX_SHOWN
    assert len(read.html) <= 12 * MAX_SHOWN
    assert not Reader(read.html).open


@settings(max_examples=150)
@given(mails())
def test_a_message_in_order_is_read_and_its_files_come_as_they_were(mail):
    read = parse(mail.data)
    check_shown(read)
    assert [one.data for one in read.files] == mail.files


@settings(max_examples=200)
@given(broken_mails())
def test_a_broken_message_is_read_or_refused_with_our_words(data):
    try:
        check_shown(parse(data))
    except MessageMalformed as refusal:
        assert refusal.sentence.startswith("Le message ne peut pas être lu : ")


@settings(max_examples=200)
@given(st.lists(st.one_of(st.sampled_from(HOSTILE_HTML), st.text(max_size=20)), max_size=15).map("".join))
def test_no_html_keeps_a_script_a_handler_or_a_load_from_outside(html):
    safe = sanitised(html)
    assert not Reader(safe).open
    assert sanitised(safe) == safe
    assert not REORDERS & set(safe + words(html))


@pytest.mark.parametrize(
    ("html", "shown"),
    [
        ("<p>Bonjour</p>" * 2_000, True),
        ("<div>" * 5_000, True),
        ("<div>" * 5_001, False),
        ("<p>" + "a" * MAX_SHOWN, False),
        ("<b a=1>" * 100 + "<p>" * 900, True),
        ("<b a=1>" * 1_000, False),
        ("<FONT\tcolor=1>" * 1_000, False),
    ],
)
def test_html_that_would_grow_is_not_shown(html, shown):
    assert can_be_shown(html) is shown


@pytest.mark.parametrize(
    ("kind", "body", "name"),
    [
        ("plain", b"Bonjour\r\n" * 30_000, "message.txt"),
        ("html", b"<div>\r\n" * 30_000, "message.html"),
        ("html", b"<br \r\n" * 100_000, "message.html"),
        ("html", b"<p><b a=1>\r\n" * 900, "message.html"),
    ],
)
def test_a_text_too_long_to_be_shown_is_joined_whole(kind, body, name):
    read = parse(b"Subject: long\r\nContent-Type: text/" + kind.encode() + b"\r\n\r\n" + body)
    check_shown(read)
    assert read.html == ""
    assert read.text.endswith(f"voyez la pièce jointe « {name} ».]")
    assert [(one.name, one.data) for one in read.files] == [(name, body)]


def test_several_long_texts_share_what_may_be_shown():
    part = b"--b\r\nContent-Type: text/plain\r\n\r\n" + b"Bonjour\r\n" * 15_000
    read = parse(b"Subject: x\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" + part * 4 + b"--b--\r\n")
    check_shown(read)
    assert [one.name for one in read.files] == ["message.txt", "message-2.txt", "message-3.txt"]


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.one_of(broken_mails(), mails().map(lambda mail: mail.data)))
def test_what_is_received_is_kept_to_the_byte_and_shown(inaya, operator, data):
    """The way of every message: received, its bytes kept, listed, opened, its files given back."""
    from ens.coffre import store
    from ens.coffre.services import CONTENT, sealer
    from ens.messaging.models import Message
    from ens.messaging.services import list_threads, open_attachment, open_thread, receive
    from ens.messaging.types import IncomingMail
    from ens.persistence.unit import unit_of_work

    try:
        received = receive(IncomingMail("labo@operateur.example", inaya.address, data), by=operator)
    except MessageMalformed:
        return

    def original(unit):
        unit.untraced("un essai")
        message = Message.objects.get(usager_id=unit.usager_id, id=received.message_id)
        return message.thread_id, sealer(unit).open(CONTENT, message.raw_id, store.get(message.raw_id))

    thread_id, kept = unit_of_work(inaya.usager_id, original, by=inaya.actor)
    assert kept == data
    assert thread_id in [card.id for card in list_threads(inaya.usager_id, by=inaya.actor)]
    shown = next(one for one in open_thread(thread_id, by=inaya.actor).messages if one.id == received.message_id)
    for one, file in zip(shown.attachments, parse(data).files, strict=True):
        if one.aside:  # bytes that begin as a program's do
            with pytest.raises((AttachmentDangerous, AttachmentProtected)):
                open_attachment(one.id, by=inaya.actor)
        else:
            assert open_attachment(one.id, by=inaya.actor).data == file.data
