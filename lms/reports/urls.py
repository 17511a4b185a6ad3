"""Addresses of archives and boards."""

from django.urls import path

from lms.reports import views
from lms.reports.blanks import views as blanks
from lms.reports.exports import views as exports
from lms.reports.printed import views as printed
from lms.reports.saved import views as saved
from lms.reports.yearbook import views as yearbook

urlpatterns = [
    path("archive/", views.archive, name="archive"),
    path("archive/archive.pdf", printed.archive_pdf, name="archive_pdf"),
    path("archive/entries/<int:entry_id>/", views.archive_entry, name="archive_entry"),
    path("board/", views.board_home, name="board_home"),
    path("board/<int:branch_id>/", views.board, name="board"),
    path("board/<int:branch_id>/compare/", views.board_compare, name="board_compare"),
    path("board/<int:branch_id>/trend/", views.board_trend, name="board_trend"),
    path("board/<int:branch_id>/export.xlsx", views.board_export, name="board_export"),
    path("board/<int:branch_id>/export.csv", views.board_export_csv, name="board_export_csv"),
    path("board/<int:branch_id>/members/<int:member_id>/", views.board_member, name="board_member"),
    path(
        "board/<int:branch_id>/members/<int:member_id>/archive.pdf",
        printed.board_member_pdf,
        name="board_member_pdf",
    ),
    path(
        "board/<int:branch_id>/members/<int:member_id>/entries/<int:entry_id>/",
        views.board_entry,
        name="board_entry",
    ),
    path("board/<int:branch_id>/exports/", exports.request_export, name="request_export"),
    path("board/<int:branch_id>/forms/", blanks.branch_forms, name="branch_forms"),
    path("board/<int:branch_id>/forms/new/", blanks.add_form, name="add_form"),
    path(
        "board/<int:branch_id>/forms/<slug:key>/",
        blanks.filled_branch_form,
        name="filled_branch_form",
    ),
    path("board/<int:branch_id>/forms/<slug:key>/blank/", blanks.blank_form, name="blank_form"),
    path("board/<int:branch_id>/forms/<slug:key>/remove/", blanks.remove_form, name="remove_form"),
    path(
        "board/<int:branch_id>/members/<int:member_id>/forms/",
        blanks.member_forms,
        name="member_forms",
    ),
    path(
        "board/<int:branch_id>/members/<int:member_id>/forms/<slug:key>/",
        blanks.filled_member_form,
        name="filled_member_form",
    ),
    path("board/<int:branch_id>/yearbook/", yearbook.yearbook, name="yearbook"),
    path("board/<int:branch_id>/yearbook.xlsx", yearbook.yearbook_xlsx, name="yearbook_xlsx"),
    path("board/<int:branch_id>/yearbook.pdf", yearbook.yearbook_pdf, name="yearbook_pdf"),
    path("board/<int:branch_id>/filters/", saved.save, name="save_filter"),
    path("board/filters/<int:filter_id>/remove/", saved.remove, name="remove_filter"),
    path("exports/", exports.exports, name="exports"),
    path("exports/<int:export_id>/", exports.act, name="export_act"),
    path("exports/<int:export_id>/file/", exports.download, name="export_file"),
]
