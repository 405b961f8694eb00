"""What happened to Inaya before the visitor arrives, told at its own dates through the real doors."""

from __future__ import annotations

from datetime import time

from ens.demonstration.herself import about_herself
from ens.demonstration.moments import Moment, addition, biology, filing, letter, opening, reading, written
from ens.demonstration.sheets import Sheet, Table

HOSPITAL, OFFICE, LABORATORY = "Hôpital Jean Bernadeau", "Cabinet du Docteur Dupond", "Labo BioPCR Orly"
PHARMACY, SCREENING = "Pharmacie du Marché", "CRCDC Pays de la Loire"
CONSULTATION, PRESCRIPTION, IMAGING, LIAISON, PREVENTION = "11488-4", "57833-6", "18748-4", "11490-0", "75492-9"
HEADER = ("Analyse", "Résultat", "Valeurs usuelles")
ANALYSES: Table = (
    HEADER,
    ("Glycémie à jeun", "0,98 g/L ↑", "0,74 à 0,92"),
    ("Hémoglobine glyquée (HbA1c)", "6,1 %", "objectif < 6,5"),
    ("Créatinine", "52 µmol/L", "45 à 84"),
    ("Hémoglobine", "11,9 g/dL", "10,5 à 14,0"),
    ("Plaquettes", "231 G/L", "150 à 400"),
    ("TSH", "1,82 mUI/L", "0,40 à 4,00"),
)
FERRITINE: Table = (("Ferritine", "12 µg/L ↓", "15 à 150"),)
IRON: Table = (HEADER, ("Hémoglobine", "12,8 g/dL", "12,0 à 16,0"), ("Ferritine", "31 µg/L", "15 à 150"))
DIABETES: Table = (HEADER, ("Glycémie à jeun", "0,95 g/L", "0,74 à 1,06"), ("HbA1c", "6,4 %", "objectif < 6,5"))
IMMUNITY: Table = (
    HEADER,
    ("Rubéole, IgG", "84 UI/mL", "protégée au-dessus de 10"),
    ("Toxoplasmose, IgG", "négatif", "à contrôler chaque mois"),
)


def _results(title: str, note: str, table: Table) -> Sheet:
    return written(
        title,
        LABORATORY,
        note,
        "Prescripteur : Dr Paul André.",
        "Validé par : Dr Sarah Rivière, biologiste médicale.",
        table=table,
    )


def _years_before() -> list[Moment]:
    visit = written("Compte rendu de rendez-vous", HOSPITAL, "Bilan avant un projet de grossesse. Rien à signaler.")
    iron = written("Analyses sanguines", SCREENING, "Bilan de fer sans anomalie.", table=IRON)
    return [
        letter(
            376,
            time(10, 15),
            "resultats-anciens",
            "hopital",
            "Chef_de_service_gynécologie",
            "Vos résultats d'analyses du Dr Paul André",
            "Bonjour Madame Michel,\n\nVos résultats sont normaux. Nous nous reverrons dans un an.\n\n"
            "Bien à vous,\nDr Paul André",
            files=(
                ("Compte_rendu_de_rendez-vous.pdf", visit),
                ("Analyses.pdf", written("Analyses", LABORATORY, "Prélèvement à jeun.", table=DIABETES)),
            ),
        ),
        letter(
            341,
            time(17, 5),
            "analyses-sanguines",
            "crcdc-medecin",
            "Dr_Jean-Christophe_Lallemand",
            "Résultats analyse sanguines",
            "Bonjour,\n\nVoici vos analyses, à lire et à garder.\n\nDr Jean-Christophe Lallemand",
            files=(("Analyses sanguines.pdf", iron),),
            health_mail=iron,
        ),
        filing(
            322,
            time(9, 40),
            "echographie-abdominale",
            "moreau",
            IMAGING,
            written("Échographie abdominale", HOSPITAL, "Foie, reins et vésicule sans anomalie."),
        ),
        filing(
            321,
            time(16, 10),
            "lettre-de-liaison",
            "moreau",
            LIAISON,
            written(
                "Lettre de liaison à la sortie",
                HOSPITAL,
                "Douleur abdominale passagère, surveillance d'une nuit. Retour à domicile sans traitement.",
                signature="Dr Claire Moreau",
            ),
        ),
        letter(
            310,
            time(14, 10),
            "pcr",
            "labo",
            "Labo_BioPCR_Orly",
            "12234567890_PCR_résultats",
            "Bonjour,\n\nVotre test est négatif.\n",
            ends=True,
        ),
        biology(
            292,
            time(11, 30),
            "biologie-diabete",
            _results("Bilan de suivi du diabète", "Contrôle du trimestre.", DIABETES),
            level=1,
        ),
    ]


