"""What Inaya writes in her medical profile."""

from __future__ import annotations

from datetime import time

from ens.demonstration.moments import Moment, words


def about_herself() -> list[Moment]:
    """What she wrote of herself one evening; her allergies are still to say."""
    return [
        words(9, time(20, 1), "profil-grossesse", "DISEASES", nom="Grossesse", en_cours=True, debut=150),
        words(9, time(20, 3), "profil-diabete", "DISEASES", nom="Diabète gestationnel", en_cours=True, debut=45),
        words(
            9,
            time(20, 5),
            "profil-genou",
            "DISEASES",
            nom="Rupture des ligaments croisés",
            debut=2700,
            fin=2400,
            commentaire="Genou gauche, au ski.",
        ),
        words(
            9,
            time(20, 8),
            "profil-folique",
            "TREATMENTS",
            nom="Acide folique",
            en_cours=True,
            debut=160,
            posologie="1 comprimé le matin",
        ),
        words(
            9,
            time(20, 9),
            "profil-fer",
            "TREATMENTS",
            nom="Fer",
            en_cours=True,
            debut=40,
            posologie="1 comprimé par jour",
        ),
        words(
            9,
            time(20, 12),
            "profil-operation",
            "HOSPITALIZATIONS",
            motif="Opération du genou",
            entree=2640,
            duree="2",
            unite="DAY",
            commentaire="Hôpital de Grenoble",
        ),
        words(9, time(20, 14), "profil-famille", "FAMILY_HISTORIES"),
    ]
