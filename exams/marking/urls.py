"""Addresses of marking, release, keys and results."""

from django.urls import path

from exams.marking import correction_views, release_views, result_views, views

EXAM = "exams/<int:exam_id>/"

urlpatterns = [
    path("exams/marking/", views.exams, name="exams_to_mark"),
    path("exams/results/", result_views.result_list, name="exams_with_results"),
    path(f"{EXAM}marking/", views.progress, name="marking_progress"),
    path(f"{EXAM}marking/begin/", views.begin, name="marking_begin"),
    path(f"{EXAM}marking/<int:place_id>/", views.desk, name="marking_desk"),
    path(f"{EXAM}release/", release_views.release, name="release_exam"),
    path(f"{EXAM}keys/", release_views.keys, name="exam_keys"),
    path(f"{EXAM}keys/<int:version_id>/", release_views.correct_key, name="correct_key"),
    path(f"{EXAM}results/", result_views.results, name="exam_results"),
    path(f"{EXAM}results/results.xlsx", result_views.results_xlsx, name="exam_results_xlsx"),
    path(f"{EXAM}results/<uuid:attempt_id>/", correction_views.correct_marks, name="correct_marks"),
    path("exams/<uuid:attempt_id>/result/", result_views.own_result, name="own_result"),
    path("exams/<uuid:attempt_id>/appeal/", result_views.appeal_result, name="appeal_result"),
]
