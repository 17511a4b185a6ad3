"""Addresses the player calls. Beats go to `/beat/`, which is no Django view (see `beats.py`)."""

from django.urls import path

from courses.progress import views

app_name = "progress"

urlpatterns = [
    path("learn/sessions/", views.start, name="start"),
    path("learn/sessions/<uuid:session_id>/settle/", views.settle, name="settle"),
    path("learn/sessions/<uuid:session_id>/check/", views.check, name="check"),
    path("learn/sessions/<uuid:session_id>/playlist/", views.playlist, name="playlist"),
]
