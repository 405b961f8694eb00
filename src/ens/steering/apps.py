"""The Django application of steering."""

from __future__ import annotations

from django.apps import AppConfig


class SteeringConfig(AppConfig):
    name = "ens.steering"
    label = "steering"
    verbose_name = "Pilotage"
