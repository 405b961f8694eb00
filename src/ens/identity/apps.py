from django.apps import AppConfig


class IdentityConfig(AppConfig):
    name = "ens.identity"
    label = "identity"

    def ready(self) -> None:
        from ens.identity.population.welcome import welcome
        from ens.identity.queries import FACT
        from ens.persistence import facts
        from ens.persistence.unit import use_welcome

        facts.register(FACT)
        use_welcome(welcome)
