"""What is listened to of live classes reaches whom it is for."""

import datetime as dt

import pytest

from live.classroom import reminders
from live.notices.models import Notice, NoticeKind
from lms.core import clock
from tests.factories.live import make_live_class
from tests.factories.members import make_branch_tree, make_instructor, make_member

pytestmark = pytest.mark.django_db


def test_a_coming_class_is_told_once_to_whom_it_is_for() -> None:
    tree = make_branch_tree()
    teacher, member = make_instructor(tree.general), make_member(tree.first)
    make_member(tree.third)
    starts_at = clock.now() + dt.timedelta(minutes=14)
    live_class = make_live_class(tree.general, by=teacher, title="三会一课", starts_at=starts_at)
    for _each in range(2):
        assert reminders.remind() == 1
    notices = Notice.objects.filter(kind=NoticeKind.CLASS).order_by("member")
    assert {notice.member_id for notice in notices} == {teacher.pk, member.pk}
    assert notices.count() == 2
    assert {notice.url for notice in notices} == {f"/live/{live_class.pk}/"}
    assert notices[0].title.endswith("直播课：三会一课")
