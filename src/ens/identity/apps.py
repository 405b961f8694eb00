from django.apps import AppConfig


class IdentityConfig(AppConfig):
    name = "ens.identity"
    label = "identity"

    def ready(self) -> None:
        from ens.identity.queries import FACT
        from ens.persistence import facts

        facts.register(FACT)
