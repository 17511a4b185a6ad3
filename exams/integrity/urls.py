"""Addresses of the review queue."""

from django.urls import path

from exams.integrity import views

app_name = "integrity"

urlpatterns = [
    path("review/", views.queue, name="queue"),
    path("review/mine/", views.mine, name="mine"),
    path("review/<int:case_id>/", views.case, name="case"),
    path("review/<int:case_id>/decide/", views.decide, name="decide"),
]