def _last_winter() -> list[Moment]:
    return [
        filing(
            248,
            time(10),
            "depistage",
            "crcdc-medecin",
            PREVENTION,
            written(
                "Invitation au dépistage du cancer du col de l'utérus",
                SCREENING,
                "Un prélèvement tous les trois à cinq ans protège. Il est pris en charge en totalité.",
            ),
        ),
        letter(
            247,
            time(16, 45),
            "ordonnance-pharmacie",
            "pharmacienne",
            "Angélique_Delaunay_Pharmacie_du_Marché",
            "Votre ordonnance",
            "Bonjour Madame Michel,\n\nVotre traitement est prêt au comptoir.\n\nAngélique Delaunay, pharmacienne",
            files=(
                (
                    "Ordonnance médicale Dr Arnaud.pdf",
                    written("Ordonnance", OFFICE, "Un comprimé par jour pendant trois mois.", signature="Dr Arnaud"),
                ),
                ("Conseils de prise.pdf", written("Conseils de prise", PHARMACY, "À prendre au cours d'un repas.")),
                ("Reçu.pdf", written("Reçu", PHARMACY, "Délivré en totalité.")),
            ),
        ),
        letter(
            242,
            time(11, 30),
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
                    written("Votre diabète", OFFICE, "Objectif : une glycémie à jeun entre 0,70 et 0,95 g/L."),
                ),
                ("Carnet.pdf", written("Carnet de glycémies", OFFICE, "Une ligne par jour : matin, midi, soir.")),
                ("Alimentation.pdf", written("Bien manger", OFFICE, "Des légumes à chaque repas, du pain complet.")),
                ("Activité.pdf", written("Bouger", OFFICE, "Trente minutes de marche chaque jour.")),
            ),
        ),
        addition(
            240,
            time(9, 5),
            "plan-de-soins",
            "Plan de soins personnalisé",
            "ORD_SOIN",
            "Marcher trente minutes par jour. Peser les féculents.",
        ),
        addition(
            240,
            time(9, 20),
            "ma-sante",
            "Ma santé en résumé",
            "SYNTHESE",
            "Diabète suivi depuis 2019. Allergie à la pénicilline.",
        ),
        addition(
            226,
            time(19, 10),
            "carnet",
            "Carnet de glycémies",
            "AUTR_DOC",
            "Deux semaines : entre 0,85 et 1,02 g/L le matin.",
        ),
        opening(200, "inaya-lit-1"),
    ]


