"""The addresses of practice."""

from django.urls import path

from exams.practice import views

urlpatterns = [
    path("practice/", views.practice, name="practice"),
    path("practice/wrong/", views.wrong_answers, name="wrong_answers"),
    path("practice/next/", views.next_question, name="practice_next"),
    path("practice/<int:question_id>/", views.practice_question, name="practice_question"),
    path("practice/<int:question_id>/answer/", views.practice_answer, name="practice_answer"),
]
