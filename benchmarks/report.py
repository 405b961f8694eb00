"""The table and the summary, in French: figures beside their marks."""

from __future__ import annotations

from typing import Any

import letters
import marks
import uniformity
from pages import SLICES

import enrolment

Measured = dict[str, Any]
UNTOLD = {"start", "enrolment", "courriers", "uniformite"}  # parts whose table may be all there is to say
PROCESSES = (("web", "web"), ("postgres", "base"), ("worker", "worker"))


def table(measured: Measured) -> list[str]:
    machine, calibration = measured["machine"], measured["calibration"]
    lines = [
        (
            f"Machine : {machine['cores']} cœurs, charge {machine['load']}, {machine['file_system']}, "
            f"écriture synchronisée de 50 ko {machine['synced_write_50kb_ms']} ms ; étalonnage SHA-256 "
            f"{calibration['sha256_1gib_s']} s, carrés {calibration['sum_s']} s (échelle × {calibration['scale']:.2f})"
        )
    ]
    if machine["file_system"] == "tmpfs":
        lines.append("Attention : dossier en mémoire, rien n'y est durable. Donnez TMPDIR sur un disque.")
    if "start" in measured:
        start = measured["start"]
        lines.append(
            f"Démarrage : premier {start['premier_s']} s, second {start['second_s']} s ; arrêt {start['arret_s']} s"
        )
    for part in ("fhir", "volume"):
        for stage in measured.get(part, {}).get("stages", ()):
            lines += documents(stage)
        lines += grown(measured.get(part, {}).get("growth", {}))
    if "mail" in measured:
        lines += mail(measured["mail"])
    if "enrolment" in measured:
        lines += enrolment.table(measured["enrolment"])
    if "courriers" in measured:
        lines += letters.table(measured["courriers"])
    if "pages" in measured:
        lines += pages(measured["pages"])
    if "uniformite" in measured:
        lines += uniformity.table(measured["uniformite"])
    return lines


def documents(part: Measured) -> list[str]:
    lines = [
        "",
        f"Documents au dossier : {part['on_record']} (remplis en {part['fill_s']:.0f} s).",
        "CPU : web + base, en ms par acte, brut puis ramené à la référence ; après : ce que le worker fait ensuite.",
        (
            f"{'acte':<12}{'clients':>7}{'/s':>8}{'p50':>8}{'p95':>8}{'p99':>8}{'brut':>8}{'ramené':>8}"
            f"{'web':>7}{'base':>7}{'noyau':>7}{'après':>7}{'charge':>8}  repère"
        ),
    ]
    for figure in part["figures"]:
        by = figure["cpu_by_process"]
        shares = [by[name]["program"] + by[name]["kernel"] for name in ("web", "postgres")]
        kernel = sum(by[name]["kernel"] for name in ("web", "postgres"))
        after = by["worker"]["program"] + by["worker"]["kernel"]
        mark = marks.DOCUMENTS[figure["workload"]]
        words = marks.verdict(figure["cpu_ms_scaled"], mark.first, mark.aim, figure["other_cores"][0])
        if mark.medplum:
            words += f" ; Medplum {mark.medplum:g}, tracé {mark.medplum_traced:g}"
        if figure["errors"]:
            words += f" ; {figure['errors']} ERREURS : {figure['first_error']}"
        name = figure["workload"] + (f"/{figure['drawn']}" if "drawn" in figure else "")
        lines.append(
            f"{name:<12}{figure['clients']:>7}{figure['ops_per_s']:>8}{figure['p50_ms']:>8}"
            f"{figure['p95_ms']:>8}{figure['p99_ms']:>8}{figure['cpu_ms']:>8.2f}{figure['cpu_ms_scaled']:>8.2f}"
            f"{shares[0]:>7.2f}{shares[1]:>7.2f}{kernel:>7.2f}{after:>7.2f}{figure['other_cores'][0]:>8}  {words}"
        )
    return lines + disk(part["disk"])


