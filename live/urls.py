"""Addresses of live classes."""

from django.urls import path

from live.calendar import views as calendar
from live.checks import views as checks
from live.classroom import delivery, views
from live.classroom import views_of_teacher as teacher
from live.groups import views as groups
from live.hours import confirm_views as confirming
from live.hours import venue_views as venues
from live.hours import views as hours
from live.replay import views as replay
from live.slides import views as slides

app_name = "live"
urlpatterns = [
    path("live/", views.classes, name="list"),
    path("live/taught/", teacher.taught, name="taught"),
    path("live/new/", teacher.new, name="new"),
    path("live/calendar/", calendar.subscribe, name="calendar"),
    path("live/calendar/<str:secret>.ics", calendar.feed, name="calendar_feed"),
    path("live/uplink/", teacher.uplink, name="uplink"),
    path("live/<int:live_class_id>/", views.room, name="room"),
    path("live/<int:live_class_id>/address/", views.address, name="address"),
    path("live/<int:live_class_id>/attendance/", hours.attendance, name="attendance"),
    path("live/<int:live_class_id>/attendance.xlsx", hours.export, name="attendance_xlsx"),
    path("live/<int:live_class_id>/checks/", checks.results, name="checks"),
    path("live/<int:live_class_id>/checks/bank/", checks.bank, name="checks_bank"),
    path("live/<int:live_class_id>/checks/cues/", checks.cues, name="checks_cues"),
    path(
        "live/<int:live_class_id>/checks/<int:check_id>/later/", checks.later, name="checks_later"
    ),
    path("live/<int:live_class_id>/venue/", venues.start, name="venue_new"),
    path("live/venue/in/", venues.sign_in, name="venue_in"),
    path("live/venue/<int:venue_id>/", venues.listed, name="venue"),
    path("live/venue/<int:venue_id>/confirm/", confirming.confirm, name="venue_confirm"),
    path("live/venue/<int:venue_id>/screen/", venues.screen, name="venue_screen"),
    path("live/venue/<int:venue_id>/beside/", venues.beside, name="venue_beside"),
    path("live/venue/<int:venue_id>/do/<slug:verb>/", venues.do, name="venue_do"),
    path("live/venue/<int:venue_id>/in/<str:token>/", venues.scan, name="venue_scan"),
    path("live/<int:live_class_id>/say/", views.say, name="say"),
    path("live/<int:live_class_id>/events/", views.events, name="events"),
    path("live/<int:live_class_id>/edit/", teacher.edit, name="edit"),
    path("live/<int:live_class_id>/studio/", teacher.studio, name="studio"),
    path("live/<int:live_class_id>/rehearsed/", teacher.drop, name="drop"),
    path("live/<int:live_class_id>/do/<slug:verb>/", teacher.do, name="do"),
    path("live/<int:live_class_id>/group/", groups.own, name="group"),
    path("live/<int:live_class_id>/groups/", groups.every, name="groups"),
    path("live/<int:live_class_id>/groups/<int:group_id>/", groups.one, name="group_one"),
    path("live/<int:live_class_id>/replay/", replay.told, name="replay"),
    path("live/<int:live_class_id>/course/", replay.course, name="replay_course"),
    path("live/<int:live_class_id>/slides/", slides.listed, name="slides"),
    path("live/<int:live_class_id>/slides/<int:slide_id>/marks/", slides.marks, name="slide_marks"),
    path("live/<int:live_class_id>/slides/people/", slides.people, name="slides_people"),
    path("live/<int:live_class_id>/slides/prepare/", slides.prepare, name="slides_prepare"),
    path("live/<int:live_class_id>/slides/add/", slides.add, name="slides_add"),
    path(
        "live/<int:live_class_id>/decks/<int:deck_id>/<slug:verb>/",
        slides.deck,
        name="slides_deck",
    ),
    path(
        "live-files/<str:token>/<str:expiry>/<str:member_id>/<str:room>/<path:rest>",
        delivery.class_file,
        name="file",
    ),
]
