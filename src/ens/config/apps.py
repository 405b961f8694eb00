from django.apps import AppConfig


class WiringConfig(AppConfig):
    """Journeys are no app of their own: what the outbox does for them is declared here."""

    name = "ens.config"
    label = "config"

    def ready(self) -> None:
        from ens.config import connectors
        from ens.journeys import deletion, majority, new_code, recovery, representatives
        from ens.persistence import outbox

        outbox.register(deletion.OUTBOX_KIND, deletion.note_in_ledger)
        outbox.register(new_code.OUTBOX_KIND, new_code.send)
        outbox.register(new_code.OUTBOX_KIND_LARGE, new_code.send_large)
        outbox.register(recovery.OUTBOX_KIND, recovery.send_identifier)
        outbox.register(representatives.INVITED, representatives.tell_invited)
        outbox.register(representatives.ANSWERED, representatives.tell_answer)
        outbox.register(majority.OUTBOX_KIND, majority.tell_who_acts)
        outbox.register(majority.OUTBOX_KIND_CODE, majority.send_code)
        connectors.choose()
