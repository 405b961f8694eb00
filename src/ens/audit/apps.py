from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "ens.audit"
    label = "audit"

    def ready(self) -> None:
        from ens.audit.ledger import HeadAndLines
        from ens.persistence.unit import use_ledger

        use_ledger(HeadAndLines())
