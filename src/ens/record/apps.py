from django.apps import AppConfig


class RecordConfig(AppConfig):
    name = "ens.record"
    label = "record"
