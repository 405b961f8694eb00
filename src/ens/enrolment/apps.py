from django.apps import AppConfig


class EnrolmentConfig(AppConfig):
    name = "ens.enrolment"
    label = "enrolment"

    def ready(self) -> None:
        from ens.enrolment.queries import FACT
        from ens.persistence import facts

        facts.register(FACT)
