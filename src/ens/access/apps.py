from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "ens.access"
    label = "access"
