from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "ens.access"
    label = "access"

    def ready(self) -> None:
        from ens.access.queries import FACT
        from ens.persistence import facts

        facts.register(FACT)
