"""Invitations that come by mail: read for a card, whatever they hold; the file itself stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ens.messaging import calendars
from tests.messaging.mails import mail


def invitation(*lines: str, method: str = "REQUEST") -> bytes:
    event = ("BEGIN:VEVENT", "UID:1", "DTSTAMP:20260301T080000Z", *lines, "END:VEVENT")
    body = ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//cabinet//FR", f"METHOD:{method}", *event, "END:VCALENDAR")
    return "\r\n".join((*body, "")).encode()


FULL = invitation(
    "SUMMARY:Consultation\\, cardiologie",
    "DTSTART:20260420T120000Z",
    "DTEND:20260420T123000Z",
    "LOCATION:12 rue du Port",
    "ORGANIZER;CN=Dr Dupond:mailto:dupond@operateur.example",
)


def test_an_invitation_says_what_when_in_paris_where_and_by_whom():
    assert calendars.read(FULL) == [
        {
            "title": "Consultation, cardiologie",
            "start": "2026-04-20T14:00:00+02:00",
            "end": "2026-04-20T14:30:00+02:00",
            "place": "12 rue du Port",
            "by": "Dr Dupond",
            "is_cancelled": "",
        }
    ]


@pytest.mark.parametrize(
    ("lines", "method", "start", "cancelled"),
    [
        (("DTSTART;VALUE=DATE:20260420",), "REQUEST", "2026-04-20", ""),
        (("DTSTART:20260420T140000",), "REQUEST", "2026-04-20T14:00:00+02:00", ""),
        (("DTSTART;TZID=Europe/Paris:20260120T140000",), "REQUEST", "2026-01-20T14:00:00+01:00", ""),
        (("DTSTART:20260420T120000Z",), "CANCEL", "2026-04-20T14:00:00+02:00", "oui"),
        (("DTSTART:20260420T120000Z", "STATUS:CANCELLED"), "REQUEST", "2026-04-20T14:00:00+02:00", "oui"),
    ],
)
def test_days_zones_and_cancellations(lines, method, start, cancelled):
    (one,) = calendars.read(invitation(*lines, method=method))
    assert (one["start"], one["is_cancelled"]) == (start, cancelled)


@pytest.mark.parametrize(
    "data",
    [
        b"", b"BEGIN:VCALENDAR", b"\xff\xfe\x00", invitation("SUMMARY:Sans date"), invitation("DTSTART:bientot"),
        invitation("DTSTART:99991231T235959Z"), b"x" * (calendars.MAX_BYTES + 1),
    ],
)  # fmt: skip
def test_what_is_not_an_invitation_is_a_file_like_another(data):
    assert calendars.read(data) == []


@given(st.lists(st.sampled_from(FULL.split(b"\r\n")) | st.binary(max_size=30), max_size=20).map(b"\r\n".join))
def test_nothing_that_comes_stops_the_door(data):
    for one in calendars.read(data):
        assert one["start"]


def test_the_invitation_is_shown_with_its_message_and_its_file_stays_as_it_came(inaya, operator):
    from ens.messaging.services import list_threads, open_attachment, open_thread, receive
    from ens.messaging.types import IncomingMail

    files = (("invitation.ics", "text/calendar", FULL),)
    receive(IncomingMail("cabinet@operateur.example", inaya.address, mail(inaya.address, files=files)), by=operator)
    (card,) = list_threads(inaya.usager_id, by=inaya.actor)
    (piece,) = open_thread(card.id, by=inaya.actor).messages[0].attachments
    (one,) = piece.appointments
    assert (one.title, one.place, f"{one.start:%d/%m %H:%M}") == (
        "Consultation, cardiologie", "12 rue du Port", "20/04 14:00",
    )  # fmt: skip
    assert open_attachment(piece.id, by=inaya.actor).data == FULL


def test_a_signature_stays_with_the_message_as_it_came_and_is_no_document(inaya, operator, tmp_path):
    """What was kept is what was signed: another tool than ours says so."""
    import shutil
    import subprocess

    from ens.coffre import store
    from ens.coffre.services import CONTENT, sealer
    from ens.messaging.models import Message
    from ens.messaging.services import list_threads, open_thread, receive
    from ens.messaging.types import IncomingMail
    from ens.persistence.unit import unit_of_work

    signed = signed_mail(inaya.address)
    receive(IncomingMail("cabinet@operateur.example", inaya.address, signed), by=operator)
    (card,) = list_threads(inaya.usager_id, by=inaya.actor)
    (message,) = open_thread(card.id, by=inaya.actor).messages
    assert (message.body_text.strip(), message.attachments) == ("Bonjour.", [])

    def raw(unit):
        unit.untraced("lecture d'un test")
        key = Message.objects.get(usager_id=inaya.usager_id, id=message.id).raw_id
        return sealer(unit).open(CONTENT, key, store.get(key))

    kept = unit_of_work(inaya.usager_id, raw, by=inaya.actor)
    assert kept == signed
    if shutil.which("openssl"):
        (tmp_path / "kept.eml").write_bytes(kept)
        command = ["openssl", "cms", "-verify", "-noverify", "-in", str(tmp_path / "kept.eml"), "-out", "/dev/null"]
        assert subprocess.run(command, capture_output=True, check=False).returncode == 0


def signed_mail(to: str) -> bytes:
    """S/MIME, the signature apart. Source: RFC 8551, 3.5.3."""
    from datetime import UTC, datetime, timedelta

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Dr Dupond")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    content = b"Content-Type: text/plain; charset=utf-8\r\n\r\nBonjour.\r\n"
    builder = pkcs7.PKCS7SignatureBuilder().set_data(content).add_signer(certificate, key, hashes.SHA256())
    signed = builder.sign(Encoding.SMIME, [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary])
    head = f"From: cabinet@operateur.example\r\nTo: {to}\r\nSubject: Signe\r\nMessage-ID: <s@operateur.example>\r\n"
    return head.encode() + b"\r\n".join(signed.replace(b"\r\n", b"\n").split(b"\n"))
