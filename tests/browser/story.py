"""Spaces with something in them, made through the real services: full, with long texts, empty."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from io import BytesIO
from typing import Any
from uuid import UUID

LONG = ("Compte rendu de consultation pluridisciplinaire d’endocrinologie et diabétologie, nutrition " * 3)[:200]
WITHOUT_SPACE = "Resultats_analyses_" + "x" * 177 + ".pdf"


@dataclass
class Space:
    """A usager, their account, and the ids a test opens."""

    person: Any
    documents: dict[str, UUID] = field(default_factory=dict)
    threads: dict[str, UUID] = field(default_factory=dict)
    doctor: Any = None

    @property
    def compte(self) -> Any:
        return self.person.compte


def pdf(text: str = "Glycémie à jeun : 0,98 g/L", pages: int = 2) -> bytes:
    """A small PDF with its text."""
    import typst

    body = "\n#pagebreak()\n".join(f"= Page {number}\n{text}" for number in range(1, pages + 1))
    return bytes(typst.compile(f'#set text(lang: "fr")\n{body}'.encode()))


def png() -> bytes:
    from PIL import Image

    out = BytesIO()
    Image.new("RGB", (600, 800), "white").save(out, "PNG")
    return out.getvalue()


def file_document(
    space: Space, name: str, *, title: str, type_code: str, data: bytes, media_type: str, days: int
) -> None:
    from ens.identity import actors
    from ens.record import services as record
    from ens.record.types import DocumentDeposit, SubmissionDeposit

    moment = datetime.now(UTC) - timedelta(days=days)
    one = DocumentDeposit(
        unique_id=f"2.25.{abs(hash((space.person.usager_id, name)))}",
        data=data,
        media_type=media_type,
        type_code=type_code,
        title=title,
        act_at=moment,
        created_at=moment,
        author_label=space.doctor.name,
        author_rpps=space.doctor.rpps,
    )
    done = record.deposit(
        space.person.usager_id, SubmissionDeposit((one,)), by=actors.professional_actor(space.doctor)
    )
    space.documents[name] = done.document_id


def add_own(space: Space, name: str, title: str, data: bytes, filename: str) -> None:
    from ens.record import services as record
    from ens.record.types import Upload

    added = record.add_own_document(
        space.person.usager_id,
        Upload(data, filename, title, "AUTR_DOC", (datetime.now(UTC) - timedelta(days=30)).date()),
        by=space.person.actor,
    )
    space.documents[name] = getattr(added, "document_id", added)


def deliver(
    space: Space,
    sender: str,
    *,
    subject: str,
    body: str,
    attachment: str = "",
    html: str = "",
    ends: bool = False,
    asks_receipt: bool = False,
    name: str = "",
) -> None:
    """A message as its operator hands it over."""
    from ens.kernel.actor import Actor, ActorKind
    from ens.messaging import services as messaging
    from ens.messaging.types import IncomingMail

    message = EmailMessage(policy=SMTP)
    message["From"] = f"{name} <{sender}>" if name else sender
    message["To"] = space.person.address
    message["Subject"] = subject
    message["Message-ID"] = f"<{abs(hash((space.person.address, subject, sender)))}@operateur.example>"
    if ends:
        message["X-MSS-MES"] = "FIN"
    if asks_receipt:
        message["Disposition-Notification-To"] = sender
    message.set_content(body)
    if html:
        message.add_alternative(html, subtype="html")
    if attachment:
        message.add_attachment(pdf(), maintype="application", subtype="pdf", filename=attachment)
    operator = Actor(ActorKind.OPERATEUR, "operateur.example", "operateur.example")
    messaging.receive(IncomingMail(sender, space.person.address, message.as_bytes()), by=operator)


def note_threads(space: Space) -> None:
    """The ids of the conversations, by their subject."""
    from ens.messaging import services as messaging

    threads = messaging.list_threads(space.person.usager_id, by=space.person.actor)
    space.threads = {card.subject: card.id for card in threads}


def write_profile(space: Space) -> None:
    from ens.record.profile import services as profile

    usager_id, own = space.person.usager_id, space.person.actor
    disease = {"nom": "Diabète de type 1", "en_cours": True, "debut": ("", "3", "2019"), "commentaire": LONG}
    profile.add(usager_id, "DISEASES", disease, by=own)
    profile.add(usager_id, "TREATMENTS", {"nom": "x" * 50, "en_cours": True, "debut": ("", "", "2019")}, by=own)
    profile.say_unconcerned(usager_id, "FAMILY_HISTORIES", by=own)


def full_space(people: Any) -> Space:
    """Documents of several kinds, messages, readings by a professional, a masked document, a block."""
    from ens.access import services as access
    from ens.record import services as record

    site = people.establishment()
    doctor = people.professional(first_name="Virginie", site=site)
    space = Space(people.usager(medecin_traitant=doctor), doctor=doctor)
    usager_id, own = space.person.usager_id, space.person.actor
    access.authorise(usager_id, rpps=doctor.rpps, by=own)
    access.authorise(usager_id, finess=site.finess, by=own)
    blocked = people.professional("Moreau", first_name="Léa")
    access.block(usager_id, rpps=blocked.rpps, by=own)
    write_profile(space)
    file_document(
        space,
        "pdf",
        title="Compte rendu d’analyses de biologie",
        type_code="11502-2",
        data=pdf(),
        media_type="application/pdf",
        days=3,
    )
    file_document(
        space,
        "image",
        title="Échographie du 1er trimestre",
        type_code="18748-4",
        data=png(),
        media_type="image/png",
        days=50,
    )
    file_document(
        space,
        "texte",
        title="Compte rendu de consultation",
        type_code="11488-4",
        data=b"Tout va bien.",
        media_type="text/plain",
        days=400,
    )
    file_document(
        space,
        "masque",
        title="Compte rendu de consultation de psychologie",
        type_code="11488-4",
        data=pdf("Entretien", 1),
        media_type="application/pdf",
        days=45,
    )
    record.mask(space.documents["masque"], by=own)
    file_document(
        space,
        "abime",
        title="Fichier abîmé",
        type_code="11488-4",
        data=b"%PDF-1.7\nabime",
        media_type="application/pdf",
        days=60,
    )
    add_own(space, "ajoute", "Plan de soins personnalisé", pdf("Mon plan", 1), "plan.pdf")
    record.open_document(space.documents["pdf"], by=people.actor(doctor))
    deliver(
        space, people.mailbox(doctor), name=doctor.name, subject="Échange terminé", body="Merci, à bientôt.", ends=True
    )
    deliver(
        space,
        people.mailbox(doctor),
        name=doctor.name,
        subject="Préparation de votre rendez-vous",
        body="Bonjour,\n\nÀ lundi.\n\nDr Dupond",
        attachment="Compte_rendu_de_rendez-vous.pdf",
        asks_receipt=True,
    )
    deliver(
        space,
        people.mailbox(site),
        name=site.name,
        subject="Vos résultats d’analyses",
        body="Voir la version mise en forme.",
        html="<p>Bonjour,</p><table><tr><th>Analyse</th><td>0,98</td></tr></table>",
        attachment="Analyses.pdf",
    )
    note_threads(space)
    return space


def long_space(people: Any) -> Space:
    """Titles, names and subjects longer than any column, some without a space to break at."""
    from ens.access import services as access

    doctor = people.professional("De La Rochefoucauld-Montmorency-Luxembourg", first_name="Anne-Marie-Bérengère")
    person = people.usager(birth_name="DE LA ROCHEFOUCAULD-MONTMORENCY", first_names="MARIE-APOLLINE EUPHROSINE")
    space = Space(person, doctor=doctor)
    access.authorise(person.usager_id, rpps=doctor.rpps, by=person.actor)
    file_document(
        space, "pdf", title=LONG, type_code="11488-4", data=pdf("x" * 300, 1), media_type="application/pdf", days=3
    )
    file_document(
        space,
        "texte",
        title=WITHOUT_SPACE,
        type_code="11502-2",
        data=("y" * 400).encode(),
        media_type="text/plain",
        days=4,
    )
    deliver(
        space,
        people.mailbox(doctor),
        name=doctor.name,
        subject=LONG,
        body="z" * 300,
        attachment=WITHOUT_SPACE,
    )
    note_threads(space)
    return space


def empty_space(people: Any) -> Space:
    return Space(people.usager())


def single_space(people: Any) -> Space:
    """One of each: a document, a message, a professional, a reading."""
    from ens.access import services as access
    from ens.record import services as record

    doctor = people.professional(first_name="Virginie")
    space = Space(people.usager(medecin_traitant=doctor), doctor=doctor)
    access.authorise(space.person.usager_id, rpps=doctor.rpps, by=space.person.actor)
    file_document(
        space,
        "seul",
        title="Ordonnance de lunettes",
        type_code="57833-6",
        data=pdf("Verres", 1),
        media_type="application/pdf",
        days=2,
    )
    record.open_document(space.documents["seul"], by=people.actor(doctor))
    deliver(space, people.mailbox(doctor), name=doctor.name, subject="Votre ordonnance", body="Bonjour.")
    note_threads(space)
    return space


DOCUMENTS, CONVERSATIONS, CHOICES = 500, 300, 40
TYPES = ("11502-2", "18748-4", "11488-4", "57833-6", "34133-9")


def crowded_space(people: Any) -> Space:
    """Ten years of a life: 500 documents, 300 conversations, 40 professionals, and who read."""
    from ens.access import services as access
    from ens.identity import actors
    from ens.record import services as record
    from ens.record.types import DocumentDeposit, DocumentFilter, SubmissionDeposit

    site = people.establishment()
    doctors = [people.professional(f"Praticien {number:02d}", first_name="Camille") for number in range(CHOICES)]
    space = Space(people.usager(medecin_traitant=doctors[0]), doctor=doctors[0])
    usager_id, own = space.person.usager_id, space.person.actor
    for doctor in doctors:
        access.authorise(usager_id, rpps=doctor.rpps, by=own)
    now = datetime.now(UTC)
    for start in range(0, DOCUMENTS, 50):
        deposits = []
        for number in range(start, start + 50):
            moment = now - timedelta(days=7 * number + 1)
            author = doctors[number % CHOICES]
            deposits.append(
                DocumentDeposit(
                    unique_id=f"2.25.{abs(hash((usager_id, number)))}",
                    data=f"Compte rendu numéro {number}".encode(),
                    media_type="text/plain",
                    type_code=TYPES[number % len(TYPES)],
                    title=f"Compte rendu numéro {number + 1}",
                    act_at=moment,
                    created_at=moment,
                    author_label=author.name,
                    author_rpps=author.rpps,
                )
            )
        done = record.deposit(usager_id, SubmissionDeposit(tuple(deposits)), by=people.actor(site))
    space.documents["dernier"] = done.documents[-1].document_id
    for number in range(60):
        record.list_documents(usager_id, DocumentFilter(), by=actors.professional_actor(doctors[number % CHOICES]))
    boxes = [(doctor.name, people.mailbox(doctor)) for doctor in doctors]
    for number in range(CONVERSATIONS):
        name, box = boxes[number % CHOICES]
        deliver(space, box, subject=f"Votre rendez-vous numéro {number + 1}", body="Bonjour,\n\nÀ bientôt.", name=name)
    note_threads(space)
    return space
