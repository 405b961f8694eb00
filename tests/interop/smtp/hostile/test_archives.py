"""Archives that lie, would harm, or are about somebody else."""

from __future__ import annotations

import pytest

from tests.interop.smtp.hostile.conftest import SENDER, refused
from tests.messaging import archives
from tests.messaging.mails import mail

pytestmark = pytest.mark.feature("B18")
ARCHIVES = {
    "a path above": lambda of: archives.beside(of, **{"IHE_XDM/../../etc/passwd": b"x"}),
    "an absolute path": lambda of: archives.beside(of, **{"/etc/passwd": b"x"}),
    "a path of another system": lambda of: archives.beside(of, **{"IHE_XDM\\..\\x.pdf": b"x"}),
    "a drive": lambda of: archives.beside(of, **{"C:/x.pdf": b"x"}),
    "a symbolic link": lambda of: archives.with_link(of, "/etc/passwd"),
    "a bomb": lambda of: archives.beside(of, **{"IHE_XDM/SUBSET01/ZEROS.PDF": b"\0" * 61_000_000}),
    "a bomb in its metadata": lambda of: archives.zipped({archives.METADATA: b"<a>" + b" " * 8_000_000 + b"</a>"}),
    "thousands of members": lambda of: archives.beside(of, **{f"F{rank}": b"" for rank in range(5_000)}),
    "a member cut short": lambda of: archives.archive(of)[:-40],
    "not an archive": lambda of: b"PK\x03\x04",
    "a document that is not the one announced": lambda of: archives.zipped(
        archives.members(archives.archive(of)) | {archives.DOCUMENT: b"%PDF-1.4 autre"}
    ),
    "entities": lambda of: archives.zipped({archives.METADATA: b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}),
}


def with_archives(person, *data: bytes) -> bytes:
    return mail(person.address, files=tuple((archives.NAME, "application/zip", one) for one in data))


@pytest.mark.feature("S087")
@pytest.mark.parametrize("make", ARCHIVES.values(), ids=ARCHIVES.keys())
def test_an_archive_that_lies_or_would_harm(session, people, mailbox, make):
    person = people.usager()
    assert refused(session(), person, with_archives(person, make(person.matricule))) == "554 5.6.0 message_illisible"
    assert mailbox(person) == []


def test_archives_that_together_are_a_bomb(session, people, mailbox):
    person = people.usager()
    one = archives.inflating(person.matricule, 18)
    assert len(one) < 2_000_000
    client = session()
    assert client.sendmail(SENDER, [person.address], with_archives(person, one)) == {}
    assert refused(client, person, with_archives(person, one, one, one, one)) == "554 5.6.0 message_illisible"
    assert len(mailbox(person)) == 1


def test_a_bomb_inside_a_document_is_a_file_that_nobody_opens(session, people):
    from ens.messaging.services import list_threads, open_thread

    person = people.usager()
    data = archives.nested_bomb(person.matricule)
    assert session().sendmail(SENDER, [person.address], with_archives(person, data)) == {}
    (card,) = list_threads(person.usager_id, by=person.actor)
    (message,) = open_thread(card.id, by=person.actor).messages
    (piece,) = message.attachments
    assert piece.size < 1_000_000


@pytest.mark.feature("S087")
def test_an_archive_about_another_patient(session, people, mailbox):
    person, other = people.usager(), people.usager()
    data = with_archives(person, archives.archive(other.matricule))
    assert refused(session(), person, data) == "554 5.6.1 piece_autre_patient"
    assert mailbox(person) == []
