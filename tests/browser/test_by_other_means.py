"""The keyboard alone, no script, no network, other colours, paper, a large zoom: the pages go on serving."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.acts import write_the_profile
from tests.browser.story import Space, full_space, pdf
from tests.browser.test_every_page import ALWAYS, FULL, PUBLIC
from tests.browser.watching import keep

# What the keyboard may reach, in the order of the document. A group of radios is reached once: at the one that is
# chosen, else at the first; arrows do the rest.
REACHABLE = """() => {
  const group = one => [...document.querySelectorAll(`input[type=radio][name="${one.name}"]`)];
  const leads = one => group(one).some(other => other.checked) || group(one)[0] !== one;
  return [...document.querySelectorAll(
        'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]')]
    .filter(one => one.type !== 'radio' || one.checked || !leads(one))
    .filter(one => !one.disabled && one.checkVisibility({visibilityProperty: true}) && one.getClientRects().length)
    .map((one, place) => { one.dataset.place = place; return one.outerHTML.slice(0, 100); }); }"""
# Where the focus is, whether it is seen, and whether something lies over it.
FOCUSED = """() => {
    const one = document.activeElement, box = one.getBoundingClientRect();
    const drawn = part => getComputedStyle(one, part).outlineStyle !== 'none';
    const label = one.matches('input[type=file]') && one.nextElementSibling;
    const x = box.x + Math.min(box.width / 2, innerWidth), y = box.y + Math.min(box.height / 2, 20);
    const over = document.elementFromPoint(x, y);
    const outlined = label && getComputedStyle(label).outlineStyle !== 'none';
    return {
        place: one === document.body ? -1 : Number(one.dataset.place),
        seen: drawn() || drawn('::after') || drawn('::before') || !!outlined,
        covered: !!over && !one.contains(over) && !over.contains(one) && !!over.closest('.ens-barre'),
    };
}"""


@pytest.fixture
def own(database: Any, browser: Any) -> Space:
    """A space of the test's own, for acts that change it."""
    from tests.factories import People

    return full_space(People())


def one_of_each(space: Space) -> dict[str, str]:
    thread = next(iter(space.threads.values()))
    return {"document": f"/documents/{space.documents['pdf']}/", "fil": f"/messages/{thread}/"}


# -- keyboard ----------------------------------------------------------------------------------------------------
def walk(window: Any) -> None:
    """Tab from the top to the end: everything is reached, in order, seen, uncovered, and left."""
    reachable = window.page.evaluate(REACHABLE)
    window.page.evaluate("document.activeElement.blur()")
    for place, said in enumerate(reachable):
        window.page.keyboard.press("Tab")
        found = window.page.evaluate(FOCUSED)
        assert found["place"] == place, f"{said} is not reached in its turn: {found}"
        assert found["seen"], f"no visible focus on {said}"
        assert not found["covered"], f"the bottom bar lies over {said}"
    window.page.keyboard.press("Tab")
    assert window.page.evaluate(FOCUSED)["place"] in (-1, 0), "the keyboard is trapped"


@pytest.mark.feature("S167")
@pytest.mark.parametrize("name", [*ALWAYS, *FULL, "document", "fil"])
def test_the_keyboard_alone_goes_through_a_page_of_the_space(tabs: Any, full: Space, name: str) -> None:
    some = one_of_each(full)
    window = tabs(full.compte)
    window.page.set_viewport_size({"width": 390 if name in ALWAYS or name in some else 1280, "height": 800})
    window.open({**ALWAYS, **FULL, **some}[name])
    walk(window)


@pytest.mark.parametrize("name", ["accueil-public", "connexion", "aide"])
def test_the_keyboard_alone_goes_through_an_open_page(tabs: Any, name: str) -> None:
    (window := tabs()).open(PUBLIC[name])
    walk(window)


# Gone through by their forms alone, without any script, by Django's client: tests/web.
OF_THE_ACCOUNT = {
    f"usager:{name}"
    for name in (
        *("reglages", "conditions", "code_email", "telephone", "code_telephone", "prouver", "mot_de_passe"),
        *("application", "retirer_application", "codes_secours", "cle", "cle_question", "retirer_cles"),
        *("choix_relus", "fermer_sessions", "relier_identite", "delier_identite"),
        *("profils", "enfants", "representants", "invitations"),
    )
}


