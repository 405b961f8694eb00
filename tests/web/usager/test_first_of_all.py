"""The terms and the first choices come before everything else, for who signs in with an account of theirs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from ens.kernel import clock
from tests.web.public.test_signing_in import events_of, make_account
from tests.web.usager.conftest import text_of

ANSWERS = {"nouveaux_documents": "visibles", "samu": "oui", "danger": "oui", "masques_en_urgence": "non"}


@pytest.fixture
def account(people: Any) -> Any:
    return make_account(people)


@pytest.mark.feature("N018")
def test_the_first_choices_are_asked_before_any_page_and_none_is_ticked(account: Any, sign_in: Any) -> None:
    account.compte.choices_due = True
    account.compte.save()
    browser = sign_in(account.compte)
    for path in ("/accueil/", "/documents/", "/parametres/connexion/"):
        assert browser.get(path).headers["Location"] == "/confidentialite/reglages/"
    shown = browser.get("/confidentialite/reglages/")
    assert "checked" not in shown.content.decode()
    assert shown.content.decode().count('type="radio"') == 8
    incomplete = browser.post("/confidentialite/reglages/", {"samu": "oui"})
    assert (incomplete.status_code, text_of(incomplete).count("Choisissez une réponse : «")) == (422, 6)
    against = browser.post(
        "/confidentialite/reglages/", {**ANSWERS, "samu": "non", "danger": "non", "masques_en_urgence": "oui"}
    )
    assert (against.status_code, "quelqu" in text_of(against)) == (422, True)
    assert browser.get("/accueil/").status_code == 302
    assert browser.post("/confidentialite/reglages/", ANSWERS).headers["Location"] == "/accueil/"
    assert browser.get("/accueil/").status_code == 200
    assert "choix_faits" in events_of(account)
    assert "Le Samu (centre 15) peut consulter mon dossier Oui" in text_of(browser.get("/confidentialite/"))


@pytest.mark.feature("N019")
def test_terms_published_since_are_accepted_again_or_one_leaves(
    account: Any, sign_in: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.conf import settings

    browser = sign_in(account.compte)
    assert browser.get("/conditions/").headers["Location"] == "/accueil/"
    tomorrow = clock.today() + timedelta(days=1)
    monkeypatch.setattr(settings, "ENS_TERMS_PUBLISHED", tomorrow)
    assert browser.get("/accueil/").status_code == 200  # not in force yet
    with clock.freeze(clock.now() + timedelta(days=2)):
        assert browser.get("/accueil/").headers["Location"] == "/conditions/"
        assert browser.post("/parametres/", {"email": "x@exemple.fr"}).headers["Location"] == "/conditions/"
        assert "ont changé" in text_of(browser.get("/conditions/"))
        assert browser.post("/conditions/").headers["Location"] == "/accueil/"
        assert browser.get("/accueil/").status_code == 200
    assert "conditions_acceptees" in events_of(account)


def test_an_account_made_by_the_space_is_asked_nothing(page: Any) -> None:
    assert page.get("/accueil/").status_code == 200
