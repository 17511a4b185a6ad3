"""The addresses of contests."""

from django.urls import path

from exams.contests import views

CONTEST = "contests/<int:contest_id>/"
DAILY = f"{CONTEST}daily/"

urlpatterns = [
    path("contests/", views.contests, name="contests"),
    path(CONTEST, views.contest, name="contest"),
    path(DAILY, views.daily, name="contest_daily"),
    path(f"{DAILY}<int:question_id>/", views.daily_question, name="contest_daily_question"),
    path(f"{DAILY}<int:question_id>/answer/", views.daily_answer, name="contest_daily_answer"),
    path(f"{CONTEST}board/", views.board, name="contest_board"),
    path(f"{CONTEST}showing/", views.showing, name="contest_showing"),
    path(f"{CONTEST}result/", views.result, name="contest_result"),
]
