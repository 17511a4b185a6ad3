"""Who may do what with training classes."""

from typing import Any

from courses.training.models import Enrolment, EnrolmentState, TrainingClass
from courses.training.queries import led_classes, managed_classes


def can_manage_class(by: Any, training_class: TrainingClass) -> bool:
    """Administrators of the branch that holds the class."""
    return managed_classes(by).filter(pk=training_class.pk).exists()


def can_judge(by: Any, enrolment: Enrolment) -> bool:
    """The class teacher and the administrators review essays and confirm; nobody the own ones."""
    if enrolment.member_id == by.pk:
        return False
    return led_classes(by).filter(pk=enrolment.training_class_id).exists()


def can_hand_in(by: Any, enrolment: Enrolment) -> bool:
    """The member, while learning."""
    return enrolment.member_id == by.pk and enrolment.state == EnrolmentState.ENROLLED
