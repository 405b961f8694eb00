"""Files kept aside: nobody can look inside, or opening would run them. Both sides are told."""

from __future__ import annotations

import email
import io
import zipfile
from email.policy import default

import pikepdf
import pytest

from ens.messaging import aside
from ens.messaging.mime import parse
from ens.messaging.parsed import ParsedFile
from ens.record import apart
from tests.messaging.mails import mail

SENDER = "labo@operateur.example"


def pdf(**protection: str) -> bytes:
    made, out = pikepdf.new(), io.BytesIO()
    made.add_blank_page()
    made.save(out, encryption=pikepdf.Encryption(**protection) if protection else False)
    return out.getvalue()


def zipped(name: str, *, encrypted: bool = False) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr(name, b"contenu")
    data = bytearray(out.getvalue())
    if encrypted:  # the bit that says it, in both headers
        data[6] |= 1
        data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
CLOSED = pdf(owner="a", user="b")


@pytest.mark.parametrize(
    ("name", "media_type", "data", "reason"),
    [
        ("bilan.pdf", "application/pdf", pdf(), ""),
        ("bilan.pdf", "application/pdf", pdf(owner="a", user=""), ""),  # everybody opens it
        ("bilan.pdf", "application/pdf", CLOSED, aside.PROTECTED),
        ("bilan.zip", "application/zip", zipped("bilan.pdf"), ""),
        ("bilan.zip", "application/zip", zipped("bilan.pdf", encrypted=True), aside.PROTECTED),
        ("bilan.docx", "application/zip", OLE + "EncryptedPackage".encode("utf-16-le"), aside.PROTECTED),
        ("bilan.doc", "application/msword", OLE, ""),
        ("bilan.7z", "application/x-7z-compressed", b"7z\xbc\xaf\x27\x1c", aside.PROTECTED),
        ("bilan.pdf.exe", "application/pdf", b"x", aside.DANGEROUS),
        ("bilan.EXE. ", "application/pdf", b"x", aside.DANGEROUS),
        ("bilan.pdf", "application/octet-stream", b"MZ\x90", aside.DANGEROUS),
        ("bilan.zip", "application/zip", zipped("lisez.js"), aside.DANGEROUS),
        ("bilan.docx", "application/zip", zipped("word/vbaProject.bin"), aside.DANGEROUS),
        ("bilan.zip", "application/zip", b"PK\x03\x04zzz", ""),
    ],
)  # fmt: skip
def test_what_is_kept_aside(name, media_type, data, reason):
    assert aside.reason(ParsedFile(name, media_type, data)) == reason


def test_a_pdf_that_its_reader_does_not_survive_is_kept_aside(monkeypatch):
    """Read in the process apart, as any file from outside: ours holds the keys."""

    def dies(order, data):
        raise apart.ChildEnded()

    monkeypatch.setattr(apart, "_ask", dies)
    assert aside.reason(ParsedFile("bilan.pdf", "application/pdf", CLOSED)) == aside.PROTECTED
    assert aside.reason(ParsedFile("bilan.pdf", "application/pdf", pdf())) == ""  # nobody needs to open it to know


@pytest.fixture
def received(inaya, operator):
    def act(files, *, sender=SENDER, headers=None):
        from ens.messaging.services import list_threads, open_thread, receive
        from ens.messaging.types import IncomingMail

        data = mail(inaya.address, files=files, headers=headers, message_id="<1@operateur.example>")
        for _ in range(2):  # twice is once, for the report too
            receive(IncomingMail(sender, inaya.address, data), by=operator)
        (card,) = list_threads(inaya.usager_id, by=inaya.actor)
        (message,) = open_thread(card.id, by=inaya.actor).messages
        return message

    return act


@pytest.fixture
def leaves(inaya, relay):
    def act():
        from ens.messaging.services import acknowledging
        from ens.persistence.models import OutboxRow

        for row in OutboxRow.objects.filter(usager_id=inaya.usager_id, kind=acknowledging.OUTBOX_KIND):
            acknowledging.send(row.usager_id, row.object_id)
        return relay.sent

    return act


FILES = (("protege.pdf", "application/pdf", CLOSED), ("bilan.pdf", "application/pdf", pdf()))


@pytest.mark.feature("S083", "S087")
def test_a_file_kept_aside_is_explained_to_both_and_opened_by_nobody(inaya, received, leaves):
    from ens.journeys import save_attachment
    from ens.messaging.errors import AttachmentProtected
    from ens.messaging.services import open_attachment

    message = received(FILES)
    closed, plain = message.attachments
    assert message.sender_is_told
    assert (closed.can_save, plain.can_save, plain.aside) == (False, True, "")
    assert "mot de passe" in closed.aside
    for act in (open_attachment, save_attachment):
        with pytest.raises(AttachmentProtected):
            act(closed.id, by=inaya.actor)
    ((sender, to, data),) = leaves()
    parse(data)  # well formed: another space would take it
    assert (sender, to) == ("", SENDER)  # nothing comes back to a report
    report = email.message_from_bytes(data, policy=default)
    assert (report.get_content_type(), report.get_param("report-type")) == ("multipart/report", "delivery-status")
    words, status, original = report.iter_parts()
    assert "protege.pdf (piece_protegee)" in words.get_content()
    assert "Renvoyez le document sans mot de passe" in words.get_content()
    assert "set aside" in words.get_content()
    whole, one = status.iter_parts()
    assert whole["Reporting-MTA"] == "dns; patient.mssante.fr"
    assert (one["Action"], one["Status"]) == ("delivered", "2.6.4")
    assert original.get_content_type() == "message/rfc822"
    assert report["From"].startswith("Mon espace santé")


@pytest.mark.parametrize(("sender", "headers"), [("", None), (SENDER, {"Auto-Submitted": "auto-generated"})])
def test_nobody_is_told_where_a_machine_would_hear(received, leaves, sender, headers):
    message = received(FILES, sender=sender, headers=headers)
    assert message.attachments[0].aside
    assert not message.sender_is_told
    assert leaves() == []
