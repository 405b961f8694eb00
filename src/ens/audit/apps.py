from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "ens.audit"
    label = "audit"

    def ready(self) -> None:
        from ens.audit.ledger import FACT, HeadAndLines
        from ens.persistence import facts
        from ens.persistence.unit import use_ledger

        facts.register(FACT)
        use_ledger(HeadAndLines())
