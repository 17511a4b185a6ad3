"""Addresses of finals: the host's and everybody's."""

from django.urls import path

from exams.finals import views
from exams.finals import views_of_host as host

app_name = "finals"
urlpatterns = [
    path("finals/", views.finals, name="list"),
    path("finals/<int:final_id>/", views.final, name="final"),
    path("finals/<int:final_id>/join/", views.join, name="join"),
    path("finals/<int:final_id>/join/<slug:token>/", views.join, name="join_link"),
    path("finals/<int:final_id>/result/", views.result, name="result"),
    path("finals/<int:final_id>/pictures/<str:token>/", views.picture, name="picture"),
    path("finals/hosted/", host.hosted, name="hosted"),
    path("finals/new/", host.new, name="new"),
    path("finals/<int:final_id>/edit/", host.edit, name="edit"),
    path("finals/<int:final_id>/rounds/", host.rounds, name="rounds"),
    path("finals/<int:final_id>/host/", host.console, name="console"),
    path("finals/<int:final_id>/panel/", host.panel, name="panel"),
    path("finals/<int:final_id>/screen/", host.screen, name="screen"),
    path("finals/<int:final_id>/entrance/", host.entrance, name="entrance"),
    path("finals/<int:final_id>/do/<slug:verb>/", host.do, name="do"),
    path("finals/<int:final_id>/record.pdf", host.record, name="record"),
]
