"""Who a message is from: never under a name that is not its mailbox's, and what the directory does not know is said."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from ens.identity.models import Mailbox
from ens.messaging import services
from ens.messaging.types import IncomingMail
from tests.messaging.mails import mail

pytestmark = pytest.mark.feature("S089", "S091")


@pytest.fixture
def box(db):
    """A mailbox of the directory, brought by its extract."""

    def make(kind="PER", label="", *, gone=False, **holder):
        address = f"{uuid4().hex[:12]}@operateur.example"
        Mailbox.objects.create(
            address=address, kind=kind, label=label, updated_at=datetime.now(UTC), listed=True,
            gone_at=datetime.now(UTC) if gone else None, **holder,
        )  # fmt: skip
        return address

    return make


@pytest.fixture
def seen(inaya, operator):
    """The name, the role, and whether the directory publishes it, as Inaya reads them."""

    def read(sender, label):
        data = mail(inaya.address, sender=sender, label=label)
        services.receive(IncomingMail(sender, inaya.address, data), by=operator)
        card = services.list_threads(inaya.usager_id, by=inaya.actor)[0]
        (message,) = services.open_thread(card.id, by=inaya.actor).messages
        assert message.is_listed is not message.is_unlisted
        return message.from_label, message.role_label, message.is_listed

    return read


def test_a_personal_mailbox_is_its_holder_s_whatever_its_label_says(people, box, seen):
    doctor = people.professional("Lefèvre", first_name="Odile")
    own = box(label="Docteur Odile Lefèvre", professional_id=doctor.id)
    assert seen(own, "Dr_Odile_LEFEVRE_Cabinet des Lilas")[0] == "Dr Odile LEFEVRE Cabinet des Lilas"
    for borrowed in ("Assurance Maladie", "Dr_Paul_MARTIN_CHU", ""):
        assert seen(own, borrowed)[0] == "Docteur Odile Lefèvre"
    assert seen(own, "Dr_Odile_LEFEVRE_CHU")[1:] == (doctor.profession_label, True)


def test_a_shared_mailbox_says_whose_it_is_beside_its_label(people, box, seen):
    site = people.establishment()
    shared = box("ORG", "Secrétariat", establishment_id=site.id)
    assert seen(shared, "Service_de_cardiologie") == ("Service de cardiologie", site.name, True)
    assert seen(shared, site.name.upper()) == (site.name.upper(), "", True)


def test_what_the_directory_does_not_publish_is_read_and_said(box, seen):
    box()  # the directory was brought
    for sender in ("inconnue@operateur.example", box(gone=True)):
        assert seen(sender, "Dr_Paul_MARTIN_CHU") == ("Dr Paul MARTIN CHU", "", False)
