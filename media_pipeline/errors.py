"""Refusals more than one part of the pipeline gives."""

from django.utils.translation import gettext as _

from lms.core.errors import DomainError


class NotYourLectureError(DomainError):
    """The branch is not one this person brings lectures in for."""

    def __init__(self) -> None:
        super().__init__(_("您不能为这个党组织处理讲课视频。请联系学校管理员。"))
