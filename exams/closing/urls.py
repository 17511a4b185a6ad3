"""Addresses of closed years."""

from django.urls import path

from exams.closing import views

urlpatterns = [
    path("closings/", views.closings, name="closings"),
    path("closings/new/", views.close, name="close_year"),
    path("closings/<int:closing_id>/", views.closing, name="closing"),
    path("closings/<int:closing_id>/sheet/", views.sheet, name="closing_sheet"),
    path("closings/<int:closing_id>/sheet.pdf", views.sheet_pdf, name="closing_pdf"),
    path("closings/<int:closing_id>/export.csv", views.export, name="closing_export"),
    path("verify-year/<slug:code>/", views.verify, name="verify_year"),
]
