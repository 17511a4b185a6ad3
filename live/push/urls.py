"""Addresses of push. The worker's own address says what it may look after: notices alone."""

from django.urls import path

from live.push import views

app_name = "push"
urlpatterns = [
    path("notices/push.js", views.worker, name="worker"),
    path("notices/push/", views.ask, name="ask"),
    path("notices/push/<int:browser_id>/remove/", views.remove, name="remove"),
]