# -- without JavaScript -------------------------------------------------------------------------------------------
def test_without_script_every_act_of_the_usager_is_done(window_for: Any, own: Space) -> None:
    """Each address that takes an act, signing out included, by the forms of the pages alone."""
    from django.urls import get_resolver, resolve

    done: set[str] = set()
    page = (window := window_for(own.compte, java_script_enabled=False)).page
    page.on("request", lambda one: done.add(resolve(_path(one)).view_name) if one.method == "POST" else None)

    window.open(f"/documents/{own.documents['pdf']}/")
    page.check("#masque")
    page.click("text=Enregistrer")
    page.wait_for_selector("text=Document masqué")

    window.open(f"/messages/{own.threads['Préparation de votre rendez-vous']}/")
    page.click("text=Dire que je l’ai lu")
    page.wait_for_selector("text=Accusé de lecture envoyé")
    page.fill("#id_corps", "Merci, à lundi.")
    page.click("text=Enregistrer le brouillon")
    page.wait_for_selector("text=Brouillon enregistré")
    assert page.input_value("#id_corps") == "Merci, à lundi."
    page.click("summary:has-text('Joindre un document')")
    page.set_input_files("#id_fichiers", {"name": "photo.pdf", "mimeType": "application/pdf", "buffer": pdf(pages=1)})
    page.click("button:has-text('Envoyer')")
    page.wait_for_selector("text=Réponse envoyée")
    page.wait_for_selector("text=Merci, à lundi.")
    page.click("text=Enregistrer dans mon dossier")
    page.wait_for_selector("text=Dans votre dossier")

    page.click("summary:has-text('Joindre un document')")
    page.click("text=Choisir dans mon dossier")
    page.click("button:has-text('Envoyer')")
    page.wait_for_selector("text=Choisissez au moins un document.")
    page.fill("#id_corps", "Voici mes analyses.")
    page.check("text=Compte rendu d’analyses de biologie")
    page.click("button:has-text('Envoyer')")
    page.wait_for_selector("text=Réponse envoyée")

    page.click("main >> text=Signaler")
    page.click("button:has-text('Envoyer au support')")
    page.wait_for_selector("text=Choisissez ce qui se passe.")
    page.check("text=Je ne connais pas cette personne")
    page.click("button:has-text('Envoyer au support')")
    page.wait_for_selector("text=Signalée au support")

    page.click("main >> text=Mettre fin à l’échange")
    page.click("button:has-text('Mettre fin à l’échange')")
    page.wait_for_selector("text=ses messages sont refusés")
    page.click("text=Rouvrir l’échange")
    page.wait_for_selector("text=Échange rouvert")

    window.open("/messages/nouveau/")
    page.select_option("#id_destinataire", index=1)
    page.fill("#id_objet", "Mon traitement")
    page.fill("#id_corps", "Bonjour, une question.")
    page.click("text=Enregistrer le brouillon")
    page.wait_for_selector("text=Votre brouillon est là où vous l’aviez laissé.")
    page.click("button:has-text('Envoyer')")
    page.wait_for_selector("h1:has-text('Mon traitement')")
    page.click("text=Mettre à la corbeille")
    page.click("main >> text=Annuler")
    page.wait_for_selector("text=Conversation reprise de la corbeille")
    page.click("text=Mettre à la corbeille")
    page.click("main nav >> text=Corbeille")
    page.click(".ens-fil:has-text('Mon traitement') a")
    page.click("text=Supprimer définitivement")
    page.wait_for_selector("text=Conversation supprimée définitivement")

    window.open("/documents/ajouter/")
    page.click("text=Ajouter le document")
    page.wait_for_selector("text=Choisissez un fichier.")
    chosen = {"name": "ordonnance.pdf", "mimeType": "application/pdf", "buffer": pdf(pages=1)}
    page.set_input_files("#id_fichier", chosen)
    page.fill("#id_titre", "Ordonnance de lunettes")
    page.select_option("#id_categorie", "ORD_SOIN")
    for part, value in (("0", "16"), ("1", "2"), ("2", "2021")):
        page.fill(f"#id_date_{part}", value)
    page.click("text=Ajouter le document")
    page.wait_for_selector("h1:has-text('Ordonnance de lunettes')")

    window.open(f"/documents/{own.documents['pdf']}/")
    page.click("text=Qui pourrait lire ce document ?")
    page.click("text=Le document")
    page.click("text=Envoyer par message")
    page.select_option("#id_echange", index=1)
    page.fill("#id_corps", "Voici mes analyses.")
    page.click("button:has-text('Envoyer')")
    page.wait_for_selector("text=Document envoyé")

    write_the_profile(window)

    window.open("/confidentialite/")
    page.click("text=Bloquer >> nth=0")
    page.wait_for_selector("text=Accès bloqué.")
    page.click("text=/Bloqués/")
    page.click("text=Autoriser de nouveau >> nth=0")
    page.wait_for_selector("text=Accès autorisé de nouveau.")
    page.fill("#id_rpps", own.doctor.rpps)
    page.click("button:has-text('Autoriser')")
    page.wait_for_selector("main >> text=Accès autorisé")

    window.open("/parametres/")
    page.click("text=Recevoir mes courriers en gros caractères")
    page.wait_for_selector("text=Les prochains courriers viendront en gros caractères.")
    page.fill("#id_email", "inaya.michel@exemple.fr")
    page.click("text=Enregistrer")
    page.wait_for_selector("text=Code à six chiffres")
    page.click(".ens-puce-profil > summary")
    page.click(".ens-panneau >> text=Se déconnecter")
    page.wait_for_selector("text=Votre santé, au même endroit")
    assert resolve(_path(page)).view_name == "accueil_public"

    usager = next(one for one in get_resolver().url_patterns if getattr(one, "namespace", None) == "usager")
    takes = {f"usager:{one.name}" for one in usager.url_patterns if _takes_an_act(one.callback)}
    assert takes - OF_THE_ACCOUNT <= done, takes - OF_THE_ACCOUNT - done


