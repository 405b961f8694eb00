"""« Connexion et sécurité »: what opens the account, and where it is open."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest

from ens.identity import factors
from tests.web.public.test_signing_in import (
    PASSWORD,
    application_code,
    attempt,
    events_of,
    make_account,
    sign_in,
    with_application,
)
from tests.web.usager.conftest import text_of

NEW = "Tambour+2 gris"


@pytest.fixture
def account(people: Any) -> Any:
    return make_account(people)


@pytest.fixture
def signed_in(account: Any, mail: Any) -> Any:
    from django.test import Client

    client = Client(headers={"User-Agent": "Mozilla/5.0 (Android 14; Mobile; rv:130.0) Gecko/130.0 Firefox/130.0"})
    sign_in(client, account, mail)
    return client


def later(browser: Any) -> None:
    """The password was typed a while ago."""
    session = browser.session
    session["ens_prouve"] = time.time() - 16 * 60
    session.save()


def changed(browser: Any, current: str, new: str, again: str = "") -> Any:
    return browser.post(
        "/parametres/connexion/mot-de-passe/", {"actuel": current, "nouveau": new, "confirmation": again or new}
    )


@pytest.mark.feature("S041")
def test_a_new_password_closes_the_other_devices_and_is_told(
    signed_in: Any, account: Any, mail: Any, sign_in: Any
) -> None:
    elsewhere = sign_in(account.compte)
    assert elsewhere.get("/accueil/").status_code == 200
    answer = changed(signed_in, PASSWORD, NEW)
    assert answer.headers["Location"] == "/parametres/connexion/"
    assert elsewhere.get("/accueil/").status_code == 302
    assert "Cet appareil" in text_of(signed_in.get("/parametres/connexion/"))
    assert "mot_de_passe_change" in events_of(account)
    assert "Votre mot de passe a changé" in [email.subject for email in mail.of(account.email)]
    account.compte.refresh_from_db()
    assert attempt(elsewhere, account.compte.username, PASSWORD).status_code == 422
    assert attempt(elsewhere, account.compte.username, NEW).status_code == 302


@pytest.mark.feature("N011")
@pytest.mark.parametrize(
    ("current", "new", "again", "words"),
    [
        ("autre chose", NEW, NEW, "pas votre mot de passe actuel"),
        (PASSWORD, "court", "court", "trop court"),
        (PASSWORD, "Password1!", "Password1!", "trop courant"),
        (PASSWORD, "Inaya-2024!", "Inaya-2024!", "une information sur vous"),
        (PASSWORD, PASSWORD, PASSWORD, "déjà utilisé"),
        (PASSWORD, NEW, "Tambour+2 bleu", "pas les mêmes"),
        (PASSWORD, "", "", "Choisissez un mot de passe"),
    ],
)
def test_what_is_wrong_with_a_new_password_is_said_beside_its_field(
    signed_in: Any, current: str, new: str, again: str, words: str
) -> None:
    answer = changed(signed_in, current, new, again)
    assert answer.status_code == 422
    assert words in text_of(answer)
    assert "Erreur :" in answer.content.decode()
    assert new == "" or f'value="{new}"' not in answer.content.decode()


@pytest.mark.feature("N011")
def test_a_password_of_before_does_not_come_back(signed_in: Any) -> None:
    assert changed(signed_in, PASSWORD, NEW).status_code == 302
    assert "déjà utilisé" in text_of(changed(signed_in, NEW, PASSWORD))


def test_the_present_password_cannot_be_guessed_from_an_open_session(signed_in: Any) -> None:
    for _ in range(5):
        changed(signed_in, "autre chose", NEW)
    assert "Attendez 15 minutes" in text_of(changed(signed_in, PASSWORD, NEW))


@pytest.mark.feature("N014", "S041")
def test_a_new_e_mail_counts_once_its_code_came_back_and_the_former_is_told(
    signed_in: Any, account: Any, mail: Any
) -> None:
    new = f"nouvelle-{account.email}"
    signed_in.post("/parametres/", {"email": new})
    assert signed_in.post("/parametres/email/", {"code": "12"}).status_code == 422
    assert f'value="{account.email}"' in signed_in.get("/parametres/").content.decode()
    code = mail.code(new)
    assert signed_in.post("/parametres/email/", {"code": code}).headers["Location"] == "/parametres/"
    assert f'value="{new}"' in signed_in.get("/parametres/").content.decode()
    assert "Votre adresse e-mail a changé" in [email.subject for email in mail.of(account.email)]
    assert all(new not in email.body for email in mail.of(account.email))
    assert "contact_change" in events_of(account)


@pytest.mark.feature("N014", "N015")
def test_a_telephone_is_kept_as_data_once_a_code_by_e_mail_came_back(signed_in: Any, account: Any, mail: Any) -> None:
    asked = signed_in.post("/parametres/telephone/", {"telephone": "0692 12 34 56"}, follow=True)
    assert "Rien ne change tant qu’il n’est pas confirmé" in text_of(asked)
    answer = signed_in.post("/parametres/telephone/code/", {"code": mail.code(account.email)}, follow=True)
    assert "+262692123456" in text_of(answer)
    wrong = signed_in.post("/parametres/telephone/", {"telephone": "01 23 45 67 89"})
    assert (wrong.status_code, "n'est pas valide" in text_of(wrong).replace("’", "'")) == (422, True)


def test_a_session_left_open_does_not_change_what_matters_without_the_password(signed_in: Any, account: Any) -> None:
    later(signed_in)
    for path in ("/parametres/telephone/", "/parametres/connexion/application/"):
        assert signed_in.get(path).headers["Location"].startswith("/parametres/connexion/prouver/?suite=")
    asked = signed_in.post("/parametres/", {"email": "autre@exemple.fr"})
    assert asked.headers["Location"].startswith("/parametres/connexion/prouver/")
    form = {"actuel": "autre chose", "suite": "/parametres/telephone/"}
    assert signed_in.post("/parametres/connexion/prouver/", form).status_code == 422
    form["actuel"] = PASSWORD
    assert signed_in.post("/parametres/connexion/prouver/", form).headers["Location"] == "/parametres/telephone/"
    assert signed_in.get("/parametres/telephone/").status_code == 200


@pytest.mark.feature("S040")
def test_an_application_is_added_with_its_recovery_codes_and_removed(signed_in: Any, account: Any, mail: Any) -> None:
    shown = signed_in.get("/parametres/connexion/application/")
    assert "data:image/png" in shown.content.decode()
    assert signed_in.post("/parametres/connexion/application/", {"code": "000"}).status_code == 422
    assert not factors.has_application(account.compte)
    answer = signed_in.post("/parametres/connexion/application/", {"code": application_code(account.compte)})
    assert len(re.findall(r"<code>[A-Z0-9]{5} [A-Z0-9]{5}</code>", answer.content.decode())) == 10
    assert "10 codes de secours" in text_of(signed_in.get("/parametres/connexion/"))
    renewed = signed_in.post("/parametres/connexion/codes-de-secours/")
    assert renewed.content != answer.content
    signed_in.post("/parametres/connexion/application/retirer/")
    assert not factors.has_application(account.compte)
    assert factors.recovery_codes_left(account.compte) == 0
    assert events_of(account).count("connexion_changee") == 3
    assert "Votre façon de vous connecter a changé" in [email.subject for email in mail.of(account.email)]


def test_the_secret_of_an_application_is_never_shown_again(signed_in: Any, account: Any) -> None:
    with_application(account.compte)
    assert signed_in.get("/parametres/connexion/application/").headers["Location"] == "/parametres/connexion/"


def test_the_secret_of_an_application_is_wrapped_in_the_database(account: Any) -> None:
    from base64 import b32decode

    from ens.identity.models import Authenticator

    secret = b32decode(factors.prepare_application(account.compte))
    assert secret not in bytes(Authenticator.objects.get(compte=account.compte).wrapped)


@pytest.mark.feature("N017", "S040")
def test_devices_are_listed_and_closed_one_or_all(signed_in: Any, account: Any, sign_in: Any) -> None:
    one, two, three = (sign_in(account.compte) for _ in range(3))
    shown = signed_in.get("/parametres/connexion/")
    assert "Firefox sur Android" in text_of(shown)
    assert text_of(shown).count("Appareil inconnu") == 6  # its name, and the name of its button
    first = re.findall(r'name="session" value="([^"]+)"', shown.content.decode())[0]
    signed_in.post("/parametres/connexion/appareils/", {"session": first})
    alive = [browser.get("/accueil/").status_code for browser in (one, two, three)]
    assert sorted(alive) == [200, 200, 302]
    signed_in.post("/parametres/connexion/appareils/")
    assert [browser.get("/accueil/").status_code for browser in (one, two, three)] == [302] * 3
    assert signed_in.get("/accueil/").status_code == 200
    assert events_of(account).count("sessions_fermees") == 2


def test_nobody_closes_another_s_device(signed_in: Any, account: Any, people: Any, sign_in: Any) -> None:
    from ens.identity.models import WebSession

    other = people.usager()
    browser = sign_in(other.compte)
    theirs = WebSession.objects.get(compte=other.compte)
    signed_in.post("/parametres/connexion/appareils/", {"session": str(theirs.id)})
    assert browser.get("/accueil/").status_code == 200
    assert signed_in.post("/parametres/connexion/appareils/", {"session": "x"}).status_code == 404


def test_an_account_of_the_demonstration_has_its_page_without_a_password(page: Any) -> None:
    shown = text_of(page.get("/parametres/connexion/"))
    assert "Ce compte n’a pas de mot de passe" in shown
    assert "Changer le mot de passe" not in shown


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit Version/17.0 Safari/604.1",
            "Safari sur iPhone",
        ),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit Chrome/120.0 Safari/537.36 Edg/120.0", "Edge sur Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit Chrome/120.0 Safari/537.36", "Chrome sur Linux"),
        ("curl/8.0", "Appareil inconnu"),
        ("", "Appareil inconnu"),
    ],
)
def test_a_device_is_named_in_words(agent: str, words: str) -> None:
    from ens.identity.websessions import device

    assert device(agent) == words


@pytest.mark.feature("B16")
def test_letters_come_in_large_print_for_who_asks_in_their_settings_and_it_is_in_the_history(
    signed_in: Any, account: Any
) -> None:
    from ens.identity.addressing import addressed

    def is_large() -> bool:
        return addressed([account.usager_id])[account.usager_id].person.large_print

    assert "Recevoir mes courriers en gros caractères" in text_of(signed_in.get("/parametres/"))
    assert not is_large()
    for _ in range(2):
        said = text_of(signed_in.post("/parametres/courriers/", {"gros": "oui"}, follow=True))
        assert "sont en gros caractères" in said
        assert is_large()
    back = signed_in.post("/parametres/courriers/", {"gros": "non"}, follow=True)
    assert "viendront en caractères ordinaires" in text_of(back)
    assert not is_large()
    assert events_of(account).count("courriers_regles") == 2  # asked again, nothing changes
    assert "Vous avez réglé la taille des caractères de vos courriers" in text_of(signed_in.get("/historique/?qui=moi"))
