"""Server time of each page of a usager who has 500 documents and 300 conversations: one page at a time, 200 times.

The documents are filed at the FHIR door by her doctor's software and the messages come from an operator over mutual
TLS, in a running demonstration: whose pages are measured is Inaya, her story included.
"""

from __future__ import annotations

import gzip
import http.client
import json
import os
import random
import re
import smtplib
import ssl
import statistics
import sys
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import make_msgid
from typing import Any
from urllib.parse import urlencode, urlsplit

import marks
import processes
import profiling
from calibration import calibrate, mean
from fhir_bench import pdf, pdsm_bundle
from space import Space, temporary

DOCUMENTS, CONVERSATIONS, TIMES, WARM = 500, 300, 200, 10
SLICES, SPARE, QUIET = 4, 1, 0.35
TYPES = ("11488-4", "11502-2", "18748-4", "11490-0", "57833-6")  # JDV_J07, in the order of their titles below
TITLES = ("Compte rendu de consultation", "Résultats de biologie", "Radiographie", "Lettre de liaison", "Ordonnance")
# Pages that need something of hers: the first link of that form found on another page.
LINKED = {
    "messages/<fil>/": ("/messages/", r"/messages/[0-9a-f-]{36}/"),
    "messages/pieces/<piece>/": ("fil", r"/messages/pieces/[0-9a-f-]{36}/"),
    "documents/<document>/": ("/documents/", r"/documents/[0-9a-f-]{36}/"),
    "documents/<document>/telecharger/": ("document", r"/documents/[0-9a-f-]{36}/telecharger/"),
    "documents/<document>/page-1.png": ("document", r"/documents/[0-9a-f-]{36}/page-1\.png"),
    "profil/<rubrique>/": ("/profil/", r"/profil/maladies/"),
    "profil/informations/<information>/": ("/profil/maladies/", r"/profil/informations/[0-9a-f-]{36}/"),
}
EXTRA = {
    "documents/?q=": "/documents/?" + urlencode({"q": "biologie"}),
}