def _path(one: Any) -> str:
    return "/" + str(one.url).split("/", 3)[3].split("?")[0]


def _takes_an_act(view: Any) -> bool:
    """Whether an address answers POST. Its decorator refuses before the view is called."""
    from django.test import RequestFactory

    try:
        return bool(view(RequestFactory().post("/")).status_code != 405)
    except Exception:  # noqa: BLE001 # the view was let in, and misses its arguments
        return True


def test_without_script_the_words_of_the_browser_are_not_shown(window_for: Any, full: Space) -> None:
    """A field of files speaks the page's language: no « Choose file », and the name of what was chosen."""
    page = (window := window_for(full.compte, java_script_enabled=False)).page
    window.open("/documents/ajouter/")
    shown = "[...document.querySelectorAll('.ens-fichiers label.fr-btn')].map(one => one.innerText)"
    assert page.evaluate(shown) == ["Choisir un fichier"]
    colour = "getComputedStyle(document.querySelector('#id_fichier')).color"
    assert page.evaluate(colour) == "rgba(0, 0, 0, 0)"
    page.set_input_files("#id_fichier", {"name": "bilan.pdf", "mimeType": "application/pdf", "buffer": b"%PDF"})
    assert page.evaluate(colour) != "rgba(0, 0, 0, 0)"


@pytest.mark.feature("N077", "N078")
def test_with_script_a_file_chosen_is_kept_at_once_and_the_room_left_is_said(window_for: Any, own: Space) -> None:
    page = (window := window_for(own.compte)).page
    conversation = f"/messages/{own.threads['Préparation de votre rendez-vous']}/"
    window.open(conversation)
    page.fill("#id_corps", "Voici")
    page.click("summary:has-text('Joindre un document')")
    photos = [{"name": f"{one}.jpg", "mimeType": "image/jpeg", "buffer": b"a" * 4_000_000} for one in range(4)]
    page.set_input_files("#id_fichiers", photos[:1])
    page.wait_for_selector("text=Il reste 14\u00a0Mo pour ce message.")
    page.set_input_files("#id_fichiers", photos)
    page.wait_for_selector("text=Vos documents pèsent 20\u00a0Mo en tout : 18\u00a0Mo au plus")
    window.open(conversation)  # another day, another device
    assert page.input_value("#id_corps") == "Voici"
    page.wait_for_selector("text=0.jpg")
    page.click("text=Envoyer >> nth=0")
    page.wait_for_selector("text=Réponse envoyée")
    assert "1 document joint" in page.locator("article.ens-message").last.inner_text()


# -- without a network --------------------------------------------------------------------------------------------
def test_what_was_typed_is_kept_without_a_network_and_leaves_when_it_is_back(window_for: Any, own: Space) -> None:
    page = (window := window_for(own.compte)).page
    window.open(f"/messages/{own.threads['Préparation de votre rendez-vous']}/")
    page.fill("#id_corps", "Je viendrai lundi.")
    page.context.set_offline(True)
    page.wait_for_selector("text=Vous êtes hors connexion")
    page.click("text=Envoyer")
    assert page.evaluate("document.activeElement.id") == "hors-ligne"
    page.click("a:has-text('Documents') >> nth=0")
    assert page.input_value("#id_corps") == "Je viendrai lundi."
    page.context.set_offline(False)
    page.wait_for_selector("#hors-ligne", state="detached")
    page.click("text=Envoyer")
    page.wait_for_selector("text=Réponse envoyée")


