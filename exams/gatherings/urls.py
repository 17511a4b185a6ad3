"""Addresses of study together: the host's, the second person's, and the member's."""

from django.urls import path

from exams.gatherings import views
from exams.gatherings import views_for_members as mine
from exams.gatherings import views_of_list as of_list

app_name = "gatherings"
urlpatterns = [
    path("gatherings/", views.gatherings, name="list"),
    path("gatherings/new/<slug:kind>/", views.new, name="new"),
    path("gatherings/<int:gathering_id>/", views.gathering, name="gathering"),
    path("gatherings/<int:gathering_id>/edit/", views.edit, name="edit"),
    path("gatherings/<int:gathering_id>/move/<slug:verb>/", views.move, name="move"),
    path("gatherings/<int:gathering_id>/room/", views.room, name="room"),
    path("gatherings/<int:gathering_id>/people/", of_list.people, name="people"),
    path("gatherings/<int:gathering_id>/guests/", of_list.guests, name="guests"),
    path("gatherings/<int:gathering_id>/paper/", of_list.paper, name="paper"),
    path(
        "gatherings/<int:gathering_id>/people/<int:presence_id>/remove/",
        of_list.remove,
        name="remove",
    ),
    path("gatherings/<int:gathering_id>/sheet/", views.sheet, name="sheet"),
    path("gatherings/<int:gathering_id>/scans/", of_list.scans, name="scans"),
    path("gatherings/<int:gathering_id>/scans/<int:scan_id>/", of_list.scan_file, name="scan_file"),
    path("gatherings/<int:gathering_id>/video/", views.video, name="video"),
    path("gatherings/<int:gathering_id>/confirm/", mine.confirm, name="confirm"),
    path("gatherings/scan/<int:gathering_id>/<slug:token>/", mine.scan, name="scan"),
    path("gatherings/join/", mine.join, name="join"),
    path("gatherings/<int:gathering_id>/joined/", mine.joined, name="joined"),
    path("gatherings/mine/", mine.mine, name="mine"),
]
