"""What the usager does with conversations: search, boxes, trash, drafts, a copy."""

from __future__ import annotations

import mailbox as mailboxes
from contextlib import closing
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connections

from ens.kernel.actor import Actor, ActorKind
from ens.messaging import services
from ens.messaging.errors import (
    DraftChanged,
    DraftElsewhere,
    FileRunsAlone,
    MessageInfected,
    ReplyTooLarge,
    ThreadNotFound,
    TooManyFiles,
)
from ens.messaging.models import DraftFile
from ens.messaging.types import Box, File, IncomingMail, MailboxFilter, Reply
from ens.persistence import locator
from ens.persistence.errors import NobodyThere
from tests.messaging.mails import mail


def receive(person, operator, **said):
    sender = said.pop("sender", "labo@operateur.example")
    done = services.receive(
        IncomingMail(sender, person.address, mail(person.address, sender=sender, **said)), by=operator
    )
    assert done.created
    newest = services.list_threads(person.usager_id, by=person.actor)[0]
    return newest.id


def subjects(person, text="", box=Box.ALL):
    found = services.mailbox(person.usager_id, MailboxFilter(text=text, box=box), by=person.actor)
    assert found.matching == len(found.cards)
    return {card.subject for card in found.cards}


@pytest.mark.feature("S093")
def test_a_search_finds_words_wherever_they_are_whatever_case_and_accents(inaya, operator):
    receive(inaya, operator, subject="Un", text="Votre hémoglobine est bonne." + " suite" * 400 + " fin du texte")
    receive(inaya, operator, subject="Échographie de contrôle", text="Bonjour")
    receive(inaya, operator, subject="Trois", files=(("Résultats été.pdf", "application/pdf", b"%PDF-1.4 x"),))
    receive(inaya, operator, subject="Quatre", text="", html="<p>Prenez votre <b>tension</b> le matin.</p>")
    thread = receive(inaya, operator, subject="Cinq", label="Dr_Anne_MOREAU_Cabinet", sender="moreau@operateur.example")
    services.reply(thread, Reply("Ma question sur la grossesse"), by=inaya.actor)
    assert subjects(inaya, "HEMOGLOBINE") == {"Un"}
    assert subjects(inaya, "fin du texte") == {"Un"}
    assert subjects(inaya, "echographie") == {"Échographie de contrôle"}
    assert subjects(inaya, "resultats ete.pdf") == {"Trois"}
    assert subjects(inaya, "matin tension") == {"Quatre"}
    assert subjects(inaya, "moreau") == subjects(inaya, "grossesse") == {"Cinq"}
    assert subjects(inaya, "hémoglobine grossesse") == set()
    assert subjects(inaya, "   ") == {"Un", "Échographie de contrôle", "Trois", "Quatre", "Cinq"}


def test_a_search_sees_one_s_own_messages_only(inaya, operator, people):
    other = people.usager()
    receive(other, operator, subject="À un autre", text="hémoglobine")
    assert subjects(inaya, "hémoglobine") == set()


@pytest.mark.feature("S093", "N077")
def test_each_box_holds_what_it_says(inaya, operator):
    read = receive(inaya, operator, subject="Lu")
    services.open_thread(read, by=inaya.actor)
    receive(inaya, operator, subject="Non lu")
    services.open_thread(
        receive(inaya, operator, subject="Avec pièce", files=(("a.txt", "text/plain", b"a"),)), by=inaya.actor
    )
    ended = receive(inaya, operator, subject="Fini", sender="dupond@operateur.example", headers={"X-MSS-MES": "FIN"})
    services.open_thread(ended, by=inaya.actor)
    services.save_draft(read, "Je voulais vous dire", by=inaya.actor)
    services.trash(receive(inaya, operator, subject="Jeté"), by=inaya.actor)
    assert subjects(inaya) == {"Lu", "Non lu", "Avec pièce", "Fini"}
    assert subjects(inaya, box=Box.UNREAD) == {"Non lu"}
    assert subjects(inaya, box=Box.FILES) == {"Avec pièce"}
    assert subjects(inaya, box=Box.ENDED) == {"Fini"}
    assert subjects(inaya, box=Box.DRAFTS) == {"Lu"}
    assert subjects(inaya, box=Box.TRASH) == subjects(inaya, "jete", Box.TRASH) == {"Jeté"}
    assert services.unread_count(inaya.usager_id, by=inaya.actor) == 1