def test_a_service_out_of_reach_loses_nothing_either(window_for: Any, own: Space) -> None:
    """The device has a network, the space does not answer: the browser alone would show its own page."""
    page = (window := window_for(own.compte)).page
    window.open(f"/messages/{own.threads['Préparation de votre rendez-vous']}/")
    page.fill("#id_corps", "Je viendrai mardi.")
    page.route("**/*", lambda route: route.abort("connectionrefused"))
    page.click("text=Envoyer")
    page.wait_for_selector("text=Rien n’est parti")
    assert page.input_value("#id_corps") == "Je viendrai mardi."
    page.unroute("**/*")
    page.click("text=Envoyer")
    page.wait_for_selector("text=Réponse envoyée")
    assert page.locator("text=Je viendrai mardi.").count() == 1


def test_nothing_of_a_person_is_kept_on_their_device(window_for: Any, full: Space) -> None:
    page = (window := window_for(full.compte)).page
    for address in (*ALWAYS.values(), f"/documents/{full.documents['pdf']}/"):
        window.open(address)
    kept = page.evaluate(
        "(async () => [localStorage.length, sessionStorage.length, (await indexedDB.databases()).length,"
        " (await caches.keys()).length, (await navigator.serviceWorker.getRegistrations()).length])()"
    )
    assert kept == [0, 0, 0, 0, 0]


# -- other eyes, other papers ------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["accueil", "documents", "messages", "document", "fil"])
def test_colours_of_the_person_s_own_and_paper_show_what_is_said(tabs: Any, full: Space, name: str) -> None:
    some = one_of_each(full)
    page = (window := tabs(full.compte)).page
    page.set_viewport_size({"width": 1280, "height": 800})
    window.open({**ALWAYS, **some}[name])
    page.emulate_media(forced_colors="active", color_scheme="dark")
    keep(page, f"couleurs-forcees-{name}")
    lit = page.locator(".ens-nav a[aria-current]").evaluate("one => getComputedStyle(one).outlineStyle")
    assert lit == "solid"
    icons = "[...document.querySelectorAll('main [class*=fr-icon-]')].filter(one => one.checkVisibility()).map("
    grounds = page.evaluate(icons + "one => getComputedStyle(one, '::before').backgroundColor)")
    assert "rgb(0, 0, 0)" not in grounds, "an icon of the colour of the ground"
    page.emulate_media(forced_colors="none", color_scheme="dark", media="print")
    keep(page, f"papier-{name}")
    assert not page.is_visible(".ens-entete")
    assert not page.is_visible("main .fr-btn >> nth=0")
    assert page.is_visible("h1")
    assert page.evaluate("getComputedStyle(document.querySelector('h1')).color") == "rgb(22, 22, 22)"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    page.emulate_media(media="screen", color_scheme="light")


def test_nothing_moves_for_who_asked_for_stillness(tabs: Any, full: Space) -> None:
    page = (window := tabs(full.compte)).page
    for address in ("/accueil/", "/documents/ajouter/"):
        window.open(address)
        moving = page.evaluate(
            "[...document.querySelectorAll('*')].flatMap(one => ['', '::before', '::after'].map("
            "part => getComputedStyle(one, part || null))).filter(style => style.animationName !== 'none' ||"
            " style.transitionDuration.split(',').some(time => parseFloat(time) > 0)).length"
        )
        assert moving == 0


@pytest.mark.parametrize("name", ["accueil", "documents", "messages", "ajouter", "fil"])
def test_a_zoom_of_400_percent_keeps_everything(tabs: Any, full: Space, name: str) -> None:
    """1280 by 1024 pixels at 400 %: 320 by 256. The bottom bar leaves the content alone."""
    page = (window := tabs(full.compte)).page
    page.set_viewport_size({"width": 320, "height": 256})
    window.open({**ALWAYS, **FULL, **one_of_each(full)}[name])
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert page.evaluate("getComputedStyle(document.querySelector('.ens-barre')).position") == "static"
    keep(page, f"zoom-400-{name}")
