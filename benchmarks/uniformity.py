"""Does the time of an answer tell who has a space? Each door asked about people of every state, in shuffled rounds.

The reference is a person nobody knows; a second one, as unknown, shows what chance alone gives. People whose space is
not open must not be told from them, nor, on a professional's page, an open space that is not open to that professional.
"""

from __future__ import annotations

import http.client
import json
import random
import re
import smtplib
import ssl
import subprocess
import time
from base64 import b64encode
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any
from urllib.parse import urlencode, urlsplit

import comparing
import fhir_bench
import processes
import space

ROUNDS, WARM = 400, 25
REFERENCE, CONTROL = "inconnu", "inconnu (témoin)"
PER_SESSION = 15  # refusals of one SMTP session; it is ended at twenty
TEST_OID = "1.2.250.1.213.1.4.10"


def measure(_: tuple[str, ...] = (), rounds: int = ROUNDS) -> dict[str, Any]:
    """Starts a space of its own, and asks every door ``rounds`` times about everybody."""
    with space.temporary() as folder:
        ours = space.Space(folder / "var", {"ENS_PRO_SEARCHES_PER_HOUR": "1000000"})
        ours.start()
        try:
            people = _people(ours)
            ours.quiet()
            return {"rounds": rounds, "figures": [_one(door, ours, people, rounds) for door in doors()]}
        finally:
            ours.stop()


def table(part: dict[str, Any]) -> list[str]:
    """Figures for whoever would guess; the control says what chance alone gives."""
    lines = [
        "",
        (
            f"Uniformité, {part['rounds']} tours mêlés : temps de réponse en ms, et l'écart avec un inconnu (médianes, "
            "intervalle à 95 % ; « plus lent » : 0,5 ne dit rien ; p de Mann et Whitney)."
        ),
        (
            f"{'porte':<19}{'personne':<19}{'p10':>8}{'p50':>8}{'p90':>8}{'écart':>8}{'intervalle':>18}"
            f"{'plus lent':>11}{'p':>9}"
        ),
    ]
    for figure in part["figures"]:
        for state, one in figure["cases"].items():
            line = f"{figure['door']:<19}{state:<19}{one['p10_ms']:>8}{one['p50_ms']:>8}{one['p90_ms']:>8}"
            if "p" in one:
                between = f"{one['interval_ms'][0]:+.3f} {one['interval_ms'][1]:+.3f}"
                line += f"{one['difference_ms']:>+8.3f}{between:>18}{one['slower']:>11.3f}{one['p']:>9.2g}"
            lines.append(line)
    return lines


def told(part: dict[str, Any]) -> list[str]:
    """The furthest from one half that « plus lent » goes, wherever it does, beside the furthest of the control."""
    furthest: dict[bool, tuple[float, str, str]] = {}
    for figure in part["figures"]:
        for state, one in figure["cases"].items():
            if "slower" in one:
                found = (abs(one["slower"] - 0.5), state, figure["door"])
                furthest[state == CONTROL] = max(found, furthest.get(state == CONTROL, found))
    if len(furthest) < 2:
        return []
    (distance, state, door), (chance, _, its_door) = furthest[False], furthest[True]
    most = f"d'au plus {distance:.3f} ({state}, {door})"
    return [f"uniformité : « plus lent » s'écarte de 0.5 {most}, le témoin de {chance:.3f} ({its_door})"]


