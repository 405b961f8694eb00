"""Letters: print-ready, whole or not at all, the same twice, and saying exactly what the deadline is made of."""

from __future__ import annotations

import csv
import errno
import io
import json
import os
from collections import Counter
from contextlib import ExitStack, closing
from datetime import date, timedelta

import pikepdf
import pypdfium2
import pytest
import zxingcpp

from ens.connectors.courrier import batches
from ens.connectors.courrier.client import PrintFolder
from ens.connectors.courrier.rendering import Sender
from ens.enrolment import codes, pace, ports, references, services
from ens.enrolment.models import Event, Lot, Wave
from ens.journeys import new_code
from ens.kernel import clock
from ens.kernel.actor import Actor, ActorKind
from tests.connectors.letters import CODE, LAST_DAY, MONDAY, OPENS_ON, by_post, create, pages, register
from tests.scenarios.disks import NoSmallDisk, small_disk

OURS = Sender("Mon espace santé", ("Service d’information", "TSA 00000", "00000 Ville Cedex"), "Démonstration")
BLOCK = 4096  # bytes: how such a file system counts
pytestmark = pytest.mark.slow


@pytest.fixture
def printer(territory, tmp_path, monkeypatch):
    """Of a service started from anywhere."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "courriers"
    ports.use_sender("courrier", PrintFolder(folder, OURS, posted_at_once=True))
    return folder


def written(folder, kind):
    return sorted(folder.glob(f"lot-*.{kind}"))


def advance():
    with clock.freeze(MONDAY):
        return pace.advance()


@pytest.mark.feature("S002", "S004", "S010", "S011", "S029", "S151")
def test_a_letter_carries_both_routes_the_code_and_the_last_day_of_the_very_deadline(printer, territory, tmp_path):
    (who,) = register(tmp_path, territory, by_post(nom_naissance="MICHEL", prenoms="INAYA"))
    create(territory)
    assert advance().noticed == 1
    (pdf,) = written(printer, "pdf")
    said, slip = pages(pdf)
    for words in (
        *("Madame Inaya MICHEL", "8 rue des Lilas", "44000 NANTES", "Le 5 janvier 2026", "À vous de choisir"),
        *("/bienvenue/", "J’active mon espace", "Je m’oppose à sa création", "Appelez le 3422"),
        *("du lundi au vendredi, de 8 h 30 à 17 h 30", f"jusqu'au {LAST_DAY}", f"automatiquement le {OPENS_ON}"),
    ):
        assert words in said, words
    (lot,) = Lot.objects.filter(people__contains=[who])
    assert lot.deadline.isoformat() == "2026-02-16"
    found = set(CODE.findall(said))
    assert len(found) == 1
    with clock.freeze(MONDAY):
        from datetime import date

        assert codes.prove(found.pop().lower(), date(1990, 5, 17)).usager_id == who
    assert references.reference(lot.id, who) in slip and "Je m’oppose à la création de mon espace santé" in slip


@pytest.mark.feature("S004", "B16")
def test_a_batch_is_accessible_and_its_manifest_counts_its_pages_without_naming_anyone(printer, territory, tmp_path):
    register(tmp_path, territory, by_post(nom_naissance="GAUTIER"), by_post(), by_post())
    create(territory)
    advance()
    (pdf,) = written(printer, "pdf")
    with pikepdf.open(pdf) as opened:
        assert opened.Root.MarkInfo.Marked and opened.Root.Lang
        with opened.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"
        total = len(opened.pages)
    slip = json.loads(written(printer, "json")[0].read_bytes())
    listed = written(printer, "csv")[0].read_text("utf-8")
    rows = list(csv.DictReader(io.StringIO(listed), delimiter=";"))
    assert (slip["lettres"], slip["pages"], slip["pages_par_lettre"]) == (3, total, {"2": 3})
    assert [(row["premiere_page"], row["pages"]) for row in rows] == [("1", "2"), ("3", "2"), ("5", "2")]
    text = pages(pdf)
    for row in rows:
        assert row["reference"] in text[int(row["premiere_page"]) - 1]
    assert "GAUTIER" not in listed + json.dumps(slip)
    assert oct(pdf.stat().st_mode)[-3:] == "600"


@pytest.mark.feature("B16")
def test_in_large_print_everything_is_still_said(printer, territory, tmp_path):
    register(tmp_path, territory, by_post())
    create(territory, large_print=True)
    advance()
    text = " ".join(pages(written(printer, "pdf")[0]))
    assert "Coupon-réponse" in text and LAST_DAY in text and CODE.search(text)
    assert json.loads(written(printer, "json")[0].read_bytes())["gros_caracteres"] is True


@pytest.mark.feature("B16")
def test_who_asks_for_large_print_has_it_among_the_others_of_the_lot(printer, territory, tmp_path):
    parent = by_post(nom_naissance="GRAND", gros_caracteres="oui")
    child = {"date_naissance": "2020-08-30", "adresse_4": "", "adresse_6": "", "representants": parent["matricule"]}
    asked, *_ = register(
        tmp_path, territory, by_post(nom_naissance="SITE"), parent, by_post(nom_naissance="PETIT"),
        by_post(nom_naissance="GRAND", prenoms="NOE", **child),
    )  # fmt: skip
    new_code.send_large(asked, asked)  # asked on the site, where the insurance declares nothing
    create(territory)
    advance()
    found = sorted((next(n for n in ("GRAND", "SITE", "PETIT") if n in said), size)
                   for said, size in sized(written(printer, "pdf")[0]) if "À vous de choisir" in said)  # fmt: skip
    assert found == [("GRAND", 16), ("GRAND", 16), ("PETIT", 11), ("SITE", 16)]
    slip = json.loads(written(printer, "json")[0].read_bytes())
    assert (slip["gros_caracteres"], slip["lettres_en_gros_caracteres"]) == (False, 3)


def sized(pdf):
    """Each page's text, and the size in points of most of it."""
    with closing(pypdfium2.PdfDocument(pdf)) as document:
        for page in document:
            text = page.get_textpage()
            sizes = [round(pypdfium2.raw.FPDFText_GetFontSize(text, at)) for at in range(text.count_chars())]
            yield text.get_text_bounded(), Counter(sizes).most_common(1)[0][0]


