"""Addresses of 学习心得 and 思想汇报."""

from django.urls import path

from live.writings import views

app_name = "writings"
urlpatterns = [
    path("writings/", views.writings, name="list"),
    path("writings/new/", views.new, name="new"),
    path("writings/desk/", views.desk, name="desk"),
    path("writings/<int:writing_id>/", views.writing, name="writing"),
    path("writings/<int:writing_id>/edit/", views.edit, name="edit"),
    path("writings/<int:writing_id>/archive.pdf", views.archive, name="archive"),
    path("writings/<int:writing_id>/files/<int:attachment_id>/", views.file, name="file"),
    path(
        "writings/<int:writing_id>/files/<int:attachment_id>/remove/", views.remove, name="remove"
    ),
]
