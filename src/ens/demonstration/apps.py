from django.apps import AppConfig


class DemonstrationConfig(AppConfig):
    name = "ens.demonstration"
    label = "demonstration"
