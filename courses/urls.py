"""The addresses of home, catalogue, courses, lessons and what lessons contain."""

from django.urls import path

from courses.catalogue import views as catalogue
from courses.portal import views as portal

app_name = "courses"
urlpatterns = [
    path("", portal.home, name="home"),
    path("courses/", catalogue.catalogue, name="catalogue"),
    path("courses/<str:slug>/", catalogue.course, name="course"),
    path("courses/<str:slug>/cover/<int:image_id>/", catalogue.cover, name="cover"),
    path("lessons/<int:lesson_id>/", catalogue.lesson, name="lesson"),
    path(
        "lessons/<int:lesson_id>/documents/<int:document_id>/", catalogue.document, name="document"
    ),
    path("lessons/<int:lesson_id>/transcript.txt", catalogue.transcript, name="transcript"),
    path("lessons/<int:lesson_id>/images/<int:image_id>/", catalogue.image, name="image"),
    path("files/<path:name>", catalogue.back_office_file, name="back_office_file"),
]
