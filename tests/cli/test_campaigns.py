"""A campaign described in a file: the one of the documentation, and what is wrong said in a sentence."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ens.cli.campaigns import perform, read
from ens.cli.refusals import CommandRefused
from ens.kernel.ids import new_id

PAGE = Path(__file__).resolve().parents[2] / "docs" / "exploitation" / "campagnes.md"
MODELS = "\n".join(
    f'[[modele]]\ncanal = "{channel}"\nvariante = "A"\npart = 100\nobjet = "Votre espace"\n'
    'corps = "{code} {lien} {dernier_jour}"'
    for channel in ("email", "courrier")
)
WAVE = '[[vague]]\nnom = "V1"\nregions = ["53"]\ndebut = 2031-01-05\nfin = 2031-01-31'


def described(tmp_path, text):
    path = tmp_path / "campagne.toml"
    path.write_text(text, "utf-8")
    return path


def test_the_example_of_the_documentation_is_read(tmp_path):
    found = re.search(r"```toml\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert found
    campaign = read(described(tmp_path, found[1]))
    assert (campaign["name"], campaign["delay_days"], campaign["weekdays"]) == ("Pilote", 42, [1, 2, 3, 4, 5, 6])
    assert campaign["models"][0].share == 50
    assert campaign["waves"][0].departements == ("80",)


def test_a_campaign_is_created_shown_paused_and_stopped(db, tmp_path):
    name = f"Essai {new_id().hex[-6:]}"
    text = f'[campagne]\nnom = "{name}"\n{MODELS}\n{WAVE}'
    perform("creer", [str(described(tmp_path, text))])
    facts, said = perform("calendrier", [name])
    assert facts["waves"][0]["departements"] == ["22", "29", "35", "56"]
    assert "prévue" in said[0]
    assert "en pause" in perform("pause", [name, "V1"])[1][0]
    assert "prévue" in perform("reprise", [name, "V1"])[1][0]
    assert "arrêtée" in perform("arret", [name, "V1"])[1][0]
    for wrong in ((["creer", [str(tmp_path / "campagne.toml")]]), ("reprise", [name, "V1"]), ("pause", [name, "V9"])):
        with pytest.raises(CommandRefused):
            perform(*wrong)


@pytest.mark.feature("S023")
def test_a_campaign_is_changed_by_its_file_while_it_runs(db, tmp_path):
    text = f'[campagne]\nnom = "Essai {new_id().hex[-6:]}"\n{MODELS}\n{WAVE}'
    perform("creer", [str(described(tmp_path, text))])
    assert perform("modifier", [str(described(tmp_path, text))])[1][0] == "Rien ne change."
    longer = text.replace("2031-01-31", "2031-02-15").replace("[[modele]]", "delai_jours = 50\n[[modele]]", 1)
    facts, said = perform("modifier", [str(described(tmp_path, longer))])
    assert (facts["changed"], said[0]) == (2, "2 changements.")
    assert any("15/02/2031" in one for one in said)
    for wrong in (text.replace("Essai", "Inconnue"), text.replace("2031-01-05", "2031-01-06")):
        with pytest.raises(CommandRefused):
            perform("modifier", [str(described(tmp_path, wrong))])


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("pas du toml", "TOML"),
        ("[campagne]\ndelai_jours = 42", "nom"),
        ('[campagne]\nnom = "X"\ncouleur = "bleu"', "couleur"),
        ('[campagne]\nnom = "X"\n[[vague]]\nnom = "V"\ndebut = "demain"\nfin = 2031-01-01', "date"),
        ("campagne = 3", "forme"),
        ('[campagne]\nnom = 3', "forme"),
        ('[campagne]\nnom = "X"\njours = 1', "forme"),
        ('[campagne]\nnom = "X"\nlot = 5.5', "forme"),
        ('[campagne]\nnom = "X"\ngros_caracteres = "oui"', "forme"),
        (f'[campagne]\nnom = "X"\n{MODELS}'.replace("100", '"100"'), "forme"),
        ('[campagne]\nnom = "X"\n[[vague]]\nnom = "V"\ndebut = 2031-01-01T00:00:00\nfin = 2031-01-01', "date"),
    ],
)
def test_what_is_wrong_in_a_file_is_said(tmp_path, text, reason):
    with pytest.raises(CommandRefused, match=reason):
        read(described(tmp_path, text))


def test_a_lot_posted_is_said_so_rather_than_posted_or_lost_again(db):
    from ens.enrolment.models import Lot
    from ens.kernel import clock

    lot = Lot.objects.create(
        people=[], count=0, channel="courrier", made_at=clock.now(), handed_at=clock.now(), delay_days=42
    )
    assert perform("poste", [str(lot.id)])[1] == ["0 personnes notifiées."]
    assert perform("poste", [str(lot.id)])[1] == ["Ce lot était déjà posté : 0 personnes notifiées."]
    with pytest.raises(CommandRefused, match="déjà posté"):
        perform("perdu", [str(lot.id)])


def test_a_lot_unknown_or_misnamed_is_said(db):
    for lot in ("lot-1", str(new_id())):
        for action in ("poste", "perdu"):
            with pytest.raises(CommandRefused):
                perform(action, [lot])
    with pytest.raises(CommandRefused, match="attend"):
        perform("pause", ["une seule"])
