"""Bringing a template in, after it was looked through; filling one; taking one away."""

from collections.abc import Sequence
from types import ModuleType

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from openpyxl.utils.exceptions import InvalidFileException

from lms.core import clock
from lms.core.errors import DomainError
from lms.members.models import Branch, Member
from lms.members.rules import can_see_board
from lms.reports.blanks import docx, xlsx
from lms.reports.blanks.models import Blank
from lms.reports.blanks.packages import BadPackageError, kind_of
from lms.reports.blanks.placeholders import (
    LISTS,
    BadPlaceholdersError,
    Subject,
    Values,
    known_names,
    subject_of,
)
from lms.reports.blanks.queries import Form

_FILLERS: dict[str, ModuleType] = {"xlsx": xlsx, "docx": docx}


class BlankRefusedError(DomainError):
    """The template cannot be taken; the sentence says what to change."""


class NotYourBlankError(DomainError):
    """The branch, or the template, is not one this person looks after."""

    def __init__(self) -> None:
        super().__init__(_("您不负责这个党组织，不能改动它的套表模板。"))


def add_blank(*, by: Member, branch: Branch, name: str, content: bytes) -> Blank:
    """Keep a template for a branch and all below it; refused if it is not filled without doubt."""
    if not can_see_board(by, branch):
        raise NotYourBlankError
    kind, subject = _looked_through(content)
    try:
        with transaction.atomic():
            return Blank.objects.create(
                branch=branch,
                name=name.strip()[:60],
                kind=kind,
                subject=subject,
                content=content,
                by=by,
                uploaded_at=clock.now(),
            )
    except IntegrityError as twice:
        raise BlankRefusedError(_("已有同名的模板，请换一个名称，或先删除原来的。")) from twice


def remove_blank(*, by: Member, blank: Blank) -> None:
    """Take a template away; what was filled with it stays where it was saved."""
    if not can_see_board(by, blank.branch):
        raise NotYourBlankError
    blank.delete()


def filled_form(*, form: Form, values: Values) -> bytes:
    """The form with what is known; nothing is kept of it."""
    made = _FILLERS[form.kind].fill(form.content, values)
    assert isinstance(made, bytes)
    return made


def _looked_through(content: bytes) -> tuple[str, Subject]:
    """(kind, subject) of a template that was filled once, to see that it can be."""
    try:
        kind = kind_of(content)
        subject = subject_of(_FILLERS[kind].names(content))
        _FILLERS[kind].fill(content, Values({}, {name: [{}, {}] for name in LISTS}))
    except BadPackageError as refused:
        raise BlankRefusedError(_package_sentence(refused.case)) from refused
    except BadPlaceholdersError as refused:
        raise BlankRefusedError(_placeholder_sentence(refused.case, refused.names)) from refused
    # openpyxl lets through whatever its many parsers raise on a damaged part.
    except (
        InvalidFileException,
        KeyError,
        ValueError,
        TypeError,
        AttributeError,
        IndexError,
        RecursionError,
    ) as damage:
        raise BlankRefusedError(_package_sentence("damaged")) from damage
    return kind, subject


def _package_sentence(case: str) -> str:
    return {
        "large": _("模板太大。请删去图片和多余的行列，文件不超过 1 MB。"),
        "damaged": _("文件打不开，可能已损坏或加了密码。请用 Excel、Word 或 WPS 另存后再上传。"),
        "other": _("只收 .xlsx 和 .docx 文件。旧格式请先另存为 .xlsx 或 .docx。"),
        "acting": _("模板里有宏、控件或嵌入的文件，不能使用。请另存为不带宏的 .xlsx 或 .docx。"),
        "external": _("模板里有指向外部的链接，不能使用。请去掉超链接和外部引用后再上传。"),
        "entities": _("模板里有不安全的内容（外部实体），不能使用。请重新制作。"),
        "calculates": _("模板里有公式或域，不能使用。合计请用占位符，页码可以保留。"),
    }[case]


def _placeholder_sentence(case: str, names: Sequence[str]) -> str:
    said = {"names": _("、").join(names)}
    every = dict.fromkeys([*known_names(Subject.BRANCH), *known_names(Subject.MEMBER)])
    return {
        "none": _("模板里没有占位符。请在要填的地方写上 {{姓名}} 这样的占位符。"),
        "unknown": _("不认识这些占位符：%(names)s。可用的有：%(known)s。")
        % {**said, "known": _("、").join(every)},
        "two_lists": _("同一行里不能有两种名单：%(names)s。") % said,
        "two_subjects": _(
            "一张表只能按组织填，或按党员填。这些占位符不能与其他的放在一起：%(names)s。"
        )
        % said,
    }[case]
