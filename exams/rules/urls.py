"""Addresses of rules and reliefs on the site."""

from django.urls import path

from exams.rules import views

urlpatterns = [
    path("rules/<path:version>/", views.rule_version, name="rule_version"),
    path("reliefs/", views.reliefs, name="reliefs"),
    path("reliefs/new/", views.relief_people, name="relief_people"),
    path("reliefs/new/<int:member_id>/", views.relief_new, name="relief_new"),
    path("reliefs/<int:relief_id>/", views.relief, name="relief"),
    path("reliefs/<int:relief_id>/decide/", views.relief_decide, name="relief_decide"),
]
