"""One page for each error code, made from the errors and from the tables of the faces.

``python -m tests.consistency.codes`` writes ``docs/interop/codes``; a test compares.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
from pathlib import Path

from ens.kernel.errors import EnsError, Family

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "interop" / "codes"
FAMILIES = {
    Family.ABSENT: (
        "absent",
        "Il n'y a rien à cet endroit, ou rien que vous puissiez connaître : les deux se disent de la même façon.",
        "Vérifiez l'identifiant. Recommencer sans rien changer donnera la même réponse.",
    ),
    Family.REFUSED: (
        "refus",
        "L'acte n'est pas permis à qui le demande.",
        "Recommencer sans rien changer donnera la même réponse : il manque un droit, une identité ou une autorisation.",
    ),
    Family.CONFLICT: (
        "conflit",
        "L'acte est correct en lui-même, mais contraire à ce qui est déjà là.",
        "Relisez l'état présent avant de décider d'un nouvel envoi.",
    ),
    Family.MALFORMED: (
        "forme",
        "Ce qui a été envoyé ne peut pas être compris, ou se contredit.",
        "Corrigez l'envoi. Rien n'a été enregistré.",
    ),
    Family.UNAVAILABLE: (
        "indisponible",
        "La demande est peut-être bonne : une partie du service ne répond pas.",
        "Recommencez plus tard, en espaçant les essais. Rien n'a été enregistré.",
    ),
}

# of a code whose family's advice would be untrue
ADVICE = {
    "issue_inconnue": "Recommencez le même envoi, sans rien y changer : déjà enregistré, il ne le sera pas deux fois.",
}


def errors() -> list[type[EnsError]]:
    """Every named error of the product, all its modules imported. Django must be set up."""
    import ens
    from ens.kernel.errors import named_errors

    for module in pkgutil.walk_packages(ens.__path__, "ens."):
        if ".migrations" not in module.name and not module.name.endswith(("__main__", "wsgi")):
            importlib.import_module(module.name)
    return [error for error in named_errors() if error.__module__.startswith("ens.")]


def pages() -> dict[str, str]:
    """Each code's page, and their list. Packages that answer alike share a code; each has its sentence."""
    by_code: dict[str, list[type[EnsError]]] = {}
    for error in errors():
        by_code.setdefault(error.code, []).append(error)
    return {"README": _list(by_code), **{code: _page(sharing) for code, sharing in by_code.items()}}


def _list(by_code: dict[str, list[type[EnsError]]]) -> str:
    rows = [f"| [`{code}`]({code}.md) | {by_code[code][0].message} |" for code in sorted(by_code)]
    head = "Le code est stable ; la phrase peut être améliorée. Entre accolades : un fait propre au cas."
    return "\n".join(["# Codes", "", head, "", "| code | phrase |", "| --- | --- |", *rows, ""])


FHIR_PAGE = FOLDER.parent / "fhir.md"
START, END = "<!-- refus -->\n", "<!-- fin -->"


def with_refusals(page: str) -> str:
    """The page on FHIR, its table of refusals made from what the face offers."""
    before, _, rest = page.partition(START)
    return before + START + refusals() + END + rest.partition(END)[2]


def refusals() -> str:
    """Each status of the FHIR face, its codes, each with its page."""
    from ens.interop.fhir import outcome
    from ens.interop.fhir.offer import OF_ANY_ADDRESS, OFFER, codes_of

    told = {code for shape, address in OFFER.items() for method in address.methods for code in codes_of(shape, method)}
    by_status: dict[int, list[str]] = {}
    for code in sorted({*told, *OF_ANY_ADDRESS}):
        by_status.setdefault(outcome.answer_of(code)[0], []).append(f"[`{code}`](codes/{code}.md)")
    rows = [f"| {status} | {', '.join(codes)} |" for status, codes in sorted(by_status.items())]
    return "\n".join(["| statut | codes |", "| --- | --- |", *rows, ""])


def _page(sharing: list[type[EnsError]]) -> str:
    from ens.interop.fhir import outcome
    from ens.interop.smtp import replies
    from ens.web.common.errors import page_for

    error = sharing[0]
    sentences = sorted({found.message for found in sharing})
    family, meaning, advice = FAMILIES[error.family]
    status, kind = outcome.CODES.get(error.code, outcome.FAMILIES[error.family])
    smtp = replies.BY_CODE.get(error.code) or replies.BY_FAMILY[error.family]
    shown = page_for(error)
    return "\n".join(
        (
            f"# `{error.code}`",
            "",
            "\n>\n".join(f"> {sentence}" for sentence in sentences),
            "",
            f"{meaning} {ADVICE.get(error.code, advice)}",
            "",
            *_for_who_wrote(error.code),
            "| | |",
            "| --- | --- |",
            f"| famille | {family} |",
            f"| FHIR | HTTP {status}, `OperationOutcome.issue.code` = `{kind}` |",
            f"| courrier (SMTP) | `{smtp} {error.code}` |",
            f"| page | HTTP {shown.status}, « {shown.title} » |",
            "",
            "Une réponse n'est donnée que par les portes où le cas peut se présenter. Entre accolades : un fait",
            "propre au cas. Le code est stable ; la phrase peut être améliorée.",
            "",
        )
    )


def _for_who_wrote(code: str) -> tuple[str, ...]:
    """What a professional whose message came back reads (B13)."""
    from ens.messaging.explained import EXPLAINED

    told = EXPLAINED.get(code)
    if told is None:
        return ()
    return (
        f"## {told.title}",
        "",
        f"**Ce qui s'est passé.** {told.happened}",
        "",
        f"**Ce que vous pouvez faire.** {told.to_do}",
        "",
        f"*In English: {told.english}*",
        "",
        *(_reasons() if code == "message_illisible" else ()),
        f"Cette page est aussi à l'adresse `/aide/courrier/{code}/` de l'espace, qui termine la réponse.",
        "",
        "## Pour les logiciels",
        "",
    )


def _reasons() -> tuple[str, ...]:
    """What a message may be refused for, as its reply says it in each language."""
    from ens.messaging.unreadable import OF_A_MESSAGE, of_an_archive
    from ens.standards.xdm.errors import XdmError

    found = (*OF_A_MESSAGE, *(of_an_archive(error) for error in XdmError.__subclasses__()))
    return (
        "La réponse dit la raison dans les deux langues :",
        "",
        *("| raison | reason |", "| --- | --- |"),
        *(f"| {one.french} | {one.english} |" for one in found),
        "",
    )


def main() -> int:
    FOLDER.mkdir(parents=True, exist_ok=True)
    wanted = {f"{code}.md": text for code, text in pages().items()}
    for path in FOLDER.glob("*.md"):
        if path.name not in wanted:
            path.unlink()
    for name, text in wanted.items():
        (FOLDER / name).write_text(text, "utf-8")
    FHIR_PAGE.write_text(with_refusals(FHIR_PAGE.read_text("utf-8")), "utf-8")
    print(f"{len(wanted)} pages dans {FOLDER}")
    return 0


if __name__ == "__main__":
    import tests.conftest  # noqa: F401 - sets Django up on the same empty space as the tests

    sys.exit(main())
