"""Groups of a class: who sits where, who reads what, what is kept."""

import datetime as dt
from typing import Any

import pytest

from live.classroom import saying
from live.classroom import services as classroom
from live.classroom.models import LiveClass, LivePresence
from live.groups import queries, services
from live.groups.models import Group, GroupNote, GroupRound
from lms.core import clock
from lms.members.models import Member
from tests.factories.live import make_live_class
from tests.factories.members import BranchTree, make_branch_tree, make_instructor, make_member
from tests.live.classroom.test_pages import of

pytestmark = pytest.mark.django_db


@pytest.fixture
def tree() -> BranchTree:
    return make_branch_tree()


@pytest.fixture
def live_class(tree: BranchTree) -> LiveClass:
    made = make_live_class(tree.general, by=make_instructor(tree.general, name="李教授"))
    classroom.open_waiting(by=made.teacher, live_class=made)
    return made


@pytest.fixture
def people(tree: BranchTree, live_class: LiveClass) -> list[Member]:
    """Two of the first branch and two of the second, all in the room."""
    found = [make_member(branch) for branch in (tree.first, tree.first, tree.second, tree.second)]
    for member in found:
        LivePresence.objects.create(
            live_class=live_class,
            member=member,
            device="d1",
            joined_at=clock.now(),
            seen_at=clock.now(),
        )
    return found


def say(by: Member, live_class: LiveClass, verb: str, **body: Any) -> dict[str, Any]:
    said = {
        **body,
        "do": f"groups.{verb}",
        "id": f"k{clock.now().timestamp():.6f}".replace(".", ""),
    }
    return saying.say(by=by, live_class_id=live_class.pk, said=said)


def divide(live_class: LiveClass, **more: Any) -> dict[str, Any]:
    said = {"count": 2, "how": "branch", "minutes": 10, "topic": "怎样开好组织生活会", **more}
    return say(live_class.teacher, live_class, "open", **said)


@pytest.mark.slow
def test_a_member_sees_the_own_group_and_no_other(
    tree: BranchTree, live_class: LiveClass, people: list[Member]
) -> None:
    assert say(people[0], live_class, "open", count=2, how="random", minutes=5, topic="")["no"] == (
        "NotTheTeacherError"
    )
    assert "ok" in divide(live_class)
    first, second = Group.objects.all()
    assert [queries.people_of(group) for group in (first, second)] == [people[:2], people[2:]]
    base = f"/live/{live_class.pk}"
    assert of(people[0]).get(f"{base}/group/").json()["group"] == first.pk
    assert "ok" in say(people[1], live_class, "say", group=first.pk, text="先谈谈体会")
    told = of(people[0]).get(f"{base}/groups/{first.pk}/").json()
    assert [each["text"] for each in told["messages"]] == ["先谈谈体会"]
    assert of(people[2]).get(f"{base}/groups/{first.pk}/").status_code == 404
    assert say(people[2], live_class, "say", group=first.pk, text="听听")["no"] == "NotInGroupError"
    # Whoever leads visits any, and speaks there.
    leads = of(live_class.teacher)
    assert leads.get(f"{base}/groups/{second.pk}/").status_code == 200
    assert "ok" in say(live_class.teacher, live_class, "say", group=second.pk, text="还有五分钟")
    assert of(people[0]).get(f"{base}/groups/").status_code == 404
    assert [each["said"] for each in leads.get(f"{base}/groups/").json()["groups"]] == [1, 1]
    # Nothing of it is an event, which all could read.
    assert "先谈谈体会" not in str(list(live_class.events.values_list("body", flat=True)))


def test_a_note_is_written_by_revision_and_nobody_overwrites_what_was_not_seen(
    live_class: LiveClass, people: list[Member]
) -> None:
    divide(live_class)
    group = Group.objects.all()[0]
    write = {"group": group.pk, "revision": 0}
    assert say(people[0], live_class, "note", **write, text="一、查找问题")["revision"] == 1
    refused = say(people[1], live_class, "note", **write, text="一、学习")
    assert (refused["no"], people[0].name in refused["why"]) == ("NoteMovedError", True)
    # The same text again (a message that was sent twice) is no new revision.
    assert say(people[0], live_class, "note", **write, text="一、查找问题")["revision"] == 1
    assert (
        say(people[1], live_class, "note", **{**write, "revision": 1}, text="二")["revision"] == 2
    )
    assert list(GroupNote.objects.values_list("revision", "text")) == [
        (1, "一、查找问题"),
        (2, "二"),
    ]


def test_everybody_comes_back_and_the_notes_stay(
    live_class: LiveClass, people: list[Member]
) -> None:
    divide(live_class)
    assert divide(live_class)["no"] == "GroupsMovedError"
    group = Group.objects.all()[0]
    say(people[0], live_class, "note", group=group.pk, revision=0, text="结论")
    assert say(people[0], live_class, "close")["no"] == "NotTheTeacherError"
    say(live_class.teacher, live_class, "close")
    live_class.refresh_from_db()
    assert live_class.shown["groups"] is None
    assert (
        say(people[0], live_class, "say", group=group.pk, text="还有")["no"] == "GroupsMovedError"
    )
    assert of(people[0]).get(f"/live/{live_class.pk}/group/").json() == {"group": None}
    assert [each["note"] for each in queries.overview(live_class)] == ["结论", ""]
    assert "ok" in divide(live_class, how="random")


def test_a_round_ends_by_itself_when_its_time_is_up(
    live_class: LiveClass, people: list[Member], time_machine: Any
) -> None:
    time_machine.move_to(clock.now(), tick=False)
    divide(live_class, minutes=5)
    assert services.close_overdue() == 0
    time_machine.shift(dt.timedelta(minutes=5))
    assert services.close_overdue() == 1
    assert services.close_overdue() == 0
    assert GroupRound.objects.get().closed_at == clock.now()


def test_who_comes_late_is_seated_in_the_smallest_group(
    tree: BranchTree, live_class: LiveClass, people: list[Member]
) -> None:
    divide(live_class)
    late = make_member(tree.second)
    assert of(late).get(f"/live/{live_class.pk}/group/").json() == {"group": None}
    seated = say(late, live_class, "sit")["group"]
    assert seated == Group.objects.all()[0].pk
    assert say(late, live_class, "sit")["group"] == seated


def test_more_groups_than_people_are_refused(live_class: LiveClass, people: list[Member]) -> None:
    assert divide(live_class, count=5)["no"] == "TooFewError"
    assert GroupRound.objects.count() == 0


@pytest.mark.parametrize("count", [1, 3])
def test_the_overview_costs_the_same_for_one_and_for_three(
    live_class: LiveClass, people: list[Member], django_assert_num_queries: Any, count: int
) -> None:
    for _each in range(count):
        divide(live_class)
        say(live_class.teacher, live_class, "close")
    with django_assert_num_queries(1):
        assert len(queries.overview(live_class)) == 2 * count
