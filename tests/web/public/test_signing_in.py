"""Signing in with an identifier and a password, then a second proof."""

from __future__ import annotations

import re
import time
from typing import Any

import pyotp
import pytest

from ens.identity import accounts, factors
from ens.identity.credentials import Personal
from ens.kernel.ids import new_id

PASSWORD = "Violon-7bleu"


@pytest.fixture
def account(people: Any) -> Any:
    """Someone with an open space, an account of theirs and an address of their own."""
    return make_account(people)


def make_account(people: Any, **more: Any) -> Any:
    number = new_id().hex
    person = people.usager(email=f"p{number}@exemple.fr", **more)
    person.compte = accounts.create(
        f"inaya-{number}", PASSWORD, name="Inaya Michel", usager_id=person.usager_id, about=Personal()
    )
    accounts.first_choices_made(person.compte)
    person.email = f"p{number}@exemple.fr"
    return person


def sign_in(browser: Any, person: Any, mail: Any, *, password: str = PASSWORD, suite: str = "") -> Any:
    first = browser.post(
        "/connexion/", {"identifiant": person.compte.username, "mot_de_passe": password, "suite": suite}
    )
    assert first.headers["Location"] == "/connexion/code/"
    return browser.post("/connexion/code/", {"code": mail.code(person.email)})


def attempt(browser: Any, identifier: str, password: str, **more: Any) -> Any:
    return browser.post("/connexion/", {"identifiant": identifier, "mot_de_passe": password}, **more)


def said(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode().replace("\u00a0", " "))


def events_of(person: Any) -> list[str]:
    from ens.audit.models import AuditLine
    from ens.persistence.unit import unit_of_work

    def act(unit: Any) -> list[str]:
        unit.untraced("essai")
        return list(
            AuditLine.objects.filter(usager_id=person.usager_id).order_by("seq").values_list("event", flat=True)
        )

    return unit_of_work(person.usager_id, act, by=person.actor)


@pytest.mark.feature("S040")
def test_a_password_then_a_code_by_e_mail_open_one_s_own_space(visitor: Any, account: Any, mail: Any) -> None:
    visitor.get("/connexion/")
    before = visitor.session.session_key
    answer = sign_in(visitor, account, mail)
    assert answer.headers["Location"] == "/accueil/"
    assert visitor.session.session_key != before
    assert "Bonjour Inaya" in said(visitor.get("/accueil/"))
    assert "connexion" in events_of(account)