def disk(found: Measured) -> list[str]:
    told = [
        f"{name.partition('_')[2]} {one['table']} + {one['indexes']} d'index" for name, one in found["by_table"].items()
    ]
    base = f"base {found['database']} ({', '.join(told)})"
    return [f"Octets par document : {base} ; contenu {found['store']} sur disque."]


def grown(found: dict[str, Measured]) -> list[str]:
    lines = []
    for workload, one in found.items():
        if len(one["ratios"]) > 1:
            told = ", ".join(f"{int(size):,} × {ratio:g}".replace(",", " ") for size, ratio in one["ratios"].items())
            last = list(one["ratios"].values())[-1]
            words = marks.verdict(last, marks.GROWTH_FIRST, marks.GROWTH_AIM)
            if one["other_cores"] > marks.BUSY_CORES:  # noise goes both ways in a ratio
                words = marks.BUSY
            lines.append(f"Croissance du CPU, {workload} : {told} ({words})")
    return ["", *lines] if lines else []


def mail(part: Measured) -> list[str]:
    lines = [
        "",
        f"Courrier, PDF de 50 ko, TLS mutuel. CPU en ms par message, brut (échelle × {part['scale']:.2f}).",
        (
            f"{'serveur':<17}{'connexions':>10}{'reçus/s':>9}{'rangés/s':>9}{'p50':>8}{'p95':>8}{'p99':>8}{'CPU':>7}"
            f"{'après':>7}{'charge':>8}"
        ),
    ]
    for one in part["figures"]:
        after = sum(one["cpu_by_process"].get("worker", {}).values())
        errors = f"  {one['errors']} ERREURS : {one['first_error']}" if one["errors"] else ""
        lines.append(
            f"{one['server']:<17}{one['clients']:>10}{one['accepted_per_s']:>9}{one['delivered_per_s']:>9}{one['p50_ms']:>8}"
            f"{one['p95_ms']:>8}{one['p99_ms']:>8}{one['cpu_ms']:>7.2f}{after:>7.2f}{one['load']:>8}{errors}"
        )
    if part["absent"]:
        lines.append(part["absent"])
    return lines


def pages(part: Measured) -> list[str]:
    lines = [
        "",
        (
            f"Pages de l'usager, {part['documents']} documents et {part['conversations']} conversations (remplis en "
            f"{part['fill_s']} s) ; repère : p95 sous {marks.PAGE_P95_MS} ms, lu sans l'attente d'un cœur pris par"
        ),
        f"d'autres (« seule »). CPU brut (échelle × {part['scale']:.2f}).",
        (
            f"{'page':<36}{'p50':>8}{'p95':>8}{'p99':>8}{'seule':>8}{'CPU':>8}{'CPU p95':>9}{'web':>8}{'base':>8}"
            f"{'octets':>9}{'autres':>8}"
        ),
    ]
    for one in sorted(part["figures"], key=lambda one: -one["alone_p95_ms"]):
        over = "  au-dessus" if one["alone_p95_ms"] > marks.PAGE_P95_MS else ""
        lines.append(
            f"{one['page']:<36}{one['p50_ms']:>8}{one['p95_ms']:>8}{one['p99_ms']:>8}{one['alone_p95_ms']:>8}"
            f"{one['cpu_ms']:>8}{one['cpu_p95_ms']:>9}{one['cpu_web_ms']:>8}{one['cpu_postgres_ms']:>8}"
            f"{one['bytes']:>9}{_kept(one):>8}{over}"
        )
    lines += [f"non mesurée : {name}, {why}" for name, why in part["left"].items()]
    return lines


def _kept(one: Measured) -> float:
    """Cores that other programs used during the noisiest slice kept: above 0.5, the times say more of them."""
    return float(sorted(one["other_cores"])[:SLICES][-1])


