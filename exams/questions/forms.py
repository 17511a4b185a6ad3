"""What an author fills in beside the fields of a question's type."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from courses.catalogue.models import LessonPage
from exams.questions import queries
from exams.questions.media_queries import choosable_pictures, choosable_recordings
from exams.questions.models import Question, QuestionKind, QuestionState, SourceClause, Topic
from exams.questions.services import About
from lms.members.models import Branch
from media_pipeline.models import Asset

DIFFICULTIES = [(1, _("1 易")), (2, _("2 较易")), (3, _("3 中")), (4, _("4 较难")), (5, _("5 难"))]
LONGEST = 20_000


class QuestionForm(forms.Form):
    """The words all types have, and what a question is about."""

    stem = forms.CharField(
        label=_("题目"), required=False, max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 4}), help_text=_("空一行就另起一段。"),
    )  # fmt: skip
    explanation = forms.CharField(
        label=_("解析"), required=False, max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
    topic = forms.ModelChoiceField(Topic.objects.none(), label=_("知识点"), required=False)
    category = forms.CharField(label=_("分类"), max_length=60, required=False)
    difficulty = forms.TypedChoiceField(label=_("难度"), choices=DIFFICULTIES, coerce=int)
    clause = forms.ModelChoiceField(
        SourceClause.objects.none(), label=_("依据条文"), required=False
    )
    lesson = forms.ModelChoiceField(LessonPage.objects.none(), label=_("讲解课程"), required=False)
    lesson_second = forms.IntegerField(
        label=_("讲解位置（秒）"), min_value=0, max_value=86_400, required=False
    )
    is_for_practice = forms.BooleanField(
        label=_("开放练习"), required=False,
        help_text=_("党员练习后会看到答案，准备用于考试的题请不要开放。"),
    )  # fmt: skip
    picture = forms.ModelChoiceField(
        Asset.objects.none(), label=_("加入图片"), required=False,
        help_text=_("先在“图片”里上传；保存时加在题目末尾。"),
    )  # fmt: skip
    recording = forms.ModelChoiceField(
        Asset.objects.none(), label=_("加入录音或录像"), required=False,
        help_text=_("先在“课件”里上传；保存时加在题目末尾。"),
    )  # fmt: skip

    def __init__(self, *args: Any, by: Any, branch: Branch, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._choose("topic", queries.topics_of(by).filter(branch=branch), str)
        self._choose(
            "clause",
            queries.citable_clauses(by),
            lambda each: f"《{each.edition.text.title}》{each.edition.name} {each.number}",
        )
        self._choose("lesson", queries.explaining_lessons(by), lambda each: each.title)
        self._choose("picture", choosable_pictures(by), lambda each: each.title)
        self._choose("recording", choosable_recordings(by), lambda each: each.title)

    def _choose(self, name: str, rows: Any, label: Any) -> None:
        field: Any = self.fields[name]
        field.queryset = rows
        field.label_from_instance = label

    def about(self) -> About:
        said = self.cleaned_data
        names = ("category", "topic", "difficulty", "clause", "lesson", "is_for_practice")
        return About(
            **{name: said[name] for name in names}, lesson_second=said["lesson_second"] or 0
        )


def known(question: Question) -> dict[str, Any]:
    """What the form holds of a question that is there, apart from its words."""
    names = ("topic", "category", "difficulty", "clause", "lesson", "lesson_second")
    return {
        **{name: getattr(question, name) for name in names},
        "is_for_practice": question.is_for_practice,
    }


class FilterForm(forms.Form):
    """Which questions a list shows."""

    words = forms.CharField(label=_("文字"), required=False, max_length=100)
    kind = forms.ChoiceField(
        label=_("题型"), required=False, choices=[("", _("全部")), *QuestionKind.choices]
    )
    topic = forms.ModelChoiceField(
        Topic.objects.none(), label=_("知识点"), required=False, empty_label=_("全部")
    )
    difficulty = forms.ChoiceField(
        label=_("难度"), required=False, choices=[("", _("全部")), *DIFFICULTIES]
    )
    state = forms.ChoiceField(
        label=_("状态"), required=False, choices=[("", _("全部")), *QuestionState.choices]
    )
    clause = forms.CharField(label=_("条文"), required=False, max_length=40)
    needs_review = forms.BooleanField(label=_("只看待复核"), required=False)

    def __init__(self, *args: Any, by: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        topics: Any = self.fields["topic"]
        topics.queryset = queries.topics_of(by)


class NewForm(forms.Form):
    """Whose a new question is, and of which type."""

    branch = forms.ModelChoiceField(Branch.objects.none(), label=_("所属组织"), empty_label=None)
    kind = forms.ChoiceField(label=_("题型"), choices=QuestionKind.choices)

    def __init__(self, *args: Any, by: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer_branches(self, by)


class SourceForm(forms.Form):
    """A text of rules and whose it is."""

    branch = forms.ModelChoiceField(Branch.objects.none(), label=_("所属组织"), empty_label=None)
    title = forms.CharField(label=_("名称"), max_length=120)

    def __init__(self, *args: Any, by: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer_branches(self, by)


class TopicForm(forms.Form):
    """A topic of a branch."""

    branch = forms.ModelChoiceField(Branch.objects.none(), label=_("所属组织"), empty_label=None)
    name = forms.CharField(label=_("知识点"), max_length=80)

    def __init__(self, *args: Any, by: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer_branches(self, by)


class EditionForm(forms.Form):
    """An edition, pasted whole."""

    name = forms.CharField(label=_("版本"), max_length=60, help_text=_("例如“2022 年修正”。"))
    in_force_from = forms.DateField(
        label=_("施行日期"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    pasted = forms.CharField(
        label=_("全文"), max_length=400_000, widget=forms.Textarea(attrs={"rows": 14}),
        help_text=_("把全文粘贴进来，每一条以“第…条”开头另起一行，系统自动分条。"),
    )  # fmt: skip


def _offer_branches(form: forms.Form, by: Any) -> None:
    field: Any = form.fields["branch"]
    field.queryset = queries.writing_branches(by)
    field.label_from_instance = lambda branch: branch.indented_name