@pytest.mark.feature("S005", "S020")
def test_a_child_s_letter_goes_to_who_represents_them_with_the_child_s_own_code(printer, territory, tmp_path):
    parent = by_post(nom_naissance="MERCIER", prenoms="INAYA")
    _, child_id = register(
        tmp_path, territory, parent,
        by_post(nom_naissance="MERCIER", prenoms="NOE", sexe="M", date_naissance="2020-08-30",
                adresse_4="", adresse_6="", representants=parent["matricule"]),
    )  # fmt: skip
    create(territory)
    assert advance().noticed == 2
    (pdf,) = written(printer, "pdf")
    text = pages(pdf)
    (of_child,) = [page for page in text if "Ce courrier concerne Noe MERCIER" in page]
    assert "Madame Inaya MERCIER Représentante légale de Noe MERCIER 8 rue des Lilas" in of_child
    told = {code for page in text for code in CODE.findall(page)}
    assert len(told) == 2
    from datetime import date

    with clock.freeze(MONDAY):
        assert codes.prove(CODE.search(of_child)[0], date(2020, 8, 30)).usager_id == child_id


@pytest.mark.feature("S004")
def test_a_printer_that_reports_later_and_loses_a_batch_gets_the_same_one_again(territory, tmp_path):
    folder = tmp_path / "courriers"
    ports.use_sender("courrier", PrintFolder(folder, OURS))
    (who,) = register(tmp_path, territory, by_post())
    create(territory)
    assert advance().noticed == 0
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    (lot,) = Lot.objects.filter(people__contains=[who])
    pace.lost(lot.id)
    for path in folder.iterdir():
        path.unlink()
    assert advance().handed == 1
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    with clock.freeze(MONDAY):
        assert (pace.confirm(lot.id, clock.now()), pace.confirm(lot.id, clock.now())) == (1, 1)


def test_handed_over_again_a_batch_that_is_there_is_not_written_twice(printer, territory, tmp_path, monkeypatch):
    (who,) = register(tmp_path, territory, by_post())
    create(territory)

    def killed(lot_id, sent_at):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):  # between the printer and the event
        patch.setattr(pace, "confirm", killed)
        advance()
    (pdf,) = written(printer, "pdf")
    inode = pdf.stat().st_ino
    pace.lost(Lot.objects.get(people__contains=[who]).id)
    assert advance().noticed == 1
    assert (written(printer, "pdf"), pdf.stat().st_ino) == ([pdf], inode)


@pytest.mark.feature("S004")
def test_a_disk_that_fills_up_leaves_no_half_batch_and_the_lot_is_handed_over_again(
    printer, territory, tmp_path, monkeypatch
):
    (who,) = register(tmp_path, territory, by_post())
    create(territory)
    real, calls = os.fsync, []

    def full(descriptor):
        calls.append(descriptor)
        if len(calls) == 2:  # the letters fit, their list does not
            raise OSError(errno.ENOSPC, "No space left on device")
        real(descriptor)

    monkeypatch.setattr(batches.os, "fsync", full)
    assert advance().noticed == 0
    assert list(printer.iterdir()) == []
    monkeypatch.setattr(batches.os, "fsync", real)
    assert advance().noticed == 1
    assert len(written(printer, "json")) == 1
    assert Lot.objects.filter(people__contains=[who]).count() == 1


