from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "ens.notifications"
    label = "notifications"

    def ready(self) -> None:
        from ens.notifications import services
        from ens.persistence import outbox

        outbox.register(services.OUTBOX_KIND, services.send)
