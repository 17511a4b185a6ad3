"""How training classes and certificates stand in the back office."""

from django.urls import URLPattern, URLResolver
from wagtail import hooks

from exams.classes.screens import PATTERNS, TrainingGroup


@hooks.register("register_admin_viewset")
def training_screens() -> TrainingGroup:
    return TrainingGroup()


@hooks.register("register_admin_urls")
def training_addresses() -> list[URLPattern | URLResolver]:
    return list(PATTERNS)