def test_what_is_in_the_trash_is_taken_back_as_it_was_or_by_itself(inaya, operator):
    thread = receive(inaya, operator, subject="Vos résultats", message_id="<un@operateur.example>")
    for _ in range(2):
        services.trash(thread, by=inaya.actor)
    assert subjects(inaya) == set()
    services.restore(thread, by=inaya.actor)
    assert subjects(inaya) == {"Vos résultats"}
    services.trash(thread, by=inaya.actor)
    receive(inaya, operator, in_reply_to="<un@operateur.example>")
    assert subjects(inaya) == {"Vos résultats"}
    services.trash(thread, by=inaya.actor)
    services.reply(thread, Reply("Une dernière question"), by=inaya.actor)
    assert subjects(inaya) == {"Vos résultats"}


def rows_left(person, owner):
    from tests.journeys.deletion.conftest import rows_of

    return {name: count for name, count in rows_of(person, owner).items() if name.startswith("messaging_") and count}


def test_thirty_days_later_nothing_is_left_but_who_wrote(inaya, operator, db, monkeypatch):
    from ens.kernel import clock
    from ens.messaging.services import keeping

    thread = receive(inaya, operator, files=(("a.txt", "text/plain", b"a"),))
    attachment = services.open_thread(thread, by=inaya.actor).messages[0].attachments[0].id
    services.save_draft(thread, "Merci", by=inaya.actor)
    services.trash(thread, by=inaya.actor)
    keeping.empty_when_due(inaya.usager_id, thread)
    assert subjects(inaya, box=Box.TRASH) == {"Vos résultats"}, "not yet"
    services.restore(thread, by=inaya.actor)
    monkeypatch.setattr(clock, "now", lambda now=clock.now: now() + timedelta(days=31))
    keeping.empty_when_due(inaya.usager_id, thread)
    assert subjects(inaya) == {"Vos résultats"}, "taken back"
    services.trash(thread, by=inaya.actor)
    keeping.empty_when_due(inaya.usager_id, thread)
    assert subjects(inaya, box=Box.TRASH) == {"Vos résultats"}, "put there again: its own delay"
    monkeypatch.setattr(clock, "now", lambda now=clock.now: now() + timedelta(days=31))
    keeping.empty_when_due(inaya.usager_id, thread)
    assert rows_left(inaya, db.owner) == {"messaging_correspondent": 1}
    for gone in (
        lambda: services.open_thread(thread, by=inaya.actor),
        lambda: services.open_attachment(attachment, by=inaya.actor),
    ):
        with pytest.raises(NobodyThere):
            gone()


def test_for_good_at_once_is_from_the_trash_only(inaya, operator):
    thread = receive(inaya, operator)
    with pytest.raises(ThreadNotFound):
        services.delete_trashed(thread, by=inaya.actor)
    services.trash(thread, by=inaya.actor)
    services.delete_trashed(thread, by=inaya.actor)
    assert subjects(inaya, box=Box.TRASH) == set()


@pytest.mark.feature("N077")
def test_a_draft_stays_until_it_is_sent_or_discarded_one_a_conversation(inaya, operator, relay):
    thread = receive(inaya, operator)
    for said in ("Bonj", "Bonjour, une question"):
        services.save_draft(thread, said, by=inaya.actor)
    assert services.open_thread(thread, by=inaya.actor).draft == "Bonjour, une question"
    assert services.list_threads(inaya.usager_id, by=inaya.actor)[0].has_draft
    services.save_draft(thread, "  ", by=inaya.actor)
    assert services.open_thread(thread, by=inaya.actor).draft == ""
    services.save_draft(thread, "Merci", by=inaya.actor)
    services.reply(thread, Reply("Merci"), by=inaya.actor)
    assert services.open_thread(thread, by=inaya.actor).draft == ""
    with pytest.raises(ReplyTooLarge):
        services.save_draft(thread, "x" * 20_001, by=inaya.actor)


