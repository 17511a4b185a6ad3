"""Keys: who gets one, how long it is good, and what the studio is told of it."""

import datetime as dt
from typing import Any

import pytest

from live.classroom import saying, services
from live.classroom.errors import ClassMovedError
from live.classroom.models import LiveClass
from live.obs import services as obs
from live.obs.errors import NoStreamError, ObsNotSetUpError
from live.obs.models import StreamKey
from live.obs.streams import digest_of, is_key
from lms.core import clock
from lms.members.models import Member
from tests.factories.live import make_live_class
from tests.factories.members import BranchTree, make_branch_tree, make_instructor, make_member

pytestmark = pytest.mark.django_db
SERVER = "rtmp://school.example/live"


@pytest.fixture(autouse=True)
def _set_up(settings: Any) -> None:
    settings.LIVE_RTMP_URL = SERVER


@pytest.fixture
def tree() -> BranchTree:
    return make_branch_tree()


@pytest.fixture
def teacher(tree: BranchTree) -> Member:
    return make_instructor(tree.general, name="李教授")


@pytest.fixture
def live_class(tree: BranchTree, teacher: Member) -> LiveClass:
    return make_live_class(tree.general, by=teacher)


def ask(verb: str, by: Member, live_class: LiveClass) -> dict[str, Any]:
    return saying.say(by=by, live_class_id=live_class.pk, said={"do": verb, "id": "k1"})


def test_who_leads_is_told_a_key_once_and_a_member_never(
    tree: BranchTree, teacher: Member, live_class: LiveClass
) -> None:
    member = make_member(tree.first)
    reply = ask("obs.make", teacher, live_class)
    assert is_key(reply["key"])
    stored = StreamKey.objects.get()
    assert stored.digest == digest_of(reply["key"])
    assert (stored.live_class, stored.member) == (live_class, teacher)
    looked = ask("obs.look", teacher, live_class)
    assert looked == {
        "ok": "k1",
        "server": SERVER,
        "made": int(stored.made_at.timestamp() * 1000),
        "sending": False,
        "standing_by": False,
        "trouble": "",
    }
    for verb in ("obs.make", "obs.look", "obs.drop", "obs.take"):
        assert ask(verb, member, live_class)["no"] == "NotTheTeacherError"
    assert StreamKey.objects.get() == stored


def test_a_renewed_key_is_dead_and_a_dropped_one_too(
    teacher: Member, live_class: LiveClass
) -> None:
    first = obs.make_key(by=teacher, live_class_id=live_class.pk)
    let = obs.begin_stream(first, "7")
    assert let is not None
    assert obs.standing_of(let) is not None
    second = obs.make_key(by=teacher, live_class_id=live_class.pk)
    assert StreamKey.objects.count() == 1
    assert obs.standing_of(let) is None
    assert obs.begin_stream(first, "8") is None
    assert obs.keep_stream(first, "7") is None
    assert obs.begin_stream(second, "9") is not None
    obs.drop_key(by=teacher, live_class_id=live_class.pk)
    assert obs.keep_stream(second, "9") is None


def test_a_key_ends_with_its_class_and_with_the_right_to_hold_it(
    tree: BranchTree, teacher: Member, live_class: LiveClass
) -> None:
    helper = make_member(tree.first, name="助教")
    live_class.co_hosts.add(helper)
    own = obs.make_key(by=teacher, live_class_id=live_class.pk)
    helpers = obs.make_key(by=helper, live_class_id=live_class.pk)
    assert obs.begin_stream(helpers, "1") is not None
    live_class.co_hosts.remove(helper)
    assert obs.keep_stream(helpers, "1") is None
    let = obs.begin_stream(own, "2")
    assert let is not None
    services.go_on_air(by=teacher, live_class=live_class)
    services.close_class(by=teacher, live_class=live_class)
    assert obs.standing_of(let) is None
    assert obs.begin_stream(own, "3") is None
    with pytest.raises(ClassMovedError):
        obs.make_key(by=teacher, live_class_id=live_class.pk)


def test_a_stream_ends_with_its_connection_and_no_other(
    teacher: Member, live_class: LiveClass
) -> None:
    key = obs.make_key(by=teacher, live_class_id=live_class.pk)
    let = obs.begin_stream(key, "1")
    assert let is not None
    assert obs.begin_stream(key, "2") == let
    obs.end_stream(key, "1")  # late word of the connection before
    assert obs.standing_of(let) is not None
    obs.end_stream(key, "2")
    assert obs.standing_of(let) is None


def test_nginx_that_says_nothing_more_is_gone(teacher: Member, live_class: LiveClass) -> None:
    key = obs.make_key(by=teacher, live_class_id=live_class.pk)
    let = obs.begin_stream(key, "1")
    assert let is not None
    StreamKey.objects.update(seen_at=clock.now() - obs.PATIENCE - dt.timedelta(seconds=1))
    assert obs.standing_of(let) is None
    assert obs.keep_stream(key, "1") == let
    assert obs.standing_of(let) is not None


def test_a_stream_that_gave_way_is_asked_for_again(teacher: Member, live_class: LiveClass) -> None:
    key = obs.make_key(by=teacher, live_class_id=live_class.pk)
    with pytest.raises(NoStreamError):
        obs.take_again(by=teacher, live_class_id=live_class.pk)
    let = obs.begin_stream(key, "1")
    assert let is not None
    before = obs.standing_of(let)
    obs.give_way(let, "格式不能用")
    looked = ask("obs.look", teacher, live_class)
    assert (looked["sending"], looked["standing_by"], looked["trouble"]) == (
        True,
        True,
        "格式不能用",
    )
    reply = ask("obs.take", teacher, live_class)
    assert (reply["standing_by"], reply["trouble"]) == (False, "")
    after = obs.standing_of(let)
    assert before is not None
    assert after is not None
    assert after.published_at > before.published_at


def test_a_school_without_nginx_is_told_so_and_lets_nothing_in(
    settings: Any, teacher: Member, live_class: LiveClass
) -> None:
    key = obs.make_key(by=teacher, live_class_id=live_class.pk)
    settings.LIVE_RTMP_URL = ""
    with pytest.raises(ObsNotSetUpError) as refused:
        obs.make_key(by=teacher, live_class_id=live_class.pk)
    assert "请联系系统管理员" in refused.value.message
    assert obs.begin_stream(key, "1") is None
