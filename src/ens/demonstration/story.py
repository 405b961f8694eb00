"""What happened to Inaya before the visitor arrives, told at its own dates through the real doors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from ens.demonstration.cast import Member, member
from ens.demonstration.doors import Filing, Letter
from ens.demonstration.sheets import Sheet, Table, cda, pdf
from ens.kernel.clock import PARIS

ANALYSES: Table = (
    ("Analyse", "Résultat", "Valeurs usuelles"),
    ("Glycémie à jeun", "0,98 g/L ↑", "0,74 à 0,92"),
    ("Hémoglobine glyquée (HbA1c)", "6,1 %", "objectif < 6,5"),
    ("Créatinine", "52 µmol/L", "45 à 84"),
    ("Hémoglobine", "11,9 g/dL", "10,5 à 14,0"),
    ("Plaquettes", "231 G/L", "150 à 400"),
    ("TSH", "1,82 mUI/L", "0,40 à 4,00"),
)
FERRITINE = (("Ferritine", "12 µg/L ↓", "15 à 150"),)


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happens ``days`` before today at that hour; ``tell`` makes it from its date."""

    days: int
    at: time
    key: str
    kind: str  # filing, letter, upload, reading, opening
    tell: Callable[[datetime], object]

    def when(self, today: date) -> datetime:
        return datetime.combine(today - timedelta(days=self.days), self.at, PARIS)


@dataclass(frozen=True, slots=True)
class OwnFile:
    """What Inaya adds herself."""

    title: str
    category: str
    data: bytes


def _sheet(title: str, sender: str, *paragraphs: str, table: Table = (), signature: str = "") -> Sheet:
    addresses = {
        "Labo BioPCR Orly": "12, avenue des Analyses, 94310 Orly",
        "Hôpital Jean Bernadeau": "1, rue de la Maternité, 44000 Nantes",
        "Cabinet du Docteur Dupond": "8, place du Marché, 44000 Nantes",
        "CRCDC Pays de la Loire": "5, rue des Allées, 44800 Saint-Herblain",
    }
    return Sheet(title, sender, addresses.get(sender, ""), paragraphs, table, signature)


def _pdf_filing(
    key: str, author: str, type_code: str, sheet: Sheet, *, labels: tuple[str, ...] = (), patient: str = "inaya"
) -> Callable[[datetime], Filing]:
    def tell(at: datetime) -> Filing:
        who = member(patient)
        data = pdf(sheet, who, at)
        return Filing(key, who, member(author), sheet.title, type_code, data, "application/pdf", at, labels=labels)

    return tell


def _biology(key: str, table: Table, note: str, *, replaces: str = "") -> Callable[[datetime], Filing]:
    def tell(at: datetime) -> Filing:
        patient, author = member("inaya"), member("riviere")
        sheet = _sheet(
            "Compte rendu d'analyses de biologie",
            "Labo BioPCR Orly",
            note,
            "Prescripteur : Dr Paul André.",
            "Validé par : Dr Sarah Rivière, biologiste médicale.",
            table=table,
        )
        data = cda(key, sheet, patient, author, type_code="11502-2", type_label="CR d'examens biologiques", at=at)
        return Filing(key, patient, author, sheet.title, "11502-2", data, "text/xml", at, replaces=replaces)

    return tell


def _letter(
    key: str,
    sender: str,
    label: str,
    subject: str,
    text: str,
    *,
    files: tuple[tuple[str, Sheet], ...] = (),
    ends: bool = False,
) -> Callable[[datetime], Letter]:
    def tell(at: datetime) -> Letter:
        inaya = member("inaya")
        made = tuple((name, pdf(sheet, inaya, at)) for name, sheet in files)
        return Letter(key, member(sender), label, inaya, subject, text, at, made, ends)

    return tell


def _upload(title: str, category: str, *paragraphs: str) -> Callable[[datetime], OwnFile]:
    def tell(at: datetime) -> OwnFile:
        sheet = Sheet(title, "Inaya Michel", "", paragraphs)
        return OwnFile(title, category, pdf(sheet, member("inaya"), at))

    return tell


def _reading(doctor: str) -> Callable[[datetime], Member]:
    return lambda at: member(doctor)


HOSPITAL, OFFICE, LABORATORY = "Hôpital Jean Bernadeau", "Cabinet du Docteur Dupond", "Labo BioPCR Orly"
VISIT = _sheet(
    "Compte rendu de rendez-vous",
    HOSPITAL,
    "La grossesse se déroule bien. Le diabète gestationnel est équilibré par l'alimentation.",
    "Prochaine échographie dans quatre jours, à 9 h 15. Venez avec votre carnet de glycémies.",
    signature="Dr Paul André, chef de service",
)
RESULTS = _sheet(
    "Analyses", LABORATORY, "Prélèvement à jeun.", table=ANALYSES, signature="Dr Sarah Rivière, biologiste médicale"
)


def _opening(at: datetime) -> None:
    """Inaya reads what has arrived."""


