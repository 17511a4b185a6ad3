"""Addresses of votes and appraisals on paper."""

from django.urls import path

from exams.tallies import views

app_name = "tallies"
urlpatterns = [
    path("tallies/", views.tallies, name="list"),
    path("tallies/new/<slug:kind>/", views.new, name="new"),
    path("tallies/<int:tally_id>/", views.tally, name="tally"),
    path("tallies/<int:tally_id>/edit/", views.edit, name="edit"),
    path("tallies/<int:tally_id>/move/<slug:verb>/", views.move, name="move"),
    path("tallies/<int:tally_id>/issued/", views.issued, name="issued"),
    path("tallies/<int:tally_id>/hand/", views.hand, name="hand"),
    path("tallies/<int:tally_id>/protocol.pdf", views.protocol, name="protocol"),
]
