from django.apps import AppConfig


class PersistenceConfig(AppConfig):
    name = "ens.persistence"
    label = "persistence"
