"""Addresses of answer sheets: printing, uploading, deciding."""

from django.urls import path

from exams.sheets import views
from exams.sheets import views_of_pages as of_pages

app_name = "sheets"
HOME = "sheets/<slug:use>/<int:subject_id>/"
PAGE = "sheet-pages/<int:page_id>/"

urlpatterns = [
    path(HOME, views.home, name="home"),
    path(f"{HOME}print/", views.order, name="order"),
    path(f"{HOME}prints/<int:print_id>/sheets.pdf", views.printed, name="printed"),
    path(f"{HOME}upload/", views.upload, name="upload"),
    path(f"{HOME}files/<int:batch_id>/again/", views.again, name="batch_again"),
    path(f"{HOME}queue/", of_pages.queue, name="queue"),
    path(PAGE, of_pages.page, name="page"),
    path(f"{PAGE}page.jpg", of_pages.picture, name="picture"),
    path(f"{PAGE}<slug:key>.jpg", of_pages.crop, name="crop"),
    path(f"{PAGE}refuse/", of_pages.refuse, name="refuse"),
    path(f"{PAGE}again/", of_pages.again, name="page_again"),
]
