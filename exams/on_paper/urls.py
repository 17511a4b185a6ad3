"""Addresses of exams on paper."""

from django.urls import path

from exams.on_paper import sheet_views, views

app_name = "on_paper"
HOME = "exams/<int:exam_id>/on-paper/"
SHEET = f"{HOME}sheets/<int:sheet_id>/"
OWN = "exams/attempts/<uuid:attempt_id>/on-paper/"

urlpatterns = [
    path(HOME, views.home, name="home"),
    path(f"{HOME}open/", views.begin, name="open"),
    path(f"{HOME}times/", views.times, name="times"),
    path(f"{HOME}print/", views.order, name="print"),
    path(f"{HOME}booklet-<slug:form>.pdf", views.booklet, name="booklet"),
    path(f"{HOME}written/<int:place_id>.jpg", sheet_views.written, name="written"),
    path(f"{HOME}sheets/", sheet_views.sheets, name="sheets"),
    path(SHEET, sheet_views.sheet, name="sheet"),
    path(f"{SHEET}<slug:verb>/", sheet_views.act, name="act"),
    path(OWN, sheet_views.own, name="own"),
    path(f"{OWN}<int:page>.jpg", sheet_views.own_page, name="own_page"),
]
