"""What is asked in discussions."""

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from live.discussion import queries
from live.discussion.models import (
    LONGEST_POST,
    LONGEST_REASON,
    LONGEST_TITLE,
    Board,
    BoardState,
    ReportReason,
    ThreadKind,
)
from lms.members.models import Branch


def new_key() -> str:
    """Names one form on one page: what it sends twice is posted once."""
    return str(uuid.uuid4())


class _Composed(forms.Form):
    key = forms.CharField(widget=forms.HiddenInput, max_length=36)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"key": new_key(), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)


class ThreadForm(_Composed):
    """A new thread."""

    title = forms.CharField(
        label=gettext_lazy("标题"),
        max_length=LONGEST_TITLE,
        help_text=gettext_lazy("一句话说明要讨论什么。"),
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("类型"),
        choices=ThreadKind.choices,
        initial=ThreadKind.TALK,
        widget=forms.RadioSelect,
        help_text=gettext_lazy("提问可以采纳一条回答；48 小时没有人回答会提醒教师。"),
    )
    text = forms.CharField(
        label=gettext_lazy("内容"),
        max_length=LONGEST_POST,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=gettext_lazy("只发文字。写 @姓名 可以叫上同支部的同志。"),
    )
    at = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)


class AnswerForm(_Composed):
    """One more post in a thread; `parent` is what it answers."""

    text = forms.CharField(
        label=gettext_lazy("回复"),
        max_length=LONGEST_POST,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    parent = forms.IntegerField(widget=forms.HiddenInput, required=False)


class ChangeForm(forms.Form):
    """Other words for one's own post."""

    title = forms.CharField(label=gettext_lazy("标题"), max_length=LONGEST_TITLE)
    text = forms.CharField(
        label=gettext_lazy("内容"),
        max_length=LONGEST_POST,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=gettext_lazy("修改前的内容会留存，别人可以看到改过几次。"),
    )

    def __init__(self, *args: Any, is_beginning: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_beginning:
            del self.fields["title"]


class _BranchField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Branch) -> str:
        return obj.indented_name


class BoardForm(forms.Form):
    """A board; `known` is the one being changed."""

    branch = _BranchField(
        Branch.objects.none(),
        label=gettext_lazy("面向"),
        empty_label=None,
        help_text=gettext_lazy("这个党组织和下级的同志都能看到、都能发言。"),
    )
    title = forms.CharField(label=gettext_lazy("名称"), max_length=30)
    introduction = forms.CharField(
        label=gettext_lazy("说明"),
        max_length=200,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    is_open = forms.BooleanField(
        label=gettext_lazy("开放发言"),
        required=False,
        initial=True,
        help_text=gettext_lazy("不开放时可以看，不能再写。"),
    )

    def __init__(self, *args: Any, by: Any, known: Board | None = None, **kwargs: Any) -> None:
        if known is not None:
            kwargs["initial"] = {
                "title": known.title,
                "introduction": known.introduction,
                "is_open": known.state == BoardState.OPEN,
            }
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        if known is not None:
            del fields["branch"]
        else:
            del fields["is_open"]
            fields["branch"].queryset = queries.board_branches(by)
            fields["branch"].initial = fields["branch"].queryset.first()


class ReportForm(forms.Form):
    reason = forms.ChoiceField(
        label=gettext_lazy("理由"), choices=ReportReason.choices, widget=forms.RadioSelect
    )
    words = forms.CharField(
        label=gettext_lazy("说明"),
        required=False,
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("只有管理这个讨论的同志能看到是谁举报的。"),
    )


class WordsForm(forms.Form):
    """Why something is done; `label` names it."""

    words = forms.CharField(widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, label: Any, help_text: Any = "", most: int = LONGEST_REASON,
                 **kwargs: Any) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        field: Any = self.fields["words"]
        field.label, field.help_text, field.max_length = label, help_text, most
        field.widget.attrs["maxlength"] = str(most)
