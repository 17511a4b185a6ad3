"""The addresses of sitting exams."""

from django.urls import path

from exams.attempts import room_views, views

ATTEMPT = "exams/attempts/<uuid:attempt_id>/"

urlpatterns = [
    path("exams/", views.mine, name="my_exams"),
    path("exams/<int:exam_id>/", views.exam, name="exam"),
    path("exams/<int:exam_id>/start/", views.start, name="exam_start"),
    path("exams/<int:exam_id>/room/", room_views.room, name="exam_room"),
    path("exams/<int:exam_id>/room/act/", room_views.act, name="exam_room_act"),
    path(ATTEMPT, views.sitting, name="exam_sitting"),
    path(f"{ATTEMPT}state/", views.state, name="exam_state"),
    path(f"{ATTEMPT}take-over/", views.take_over, name="exam_take_over"),
    path(f"{ATTEMPT}submit/", views.submit, name="exam_submit"),
    path(f"{ATTEMPT}receipt/", views.receipt, name="exam_receipt"),
    path(f"{ATTEMPT}log/", room_views.log, name="exam_log"),
]
