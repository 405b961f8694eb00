"""A conversation on paper, as the browser prints it: what was said, by whom and when; nothing of the screen around."""

from __future__ import annotations

from typing import Any

import pytest

from ens.kernel import clock
from ens.messaging import services as messaging
from ens.messaging.types import Reply
from ens.web.common import words
from tests.browser.story import Space, full_space
from tests.factories import People

SUBJECT = "Préparation de votre rendez-vous"
LINES = [f"Ligne {number} de ma réponse." for number in range(1, 81)]  # more than a page
DRAFT = "Un brouillon pas encore parti."
# Of the screen: menus, buttons, the list of the other conversations, what was not sent.
AROUND = ("Accueil", "Envoyer", "Imprimer", "Signaler", "corbeille", "Vos résultats d’analyses", DRAFT)


@pytest.fixture(scope="module")
def talked(database: Any, browser: Any) -> Space:
    """A doctor's message with a document, the usager's long answer, beside other conversations and a draft."""
    space = full_space(People())
    thread = space.threads[SUBJECT]
    messaging.reply(thread, Reply("\n\n".join(LINES)), by=space.person.actor)
    messaging.save_draft(thread, DRAFT, by=space.person.actor)
    return space


def text_of(data: bytes) -> list[str]:
    """The text of each page of a PDF, its spaces made one."""
    import pypdfium2

    with pypdfium2.PdfDocument(data) as found:
        return [" ".join(page.get_textpage().get_text_range().split()) for page in found]


def test_a_conversation_is_printed_whole_with_its_senders_and_dates(window_for: Any, talked: Space) -> None:
    page = (window := window_for(talked.compte, color_scheme="dark")).page
    window.open(f"/messages/{talked.threads[SUBJECT]}/")
    day = " ".join(words.long_date(clock.today()).split())  # « aujourd’hui » is lost on paper
    pages = text_of(page.pdf(format="A4"))
    printed = " ".join(pages)
    assert len(pages) > 1
    assert talked.doctor is not None
    said = (SUBJECT, talked.doctor.name, "Vous", "À lundi.", "Compte_rendu_de_rendez-vous.pdf")
    assert [one for one in said if " ".join(one.split()) not in printed] == []
    assert printed.count(f"{day} à ") == 2
    assert "ujourd’hui" not in printed
    assert [one for one in LINES if one not in printed] == []
    assert [one for one in AROUND if one in printed] == []