def kept(person, thread):
    return [one.name for one in services.open_thread(thread, by=person.actor).draft_files]


@pytest.mark.feature("N077", "N078", "S082")
def test_the_files_of_a_draft_are_kept_then_sent_as_they_were_or_taken_away(inaya, operator, relay):
    thread = receive(inaya, operator)
    one, two = File("Été\u202e.pdf", b"%PDF-1.4 un"), File("deux.txt", b"deux")
    services.save_draft(thread, "", (one,), by=inaya.actor)  # a file alone is a draft
    assert services.list_threads(inaya.usager_id, by=inaya.actor)[0].has_draft
    files = services.save_draft(thread, "Voici", (two, File("trois.txt", b"trois")), by=inaya.actor)
    assert kept(inaya, thread) == ["Été.pdf", "deux.txt", "trois.txt"]
    services.save_draft(thread, "Voici", without=files[1].id, by=inaya.actor)
    assert kept(inaya, thread) == ["Été.pdf", "trois.txt"]
    sent = Reply("Voici", (File("quatre.txt", b"quatre"),), token="f", kept=(files[0].id, files[2].id))
    message = services.reply(thread, sent, by=inaya.actor)
    assert services.reply(thread, sent, by=inaya.actor) == message  # the same form, its draft gone
    view = services.open_thread(thread, by=inaya.actor)
    assert [piece.name for piece in view.messages[-1].attachments] == ["Été.pdf", "trois.txt", "quatre.txt"]
    assert services.open_attachment(view.messages[-1].attachments[0].id, by=inaya.actor).data == b"%PDF-1.4 un"
    assert (view.draft, view.draft_files) == ("", ())


@pytest.mark.feature("N077")
def test_what_is_sent_is_what_the_page_showed(inaya, operator, relay):
    """Another window took a file away, or joined one."""
    thread = receive(inaya, operator)
    (shown,) = services.save_draft(thread, "Voici", (File("un.txt", b"un"),), by=inaya.actor)
    services.save_draft(thread, "Voici", (File("deux.txt", b"deux"),), by=inaya.actor)
    services.save_draft(thread, "Voici", without=shown.id, by=inaya.actor)
    with pytest.raises(DraftChanged):
        services.reply(thread, Reply("Voici", kept=(shown.id,)), by=inaya.actor)
    other = receive(inaya, operator, subject="Un autre")
    (elsewhere,) = services.save_draft(other, "", (File("ailleurs.txt", b"x"),), by=inaya.actor)
    with pytest.raises(DraftChanged):  # of another conversation
        services.reply(thread, Reply("Voici", kept=(elsewhere.id,)), by=inaya.actor)
    assert kept(inaya, thread) == ["deux.txt"]
    services.discard_draft(thread, by=inaya.actor)
    assert kept(inaya, thread) == []
    assert kept(inaya, other) == ["ailleurs.txt"]


@pytest.mark.feature("N078")
def test_a_draft_holds_what_a_message_carries_and_no_more(inaya, operator):
    thread = receive(inaya, operator)
    services.save_draft(thread, "", (File("gros.bin", bytes(17_999_000)),), by=inaya.actor)
    with pytest.raises(ReplyTooLarge):
        services.save_draft(thread, "", (File("reste.bin", bytes(1_001)),), by=inaya.actor)
    assert kept(inaya, thread) == ["gros.bin"]
    other, many = receive(inaya, operator, subject="Un autre"), tuple(File(f"{one}.txt", b"x") for one in range(21))
    with pytest.raises(TooManyFiles):
        services.save_draft(other, "", many, by=inaya.actor)
    with pytest.raises(TooManyFiles):
        services.reply(other, Reply("Voici", many), by=inaya.actor)
    assert kept(inaya, other) == []


class Antivirus:
    def scan(self, data: bytes) -> str:
        return "Eicar" if b"EICAR" in data else ""