@dataclass
class Browser:
    """A signed-in person's connection, kept open."""

    base: str

    def __post_init__(self) -> None:
        parts = urlsplit(self.base)
        self.connection = http.client.HTTPConnection(parts.hostname or "", parts.port)
        self.cookies = ""

    def call(self, method: str, path: str) -> tuple[int, bytes]:
        headers = {"Accept": "text/html,*/*", "Accept-Encoding": "gzip", "Cookie": self.cookies}
        self.connection.request(method, path, headers=headers)
        answer = self.connection.getresponse()
        body = answer.read()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                self.cookies = "; ".join(filter(None, [self.cookies, value.partition(";")[0]]))
        if answer.getheader("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        return answer.status, body


def measure() -> dict[str, Any]:
    with temporary() as folder:
        space = Space(folder / "var")
        space.start()
        try:
            return _measure(space)
        finally:
            space.stop()


def _measure(space: Space) -> dict[str, Any]:
    began = time.monotonic()
    _file_documents(space)
    _send_messages(space)
    filled = round(time.monotonic() - began)
    inaya = _signed_in(space, "inaya")
    wanted, left = _paths(space, inaya)
    before, found = calibrate(), []
    space.quiet()
    for name, path in wanted.items():
        found.append(_page(space, inaya, name, path))
        told = f"  {name} p95 {found[-1]['p95_ms']} ms, seule {found[-1]['alone_p95_ms']} ms"
        print(told, file=sys.stderr, flush=True)
        if found[-1]["alone_p95_ms"] > marks.PAGE_P95_MS and profiling.wanted():
            with profiling.of("page-" + re.sub(r"\W+", "-", name).strip("-"), space.pids("web")["web"]):
                _page(space, inaya, name, path)
    scale = mean(before, calibrate()).scale
    size = {"documents": DOCUMENTS, "conversations": CONVERSATIONS, "fill_s": filled}
    return {**size, "figures": found, "left": left, "scale": round(scale, 3)}


@dataclass
class Slice:
    times: list[float]
    costs: list[float]  # CPU of each request, of web and database
    alone: list[float]  # the times, less what was spent waiting for a core that others held
    used: processes.Spent
    other: float  # cores that other programs used meanwhile
    weight: int


def _page(space: Space, inaya: Browser, name: str, path: str) -> dict[str, Any]:
    """By slices; when other programs were busy during some, a few more are made, and the quietest ones are kept."""
    groups = space.pids("web", "postgres", "worker")
    for _ in range(WARM):
        inaya.call("GET", path)
    slices: list[Slice] = []
    while len(slices) < SLICES + SPARE and sum(one.other < QUIET for one in slices) < SLICES:
        slices.append(_slice(inaya, path, groups))
    kept = sorted(slices, key=lambda one: one.other)[:SLICES]
    times = [time for one in kept for time in one.times]
    used = {group: sum(sum(one.used[group]) for one in kept) * 1000 / len(times) for group in ("web", "postgres")}
    cut = statistics.quantiles(times, n=100)
    costs = statistics.quantiles([cost for one in kept for cost in one.costs], n=100)
    alone = statistics.quantiles([time for one in kept for time in one.alone], n=100)
    return {
        "page": name,
        "p50_ms": round(cut[49], 1),
        "p95_ms": round(cut[94], 1),
        "p99_ms": round(cut[98], 1),
        "alone_p95_ms": round(alone[94], 1),
        "cpu_p95_ms": round(costs[94], 1),
        "cpu_ms": round(sum(used.values()), 1),
        "cpu_web_ms": round(used["web"], 1),
        "cpu_postgres_ms": round(used["postgres"], 1),
        "bytes": kept[0].weight,
        "other_cores": [round(one.other, 2) for one in slices],
        "load": processes.load(),
    }


def _slice(inaya: Browser, path: str, groups: dict[str, int]) -> Slice:
    times: list[float] = []
    costs: list[float] = []
    alone: list[float] = []
    weight = 0
    server, client = processes.family({name: groups[name] for name in ("web", "postgres")}), {os.getpid()}
    before, machine = processes.spent(groups), processes.machine()
    own, began = time.process_time(), time.perf_counter()
    for _ in range(TIMES // SLICES):
        (ran, waited), (_, ours) = processes.precise(server), processes.precise(client)
        asked = time.perf_counter()
        status, body = inaya.call("GET", path)
        times.append((time.perf_counter() - asked) * 1000)
        (ran_after, waited_after), (_, ours_after) = processes.precise(server), processes.precise(client)
        costs.append((ran_after - ran) * 1000)
        alone.append(max(costs[-1], times[-1] - (waited_after - waited + ours_after - ours) * 1000))
        weight = len(body)
        if status != 200:
            raise SystemExit(f"{path} a répondu {status}.")
    wall = time.perf_counter() - began
    used = processes.since(before, processes.spent(groups))
    known = processes.total(used) + time.process_time() - own
    return Slice(times, costs, alone, used, (processes.machine() - machine - known) / wall, weight)


def _paths(space: Space, inaya: Browser) -> tuple[dict[str, str], dict[str, str]]:
    """Every page of the usager that is read with GET: by its form, an address of hers. And those left out, with why."""
    os.environ.update(json.loads((space.data / "run" / "environnement.json").read_text()))
    import django

    django.setup()
    from ens.web.usager.urls import urlpatterns

    found: dict[str, str] = {}
    left: dict[str, str] = {}
    for pattern in urlpatterns:
        form = str(pattern.pattern)
        if "<" in form:
            continue
        status, _ = inaya.call("GET", f"/{form}")
        if status == 200:
            found[form] = f"/{form}"
        else:
            left[form] = f"répond {status} à GET"
    pages: dict[str, bytes] = {}
    for form, (where, link) in LINKED.items():
        if where not in pages:
            pages[where] = inaya.call("GET", where)[1] if where.startswith("/") else b""
        links = sorted(set(re.findall(link.encode(), pages[where])))
        if not links:
            left[form] = "aucun lien trouvé"
            continue
        found[form] = _fullest(inaya, links) if form == "messages/<fil>/" else links[0].decode()
        pages[{"messages/<fil>/": "fil", "documents/<document>/": "document"}.get(form, form)] = inaya.call(
            "GET", found[form]
        )[1]
    return found | EXTRA, left


def _fullest(inaya: Browser, links: list[bytes]) -> str:
    """A conversation with a file joined: one in three has one."""
    for link in links[:30]:
        if b"/messages/pieces/" in inaya.call("GET", link.decode())[1]:
            return link.decode()
    return links[0].decode()


def _signed_in(space: Space, key: str) -> Browser:
    demo = space.demo
    browser = Browser(demo["base_url"])
    entry = next(one["entry"] for one in demo["personas"] if one["key"] == key)
    status, _ = browser.call("POST", entry)
    if status != 303:
        raise SystemExit(f"{entry} a répondu {status}.")
    return browser


def _file_documents(space: Space) -> None:
    demo = space.demo
    doctor = next(one for one in demo["professionals"] if one["key"] == "dupond")
    person = next(one for one in demo["usagers"] if one["key"] == "inaya")
    base, token = urlsplit(demo["fhir_base"]), urlsplit(demo["token_url"])
    connection = http.client.HTTPConnection(base.hostname or "", base.port)
    given = {"grant_type": "client_credentials"} | {name: doctor[name] for name in ("client_id", "client_secret")}
    connection.request("POST", token.path, urlencode(given), {"Content-Type": "application/x-www-form-urlencoded"})
    bearer = json.loads(connection.getresponse().read())["access_token"]
    headers = {"Authorization": f"Bearer {bearer}", "Content-Type": "application/fhir+json"}
    drawn = random.Random(3)
    first = datetime.fromisoformat("2015-03-02T10:11:12+01:00")
    for rank in range(DOCUMENTS):
        kind = drawn.randrange(len(TYPES))
        bundle = pdsm_bundle(
            f"{person['oid']}|{person['matricule']}",
            pdf(50_000),
            type_code=TYPES[kind],
            title=f"{TITLES[kind]} {rank + 1}",
            when=(first + timedelta(days=8 * rank)).isoformat(),
        )
        connection.request("POST", base.path, json.dumps(bundle), headers)
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise SystemExit(f"Un dépôt a répondu {answer.status} : {body[:300]!r}")


def _send_messages(space: Space) -> None:
    demo = space.demo
    operator, smtp = demo["operators"][0], demo["smtp"]
    address = next(one["address"] for one in demo["usagers"] if one["key"] == "inaya")
    context = ssl.create_default_context(cafile=smtp["ca"])
    context.load_cert_chain(operator["cert"], operator["key"])
    content = pdf(50_000)
    with smtplib.SMTP(smtp["host"], smtp["port"], local_hostname="localhost", timeout=60) as door:
        door._host = "localhost"  # the name its certificate is checked against
        door.starttls(context=context)
        for rank in range(CONVERSATIONS):
            mail = EmailMessage()
            mail["From"], mail["To"] = f"cabinet-{rank % 40}@{operator['domain']}", address
            mail["Subject"], mail["Message-ID"] = f"Votre suivi n° {rank + 1}", make_msgid(domain=operator["domain"])
            mail.set_content("Bonjour,\n\nVoici le compte rendu de notre rendez-vous.\n\nBien à vous.\n")
            if rank % 3 == 0:
                mail.add_attachment(content, maintype="application", subtype="pdf", filename="Compte rendu.pdf")
            door.send_message(mail)

