"""The ``ens`` command."""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

from ens.cli.doubts import ACTIONS as DOUBTS
from ens.cli.refusals import CommandRefused, refused_when_stopped
from ens.cli.space import Address, Space
from ens.config.environment import MissingSetting, export_file
from ens.kernel.starting import sparing_the_collector

REFUSED = 2
IMPORTED = ("population", "annuaire", "engagement", "operateurs", "revocations", "dmp", "catalogue")
ACCESS = "dire, une fois, un nouveau mot de passe et le secret de l'application de codes"

CAMPAIGNS = ("creer", "modifier", "calendrier", "pause", "reprise", "arret", "poste", "perdu")

def main(arguments: list[str] | None = None) -> int:
    """Exit codes: 0 done, 2 refused with one sentence."""
    options = _parser().parse_args(arguments)
    try:
        export_file()
        code: int = options.perform(options)
        return code
    except (CommandRefused, MissingSetting) as refusal:
        if options.json:
            print(json.dumps({"error": str(refusal)}, ensure_ascii=False))
        print(refusal, file=sys.stderr)
        return REFUSED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="ens", description="Un espace numérique de santé.")
    commands = parser.add_subparsers(required=True, metavar="COMMANDE")

    def command(name: str, perform: Any, words: str, *, data: bool = True) -> argparse.ArgumentParser:
        found = commands.add_parser(name, help=words, description=words)
        found.add_argument("--json", action="store_true", help="répondre par un objet JSON")
        if data:
            found.add_argument(
                "--data", type=Path, default=Path("var"), metavar="DIR", help="dossier de l'espace (var)"
            )
        found.set_defaults(perform=perform)
        return found

    up = command("up", _up, "Démarrer l'espace, et le garder en marche.")
    up.add_argument("--demo", action="store_true", help="avec des personnes fictives, sur cette machine seulement")
    up.add_argument("--http", default="127.0.0.1:8000", metavar="HOTE:PORT")
    up.add_argument("--smtp", default="127.0.0.1:2525", metavar="HOTE:PORT")
    clock = command("clock", _clock, "Avancer l'horloge de la démonstration, et faire ce qui arrive à échéance.")
    clock.add_argument("by", metavar="+42d", help="durée : +42d, +12h, +30m")
    crowd = command("crowd", _crowd, "Ajouter des usagers à la démonstration.")
    crowd.add_argument("number", type=int, metavar="N")
    backup = command("backup", _backup, "Sauvegarder l'espace, même en marche ; ses clés à part.")
    backup.add_argument("target", type=Path, metavar="DIR2", help="dossier de la sauvegarde, toujours le même")
    restore = command("restore", _restore, "Faire un nouvel espace d'une sauvegarde, dans un dossier neuf (--data).")
    restore.add_argument("target", type=Path, metavar="DIR2", help="dossier de la sauvegarde")
    for one in (backup, restore):
        one.add_argument("--keys", type=Path, metavar="DIR", help="dossier des clés (DIR2-cles)")
    restore.add_argument(
        "--suppressions", metavar="PLACE", help="registre des suppressions de l'espace d'origine, s'il a été déplacé"
    )
    delete = command("delete", _delete, "Supprimer pour toujours les espaces de qui l'a demandé.")
    delete.add_argument("file", type=Path, metavar="FICHIER", help="une ligne oid|matricule par personne")
    delete.add_argument("--definitif", action="store_true", help="le faire, et pas seulement le dire")
    command("migrate", _migrate, "Mettre à jour le schéma d'une base extérieure (ENS_DATABASE_OWNER_URL).", data=False)
    load = command("import", _inside("ens.cli.imports"), "Importer population, annuaire, anciens DMP…")
    load.add_argument("what", choices=IMPORTED)
    load.add_argument(
        "--disparitions", action="store_true", help="annuaire, operateurs : beaucoup de lignes peuvent disparaître"
    )
    load.add_argument("--essai", action="store_true", help="operateurs : la liste de ceux qui sont en test")
    load.add_argument("file", type=Path, metavar="FICHIER", help="dmp : le dossier de la livraison")
    load.add_argument("--dry-run", action="store_true", help="population, dmp : dire ce que ferait l'import")
    load.add_argument("--refus", type=Path, metavar="FICHIER", help="population, dmp : où écrire les lignes refusées")
    load.add_argument("--rapprocher", action="store_true", help="dmp : comparer les comptes, avant et après")
    campaign = command("campagne", _campaign, "Créer ou changer une campagne, voir son calendrier, mener ses vagues.")
    campaign.add_argument("action", choices=CAMPAIGNS)
    campaign.add_argument("names", nargs="*", metavar="NOM", help="fichier TOML ; campagne, vague ; ou lot")
    letters = command("courriers", _inside("ens.cli.letters"), "Ce qui revient : plis, coupons-réponse, e-mails.")
    letters.add_argument("action", choices=("pnd", "coupons", "rebonds", "dit"))
    letters.add_argument("files", nargs="*", type=Path, metavar="FICHIER", help="CSV ; PDF ou images ; référence")
    doubts = command("doublons", _inside("ens.cli.doubts"), "Les questions d'un import, et leurs réponses.")
    doubts.add_argument("action", choices=DOUBTS)
    doubts.add_argument("identifier", nargs="?", default="", metavar="ID")
    doubts.add_argument("--compte", default="", metavar="COMPTE", help="le compte de pilotage ou de support qui répond")
    doubts.add_argument("--motif", default="", metavar="TEXTE", help="pour réunir ou séparer")
    funnel = command("funnel", _funnel, "Les chiffres de l'enrôlement, comptés sur les événements datés.")
    funnel.add_argument("--as-of", metavar="AAAA-MM-JJ", help="à la fin de ce jour (maintenant, par défaut)")
    mail = command("messagerie", _inside("ens.cli.ledger"), "Les messages gardés, remis et rejetés, par opérateur.")
    mail.add_argument("--depuis", metavar="AAAA-MM-JJ", help="le premier du mois, par défaut")
    mail.add_argument("--jusqu-au", metavar="AAAA-MM-JJ", help="dernier jour, compris ; aujourd'hui, par défaut")
    trust = command("operateurs", _inside("ens.cli.trust"), "L'espace de confiance de la messagerie, et son état.")
    trust.add_argument("action", nargs="?", default="etat", choices=("etat", "ajouter", "retirer"))
    trust.add_argument("domaine", nargs="?", default="", metavar="DOMAINE")
    trust.add_argument("--nom", default="", metavar="NOM", help="de l'opérateur")
    trust.add_argument("--serveur", default="", metavar="HOTE[:PORT]", help="où va son courrier ; son MX, par défaut")
    trust.add_argument("--jusqu-au", metavar="AAAA-MM-JJ", help="dernier jour, compris")
    trust.add_argument("--essai", action="store_true", help="en test : il n'écrit qu'à l'adresse de test")
    client = command("logiciel", _inside("ens.cli.clients"), "Les logiciels admis à la porte FHIR, et leurs secrets.")
    client.add_argument("action", choices=("liste", "ajouter", "secret", "version", "retirer"))
    client.add_argument("--minimum", default="", metavar="2.10", help="version : la plus ancienne admise")
    client.add_argument("identifiant", nargs="?", default="", metavar="IDENTIFIANT")
    client.add_argument("--nom", default="", metavar="NOM", help="du logiciel")
    client.add_argument("--rpps", default="", metavar="RPPS", help="du professionnel pour qui il parle")
    client.add_argument("--finess", default="", metavar="FINESS", help="ou de l'établissement")
    features = command("fonctions", _inside("ens.cli.features"), "Arrêter une fonction, et la reprendre.")
    features.add_argument("action", nargs="?", default="liste", choices=("liste", "arreter", "reprendre"))
    features.add_argument("fonction", nargs="?", default="", metavar="FONCTION")
    features.add_argument("--motif", default="", metavar="TEXTE", help="la phrase que lira qui la demande")
    agent = command("agent", _agent, "Créer ou fermer le compte d'un agent du support.")
    agent.add_argument("account", metavar="COMPTE")
    agent.add_argument("--nom", metavar="NOM", help="de l'agent, tel que l'historique des personnes le dira")
    agent.add_argument("--retirer", action="store_true", help="le compte ne sert plus, tout de suite")
    agent.add_argument("--acces", action="store_true", help=ACCESS)
    mandate = command("mandat", _inside("ens.cli.mandates"), "Donner ou retirer un territoire à qui pilote.")
    mandate.add_argument("account", metavar="COMPTE")
    mandate.add_argument("--nom", metavar="NOM", help="de la personne : crée son compte s'il n'existe pas")
    mandate.add_argument("--departements", metavar="31,44", help="le territoire")
    mandate.add_argument("--france", action="store_true", help="le territoire entier")
    mandate.add_argument("--evenements", action="store_true", help="ouvre les événements derrière un chiffre")
    mandate.add_argument("--depuis", metavar="AAAA-MM-JJ", help="aujourd'hui, par défaut")
    mandate.add_argument("--jusqu-au", metavar="AAAA-MM-JJ", help="dernier jour, compris")
    mandate.add_argument("--retirer", action="store_true", help="tous ses mandats, tout de suite")
    mandate.add_argument("--acces", action="store_true", help=ACCESS)
    return parser