@pytest.mark.feature("N077")
def test_of_six_windows_that_save_at_one_instant_one_is_kept_and_the_others_are_told(inaya, operator):
    thread = receive(inaya, operator)
    start, answers = Barrier(6), []

    def save(number):
        start.wait()
        try:
            services.save_draft(thread, f"Fenêtre {number}", seen=services.version(""), by=inaya.actor)
        except DraftElsewhere:
            answers.append("")
        else:
            answers.append(f"Fenêtre {number}")
        finally:
            connections.close_all()

    windows = [Thread(target=save, args=(number,)) for number in range(6)]
    for one in windows:
        one.start()
    for one in windows:
        one.join()
    assert sorted(answers)[:5] == [""] * 5
    assert services.open_thread(thread, by=inaya.actor).draft == max(answers) != ""


@pytest.mark.parametrize(
    ("files", "error"),
    [
        ((File("mise-a-jour.exe", b"x"),), FileRunsAlone),
        ((File("photo.jpg", b"MZ un programme"),), FileRunsAlone),
        ((File("lettre.txt", b"Bonjour"), File("a.txt", b"EICAR")), MessageInfected),
    ],
)
def test_a_file_that_would_not_leave_is_not_kept_either(inaya, operator, monkeypatch, files, error):
    from ens.messaging import ports

    monkeypatch.setattr(ports, "antivirus", Antivirus)
    thread = receive(inaya, operator)
    with pytest.raises(error):
        services.save_draft(thread, "Voici", files, by=inaya.actor)
    with pytest.raises(error):
        services.reply(thread, Reply("Voici", files), by=inaya.actor)
    shown = services.open_thread(thread, by=inaya.actor)
    assert (shown.draft, kept(inaya, thread), len(shown.messages)) == ("", [], 1)


@pytest.mark.feature("N077")
def test_a_conversation_deleted_for_good_leaves_nothing_of_its_draft(inaya, operator):
    thread = receive(inaya, operator)
    (file,) = services.save_draft(thread, "", (File("un.txt", b"un"),), by=inaya.actor)
    assert locator.known([file.id])
    services.trash(thread, by=inaya.actor)
    services.delete_trashed(thread, by=inaya.actor)
    assert not locator.known([file.id])
    assert not DraftFile.objects.filter(id=file.id).exists()


def test_a_copy_reads_in_a_mail_program_as_the_messages_were(inaya, operator, relay, tmp_path):
    thread = receive(
        inaya, operator, text="Bonjour,\nFrom ici, tout va bien.\n>From là aussi.", message_id="<un@operateur.example>"
    )
    services.reply(thread, Reply("Merci"), by=inaya.actor)
    copy = services.export(thread, by=inaya.actor)
    (tmp_path / "copie").write_bytes(copy.data)
    with closing(mailboxes.mbox(tmp_path / "copie")) as kept:
        first, second = kept
    assert first["Message-ID"] == "<un@operateur.example>"
    assert b"\n>From ici" in copy.data
    assert b"\n>>From l" in copy.data
    assert second["From"].endswith(f"<{inaya.address}>")
    assert copy.filename == "Vos résultats.mbox"


ACTS = (
    services.trash,
    services.restore,
    services.delete_trashed,
    services.export,
    lambda thread, *, by: services.save_draft(thread, "Merci", by=by),
    services.discard_draft,
    services.kept_files,
)


@pytest.mark.parametrize("act", ACTS)
def test_nobody_else_does_any_of_it_and_the_attempt_is_in_the_history(inaya, operator, people, act):
    from tests.web.public.test_signing_in import events_of

    thread = receive(inaya, operator)
    stranger, doctor = people.usager(), people.actor(people.professional())
    before = len(events_of(inaya))
    for by in (stranger.actor, doctor, Actor(ActorKind.PILOTAGE, "x", "Pilotage")):
        with pytest.raises(ThreadNotFound):
            act(thread, by=by)
    assert len(events_of(inaya)) == before + 3
    assert subjects(inaya) == {"Vos résultats"}
