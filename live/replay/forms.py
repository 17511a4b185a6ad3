"""What is asked about a replay."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from courses.catalogue.models import CoursePage
from live.replay import queries
from lms.members.models import Member


class CourseForm(forms.Form):
    """The course a class becomes a lesson of."""

    course = forms.ModelChoiceField(
        CoursePage.objects.none(),
        label=gettext_lazy("课程"),
        required=False,
        empty_label=gettext_lazy("不放进课程"),
        help_text=gettext_lazy(
            "下课后 10 秒内，这门课程的最后一章会多出一讲，缺课的同志从那里补学。"
        ),
    )

    def __init__(self, *args: Any, by: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["course"]
        field.queryset = queries.courses_for(by)
