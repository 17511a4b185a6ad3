"""Addresses of corrections and appeals."""

from django.urls import path

from exams.corrections import appeal_views, views

urlpatterns = [
    path("corrections/", views.corrections, name="corrections"),
    path("corrections/<int:correction_id>/", views.correction, name="correction"),
    path("corrections/entries/<int:entry_id>/", views.reverse_entry, name="reverse_entry"),
    path("corrections/members/<int:member_id>/", views.add_hours, name="add_hours"),
    path("appeals/", appeal_views.appeals, name="appeals"),
    path("appeals/new/", appeal_views.appeal_missing, name="appeal_missing"),
    path("appeals/entries/<int:entry_id>/", appeal_views.appeal_entry, name="appeal_entry"),
    path("appeals/lessons/<int:lesson_id>/", appeal_views.appeal_lesson, name="appeal_lesson"),
    path("appeals/<int:appeal_id>/", appeal_views.appeal, name="appeal"),
]