def test_in_production_too_and_nothing_of_the_demonstration_is_shown(
    visitor: Any, account: Any, mail: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.conf import settings

    monkeypatch.setattr(settings, "ENS_DEMONSTRATION", False)
    assert "démonstration" not in said(visitor.get("/connexion/")).split("<main")[1].split("</main")[0]
    assert sign_in(visitor, account, mail).headers["Location"] == "/accueil/"


def test_one_comes_back_where_one_was_going_never_elsewhere(account: Any, mail: Any) -> None:
    from django.test import Client

    assert sign_in(Client(), account, mail, suite="/documents/").headers["Location"] == "/documents/"


@pytest.mark.parametrize("suite", ["https://ailleurs.example/", "//ailleurs.example/", "/nulle-part/", "javascript:1"])
def test_another_site_or_an_address_of_nothing_is_not_where_one_goes(suite: str) -> None:
    from ens.web.common.sessions import place_to_come_back_to

    assert place_to_come_back_to(suite) == ""


@pytest.mark.feature("S040")
def test_a_wrong_password_an_unknown_identifier_and_an_account_without_password_are_told_alike(
    visitor: Any, account: Any, people: Any
) -> None:
    other = people.usager()
    answers = [
        attempt(visitor, account.compte.username, "Violon-8bleu"),
        attempt(visitor, f"personne-{new_id().hex}", PASSWORD),
        attempt(visitor, other.compte.username, PASSWORD),
    ]
    assert {answer.status_code for answer in answers} == {422}
    texts = {re.sub(r'value="[^"]*"|csrfmiddlewaretoken.*?>', "", answer.content.decode()) for answer in answers}
    assert len(texts) == 1
    assert "ne vont pas ensemble" in said(answers[0])
    assert PASSWORD not in said(answers[1])


def test_the_same_work_is_done_for_someone_unknown(account: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted: one password hashed, whoever is asked about, and when one has to wait too."""
    hashed = []
    true = accounts.matches
    monkeypatch.setattr(accounts, "matches", lambda *args: hashed.append(1) or true(*args))
    unknown = f"personne-{new_id().hex}"
    for name in [account.compte.username, unknown]:
        counts = []
        for _ in range(7):
            hashed.clear()
            with pytest.raises(Exception, match=r"connexion_refusee|trop_d_essais"):
                accounts.authenticate(name, "Violon-8bleu", address=new_id().hex)
            counts.append(len(hashed))
        assert counts == [1] * 7


@pytest.mark.feature("S040")
def test_after_five_failures_one_waits_whoever_one_is(visitor: Any, account: Any) -> None:
    unknown = f"personne-{new_id().hex}"
    for name in (account.compte.username, unknown):
        for _ in range(5):
            assert attempt(visitor, name, "Violon-8bleu", REMOTE_ADDR="192.0.2.7").status_code == 422
        waiting = attempt(visitor, name, PASSWORD, REMOTE_ADDR="192.0.2.7")
        assert waiting.status_code == 429
        assert "Attendez 15 minutes" in said(waiting)


def test_the_wait_ends_and_a_success_forgets_the_failures(account: Any, visitor: Any, mail: Any) -> None:
    from datetime import UTC, datetime, timedelta

    from ens.identity.models import TryCount

    for _ in range(5):
        attempt(visitor, account.compte.username, "Violon-8bleu")
    TryCount.objects.update(began_at=datetime.now(UTC) - timedelta(minutes=16))
    assert sign_in(visitor, account, mail).headers["Location"] == "/accueil/"


def test_one_address_cannot_try_every_identifier(visitor: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.conf import settings

    monkeypatch.setattr(settings, "ENS_SIGNIN_TRIES_PER_ADDRESS", 3)
    address = "198.51.100.23"
    found = [attempt(visitor, f"personne-{new_id().hex}", PASSWORD, REMOTE_ADDR=address).status_code for _ in range(4)]
    assert found == [422, 422, 422, 429]
    assert attempt(visitor, f"personne-{new_id().hex}", PASSWORD, REMOTE_ADDR="198.51.100.24").status_code == 422


def test_failures_are_said_in_a_service_stream_without_what_was_typed(visitor: Any, account: Any) -> None:
    from ens.audit.models import ServiceLine

    attempt(visitor, account.compte.username, "Violon-8bleu")
    line = ServiceLine.objects.filter(stream="connexions", actor_id=str(account.compte.id)).latest("at")
    assert (line.event, line.code) == ("connexion_refusee", "connexion_refusee")


def test_a_closed_account_opens_nothing(visitor: Any, account: Any) -> None:
    account.compte.is_active = False
    account.compte.save()
    assert attempt(visitor, account.compte.username, PASSWORD).status_code == 422


def test_without_the_password_the_page_of_the_code_leads_back_to_the_beginning(visitor: Any) -> None:
    answer = visitor.get("/connexion/code/", follow=True)
    assert "Recommencez ici" in said(answer)


def test_a_code_awaited_too_long_leads_back_to_the_beginning(visitor: Any, account: Any, mail: Any) -> None:
    attempt(visitor, account.compte.username, PASSWORD)
    session = visitor.session
    session["ens_attente"] = {**session["ens_attente"], "le": time.time() - 16 * 60}
    session.save()
    answer = visitor.post("/connexion/code/", {"code": mail.code(account.email)}, follow=True)
    assert "Recommencez ici" in said(answer)
    assert visitor.get("/accueil/").status_code == 302


def test_a_wrong_code_is_said_beside_its_field_and_five_are_too_many(visitor: Any, account: Any, mail: Any) -> None:
    attempt(visitor, account.compte.username, PASSWORD)
    right = mail.code(account.email)
    wrong = "000000" if right != "000\u00a0000" else "111111"
    sentences = [said(visitor.post("/connexion/code/", {"code": wrong})) for _ in range(6)]
    assert "Vérifiez ses six chiffres" in sentences[0]
    assert "Demandez-en un nouveau" in sentences[4]
    assert visitor.post("/connexion/code/", {"code": right}).status_code == 422
    assert visitor.get("/accueil/").status_code == 302
    assert "code_verifie" in events_of(account)


def test_an_expired_code_opens_nothing(visitor: Any, account: Any, mail: Any) -> None:
    attempt(visitor, account.compte.username, PASSWORD)
    code = mail.code(account.email)
    expire_codes(account)
    assert "Demandez-en un nouveau" in said(visitor.post("/connexion/code/", {"code": code}))


def expire_codes(person: Any) -> None:
    from datetime import UTC, datetime

    from ens.notifications.models import OneTimeCode
    from ens.persistence.unit import unit_of_work

    def act(unit: Any) -> None:
        unit.untraced("essai")
        OneTimeCode.objects.filter(usager_id=person.usager_id).update(expires_at=datetime.now(UTC))

    unit_of_work(person.usager_id, act, by=person.actor)


def test_a_code_serves_once(account: Any, mail: Any) -> None:
    from django.test import Client

    one, two = Client(), Client()
    sign_in(one, account, mail)
    session = two.session
    session["ens_attente"] = {
        "compte": str(account.compte.id),
        "le": time.time(),
        "suite": "",
        "a": "x",
        "code": str(new_id()),
    }
    session.save()
    assert two.post("/connexion/code/", {"code": mail.code(account.email)}).status_code == 422


@pytest.mark.feature("N007")
def test_another_code_waits_half_a_minute_and_replaces_the_first(visitor: Any, account: Any, mail: Any) -> None:
    from datetime import timedelta

    from ens.notifications import codes

    attempt(visitor, account.compte.username, PASSWORD)
    first = mail.code(account.email)
    assert "avant d’en demander un autre" in said(visitor.post("/connexion/code/renvoyer/", follow=True)).replace(
        "'", "’"
    )
    monkey = pytest.MonkeyPatch()
    with monkey.context() as patch:
        patch.setattr(codes, "BETWEEN", timedelta(0))
        assert "Le précédent ne sert plus" in said(visitor.post("/connexion/code/renvoyer/", follow=True))
    second = mail.code(account.email)
    if first != second:
        assert visitor.post("/connexion/code/", {"code": first}).status_code == 422
    assert visitor.post("/connexion/code/", {"code": second}).headers["Location"] == "/accueil/"


def test_begun_again_in_the_same_browser_the_code_that_just_left_is_still_good(
    visitor: Any, account: Any, mail: Any
) -> None:
    attempt(visitor, account.compte.username, PASSWORD)
    assert sign_in(visitor, account, mail).headers["Location"] == "/accueil/"


@pytest.mark.feature("S040")
def test_an_application_of_codes_replaces_the_e_mail_and_no_code_serves_twice(visitor: Any, account: Any) -> None:
    recovery = with_application(account.compte)
    attempt(visitor, account.compte.username, PASSWORD)
    assert "application" in said(visitor.get("/connexion/code/"))
    code = application_code(account.compte, ahead=1)
    assert visitor.post("/connexion/code/", {"code": code}).headers["Location"] == "/accueil/"
    visitor.post("/deconnexion/")
    attempt(visitor, account.compte.username, PASSWORD)
    assert visitor.post("/connexion/code/", {"code": code}).status_code == 422
    assert visitor.post("/connexion/code/", {"code": recovery[0].lower()}).headers["Location"] == "/accueil/"
    visitor.post("/deconnexion/")
    attempt(visitor, account.compte.username, PASSWORD)
    assert visitor.post("/connexion/code/", {"code": recovery[0]}).status_code == 422
    assert factors.recovery_codes_left(account.compte) == 9


def with_application(compte: Any) -> list[str]:
    factors.prepare_application(compte)
    return factors.confirm_application(compte, application_code(compte))


def application_code(compte: Any, *, ahead: int = 0) -> str:
    from base64 import b32encode

    from ens.identity.models import Authenticator

    secret = b32encode(factors._secret(Authenticator.objects.get(compte=compte))).decode()
    return pyotp.TOTP(secret).at(int(time.time()) + 30 * ahead)


def test_codes_of_the_application_cannot_be_guessed(account: Any) -> None:
    with_application(account.compte)
    for _ in range(5):
        with pytest.raises(Exception, match="second_facteur_refuse"):
            factors.check_code(account.compte, "not a code")
    with pytest.raises(Exception, match="trop_d_essais"):
        factors.check_code(account.compte, application_code(account.compte, ahead=1))


def test_signing_out_ends_the_session_and_its_line(visitor: Any, account: Any, mail: Any) -> None:
    from ens.identity.models import WebSession

    sign_in(visitor, account, mail)
    assert WebSession.objects.filter(compte=account.compte).count() == 1
    visitor.post("/deconnexion/")
    assert WebSession.objects.filter(compte=account.compte).count() == 0
    assert visitor.get("/accueil/").status_code == 302


def test_a_code_goes_before_all_the_notices_that_wait(visitor: Any, account: Any) -> None:
    from ens.persistence.models import OutboxRow

    attempt(visitor, account.compte.username, PASSWORD)
    row = OutboxRow.objects.get(usager_id=account.usager_id, kind="avis")
    assert time.time() - row.due_at.timestamp() > 3600


def test_a_code_that_could_not_leave_in_time_is_not_sent_late(visitor: Any, account: Any, mail: Any) -> None:
    from ens.notifications.models import Notice
    from ens.persistence.unit import unit_of_work

    attempt(visitor, account.compte.username, PASSWORD)

    def act(unit: Any) -> None:
        unit.untraced("essai")
        from ens.coffre.services import sealer

        for notice in Notice.objects.filter(usager_id=account.usager_id, kind="code"):
            said = sealer(unit).open_json("avis", notice.id, notice.sealed)
            notice.sealed = sealer(unit).seal_json("avis", notice.id, {**said, "until": "2026-01-01T00:00:00+00:00"})
            notice.save(update_fields=("sealed",))

    unit_of_work(account.usager_id, act, by=account.actor)
    assert mail.of(account.email) == []
