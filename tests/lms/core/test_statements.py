"""A queryset kept as text answers like the queryset, whatever values it is given."""

import datetime as dt

import pytest
from django.db import connection
from django.db.models import Count, Q, QuerySet

from courses.training.models import TrainingClass
from live.classroom.models import LiveClass
from lms.core.statements import Loaded, Records, Statement, columns
from lms.members.models import Branch, Member, Membership
from lms.members.queries import standing_on
from tests.factories.live import make_live_class
from tests.factories.members import make_branch_tree, make_instructor, make_member

pytestmark = pytest.mark.django_db

NAME, NUMBER, DAY = "the name looked for", "the number looked for", dt.date.max


def named(name: str, number: str) -> QuerySet[Member, str]:
    found = Member.objects.filter(Q(name=name) | Q(number=number)).order_by("number")
    return found.values_list("number", flat=True)


def test_each_value_stands_in_the_place_of_its_mark() -> None:
    for number, name in (("1", "张三"), ("2", "李四"), ("3", "张三")):
        make_member(number=number, name=name)
    statement = Statement(named(NAME, NUMBER), NAME, NUMBER)
    for wanted in (("张三", "2"), ("李四", "2"), ("无", "无"), ("2", "张三")):
        assert [row[0] for row in statement.rows(*wanted)] == list(named(*wanted))


def test_a_mark_within_a_pattern_keeps_what_stands_around_it() -> None:
    tree = make_branch_tree()
    below = Branch.objects.filter(path__startswith=NAME).order_by("path").values_list("name")
    statement = Statement(below, NAME)
    assert statement.parameters("0001") == ["0001%"]
    assert statement.rows(tree.general.path) == [
        ("机关党总支",),
        ("第一党支部",),
        ("第二党支部",),
    ]


def test_one_mark_may_stand_in_several_places_and_need_not_be_text() -> None:
    branch = make_branch_tree().first
    member = make_member(branch, joined_on=dt.date(2026, 3, 1), left_on=dt.date(2026, 6, 1))
    statement = Statement(Membership.objects.filter(standing_on(DAY)).values_list("member"), DAY)
    assert statement.parameters(dt.date(2026, 3, 1)) == [dt.date(2026, 3, 1)] * 2
    for day, found in (
        (dt.date(2026, 2, 28), []),
        (dt.date(2026, 3, 1), [(member.pk,)]),
        (dt.date(2026, 5, 31), [(member.pk,)]),
        (dt.date(2026, 6, 1), []),
    ):
        assert statement.rows(day) == found


def test_values_are_values_and_never_sql() -> None:
    make_member(number="1", name="张三")
    statement = Statement(named(NAME, NUMBER), NAME, NUMBER)
    assert statement.rows("' OR true --", "%s") == []


def test_a_mark_that_is_nowhere_is_noticed_when_it_is_put_together() -> None:
    with pytest.raises(ValueError, match="are in SELECT"):
        Statement(named(NAME, "400001"), NAME, NUMBER)


def test_a_statement_is_prepared_once_on_its_connection() -> None:
    make_member(number="1", name="张三")
    statement = Statement(named(NAME, NUMBER), NAME, NUMBER)
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")
        connection.connection._prepared.clear()
    for _again in range(3):
        assert statement.rows("张三", "1") == [("1",)]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), sum(generic_plans + custom_plans) FROM pg_prepared_statements"
        )
        assert cursor.fetchall() == [(1, 3)]


def test_records_are_what_the_queryset_would_have_loaded() -> None:
    tree = make_branch_tree()
    teacher = make_member(tree.first, name="张三")
    made = make_live_class(tree.first, by=make_instructor(tree.first), co_hosts=[teacher])
    LiveClass.objects.filter(pk=made.pk).update(shown={"poll": [1, {"二": None}]})
    parts: list[Loaded] = [
        (LiveClass, "", columns(LiveClass)),
        (Branch, "branch__", ["id", "name"]),
        (TrainingClass, "training_class__", columns(TrainingClass)),
    ]
    found = LiveClass.objects.filter(pk=-7).annotate(many=Count("co_hosts"))
    records = Records(found, parts, -7, more=["many"])
    assert records.rows(made.pk + 1) == []
    ((loaded, branch, training, many),) = records.rows(made.pk)
    expected = LiveClass.objects.get(pk=made.pk)
    assert {name: getattr(loaded, name) for name in columns(LiveClass)} == {
        name: getattr(expected, name) for name in columns(LiveClass)
    }
    assert (branch.pk, branch.name, branch.code) == (tree.first.pk, "第一党支部", tree.first.code)
    assert (training, many) == (None, 1)
