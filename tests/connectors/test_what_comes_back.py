"""Undelivered letters, reply slips that were scanned, e-mails that bounced: each finds its notice, once."""

from __future__ import annotations

import mailbox
from argparse import Namespace
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pypdfium2
import pytest
import segno
from PIL import Image

from ens.cli import letters
from ens.cli.refusals import CommandRefused
from ens.connectors.courriel import bounces
from ens.connectors.courrier import slips
from ens.connectors.courrier.client import PrintFolder
from ens.connectors.courrier.rendering import SLIP, Sender
from ens.enrolment import campaigns, pace, ports, queries, references, services
from ens.enrolment.campaigns import NewModel
from ens.enrolment.models import Event, Lot
from ens.enrolment.types import State
from ens.kernel import clock
from ens.kernel.actor import SYSTEM
from ens.persistence.unit import unit_of_work
from tests.connectors.letters import CODE, MONDAY, STEERER, by_email, by_post, create, register

OURS = Sender("Mon espace santé", ("Service d’information", "TSA 00000", "00000 Ville Cedex"))
pytestmark = pytest.mark.slow


class Sent:
    def send(self, lot):
        return clock.now()


@pytest.fixture(autouse=True)
def in_january():
    with clock.freeze(MONDAY):
        yield


@pytest.fixture
def posted(territory, tmp_path):
    """Two people noticed by letter: their ids, and the PDF of their letters."""
    ports.use_sender("courrier", PrintFolder(tmp_path / "courriers", OURS, posted_at_once=True))
    people = register(tmp_path, territory, by_post(), by_post())
    create(territory)
    assert pace.advance().noticed == 2
    (pdf,) = (tmp_path / "courriers").glob("*.pdf")
    return people, pdf


def look(who, what):
    def read(unit):
        unit.untraced("essai")
        return what(unit)

    return unit_of_work(who, read, by=SYSTEM)


def state(who):
    return look(who, queries.state)


def kinds(who):
    rows = Event.objects.filter(usager_id=who).order_by("rank")
    return look(who, lambda unit: list(rows.values_list("kind", flat=True)))


def reference_of(who):
    return references.reference(Lot.objects.filter(people__contains=[who]).latest("made_at").id, who)


def command(action, *files):
    return letters.perform(Namespace(action=action, files=list(files)))


# -- reply slips ---------------------------------------------------------------------------------------------


