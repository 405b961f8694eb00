from django.apps import AppConfig


class PersistenceConfig(AppConfig):
    name = "ens.persistence"
    label = "persistence"

    def ready(self) -> None:
        from ens.persistence import clock, facts

        facts.register(clock.FACT)
