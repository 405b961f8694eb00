from django.apps import AppConfig


class EnrolmentConfig(AppConfig):
    name = "ens.enrolment"
    label = "enrolment"

    def ready(self) -> None:
        from ens.enrolment.queries import FACT, is_asked_in_vain
        from ens.persistence import facts
        from ens.persistence.unit import use_reserve

        facts.register(FACT)
        use_reserve(is_asked_in_vain)
