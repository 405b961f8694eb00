from django.apps import AppConfig


class IdentityConfig(AppConfig):
    name = "ens.identity"
    label = "identity"
