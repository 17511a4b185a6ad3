"""Where the pictures and recordings of questions are."""

from django.urls import path

from exams.questions import views

urlpatterns = [
    path("exams/question-media/<str:token>/", views.question_media, name="question_media"),
]