def moments() -> list[Moment]:
    """In the order they happen."""
    told = [
        Moment(
            240,
            time(9, 5),
            "plan-de-soins",
            "upload",
            _upload("Plan de soins personnalisé", "ORD_SOIN", "Marcher trente minutes par jour. Peser les féculents."),
        ),
        Moment(
            240,
            time(9, 20),
            "ma-sante",
            "upload",
            _upload("Ma santé en résumé", "SYNTHESE", "Diabète suivi depuis 2019. Allergie à la pénicilline."),
        ),
        Moment(
            248,
            time(10, 0),
            "depistage",
            "filing",
            _pdf_filing(
                "depistage",
                "crcdc-medecin",
                "75492-9",
                _sheet(
                    "Invitation au dépistage du cancer du col de l'utérus",
                    "CRCDC Pays de la Loire",
                    "Un prélèvement tous les trois à cinq ans protège. Il est pris en charge en totalité.",
                ),
            ),
        ),
        Moment(
            310,
            time(14, 10),
            "pcr",
            "letter",
            _letter(
                "pcr",
                "labo",
                "Labo_BioPCR_Orly",
                "12234567890_PCR_résultats",
                "Bonjour,\n\nVotre test est négatif.\n",
                ends=True,
            ),
        ),
        Moment(
            242,
            time(11, 30),
            "diabete",
            "letter",
            _letter(
                "diabete",
                "dupond",
                "Docteur_Dupond",
                "Votre diabète",
                "Bonjour Inaya,\n\nVoici ce dont nous avons parlé. "
                "Notez vos glycémies matin et soir pendant deux semaines.\n\n"
                "Docteur Dupond",
                files=(
                    (
                        "Diabete rdv.pdf",
                        _sheet("Votre diabète", OFFICE, "Objectif : une glycémie à jeun entre 0,70 et 0,95 g/L."),
                    ),
                ),
            ),
        ),
        Moment(
            247,
            time(16, 45),
            "ordonnance-pharmacie",
            "letter",
            _letter(
                "ordonnance-pharmacie",
                "pharmacienne",
                "Angélique_Delaunay_Pharmacie_du_Marché",
                "Votre ordonnance",
                "Bonjour Madame Michel,\n\nVotre traitement est prêt au comptoir.\n\nAngélique Delaunay, pharmacienne",
            ),
        ),
        Moment(
            41,
            time(15, 0),
            "echographie-1",
            "filing",
            _pdf_filing(
                "echographie-1",
                "andre",
                "18748-4",
                _sheet(
                    "Échographie du 1er trimestre", HOSPITAL, "Grossesse évolutive. Morphologie normale pour l'âge."
                ),
            ),
        ),
        Moment(
            30,
            time(16, 0),
            "jade-consultation",
            "filing",
            _pdf_filing(
                "jade-consultation",
                "thomas",
                "11488-4",
                _sheet("Compte rendu de consultation", HOSPITAL, "Consultation confidentielle, à la demande de Jade."),
                labels=("INVISIBLE_REPRESENTANTS_LEGAUX",),
                patient="jade",
            ),
        ),
        Moment(
            24,
            time(17, 20),
            "psychologie",
            "filing",
            _pdf_filing(
                "psychologie",
                "moreau",
                "11488-4",
                _sheet(
                    "Compte rendu de consultation de psychologie",
                    HOSPITAL,
                    "Entretien de soutien. Suivi mensuel proposé.",
                ),
                labels=("MASQUE_PS",),
            ),
        ),
        Moment(
            14,
            time(11, 0),
            "bandelettes",
            "filing",
            _pdf_filing(
                "bandelettes",
                "dupond",
                "57833-6",
                _sheet(
                    "Ordonnance : bandelettes et lancettes",
                    OFFICE,
                    "Bandelettes de glycémie : quatre par jour pendant trois mois.",
                    "Lancettes : quatre par jour pendant trois mois.",
                    signature="Docteur Dupond",
                ),
            ),
        ),
        Moment(
            9,
            time(12, 15),
            "diabetologie",
            "filing",
            _pdf_filing(
                "diabetologie",
                "dupond",
                "11488-4",
                _sheet(
                    "Compte rendu de consultation de diabétologie",
                    OFFICE,
                    "Diabète gestationnel bien équilibré. Poursuite de l'autosurveillance.",
                    signature="Docteur Dupond",
                ),
            ),
        ),
        Moment(3, time(11, 2), "biologie-1", "filing", _biology("biologie-1", ANALYSES, "Premiers résultats.")),
        Moment(
            3,
            time(16, 20),
            "biologie-2",
            "filing",
            _biology(
                "biologie-2",
                ANALYSES[:5] + FERRITINE + ANALYSES[5:],
                "Ferritine basse : à discuter avec le prescripteur.",
                replaces="biologie-1",
            ),
        ),
        Moment(200, time(20, 0), "inaya-lit-1", "opening", _opening),
        Moment(5, time(20, 0), "inaya-lit-2", "opening", _opening),
        Moment(2, time(10, 5), "lecture-dupond", "reading", _reading("dupond")),
        Moment(
            1,
            time(14, 20),
            "preparation",
            "letter",
            _letter(
                "preparation",
                "thomas",
                "Christelle_Thomas",
                "Préparation de votre rendez-vous",
                "Bonjour Inaya,\n\nPour l'échographie, buvez un verre d'eau une heure avant "
                "et venez avec votre carnet.\n\n"
                "À bientôt,\nChristelle Thomas, sage-femme",
            ),
        ),
        Moment(
            0,
            time(0, 30),
            "resultats",
            "letter",
            _letter(
                "resultats",
                "hopital",
                "Chef_de_service_gynécologie",
                "Vos résultats d'analyses du Dr Paul André",
                "Bonjour Madame Michel,\n\nVos résultats sont arrivés. "
                "Votre hémoglobine glyquée est à 6,1 %, ce qui est bien "
                "équilibré. Nous en parlerons pendant l'échographie.\n\n"
                "Vous trouverez ci-joint le compte rendu de notre "
                "rendez-vous et les analyses.\n\nBien à vous,\nDr Paul André",
                files=(("Compte_rendu_de_rendez-vous.pdf", VISIT), ("Analyses.pdf", RESULTS)),
            ),
        ),
    ]
    return sorted(told, key=lambda moment: (-moment.days, moment.at))