def _up(options: argparse.Namespace) -> int:
    from ens.cli.up import Wanted, up

    return up(
        Wanted(
            demonstration=options.demo,
            data=options.data,
            http=Address.parse(options.http, "--http"),
            smtp=Address.parse(options.smtp, "--smtp"),
            as_json=options.json,
        )
    )


def _enter(data: Path, *, demonstration: bool = False) -> None:
    """Set Django up on the running space of this folder."""
    settings = Space(data).kept_environment()
    if demonstration and settings["ENS_DEMONSTRATION"] != "1":
        raise CommandRefused("Cette commande ne s'applique qu'à une démonstration.")
    os.environ.update(settings)
    import django

    with sparing_the_collector():
        django.setup()


def _say(options: argparse.Namespace, facts: dict[str, object], sentences: list[str]) -> None:
    if options.json:
        print(json.dumps(facts, ensure_ascii=False))
    else:
        print("\n".join(sentences))


def _duration(text: str) -> timedelta:
    found = re.fullmatch(r"\+(\d{1,5})([dhm])", text)
    if not found:
        raise CommandRefused(
            "La durée s'écrit +42d (jours), +12h (heures) ou +30m (minutes) ; l'horloge ne recule pas."
        )
    unit = {"d": "days", "h": "hours", "m": "minutes"}[found[2]]
    return timedelta(**{unit: int(found[1])})


