"""Addresses of the design system."""

from django.urls import path

from lms.core.design import views

urlpatterns = [
    path("preferences/", views.preferences, name="preferences"),
    path("help/", views.guide, name="help"),
    path("styleguide/", views.styleguide, name="styleguide"),
]
