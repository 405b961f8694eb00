from django.apps import AppConfig


class CoffreConfig(AppConfig):
    name = "ens.coffre"
    label = "coffre"