def _clock(options: argparse.Namespace) -> int:
    by = _duration(options.by)
    _enter(options.data, demonstration=True)
    from ens.config import outgoing
    from ens.config.due import run_due
    from ens.kernel import clock
    from ens.persistence.clock import advance

    outgoing.choose()
    advance(by)
    done = run_due()
    now = clock.now().astimezone(clock.PARIS)
    _say(
        options,
        {"now": now.isoformat(), "done": done},
        [f"Il est maintenant le {now:%d/%m/%Y à %H:%M}.", *(f"- {sentence}" for sentence in done)],
    )
    return 0


def _crowd(options: argparse.Namespace) -> int:
    if not 0 < options.number <= 100_000:
        raise CommandRefused("Le nombre d'usagers à ajouter va de 1 à 100 000.")
    _enter(options.data, demonstration=True)
    from ens.demonstration.crowd import make

    path = options.data.absolute() / "crowd.txt"
    made = make(options.number, path)
    _say(options, {"made": made, "file": str(path)}, [f"{made} usagers ajoutés ; leurs matricules sont dans {path}."])
    return 0


def _backup(options: argparse.Namespace) -> int:
    from ens.cli.backup.places import backed_up

    target, keys = _places(options)
    stopped = "La sauvegarde a été interrompue ; la précédente, s'il y en a une, est intacte."
    with refused_when_stopped(stopped), backed_up(Space(options.data)) as copies_master_keys:
        from ens.cli.backup.making import make

        done = make(target, keys, copy_master_keys=copies_master_keys, say=_progress(options))
    _say(options, done.as_json(), done.sentences())
    return 0


def _restore(options: argparse.Namespace) -> int:
    from ens.cli.backup.restoring import restore

    target, keys = _places(options)
    with refused_when_stopped(f"La restauration a été interrompue ; {options.data} est comme avant."):
        done = restore(target, keys, options.data, ledger=options.suppressions, say=_progress(options))
    _say(options, done.as_json(), done.sentences())
    return 0


def _delete(options: argparse.Namespace) -> int:
    if not options.file.is_file():
        raise CommandRefused(f"Le fichier {options.file} n'existe pas.")
    _enter(options.data)
    from ens.cli.deletion import delete
    from ens.kernel.errors import EnsError

    try:
        report = delete(options.file, for_good=options.definitif)
    except EnsError as error:
        raise CommandRefused(error.sentence) from error
    _say(options, report.as_json(), report.sentences())
    return 0


def _places(options: argparse.Namespace) -> tuple[Path, Path]:
    """Where the backup is, and its keys."""
    from ens.cli.backup.keys import beside

    target = options.target.absolute()
    return target, options.keys.absolute() if options.keys else beside(target)


def _progress(options: argparse.Namespace) -> Callable[[str], None]:
    """What a person waiting is told, beside the answer."""
    return lambda sentence: None if options.json else print(sentence, file=sys.stderr, flush=True)


def _migrate(options: argparse.Namespace) -> int:
    if not os.environ.get("ENS_DATABASE_OWNER_URL"):
        raise CommandRefused("Donnez ENS_DATABASE_OWNER_URL : « ens up » met à jour lui-même sa base embarquée.")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ens.config.settings")
    from ens.cli.migration import main as migrate

    migrate("demonstration" if os.environ.get("ENS_DEMONSTRATION") == "1" else "production", check_only=False)
    _say(options, {"migrated": True}, ["Le schéma est à jour."])
    return 0


def _campaign(options: argparse.Namespace) -> int:
    _enter(options.data)
    from ens.cli.campaigns import perform
    from ens.persistence.clock import refresh

    refresh()
    _say(options, *perform(options.action, options.names))
    return 0


def _agent(options: argparse.Namespace) -> int:
    _enter(options.data)
    from ens.cli.mandates import agent

    _say(options, *agent(options))
    return 0


def _inside(module: str) -> Callable[[argparse.Namespace], int]:
    """A command that is all in its module: ``perform(options)``, on the space of its folder.

    ``check(options)``, if it has one, refuses what no space could make right, and so needs none.
    """

    def perform(options: argparse.Namespace) -> int:
        command = import_module(module)
        if hasattr(command, "check"):
            command.check(options)
        _enter(options.data)
        from ens.persistence.clock import refresh

        refresh()
        _say(options, *command.perform(options))
        return 0

    return perform


def _funnel(options: argparse.Namespace) -> int:
    from ens.cli.funnel import moment, perform

    until = moment(options.as_of)
    _enter(options.data)
    from ens.persistence.clock import refresh

    refresh()
    _say(options, *perform(until))
    return 0


if __name__ == "__main__":
    sys.exit(main())
