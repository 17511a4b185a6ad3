"""Addresses of notices."""

from django.urls import path

from live.notices import views

app_name = "notices"
urlpatterns = [
    path("notices/", views.notices, name="list"),
    path("notices/count/", views.count, name="count"),
    path("notices/read/", views.read_all, name="read_all"),
    path("notices/choices/", views.choices, name="choices"),
    path("notices/<int:notice_id>/", views.notice, name="notice"),
]
