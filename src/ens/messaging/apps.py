from django.apps import AppConfig


class MessagingConfig(AppConfig):
    name = "ens.messaging"
    label = "messaging"

    def ready(self) -> None:
        from ens.messaging.services import acknowledging, answering, keeping, sending
        from ens.persistence import outbox

        outbox.register(sending.OUTBOX_KIND, sending.send, sending.give_up)
        outbox.register(keeping.OUTBOX_KIND, keeping.empty_when_due)
        outbox.register(answering.OUTBOX_KIND, answering.send, answering.give_up)
        outbox.register(acknowledging.OUTBOX_KIND, acknowledging.send, acknowledging.give_up)
