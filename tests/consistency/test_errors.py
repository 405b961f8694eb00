"""Every error has its answer on every face, and its page."""

from __future__ import annotations

import re
import string

import pytest

from ens.interop.fhir import outcome
from ens.interop.smtp import replies
from ens.kernel.errors import Family
from ens.messaging.errors import MessageMalformed
from ens.messaging.explained import ASIDE, EXPLAINED, WAITING, page_of
from ens.messaging.unreadable import OF_A_MESSAGE, of_an_archive
from ens.standards.xdm.errors import XdmError
from ens.web.common.errors import page_for
from tests.consistency import codes

ALL = codes.errors()
EVERY = pytest.mark.parametrize("error", ALL, ids=lambda error: error.__name__)


def test_a_code_names_one_answer():
    """Errors that share a code are told alike by every face."""
    families: dict[str, set[Family]] = {}
    for error in ALL:
        families.setdefault(error.code, set()).add(error.family)
    assert {code: found for code, found in families.items() if len(found) > 1} == {}


@EVERY
def test_an_error_has_a_stable_code_and_a_french_sentence(error):
    assert re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", error.code)
    assert error.message.rstrip().endswith((".", "}", "?", "!")), error.message
    fields = {name for _, name, _, _ in string.Formatter().parse(error.message) if name is not None}
    assert all(name.isidentifier() for name in fields)


@EVERY
def test_every_face_has_an_answer(error):
    status, kind = outcome.CODES.get(error.code, outcome.FAMILIES[error.family])
    assert 400 <= status < 600 and kind
    reply = replies.BY_CODE.get(error.code) or replies.BY_FAMILY[error.family]
    assert re.match(r"[45]\d\d [45]\.\d\.\d+", reply), reply
    assert reply[0] == reply[4]
    assert 400 <= page_for(error).status < 600
    assert status < 500 or error.family == Family.UNAVAILABLE


def test_no_table_answers_a_code_that_nobody_raises():
    known = {error.code for error in ALL}
    assert set(replies.BY_CODE) <= known
    assert set(outcome.CODES) <= known


@pytest.mark.feature("B13")
def test_every_code_of_the_mail_door_is_explained_to_who_wrote_in_ascii_english_and_fits_a_line():
    assert set(replies.BY_CODE) <= set(EXPLAINED) <= {error.code for error in ALL}
    for error in ALL:
        if told := EXPLAINED.get(error.code):
            assert told.english.isascii() and told.english.endswith("."), error.code
            assert told.happened.endswith(".") and told.to_do.endswith("."), error.code
            facts = dict.fromkeys(_facts(error), "0" * 40)
            said = replies.reply(error(**facts))
            assert said.endswith(f" / {told.english} {page_of(error.code)}"), error.code
            assert len(said) <= replies.MAX_REPLY


@pytest.mark.feature("B13")
def test_every_reason_a_message_is_unreadable_for_is_said_whole_in_both_languages():
    archives = {one.code: of_an_archive(one) for one in XdmError.__subclasses__()}
    known = (*OF_A_MESSAGE, *archives.values())
    assert len({one.english for one in known}) == len({one.french for one in known}) == len(known)
    for reason in known:
        said = replies.reply(MessageMalformed(reason=reason))
        assert replies.ascii_words(f"Le message ne peut pas être lu : {reason}. / ") in said
        assert f" Reason: {reason.english}. {page_of('message_illisible')}" in said
        assert len(said) <= replies.MAX_REPLY


@pytest.mark.feature("B13")
def test_what_the_page_of_a_code_says_became_of_the_message_is_what_its_reply_does():
    for error in ALL:
        if told := EXPLAINED.get(error.code):
            is_later = replies.reply(error(**dict.fromkeys(_facts(error), "x"))).startswith("4")
            assert (told.title == WAITING) == is_later, error.code
    assert {code for code, told in EXPLAINED.items() if told.title == ASIDE} == {"piece_protegee", "piece_dangereuse"}


def _facts(error):
    return [name for _, name, _, _ in string.Formatter().parse(error.message) if name]


def test_every_code_has_its_page_and_no_page_outlives_its_code():
    written = {path.stem: path.read_text("utf-8") for path in codes.FOLDER.glob("*.md")}
    assert written == codes.pages(), "refaites-les : python -m tests.consistency.codes"


def test_every_refusal_of_the_fhir_face_is_in_its_page_with_its_link():
    page = codes.FHIR_PAGE.read_text("utf-8")
    assert page == codes.with_refusals(page), "refaites-la : python -m tests.consistency.codes"
    assert "json_illisible" in codes.refusals()
