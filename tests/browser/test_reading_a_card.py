"""A serial number read by a camera: three times alike, then shown to be confirmed, sent by nobody (N009)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw, ImageFont

from ens.standards.errors import StandardError
from ens.standards.vitale import PRINTED_CONSTANT, parse_serial
from tests.browser.conftest import ROOT
from tests.browser.watching import Window, check, keep

FONT = ROOT / "src/ens/standards/paper/polices/Figtree-Regular.ttf"
SERIAL = "52321098765"
MATRICULE = "289456789012325"
SEEN = {(1280, "light"): None, (390, "light"): None, (390, "dark"): None}


def filmed(path: Path, *numbers: str) -> Path:
    """A film of a card held before the camera: each number for a while, printed as on one with a photograph."""
    with path.open("wb") as film:
        film.write(b"YUV4MPEG2 W640 H480 F10:1 Ip A1:1 C420jpeg\n")
        for number in numbers:
            card = Image.new("YCbCr", (640, 480), (225, 120, 120))
            draw = ImageDraw.Draw(card)
            draw.text((60, 120), "VITALE  Inaya MICHEL", font=ImageFont.truetype(str(FONT), 30), fill=(40, 128, 128))
            draw.text((60, 222), number, font=ImageFont.truetype(str(FONT), 30), fill=(30, 128, 128))
            luma, blue, red = card.split()
            small = [plane.resize((320, 240)).tobytes() for plane in (blue, red)]
            for _ in range(5):
                film.write(b"FRAME\n" + luma.tobytes() + small[0] + small[1])
    return path


@pytest.fixture
def phone(browser: Any, live_server_url: str, tmp_path: Path) -> Iterator[Any]:
    """A browser of its own, whose camera sees a film."""
    opened: list[Any] = []

    def act(*numbers: str, allowed: bool = True) -> Window:
        film = filmed(tmp_path / "carte.y4m", *numbers)
        arguments = ["--no-sandbox", "--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={film}"]
        chromium = browser.browser_type.launch(executable_path=browser_path(), args=arguments)
        opened.append(chromium)
        context = chromium.new_context(locale="fr-FR", reduced_motion="reduce", viewport={"width": 390, "height": 844})
        context.grant_permissions(["camera"] if allowed else [])
        window = Window(context.new_page(), live_server_url)
        window.open("/activation/")
        return window

    yield act
    for chromium in opened:
        chromium.close()


def browser_path() -> str:
    from tests.browser.conftest import CHROMIUM

    return next(path for path in CHROMIUM if Path(path).exists())


def said(window: Window, words: str) -> None:
    window.page.wait_for_function(
        "words => document.querySelector('[data-ens-lecture] [role=status]').textContent.includes(words)",
        arg=words,
        timeout=40_000,
    )


@pytest.mark.feature("N009")
def test_a_card_before_the_camera_fills_the_field_and_nothing_else(phone: Any) -> None:
    window = phone(f"{PRINTED_CONSTANT[:10]} {SERIAL}")
    page = window.page
    asked: list[Any] = []
    page.on("request", lambda request: asked.append((request.method, request.url.removeprefix(window.base))))
    page.fill("[name=matricule]", MATRICULE)
    page.click("text=Lire avec l’appareil photo")
    said(window, "Placez le numéro")
    keep(page, "activation-camera")
    said(window, "Lu trois fois")
    assert page.input_value("[name=carte]") == SERIAL
    assert page.evaluate("document.activeElement.name") == "carte"  # to compare and correct
    assert page.url.endswith("/activation/")
    assert page.evaluate("document.querySelector('video').srcObject") is None
    assert {method for method, _ in asked} == {"GET"}
    assert all(url.startswith("/static/common/") for _, url in asked), asked
    assert window.complaints == []
    page.mouse.move(0, 0)
    check(window, "activation-carte-lue", SEEN)
    page.click("text=Lire avec l’appareil photo")
    page.click("text=Arrêter")
    said(window, "Lecture arrêtée")
    assert (page.input_value("[name=carte]"), page.is_visible("video")) == (SERIAL, False)


@pytest.mark.feature("N009")
def test_what_cannot_be_is_said_and_the_field_is_as_it_was(phone: Any) -> None:
    window = phone(SERIAL, allowed=False)
    window.page.click("text=Lire avec l’appareil photo")
    said(window, "n’est pas autorisé")
    window.page.context.grant_permissions(["camera"])
    window.page.route("**/*.wasm", lambda route: route.abort())
    window.page.click("text=Lire avec l’appareil photo")
    said(window, "n’est pas possible")
    window.page.evaluate("""() => { navigator.mediaDevices.getUserMedia =
        () => Promise.reject(new DOMException("", "NotFoundError")) }""")
    window.page.click("text=Lire avec l’appareil photo")
    said(window, "Aucun appareil photo")
    assert window.page.is_visible("text=Lire avec l’appareil photo")
    assert window.page.input_value("[name=carte]") == ""


@pytest.mark.feature("N009")
def test_it_is_offered_only_where_it_works(window_for: Any) -> None:
    window = window_for()
    window.page.add_init_script("Object.defineProperty(navigator, 'mediaDevices', {value: undefined})")
    for address in ("/activation/", "/connexion/oubli/mot-de-passe/"):
        window.open(address)
        assert not window.page.is_visible("[data-ens-lecture]")
    without = window_for()  # this browser has no camera
    without.open("/activation/")
    assert without.page.evaluate("navigator.mediaDevices.enumerateDevices().then(all => all.length)") == 0
    assert not without.page.is_visible("[data-ens-lecture]")
    of_page = window.page.request.get(window.base + "/activation/").headers["permissions-policy"]
    assert of_page.startswith("camera=(self)")
    assert window.page.request.get(window.base + "/aide/").headers["permissions-policy"].startswith("camera=()")


@pytest.mark.feature("N008", "N009")
def test_what_may_be_read_is_what_the_server_takes(window_for: Any) -> None:
    """The rules are written twice: here they say the same, on what each of them is about."""
    said_of = [
        *("1" * length for length in (7, 8, 11, 13, 14)),
        *("02041989", "31021989", "29022024", "29021900", "31122099", "01011800", "00001989"),
        *(PRINTED_CONSTANT, PRINTED_CONSTANT[:8], PRINTED_CONSTANT[:10] + SERIAL, "8025000003" + SERIAL, SERIAL),
        *(MATRICULE[:8], MATRICULE[2:15], MATRICULE[:13], "12345678", "1234567a", ""),
    ]

    def server(digits: str) -> str:
        try:
            return parse_serial(digits, matricule=MATRICULE)
        except StandardError:
            return ""

    window = window_for()
    window.open("/activation/")
    here = window.page.evaluate("([all, own]) => all.map(one => ensLecture.serial(one, own))", [said_of, MATRICULE])
    assert dict(zip(said_of, here, strict=True)) == {one: server(one) for one in said_of}
    reads = "all => { const reads = new ensLecture.Reads(); return all.map(one => reads.push(one)) }"
    one, two = ["11111111111"], ["22222222222"]
    for seen, taken in (
        ([one, one, one], [False, False, True]),
        ([one, one, two, one, one, one], [False] * 5 + [True]),  # another number begins again
        ([one, [], one, [], one], [False] * 4 + [True]),  # an image without a number is not a read
        ([one, one, one + two, one, one], [False] * 5),  # two at once: none is chosen
    ):
        assert [bool(found) for found in window.page.evaluate(reads, seen)] == taken
    lines = f"Emission 02/2019\nN° 8025000002 {SERIAL}\n2 89 45 67 890 123 25\n1234S678901"
    assert window.page.evaluate("([text, own]) => ensLecture.numbers(text, own)", [lines, MATRICULE]) == [SERIAL]
