"""Letters drawn in one batch, PDF/UA: ours by typst, beside the same words by WeasyPrint when it is installed.

Nothing of a space runs: what is measured is the drawing, QR codes included. WeasyPrint is not a dependency; where its
command is not found, the reference says so. ``WEASYPRINT`` names a Python that has it.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

import space

LETTERS, OF_REFERENCE = 1_000, 100
LAST_NAMES = ("MARTIN", "BERNARD", "PETIT", "ROBERT", "RICHARD", "DURAND", "LEROY")
ENVIRONMENT = {
    "DJANGO_SETTINGS_MODULE": "ens.config.settings",
    "ENS_DATABASE_URL": "postgresql://personne:rien@127.0.0.1:1/ens",
}


def measure() -> dict[str, Any]:
    """Letters a second, by wall clock and by CPU."""
    with space.temporary() as folder:
        (folder / "secrets").mkdir()
        for name in ("maitresse-1", "recherche", "codes", "signature", "django"):
            (folder / "secrets" / name).write_bytes(os.urandom(32))
        os.environ.update(ENVIRONMENT, ENS_DATA=str(folder), ENS_SECRETS=str(folder / "secrets"))
        import django

        django.setup()
        ours = _ours()
        reference = _reference(folder)
    measured: dict[str, Any] = {"lettres": LETTERS, **ours, "weasyprint": reference}
    if "cpu_ms_par_lettre" in reference:
        measured["rapport_cpu"] = round(reference["cpu_ms_par_lettre"] / ours["cpu_ms_par_lettre"], 1)
    return measured


def _ours() -> dict[str, Any]:
    from ens.connectors.courrier.rendering import Sender, draw

    sender = Sender("Mon espace santé", ("Service d’information", "TSA 00000", "00000 Ville Cedex"))
    draw(_told(10), sender)  # fonts read
    wall, cpu = time.perf_counter(), time.process_time()
    printed = draw(_told(LETTERS), sender)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return {
        "lettres_par_s": round(LETTERS / wall),
        "cpu_ms_par_lettre": round(cpu * 1000 / LETTERS, 2),
        "pages": sum(printed.pages),
        "octets_par_lettre": len(printed.pdf) // LETTERS,
    }


def _told(number: int) -> Any:
    from uuid import UUID

    from ens.enrolment.notices import Notice, Told, in_words, link
    from ens.identity.addressing import Reached

    last_day = date(2026, 2, 16)
    found = []
    for rank in range(number):
        name = f"Madame Louise {LAST_NAMES[rank % len(LAST_NAMES)]} {rank}"
        whom = Reached(name, "", "F", "", (f"{rank} rue des Lilas", "44000 NANTES"))
        code = f"{rank % 1000:03d}K 4TXP 9HVN".replace("0", "7").replace("1", "8")
        text = (
            "Mon espace santé est votre carnet de santé numérique. Il est gratuit et n’est pas obligatoire.",
            f"Scannez ce QR code ou allez sur **{link()}**, puis saisissez le code {code} et votre date de naissance.",
            f"Vous avez 42 jours, jusqu’au **{in_words(last_day, with_weekday=True)}** inclus, pour choisir :",
        )
        reference = f"7F3A29C1B0-{rank:05d}-TXP9H"
        found.append(Notice(UUID(int=rank), reference, whom, (name, *whom.address), "Madame,", "", code, text, ""))
    return Told("À vous de choisir", date(2026, 1, 5), last_day, link(), "3422", "de 8 h à 17 h", False, tuple(found))


_DRAW = """
import sys, time, pathlib, weasyprint
html = pathlib.Path(sys.argv[1]).read_text("utf-8")
weasyprint.HTML(string="<p>a</p>").write_pdf(pdf_variant="pdf/ua-1")
began, cpu = time.perf_counter(), time.process_time()
document = weasyprint.HTML(string=html).render(pdf_variant="pdf/ua-1")
data = document.write_pdf(pdf_variant="pdf/ua-1")
print(time.perf_counter() - began, time.process_time() - cpu, len(document.pages), weasyprint.__version__)
"""


def _reference(folder: Path) -> dict[str, Any]:
    """The same words, boxes and drawings, as one HTML document of as many pages."""
    from ens.connectors.courrier.rendering import Sender, described

    python = os.environ.get("WEASYPRINT", "")
    if not python:
        return {"absent": "WeasyPrint n'est pas là : WEASYPRINT=/chemin/bin/python nomme un Python qui l'a"}
    data = described(_told(OF_REFERENCE), Sender("Mon espace santé", ("Service d’information", "00000 Ville Cedex")))
    path = folder / "lettres.html"
    path.write_text(_html(data), "utf-8")
    with tempfile.TemporaryDirectory(dir=folder) as where:
        command = [python, "-c", _DRAW, str(path)]
        done = subprocess.run(command, capture_output=True, text=True, cwd=where, timeout=600, check=False)
    if done.returncode:
        return {"absent": done.stderr.strip().splitlines()[-1][:200]}
    wall, cpu, pages, version = done.stdout.split()
    return {
        "version": version,
        "lettres": OF_REFERENCE,
        "lettres_par_s": round(OF_REFERENCE / float(wall), 1),
        "cpu_ms_par_lettre": round(float(cpu) * 1000 / OF_REFERENCE, 2),
        "pages": int(pages),
    }


def _html(data: dict[str, Any]) -> str:
    style = (
        "@page{size:A4;margin:15mm 20mm}body{font:11pt sans-serif}.page{break-after:page}.cadre{display:flex;gap:6mm;"
        "border:1px solid #006a6f;border-radius:3mm;padding:4mm}.fenetre{margin:20mm 0 20mm 85mm}"
        "svg{width:30mm;height:30mm}"
    )
    pages = []
    for one in data["lettres"]:
        body = []
        for block in one["blocs"]:
            if block["genre"] == "code":
                body.append(f'<div class="cadre">{data["qr_site"]}<p>{one["code"]}<br>{block["texte"]}</p></div>')
            elif block["genre"] == "choix":
                body += [f'<div class="cadre"><b>{it["titre"]}</b> {it["texte"]}</div>' for it in data["choix"]]
            else:
                body.append(f"<p>{block['texte']}</p>")
        address = "<br>".join([one["reference"], *one["lignes"]])
        slip = "".join(f"<p>{text}</p>" for text in data["coupon"])
        pages.append(
            f'<section class="page"><p>{data["service"]}</p><p class="fenetre">{address}</p><p>Le {data["date"]}</p>'
            f'<h1>{data["titre"]}</h1><p>{one["civilite"]}</p>{"".join(body)}<p>{"<br>".join(data["pied"])}</p></section>'
            f'<section class="page"><h2>Coupon-réponse</h2>{slip}<div class="cadre"><p>{one["dit_coupon"]}</p>'
            f"{one['qr_coupon']}</div></section>"
        )
    head = f'<head><meta charset="utf-8"><title>{data["titre"]}</title><style>{style}</style></head>'
    return f'<!doctype html><html lang="fr">{head}<body>{"".join(pages)}</body></html>'


def table(measured: dict[str, Any]) -> list[str]:
    ours = (
        f"Courriers, {measured['lettres']} lettres de deux pages en un lot (PDF/UA) : {measured['lettres_par_s']} /s, "
        f"{measured['cpu_ms_par_lettre']} ms CPU par lettre, {measured['octets_par_lettre']} octets"
    )
    reference = measured["weasyprint"]
    if "absent" in reference:
        return ["", f"{ours} ; WeasyPrint : {reference['absent']}"]
    theirs = (
        f"WeasyPrint {reference['version']}, {reference['lettres']} lettres : {reference['lettres_par_s']} /s, "
        f"{reference['cpu_ms_par_lettre']} ms ; rapport × {measured['rapport_cpu']} (repère × 6)"
    )
    return ["", f"{ours} ; {theirs}"]
