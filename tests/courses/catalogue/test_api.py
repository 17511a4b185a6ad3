"""The JSON API of courses."""

import pytest

from tests.factories import courses as make
from tests.factories.members import make_branch_tree, make_member

pytestmark = pytest.mark.django_db


@pytest.mark.slow
def test_courses_are_listed_for_who_may_study_them(client):
    tree = make_branch_tree()
    by = make.editor()
    course, (lesson,) = make.course_with_lessons(by=by, title="总支课", audience=tree.general)
    assert client.get("/api/v1/courses/").status_code == 401
    client.force_login(make_member(tree.first))
    listed = client.get("/api/v1/courses/").json()
    assert [(row["title"], row["percent"]) for row in listed["results"]] == [("总支课", 0)]
    detail = client.get(f"/api/v1/courses/{course.slug}/").json()
    assert [row["id"] for row in detail["lessons"]] == [lesson.pk]
    client.force_login(make_member(tree.third))
    assert client.get("/api/v1/courses/").json()["results"] == []
    assert client.get(f"/api/v1/courses/{course.slug}/").status_code == 404
    assert client.post("/api/v1/courses/", {}).status_code == 405


@pytest.mark.slow
@pytest.mark.parametrize("count", [1, 3])
def test_the_list_takes_six_statements(client, count, django_assert_num_queries):
    by = make.editor()
    for _ in range(count):
        make.course_with_lessons(by=by, lessons=count)
    client.force_login(make_member(None))
    with django_assert_num_queries(6):
        client.get("/api/v1/courses/")