def _people(ours: space.Space) -> dict[str, str]:
    """Matricules by state; a person registered and never told of their space is imported."""
    by_state = {one["state"]: one["matricule"] for one in ours.demo["usagers"] if one["oid"] == TEST_OID}
    never = _matricule("274057511200")
    line = ("matricule;oid;nom_naissance;prenoms;date_naissance;sexe;lieu_naissance", f"{never};{TEST_OID};")
    path = ours.data.parent / "population.csv"
    path.write_text(f"{line[0]}\n{line[1]}ESSAI;ANNE;1974-05-02;F;75112\n")
    command = [str(space.ENS), "import", "population", str(path), "--data", str(ours.data)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return {
        REFERENCE: _matricule("274057511201"),
        CONTROL: _matricule("274057511202"),
        "jamais créé": never,
        "notifié": by_state["noticed"],
        "opposé": by_state["opposed"],
        "fermé": by_state["closed"],
        "ouvert à d'autres": ours.crowd(1)[0].rpartition("|")[2],
    }


def _matricule(twelve: str) -> str:
    body = twelve + "1"
    return f"{body}{97 - int(body) % 97:02d}"


def _one(door: str, ours: space.Space, people: dict[str, str], rounds: int) -> dict[str, Any]:
    """Everybody once a round, in another order each time: what the machine does meanwhile reaches all alike."""
    client, ask = doors()[door]
    act = partial(ask, client(ours))
    asked = {state: one for state, one in people.items() if state != "ouvert à d'autres" or client is Browser}
    times: dict[str, list[float]] = {state: [] for state in asked}
    dice = random.Random(door)
    for number in range(WARM + rounds):
        order = list(asked)
        dice.shuffle(order)
        for state in order:
            took = act(asked[state])
            if number >= WARM:
                times[state].append(took)
    reference = times[REFERENCE]
    cases = {
        state: comparing.described(series) | (comparing.compare(series, reference) if state != REFERENCE else {})
        for state, series in times.items()
    }
    return {"door": door, "cases": cases, "load": processes.load()}


def doors() -> dict[str, tuple[type[Any], Callable[[Any, str], float]]]:
    """Who asks, and how, at each door; gives milliseconds. Another answer than the expected one stops the measure."""
    return {
        "SMTP : RCPT": (Operator, Operator.recipient),
        "FHIR : Patient": (Software, Software.patient),
        "FHIR : recherche": (Software, Software.search),
        "FHIR : dépôt": (Software, Software.deposit),
        "page : recherche": (Browser, Browser.search),
        "page : accord": (Browser, Browser.consent),
    }


class Software:
    """Docteur Dupond's practice software, one keep-alive connection."""

    def __init__(self, ours: space.Space) -> None:
        demo = ours.demo
        base = urlsplit(demo["fhir_base"])
        self.path, self.data = base.path, fhir_bench.pdf(2000)
        doctor = next(one for one in demo["professionals"] if one["key"] == "dupond")
        self.connection = http.client.HTTPConnection(base.hostname or "", base.port)
        login = b64encode(f"{doctor['client_id']}:{doctor['client_secret']}".encode()).decode()
        given = {"Authorization": f"Basic {login}", "Content-Type": "application/x-www-form-urlencoded"}
        self.connection.request("POST", urlsplit(demo["token_url"]).path, "grant_type=client_credentials", given)
        token = json.loads(self.connection.getresponse().read())["access_token"]
        self.headers = {"Authorization": f"Bearer {token}", "Accept": "application/fhir+json"}

    def _call(self, method: str, path: str, expected: int, body: bytes | None = None) -> tuple[float, bytes]:
        sent = self.headers | ({"Content-Type": "application/fhir+json"} if body else {})
        began = time.perf_counter()
        self.connection.request(method, f"{self.path}{path}", body, sent)
        answer = self.connection.getresponse()
        said = answer.read()
        took = (time.perf_counter() - began) * 1000
        if answer.status != expected:
            raise SystemExit(f"{method} {self.path}{path} : HTTP {answer.status} {said[:300]!r}")
        return took, said

    def _empty(self, path: str) -> float:
        took, said = self._call("GET", path, 200)
        if b'"entry"' in said:
            raise SystemExit(f"{path} : une réponse vide était attendue")
        return took

    def patient(self, matricule: str) -> float:
        return self._empty(f"/Patient?identifier=urn:oid:{TEST_OID}|{matricule}")

    def search(self, matricule: str) -> float:
        query = {"patient.identifier": f"urn:oid:{TEST_OID}|{matricule}", "status": "current", "_count": 50}
        return self._empty(f"/DocumentReference?{urlencode(query)}")

    def deposit(self, matricule: str) -> float:
        body = json.dumps(fhir_bench.pdsm_bundle(f"{TEST_OID}|{matricule}", self.data)).encode()
        return self._call("POST", "", 404, body)[0]


class Browser:
    """A midwife, whom nobody of the crowd authorised, at the page where patients are looked for."""

    def __init__(self, ours: space.Space) -> None:
        base = urlsplit(ours.demo["base_url"])
        entry = next(one["entry"] for one in ours.demo["personas"] if one["key"] == "thomas")
        self.connection = http.client.HTTPConnection(base.hostname or "", base.port)
        self.cookies: dict[str, str] = {}
        self._send("POST", entry, {}, 303)
        page = self._send("GET", "/pro/", {}, 200)[1].decode()
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        self.token = found[1] if found else ""

    def _send(self, method: str, path: str, form: dict[str, str], expected: int) -> tuple[float, bytes]:
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
        }
        began = time.perf_counter()
        self.connection.request(method, path, urlencode(form), headers)
        answer = self.connection.getresponse()
        said = answer.read()
        took = (time.perf_counter() - began) * 1000
        if answer.status != expected:
            raise SystemExit(f"{method} {path} : HTTP {answer.status} {said[:300]!r}")
        for cookie in answer.headers.get_all("Set-Cookie", []):
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return took, said

    def search(self, matricule: str) -> float:
        return self._send("POST", "/pro/", {"csrfmiddlewaretoken": self.token, "matricule": matricule}, 200)[0]

    def consent(self, matricule: str) -> float:
        """With a birth date that is nobody's of these."""
        said = {"naissance_jour": "1", "naissance_mois": "1", "naissance_annee": "1901", "accord": "on"}
        form = {"csrfmiddlewaretoken": self.token, "matricule": matricule, **said}
        return self._send("POST", "/pro/accord/", form, 422)[0]


class Operator:
    """A mail operator, a session at a time; the time is that of RCPT alone."""

    def __init__(self, ours: space.Space) -> None:
        demo = ours.demo
        self.smtp, operator = demo["smtp"], demo["operators"][0]
        self.sender = f"essai@{operator['domain']}"
        self.context = ssl.create_default_context(cafile=self.smtp["ca"])
        self.context.check_hostname = False
        self.context.load_cert_chain(operator["cert"], operator["key"])
        self.session: smtplib.SMTP | None = None
        self.left = 0

    def recipient(self, matricule: str) -> float:
        if self.session is None or not self.left:
            self._open()
        assert self.session is not None
        self.left -= 1
        began = time.perf_counter()
        code, said = self.session.rcpt(f"{matricule}@patient.mssante.fr")
        took = (time.perf_counter() - began) * 1000
        if code != 550 or b"boite_absente" not in said:
            raise SystemExit(f"RCPT : {code} {said!r}")
        return took

    def _open(self) -> None:
        if self.session is not None:
            with suppress(smtplib.SMTPException):
                self.session.quit()
        self.session, self.left = smtplib.SMTP(self.smtp["host"], self.smtp["port"], timeout=30), PER_SESSION
        self.session.starttls(context=self.context)
        self.session.ehlo()
        self.session.mail(self.sender)