@pytest.mark.feature("S004")
def test_a_real_disk_full_in_the_middle_of_letters_leaves_what_was_whole_and_nothing_else(territory, tmp_path):
    """On a file system of its own: before the letters, in their middle, or between them and their list."""
    with ExitStack() as mounted:
        try:
            disk = mounted.enter_context(small_disk(tmp_path / "imprimeur", 4))
        except NoSmallDisk as reason:
            pytest.skip(str(reason))
        ports.use_sender("courrier", PrintFolder(disk.place, OURS, posted_at_once=True))
        register(tmp_path, territory, by_post())
        called = create(territory)
        assert advance().noticed == 1
        before = {path.name: path.read_bytes() for path in disk.place.iterdir()}
        letters = max(len(data) for data in before.values())
        (later,) = register(tmp_path, territory, by_post())
        Wave.objects.filter(campaign__name=called).update(planned_at=None)  # as of another day
        for left in (0, letters // 2, -(-letters // BLOCK) * BLOCK):  # the last: the letters fit, not the rest
            with disk.full(left=left):
                assert advance().noticed == 0
            assert {path.name: path.read_bytes() for path in disk.place.iterdir()} == before
        assert not Event.objects.filter(usager_id=later).exists()
        assert advance().noticed == 1
        assert advance().noticed == 0
        assert len(written(disk.place, "json")) == 2
        assert Lot.objects.filter(people__contains=[later]).get().tries == 4


def test_a_damaged_batch_is_written_again(printer, territory, tmp_path):
    ports.use_sender("courrier", PrintFolder(printer, OURS))
    (who,) = register(tmp_path, territory, by_post())
    create(territory)
    advance()
    (pdf,) = written(printer, "pdf")
    whole = pdf.read_bytes()
    pdf.write_bytes(whole[:100])
    pace.lost(Lot.objects.get(people__contains=[who]).id)
    advance()
    assert pdf.read_bytes() == whole


def test_who_has_no_address_any_more_is_not_held_as_noticed(printer, territory, tmp_path, monkeypatch):
    from ens.enrolment import notices

    kept, moved = register(tmp_path, territory, by_post(), by_post())
    create(territory)
    known = notices.addressed

    def without(people):
        found = known(people)
        if moved in found:
            found[moved] = notices.Addressed(notices.Reached("Zoe", "MARTIN", "F"))
        return found

    monkeypatch.setattr(notices, "addressed", without)
    assert advance().noticed == 1
    assert not Lot.objects.filter(people__contains=[moved]).exists()
    assert Lot.objects.get(people__contains=[kept]).count == 1


def test_a_reference_mistyped_or_invented_finds_nobody(printer, territory, tmp_path):
    (who,) = register(tmp_path, territory, by_post())
    create(territory)
    advance()
    lot = Lot.objects.get(people__contains=[who])
    printed = references.reference(lot.id, who)
    assert references.find(f" {printed.lower().replace('-', ' ')} ").usager_id == who
    other = printed[:-1] + ("2" if printed[-1] != "2" else "3")
    for wrong in (other, "", "n'importe quoi", printed[:-1], printed + "2"):
        with pytest.raises(references.ReferenceUnknown):
            references.find(wrong)


@pytest.mark.feature("S004", "S028")
def test_a_telephone_that_reads_the_letter_is_led_to_the_site_and_nothing_more(printer, territory, tmp_path):
    register(tmp_path, territory, by_post(), by_post())
    create(territory)
    advance()
    document = pypdfium2.PdfDocument(written(printer, "pdf")[0])
    try:
        seen = [
            [one.text for one in zxingcpp.read_barcodes(document[rank].render(scale=2).to_pil())] for rank in (0, 2)
        ]
    finally:
        document.close()
    assert seen == [["http://127.0.0.1:8000/bienvenue/"]] * 2


@pytest.mark.feature("S014", "S119")
def test_a_letter_lost_is_sent_again_once_with_another_code_and_another_delay(printer, territory, tmp_path):
    """To who has no e-mail and asks: not while the first may still arrive, and never to who chose meanwhile."""

    lost, chose = register(tmp_path, territory, by_post(), by_post())
    create(territory)
    advance()

    def written_on(moment, *asking):
        with clock.freeze(moment):
            for who in asking:
                new_code.send(who, who)
            pace.advance()
        return len(written(printer, "pdf"))

    assert written_on(MONDAY + timedelta(days=3), lost, chose) == 1  # it is on its way: the request waits
    services.oppose(chose, by=Actor(ActorKind.SUPPORT, "agent", "Agent"), at=MONDAY + timedelta(days=4))
    assert written_on(MONDAY + timedelta(days=9), lost, lost) == 1
    assert written_on(MONDAY + timedelta(days=12)) == 2
    assert written_on(MONDAY + timedelta(days=12), chose) == 2
    (again,) = Lot.objects.filter(people__contains=[lost], again=True)
    assert again.deadline == (MONDAY + timedelta(days=12 + 42)).date()
    told = {str(again.id) in pdf.name: {*CODE.findall(" ".join(pages(pdf)))} for pdf in written(printer, "pdf")}
    with clock.freeze(MONDAY + timedelta(days=20)):
        assert [proved(text) for text in told[True]] == [lost]
        assert lost not in {proved(text) for text in told[False]}  # the former code serves no more


def proved(text):
    try:
        return codes.prove(text, date(1990, 5, 17)).usager_id
    except codes.CodeRefused:
        return None