def picture(pdf, rank, *, turned=0):
    """A page of a PDF as a scanner gives it: greyish, a little askew."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        image = document[rank].render(scale=150 / 72).to_pil().convert("L")
    finally:
        document.close()
    return image.point(lambda light: 40 + light * 200 // 255).rotate(turned, expand=True, fillcolor=230)


@pytest.mark.feature("B16")
def test_the_slips_of_a_scanned_pdf_are_oppositions_and_the_letters_between_are_looked_at(posted, tmp_path):
    people, pdf = posted
    done = slips.read(pdf, tmp_path / "a-voir")  # the whole batch went through the scanner
    assert (done.opposed, done.already) == (2, 0)
    assert [(one.page, one.reason) for one in done.aside] == [(1, "aucun_coupon"), (3, "aucun_coupon")]
    assert all(one.kept.stat().st_mode & 0o777 == 0o600 for one in done.aside)
    assert [state(who) for who in people] == [State.OPPOSED, State.OPPOSED]
    again = slips.read(pdf, tmp_path / "a-voir")
    assert (again.opposed, again.already) == (0, 2)
    assert len(list((tmp_path / "a-voir").iterdir())) == 2
    assert [kinds(who) for who in people] == [["noticed", "opposed"]] * 2


@pytest.mark.feature("B16")
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "PDF"])
def test_a_slip_is_read_upside_down_and_askew_from_any_scan(posted, tmp_path, kind):
    people, pdf = posted
    scan = tmp_path / f"numérisation.{kind.lower()}"
    first, second = picture(pdf, 1, turned=183), picture(pdf, 3, turned=91)
    if kind in ("TIFF", "PDF"):
        first.save(scan, format=kind, save_all=True, append_images=[second])
    else:
        first.save(scan, format=kind)
    done = slips.read(scan, tmp_path / "a-voir")
    assert (done.opposed, done.aside) == (2 if kind in ("TIFF", "PDF") else 1, [])
    assert state(people[0]) is State.OPPOSED or state(people[1]) is State.OPPOSED


@pytest.mark.feature("B16")
def test_what_is_doubtful_is_set_aside_with_its_reason(posted, tmp_path):
    people, pdf = posted
    services.activate(people[0], by=SYSTEM)
    opened = tmp_path / "ouvert.png"
    rank = 1 if reference_of(people[0]) in _text(pdf, 1) else 3
    picture(pdf, rank).save(opened)
    forged, both, blank = tmp_path / "faux.png", tmp_path / "deux.png", tmp_path / "blanc.png"
    segno.make(SLIP + "7F3A29C1B0-K7RM4-TXP9H").save(str(forged), scale=8)
    side_by_side = Image.new("L", (2600, 1800), 255)
    side_by_side.paste(picture(pdf, 1), (0, 0))
    side_by_side.paste(picture(pdf, 3), (1300, 0))
    side_by_side.save(both)
    Image.new("L", (1000, 1400), 255).save(blank)
    broken, text, locked = tmp_path / "coupe.png", tmp_path / "texte.png", tmp_path / "coupe.pdf"
    broken.write_bytes(opened.read_bytes()[:2000])
    text.write_bytes(b"bonjour")
    locked.write_bytes(pdf.read_bytes()[:500])
    reasons = {
        path.stem + path.suffix: [one.reason for one in slips.read(path, tmp_path / "a-voir").aside]
        for path in (opened, forged, both, blank, broken, text, locked)
    }
    assert reasons == {
        "ouvert.png": ["espace_deja_ouvert"],
        "faux.png": ["renvoi_inconnu"],
        "deux.png": ["plusieurs_coupons"],
        "blanc.png": ["aucun_coupon"],
        "coupe.png": ["illisible"],
        "texte.png": ["illisible"],
        "coupe.pdf": ["illisible"],
    }
    assert (state(people[0]), state(people[1])) == (State.ACTIVATED, State.NOTICED)


def _text(pdf, rank):
    document = pypdfium2.PdfDocument(pdf)
    try:
        return document[rank].get_textpage().get_text_bounded()
    finally:
        document.close()


def test_the_command_tells_what_it_did(posted, tmp_path):
    _, pdf = posted
    facts, said = command("coupons", pdf)
    assert (facts["opposed"], facts["already"], len(facts["aside"])) == (2, 0, 2)
    assert said[0].startswith("2 oppositions notées, 0 déjà dites, 2 pages à voir")
    with pytest.raises(CommandRefused):
        command("coupons", tmp_path / "absent.pdf")
    with pytest.raises(CommandRefused):
        command("coupons")


# -- undelivered letters ---------------------------------------------------------------------------------------


@pytest.mark.feature("S004")
def test_undelivered_letters_are_said_by_file_once_and_what_is_wrong_line_by_line(posted, tmp_path):
    people, _ = posted
    path = tmp_path / "pnd.csv"
    first, second = map(reference_of, people)
    path.write_text(
        f"motif;reference;date\nNPAI;{first.lower()};2026-01-04\n;{second};\n\n;{first[:-1]};\n;{second};2026-02-30\n"
        f";{second};2027-01-01\n;{first};2026-01-05\n",
        "utf-8",
    )
    facts, said = command("pnd", path)
    assert (facts["returned"], facts["already"]) == (2, 1)
    wrong = [(one["line"], "référence" in one["reason"]) for one in facts["refused"]]
    assert wrong == [(5, True), (6, False), (7, False)]
    assert [kinds(who) for who in people] == [["noticed", "returned"]] * 2
    assert command("pnd", path)[0]["returned"] == 0
    assert said[0] == "2 plis revenus, 1 déjà dits, 3 lignes refusées."


def test_a_file_of_one_column_without_a_header_is_enough(posted, tmp_path):
    people, _ = posted
    path = tmp_path / "pnd.csv"
    path.write_text("\n".join(map(reference_of, people)), "utf-8")
    assert command("pnd", path)[0]["returned"] == 2


@pytest.mark.feature("S002")
def test_what_a_letter_said_is_found_again_by_its_reference_without_its_code_nor_its_name(posted, tmp_path):
    people, pdf = posted
    printed = " ".join(_text(pdf, 0).split())
    with clock.freeze(MONDAY + timedelta(days=30)):  # another version is sent since
        body = "Autre. {code} {lien} {dernier_jour}"
        name = campaigns.calendar()[-1].campaign
        campaigns.add_models(name, [NewModel("courrier", "A", 100, "Autre", body)], by=STEERER)
        facts, said = command("dit", Path(reference_of(people[0]).lower()))
    assert (facts["version"], facts["last_day"], facts["deadline"]) == (1, "2026-02-16", "2026-02-16")
    for text in facts["paragraphs"]:
        for piece in text.replace("**", "").replace("[prénom et nom]", "|").replace("[code]", "|").split("|"):
            assert piece.strip() in printed
    assert not CODE.search(" ".join(said)) and "MARTIN" not in " ".join(said)
    with pytest.raises(CommandRefused):
        command("dit", Path("7F3A29C1B0-K7RM4-TXP9H"))


# -- e-mails ---------------------------------------------------------------------------------------------------


def bounce(reference, *, action="failed", status="5.1.1"):
    report = EmailMessage()
    report["From"] = "MAILER-DAEMON@relais.example"
    report["To"] = f"ne-pas-repondre+{reference.lower()}@espace.fr"
    report["Subject"] = "Undelivered Mail Returned to Sender"
    report.set_content("This is the mail system.")
    report.make_mixed()
    data = report.as_bytes().replace(b"multipart/mixed", b"multipart/report; report-type=delivery-status")
    boundary = report.get_boundary().encode()
    status_part = (
        b"--" + boundary + b"\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; relais.example\n\n"
        b"Final-Recipient: rfc822; quelqu.un@exemple.fr\nAction: " + action.encode() + b"\nStatus: " + status.encode()
        + b"\n\n--" + boundary + b"--\n"
    )  # fmt: skip
    return data.replace(b"--" + boundary + b"--\n", status_part)


@pytest.fixture
def mailed(territory, tmp_path):
    ports.use_sender("email", Sent())
    people = register(tmp_path, territory, by_email("a@exemple.fr"), by_email("b@exemple.fr"))
    create(territory)
    assert pace.advance().noticed == 2
    return people


@pytest.mark.feature("S003")
def test_a_bounce_is_a_return_and_is_followed_by_a_letter(mailed, tmp_path):
    box = mailbox.Maildir(tmp_path / "retours")
    gone, there = mailed
    box.add(bounce(reference_of(gone)))
    box.add(bounce(reference_of(there), action="delayed", status="4.4.7"))
    absent = EmailMessage()
    absent["To"] = f"ne-pas-repondre+{reference_of(there).lower()}@espace.fr"
    absent["Subject"] = "Absence du bureau"
    absent.set_content("De retour lundi.")
    box.add(absent)
    done = bounces.read(tmp_path / "retours")
    assert (done.returned, done.already, done.ignored, done.unknown) == (1, 0, 2, 0)
    assert (kinds(gone), kinds(there)) == (["noticed", "returned"], ["noticed"])
    pace.advance()
    assert Lot.objects.filter(people__contains=[gone], channel="courrier", again=True).count() == 1
    assert bounces.read(tmp_path / "retours") == bounces.BouncesRead()  # each is read once
    box.add(bounce(reference_of_first(gone)))
    assert bounces.read(tmp_path / "retours").already == 1


def reference_of_first(who):
    return references.reference(Lot.objects.filter(people__contains=[who]).earliest("made_at").id, who)


def test_a_bounce_of_nobody_is_flagged_for_a_human_and_holds_nothing_back(mailed, tmp_path):
    box = mailbox.Maildir(tmp_path / "retours")
    box.add(bounce("7F3A29C1B0-K7RM4-TXP9H"))
    box.add(b"\xff\xfe nothing that is a message")
    box.add(bounce(reference_of(mailed[0])))
    done = bounces.read(tmp_path / "retours")
    assert (done.returned, done.ignored, done.unknown) == (1, 1, 1)
    assert sorted(message.get_flags() for message in mailbox.Maildir(tmp_path / "retours")) == ["FS", "S", "S"]


def test_a_bounce_of_the_first_notice_says_nothing_of_the_second(mailed, tmp_path):
    who, _ = mailed
    first = reference_of(who)
    services.notice(who, channel="courrier", by=SYSTEM)
    box = mailbox.Maildir(tmp_path / "retours")
    box.add(bounce(first))
    assert bounces.read(tmp_path / "retours").already == 1
    assert kinds(who) == ["noticed", "noticed"]


def test_the_return_box_is_named_by_a_setting(tmp_path, settings_of_returns):
    with pytest.raises(CommandRefused):
        command("rebonds")
    settings_of_returns(tmp_path / "absent")
    assert command("rebonds")[0] == {"returned": 0, "already": 0, "ignored": 0, "unknown": 0}


@pytest.fixture
def settings_of_returns(monkeypatch, db):
    from django.conf import settings

    return lambda path: monkeypatch.setattr(settings, "ENS_COURRIEL_RETOURS", str(path))