def _pregnancy() -> list[Moment]:
    psychology = written(
        "Compte rendu de consultation de psychologie", HOSPITAL, "Entretien de soutien. Suivi mensuel proposé."
    )
    return [
        filing(
            66,
            time(15, 30),
            "acide-folique",
            "dupond",
            PRESCRIPTION,
            written("Ordonnance : acide folique", OFFICE, "Un comprimé par jour.", signature="Docteur Dupond"),
        ),
        biology(
            62,
            time(10, 50),
            "serologies",
            _results("Sérologies du début de grossesse", "Toxoplasmose : à contrôler chaque mois.", IMMUNITY),
        ),
        filing(
            41,
            time(15),
            "echographie-1",
            "andre",
            IMAGING,
            written("Échographie du 1er trimestre", HOSPITAL, "Grossesse évolutive. Morphologie normale pour l'âge."),
        ),
        filing(
            30,
            time(16),
            "jade-consultation",
            "thomas",
            CONSULTATION,
            written("Compte rendu de consultation", HOSPITAL, "Consultation confidentielle, à la demande de Jade."),
            labels=("INVISIBLE_REPRESENTANTS_LEGAUX",),
            patient="jade",
        ),
        filing(24, time(17, 20), "psychologie", "leroux", CONSULTATION, psychology, labels=("MASQUE_PS",)),
        filing(
            14,
            time(11),
            "bandelettes",
            "dupond",
            PRESCRIPTION,
            written(
                "Ordonnance : bandelettes et lancettes",
                OFFICE,
                "Bandelettes de glycémie : quatre par jour pendant trois mois.",
                "Lancettes : quatre par jour pendant trois mois.",
                signature="Docteur Dupond",
            ),
        ),
        filing(
            9,
            time(12, 15),
            "diabetologie",
            "dupond",
            CONSULTATION,
            written(
                "Compte rendu de consultation de diabétologie",
                OFFICE,
                "Diabète gestationnel bien équilibré. Poursuite de l'autosurveillance.",
                signature="Docteur Dupond",
            ),
        ),
        opening(5, "inaya-lit-2"),
    ]


def _these_days() -> list[Moment]:
    title = "Compte rendu d'analyses de biologie"
    completed = ANALYSES[:5] + FERRITINE + ANALYSES[5:]
    visit = written(
        "Compte rendu de rendez-vous",
        HOSPITAL,
        "La grossesse se déroule bien. Le diabète gestationnel est équilibré par l'alimentation.",
        "Prochaine échographie dans quatre jours, à 9 h 15. Venez avec votre carnet de glycémies.",
        signature="Dr Paul André, chef de service",
    )
    results = written(
        "Analyses",
        LABORATORY,
        "Prélèvement à jeun.",
        table=completed,
        signature="Dr Sarah Rivière, biologiste médicale",
    )
    note = "Ferritine basse : à discuter avec le prescripteur."
    return [
        biology(3, time(11, 2), "biologie-1", _results(title, "Premiers résultats.", ANALYSES)),
        biology(3, time(16, 20), "biologie-2", _results(title, note, completed), replaces="biologie-1"),
        reading(3, time(17, 48), "andre"),
        reading(2, time(10, 5), "dupond"),
        letter(
            1,
            time(14, 20),
            "preparation",
            "thomas",
            "Christelle_Thomas",
            "Préparation de votre rendez-vous",
            "Bonjour Inaya,\n\nPour l'échographie, buvez un verre d'eau une heure avant et venez avec votre carnet.\n\n"
            "À bientôt,\nChristelle Thomas, sage-femme",
        ),
        letter(
            0,
            time(0, 30),
            "resultats",
            "hopital",
            "Chef_de_service_gynécologie",
            "Vos résultats d'analyses du Dr Paul André",
            "Bonjour Madame Michel,\n\nVos résultats sont arrivés. Votre hémoglobine glyquée est à 6,1 %, ce qui est "
            "bien équilibré. Nous en parlerons pendant l'échographie.\n\n"
            "Vous trouverez ci-joint le compte rendu de notre rendez-vous et les analyses.\n\n"
            "Bien à vous,\nDr Paul André",
            files=(("Compte_rendu_de_rendez-vous.pdf", visit), ("Analyses.pdf", results)),
        ),
    ]


def moments() -> list[Moment]:
    """In the order they happen."""
    told = [*_years_before(), *_last_winter(), *_pregnancy(), *about_herself(), *_these_days()]
    return sorted(told, key=lambda moment: (-moment.days, moment.at))
