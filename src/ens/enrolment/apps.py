from django.apps import AppConfig


class EnrolmentConfig(AppConfig):
    name = "ens.enrolment"
    label = "enrolment"
