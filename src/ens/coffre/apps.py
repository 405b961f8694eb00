from django.apps import AppConfig


class CoffreConfig(AppConfig):
    name = "ens.coffre"
    label = "coffre"

    def ready(self) -> None:
        from ens.coffre.services import FACT
        from ens.persistence import facts

        facts.register(FACT)