def summary(measured: Measured) -> str:
    told = []
    stages = measured.get("volume", measured.get("fhir", {})).get("stages", ())
    last = stages[-1] if stages else None
    if last:
        told.append(f"{last['on_record']:,} documents".replace(",", " "))
    for figure in _at_eight(last):
        mark = marks.DOCUMENTS[figure["workload"]]
        told.append(f"{figure['workload']} {figure['cpu_ms_scaled']:.2f} ms" + _against(figure, mark))
        if figure["workload"] == "bundle":
            rate = figure["ops_per_s"]
            told.append(f"{rate:g} dépôts/s durables ({rate / marks.FRANCE_PER_S:.1f} × la France de 2025)")
            told.append(_where(figure, last or {}))
    for workload, one in measured.get("volume", {}).get("growth", {}).items():
        busy = f" ({marks.BUSY})" if one["other_cores"] > marks.BUSY_CORES else ""
        told.append(f"{workload} × {list(one['ratios'].values())[-1]:g} depuis {next(iter(one['ratios']))}{busy}")
    told += _mail_told(measured.get("mail"))
    told += _pages_told(measured.get("pages"))
    if "uniformite" in measured:
        told += uniformity.told(measured["uniformite"])
    nothing = "tout est dans le tableau" if UNTOLD & set(measured) else "rien de mesuré"
    return "Résumé : " + ("; ".join(told) or nothing)


def _against(figure: Measured, mark: marks.Mark) -> str:
    words = marks.verdict(figure["cpu_ms_scaled"], mark.first, mark.aim, figure["other_cores"][0])
    return f" ({words})" if words else ""


def _mail_told(part: Measured | None) -> list[str]:
    if part is None:
        return []
    most = part["figures"][-1]["clients"]
    ours = next(one for one in part["figures"] if one["clients"] == most)
    told = f"courrier {ours['delivered_per_s']:g} messages/s, {ours['cpu_ms'] * part['scale']:.2f} ms"
    ratio = part["ratios"].get(str(most))
    if ratio is None:
        return [f"{told} (référence non mesurée)"]
    held = "visé 1 atteint" if ratio["filed"] >= marks.MAIL_AIM else "repère 0,6 "
    held += "" if ratio["filed"] >= marks.MAIL_AIM else ("tenu" if ratio["filed"] >= marks.MAIL_FIRST else "manqué")
    return [f"{told}, {ratio['filed']:g} × Postfix + Dovecot ({held}), CPU × {ratio['cpu']:g}"]


def _where(figure: Measured, stage: Measured) -> str:
    """Where the time of a deposit goes: by process, and what one client waits for beyond the processor."""
    by = {name: figure["cpu_by_process"][name] for name in ("web", "postgres", "worker")}
    whole = sum(sum(one.values()) for one in by.values()) or 1
    shares = {name: round(100 * sum(one.values()) / whole) for name, one in by.items()}
    kernel = round(100 * sum(one["kernel"] for one in by.values()) / whole)
    told = ", ".join(f"{word} {shares[name]} %" for name, word in PROCESSES) + f", dont noyau {kernel} %"
    alone = next((one for one in stage["figures"] if one["workload"] == "bundle" and one["clients"] == 1), None)
    if alone is None:
        return f"CPU d'un dépôt : {told}"
    waits = max(0.0, alone["p50_ms"] - alone["cpu_ms"])
    return f"CPU d'un dépôt : {told}, et {waits:.1f} ms d'attente sur {alone['p50_ms']} pour un client seul"


def _pages_told(part: Measured | None) -> list[str]:
    if part is None:
        return []
    over = [one["page"] for one in part["figures"] if one["alone_p95_ms"] > marks.PAGE_P95_MS]
    slowest = max(part["figures"], key=lambda one: one["alone_p95_ms"])
    held = f"au-dessus de {marks.PAGE_P95_MS} ms : {', '.join(over)}" if over else "toutes sous le repère"
    return [f"pages : {slowest['page']} p95 {slowest['alone_p95_ms']:g} ms au plus, {held}"]


def _at_eight(part: Measured | None) -> list[Measured]:
    """The figures compared with the reference are those of most clients."""
    figures = [figure for figure in part["figures"] if "drawn" not in figure] if part else []
    most = max((figure["clients"] for figure in figures), default=0)
    return [figure for figure in figures if figure["clients"] == most]
