from django.apps import AppConfig


class RecordConfig(AppConfig):
    name = "ens.record"
    label = "record"

    def ready(self) -> None:
        from ens.persistence import outbox
        from ens.record.former import taking

        outbox.register(taking.OUTBOX_KIND, taking.take_over)
