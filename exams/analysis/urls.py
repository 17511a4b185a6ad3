"""Addresses of the item analysis."""

from django.urls import path

from exams.analysis import views

urlpatterns = [
    path("exams/<int:exam_id>/analysis/", views.analysis, name="exam_analysis"),
    path(
        "exams/<int:exam_id>/analysis/analysis.xlsx",
        views.analysis_xlsx,
        name="exam_analysis_xlsx",
    ),
]
