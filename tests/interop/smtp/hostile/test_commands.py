"""Commands that are none, out of turn, or lead to no message."""

from __future__ import annotations

import smtplib

import pytest

from tests.interop.smtp.hostile.conftest import HEAD, SENDER, is_closed, said, until

pytestmark = pytest.mark.feature("B18")


@pytest.mark.parametrize(
    "line",
    [
        b"NOOP " + b"x" * 2_000,
        b"NOOP " + b"x" * 500_000,
        b"MAIL FROM:<" + b"x" * 2_000 + b"@operateur.example>",
        b"\xff\xfe",
        b"\x00" * 100,
        b"",
        b"BONJOUR",
        b"AUTH PLAIN AGEAYg==",
        b"EXPN labo",
        b"MAIL FROM:<labo@operateur.example> AUTH=<>",
        b"MAIL FROM:<labo@operateur.example> SIZE=beaucoup",
        b"MAIL FROM:<labo@operateur.example> BODY=BINARYMIME",
        b"STARTTLS oui",
    ],
    ids=lambda line: repr(line[:24]),
)
def test_a_command_that_is_none_is_refused_and_the_session_goes_on(session, line):
    client = session()
    client.send(line + b"\r\n")
    assert said(*client.getreply()).split()[-1] == "commande_invalide"
    assert client.mail(SENDER)[0] == 250


OFFERED = {"DATA", "EHLO", "HELO", "HELP", "MAIL", "NOOP", "QUIT", "RCPT", "RSET", "VRFY"}


def test_help_lists_what_is_offered_and_nothing_else(session):
    client = session()
    code, words = client.docmd("HELP")
    status, *commands = words.decode().split()
    assert (code, status, set(commands)) == (214, "2.0.0", OFFERED)
    for command in OFFERED - {"QUIT"}:
        assert client.docmd(command)[0] in (214, 250, 501, 503), command
    assert "auth" not in client.esmtp_features
    assert client.quit()[0] == 221


@pytest.mark.parametrize("command", ["AUTH PLAIN AGEAYg==", "AUTH", "EXPN labo", "ETRN operateur.example", "ETRN"])
def test_what_is_not_offered_is_refused(session, command):
    assert said(*session().docmd(command)).split()[-1] == "commande_invalide"


def test_nobody_is_told_of_a_mailbox_by_vrfy(session, people):
    client, known = session(), people.usager().address
    heard = {client.docmd("VRFY", address) for address in (known, "185057512345673@patient.mssante.fr", "x")}
    ((code, words),) = heard
    assert code == 252 and words.startswith(b"2.5.2 Aucune adresse")


@pytest.mark.parametrize("command", ["HELP", "VRFY x", "EXPN x", "ETRN x", "AUTH PLAIN AGEAYg=="])
def test_before_tls_whatever_is_asked_is_told_to_begin_with_it(door, command):
    with smtplib.SMTP("localhost", door.port, timeout=20) as client:
        client.ehlo()
        assert said(*client.docmd(command)) == "530 5.7.0 certificat_absent"


@pytest.mark.parametrize("line", [b"DATA", b"RCPT TO:<185057512345673@patient.mssante.fr>"])
def test_a_command_whose_turn_it_is_not(session, line):
    client = session()
    client.send(line + b"\r\n")
    assert said(*client.getreply()) == "503 5.5.1 commande_hors_sequence"


def test_a_message_sent_without_waiting_is_not_heard_as_commands(session, people, mailbox):
    person, other, client = people.usager(), people.usager(), session()
    client.mail(SENDER)
    client.rcpt(person.address)
    hidden = f"MAIL FROM:<{SENDER}>\r\nRCPT TO:<{other.address}>\r\nDATA\r\n".encode()
    client.send(b"DATA\r\n" + hidden + HEAD + b"\r\nx\r\n.\r\n")
    assert said(*client.getreply()) == "503 5.5.1 commande_hors_sequence"
    assert is_closed(client)
    assert (mailbox(person), mailbox(other)) == ([], [])


def test_too_many_refusals_end_the_session(session, people):
    client = session()
    client.mail(SENDER)
    codes = [client.rcpt("123@patient.mssante.fr") for _ in range(20)]
    assert [code for code, _ in codes[:19]] == [550] * 19
    assert said(*codes[-1]) == "421 4.7.0 trop_de_refus"
    assert is_closed(client)


def test_refusals_that_are_not_waited_for_end_the_session_too(session, door, people, mailbox):
    person, client = people.usager(), session()
    good = f"MAIL FROM:<{SENDER}>\r\nRCPT TO:<{person.address}>\r\n".encode()
    client.send(b"RCPT\r\n" * 200 + good * 10)
    codes = [client.getreply()[0] for _ in range(20)]
    assert codes == [503] * 19 + [421]
    assert is_closed(client)
    until(lambda: not door.reception.under_way)


@pytest.mark.parametrize("command", ["NOOP", "RSET", "EHLO x", "VRFY a@b.fr", "HELP", f"MAIL FROM:<{SENDER}>\r\nRSET"])
def test_commands_that_lead_to_no_message_end_the_session(session, command):
    client, codes = session(), []
    for line in command.split("\r\n") * 300:
        if 421 not in codes:
            client.putcmd(line)
            codes.append(client.getreply()[0])
    assert codes[-1] == 421 and len(codes) < 110
    assert is_closed(client)


def test_nothing_that_a_client_says_is_written_in_the_logs(session, people, capfd):
    """aiosmtpd's own log quotes commands, and what is taken for one may be a message."""
    person, client = people.usager(), session()
    client.mail(SENDER)
    client.send(f"{person.matricule} INAYA\r\nRCPT TO:{person.address} x\r\nInaya-Michel\r\n".encode())
    for _ in range(3):
        said(*client.getreply())
    written = "".join(capfd.readouterr())
    assert "commande_invalide" in written
    assert not any(secret in written for secret in (person.matricule, "INAYA", "Inaya", SENDER))
