"""The addresses of exams, training classes and certificates."""

from django.urls import path

from exams.analysis import urls as analysis
from exams.attempts.urls import urlpatterns as attempts
from exams.certificates import views as certificates
from exams.classes import views as classes
from exams.contests import urls as contests
from exams.marking import urls as marking
from exams.practice import urls as practice
from exams.questions import urls as questions

PERSON = "classes/<int:class_id>/people/<int:enrolment_id>/"

urlpatterns = [
    *questions.urlpatterns,
    *practice.urlpatterns,
    *attempts,
    *contests.urlpatterns,
    path("classes/", classes.mine, name="my_classes"),
    path("classes/led/", classes.looked_after, name="classes_looked_after"),
    path("classes/<int:class_id>/", classes.my_class, name="my_class"),
    path("classes/<int:class_id>/essay/", classes.hand_in, name="hand_in_essay"),
    path("classes/<int:class_id>/people/", classes.people, name="class_people"),
    path(PERSON, classes.person, name="class_person"),
    path(f"{PERSON}essays/<int:essay_id>/", classes.review, name="review_essay"),
    path(f"{PERSON}confirmation/", classes.confirmation, name="confirm_person"),
    path("certificates/<int:certificate_id>/", certificates.certificate, name="certificate"),
    path(
        "certificates/<int:certificate_id>/certificate.pdf",
        certificates.certificate_pdf,
        name="certificate_pdf",
    ),
    path("verify/", certificates.verify, name="verify"),
    path("verify/<str:code>/", certificates.verify_code, name="verify_code"),
    *marking.urlpatterns,
    *analysis.urlpatterns,
]
