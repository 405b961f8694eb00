"""The story and its papers: our own, dated from the first day, readable by the standards' readers."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from email import message_from_bytes, policy

import pikepdf
import pytest

from ens.demonstration.cast import DOCTOR_OF_ALL, Member, member
from ens.demonstration.doors import Filing, Letter, bundle, mail
from ens.demonstration.moments import Opening, OwnFile
from ens.demonstration.progress import Progress
from ens.demonstration.story import moments
from ens.record.services.upload import FORBIDDEN, TYPES
from ens.standards import valuesets, xmlsafe
from ens.standards.cda.body import read_body
from ens.standards.cda.header import read_header
from ens.standards.xdm import read_xdm

TODAY = date(2026, 3, 16)
KEPT_DAYS = 400  # the cast was told of its spaces that long ago


@pytest.fixture(scope="module")
def told():
    """By key, what happens and when."""
    return {one.key: (one.when(TODAY), one.tell(one.when(TODAY))) for one in moments()}


def of_kind(told, kind):
    return {key: what for key, (_, what) in told.items() if isinstance(what, kind)}


def test_moments_come_in_order_after_the_opening_of_the_spaces(told):
    dates = [when for when, _ in told.values()]
    assert dates == sorted(dates)
    assert len(told) == len(moments())
    assert all(0 <= one.days < KEPT_DAYS - 42 - 1 or one.key == "resultats-anciens" for one in moments())


def test_every_document_has_a_type_and_a_category_of_the_value_sets(told):
    for key, one in of_kind(told, Filing).items():
        assert valuesets.class_of(one.type_code), key
        assert bundle(one)["entry"][1]["resource"]["type"]["coding"][0]["code"] == one.type_code
    for one in of_kind(told, OwnFile).values():
        assert one.category in TYPES
        assert not set(one.title) & FORBIDDEN


def test_cda_documents_say_their_patient_author_title_and_date(told):
    documents = {key: one for key, one in of_kind(told, Filing).items() if one.media_type == "text/xml"}
    assert len(documents) >= 3
    levels = set()
    for key, one in documents.items():
        root = xmlsafe.parse(one.data)
        header = read_header(root)
        assert header.patients == ((one.patient.matricule, one.patient.oid),), key
        assert (header.title, header.type_code) == (one.title, one.type_code)
        assert header.created_at == told[key][0]
        levels.add(read_body(root).level)
    assert levels == {1, 3}


def test_pdf_files_are_accessible_and_in_french(told):
    files = [data for one in of_kind(told, Letter).values() for name, data in one.files if name.endswith(".pdf")]
    files += [one.data for one in (*of_kind(told, Filing).values(), *of_kind(told, OwnFile).values())]
    for data in files:
        if data.startswith(b"%PDF"):
            with pikepdf.open(io.BytesIO(data)) as opened:
                assert opened.Root.MarkInfo.Marked
                assert str(opened.Root.Lang) == "fr"
                with opened.open_metadata() as metadata:
                    assert metadata["pdfuaid:part"] == "1"


@pytest.mark.feature("S083")
def test_one_message_carries_the_archive_of_health_mail(told):
    (archive,) = [data for one in of_kind(told, Letter).values() for name, data in one.files if name == "IHE_XDM.zip"]
    (document,) = read_xdm(archive).documents
    inaya = member("inaya")
    assert document.entry.patient_id.startswith(f"{inaya.matricule}^^^&{inaya.oid}&ISO")
    assert read_header(xmlsafe.parse(document.data)).patients == ((inaya.matricule, inaya.oid),)


def test_messages_of_the_deck_are_in_inaya_s_mailbox_as_operators_send_them(told):
    letters = of_kind(told, Letter)
    assert {one.subject for one in letters.values()} >= {
        "Vos résultats d'analyses du Dr Paul André",
        "Préparation de votre rendez-vous",
        "Votre diabète",
        "Votre ordonnance",
        "12234567890_PCR_résultats",
        "Résultats analyse sanguines",
    }
    for one in letters.values():
        parsed = message_from_bytes(mail(one, "patient.mssante.fr").as_bytes(), policy=policy.default)
        assert parsed["To"] == "289456789012325@patient.mssante.fr"
        assert parsed["Subject"] == one.subject
        assert parsed["Message-ID"].endswith(f"@{one.sender.operator}>")
        assert [part.get_filename() for part in parsed.iter_attachments()] == [name for name, _ in one.files]


def test_something_is_replaced_masked_kept_from_parents_read_and_left_unread(told):
    filings = of_kind(told, Filing)
    assert filings["biologie-2"].replaces == "biologie-1"
    assert filings["psychologie"].labels == ("MASQUE_PS",)
    assert filings["jade-consultation"].patient.key == "jade"
    assert DOCTOR_OF_ALL in {one.key for one in of_kind(told, Member).values()}
    keys = list(told)
    assert keys.index("resultats") > max(keys.index(key) for key in of_kind(told, Opening))


def test_progress_is_kept_whole_and_dates_count_from_the_first_day(folder, monkeypatch):
    progress = Progress("2026-03-16")
    progress.mark("pcr", "ici")
    assert Progress.read() == progress
    moment, offset = progress.at(datetime(2020, 1, 1, tzinfo=UTC))
    assert moment.year == 2020 and offset.days < -1000
    assert progress.at(datetime(2999, 1, 1, tzinfo=UTC))[0] < datetime.now(UTC)  # the story ends before the visitor
