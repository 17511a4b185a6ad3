"""Statements keep the rules of the video profile, and are the same whenever they are made."""

import datetime as dt
import json
import re
import uuid
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from courses.progress.intervals import measure, union
from lms.reports.xapi.statements import (
    COMPLETED,
    INITIALIZED,
    LENGTH,
    PLAYED,
    PLAYED_SEGMENTS,
    PROFILE,
    PROGRESS,
    SESSION_ID,
    THRESHOLD,
    TIME,
    VIDEO,
    VOIDED,
    EntryFacts,
    played_segments,
    share,
    statements_of,
    stored_at,
)
from tests.factories.hours import evidence

HOME = "https://school.example"
NOON = dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC)
# As the profile's definitions say: version 4 for a session, three decimals for a time.
SESSION = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
SEGMENT = re.compile(r"\d+\.\d{3}\[\.\]\d+\.\d{3}")

LENGTH_MS = 1_200_000
SPANS = st.lists(
    st.tuples(st.integers(0, LENGTH_MS), st.integers(0, LENGTH_MS)).map(sorted).map(tuple),
    max_size=6,
).map(lambda spans: [list(span) for span in union(spans)])


def facts(said: dict[str, Any], **changed: Any) -> EntryFacts:
    known = {"hash": "ab" * 32, "member_number": "400001", "title": "第一讲", "created_at": NOON}
    return EntryFacts(**{**known, **changed}, evidence=said)


def watched(spans: list[list[int]], sittings: list[list[list[int]]]) -> dict[str, Any]:
    """Evidence of a lesson of which `spans` are verified, in these sittings."""
    shape = evidence()["sessions"][0]
    return evidence(
        covered=spans,
        covered_ms=measure(tuple(map(tuple, spans))),  # type: ignore[arg-type]
        sessions=[
            {**shape, "id": str(uuid.UUID(int=number, version=4)), "covered": covered}
            for number, covered in enumerate(sittings, start=1)
        ],
    )


def test_a_lesson_watched_in_two_sittings() -> None:
    said = statements_of(facts(evidence()), home=HOME)
    assert [each["verb"]["id"] for each in said] == [
        INITIALIZED, PLAYED, INITIALIZED, PLAYED, COMPLETED,
    ]  # fmt: skip
    first, played, _second, _again, completed = said
    session = "8f2b0c9e-0000-4000-8000-000000000001"
    assert first == {
        "id": first["id"],
        "actor": {
            "objectType": "Agent",
            "account": {"homePage": HOME, "name": "400001"},
        },
        "verb": {"id": INITIALIZED, "display": {"en-US": "initialized", "zh-CN": "打开"}},
        "object": {
            "objectType": "Activity",
            "id": "https://school.example/lessons/1/",
            "definition": {"type": VIDEO, "name": {"zh-CN": "第一讲"}},
        },
        "context": {
            "contextActivities": {"category": [{"objectType": "Activity", "id": PROFILE}]},
            "language": "zh-CN",
            "extensions": {SESSION_ID: session, LENGTH: 1200.0, THRESHOLD: 0.942},
        },
        "timestamp": "2026-03-01T12:00:00.000000Z",
        "version": "1.0.3",
    }
    assert played["result"] == {
        "extensions": {TIME: 0.0, PLAYED_SEGMENTS: "0.000[.]600.000"},
    }
    assert completed["result"] == {
        "completion": True,
        "duration": "PT1260.000S",
        "extensions": {
            TIME: 1200.0,
            PROGRESS: 0.975,
            PLAYED_SEGMENTS: "0.000[.]600.000[,]630.000[.]1200.000",
        },
    }
    assert completed["timestamp"] == "2026-03-02T12:40:00.000000Z"


def test_ids_depend_on_entry_and_event_alone() -> None:
    one, again = (statements_of(facts(evidence()), home=HOME) for _ in range(2))
    assert one == again
    ids = [each["id"] for each in one]
    assert ids[4] == "f8fd4fd8-9fb3-59b2-a460-b46efa4ed3c8"  # once sent, for ever
    assert len(set(ids)) == 5
    elsewhere = statements_of(facts(evidence(), title="改名"), home="https://new.example")
    assert [each["id"] for each in elsewhere] == ids
    others = statements_of(facts(evidence(), hash="cd" * 32), home=HOME)
    assert not set(ids) & {each["id"] for each in others}


def test_a_reversal_voids_the_completion_it_takes_back() -> None:
    completed = statements_of(facts(evidence()), home=HOME)[-1]
    reversal = facts({"reason": "登记有误"}, hash="ef" * 32, reversed_hash="ab" * 32)
    (voiding,) = statements_of(reversal, home=HOME)
    assert voiding["verb"]["id"] == VOIDED
    assert voiding["object"] == {"objectType": "StatementRef", "id": completed["id"]}
    assert voiding["timestamp"] == "2026-11-20T04:00:00.000000Z"


def test_what_is_no_video_tells_nothing() -> None:
    assert statements_of(facts({}), home=HOME) == []
    assert statements_of(facts(evidence(duration_ms=0)), home=HOME) == []


@given(SPANS, st.lists(SPANS, max_size=4))
def test_every_statement_keeps_the_rules_of_the_profile(
    spans: list[list[int]], sittings: list[list[list[int]]]
) -> None:
    said = statements_of(facts(watched(spans, sittings)), home=HOME)
    json.dumps(said, allow_nan=False)
    opened: list[str] = []
    for each in said:
        assert uuid.UUID(each["id"]).version == 5
        assert each["timestamp"].endswith("Z")
        assert each["object"]["definition"]["type"] == VIDEO
        category = each["context"]["contextActivities"]["category"]
        assert [activity["id"] for activity in category] == [PROFILE]
        verb, context = each["verb"]["id"], each["context"]["extensions"]
        result = each.get("result", {}).get("extensions", {})
        if SESSION_ID in context:
            assert SESSION.fullmatch(context[SESSION_ID])
        if verb == INITIALIZED:  # the first of a session, and only once
            opened.append(context[SESSION_ID])
            assert {LENGTH, THRESHOLD} <= set(context)
        if verb == PLAYED:
            assert context[SESSION_ID] == opened[-1]
            assert TIME in result
        if verb == COMPLETED:
            assert {LENGTH, THRESHOLD} <= set(context)
            assert {TIME, PROGRESS, PLAYED_SEGMENTS} == set(result)
            assert 0 <= result[PROGRESS] <= 1
        for seconds in (context.get(LENGTH), result.get(TIME), result.get(PROGRESS)):
            assert seconds is None or seconds == round(seconds, 3)
    assert len(opened) == len(set(opened)) == sum(bool(covered) for covered in sittings)
    assert [each["verb"]["id"] for each in said].count(COMPLETED) == 1
    assert len({each["id"] for each in said}) == len(said)


@given(SPANS)
def test_segments_are_written_so_that_the_spans_come_back(spans: list[list[int]]) -> None:
    text = played_segments(spans)
    parts = text.split("[,]") if text else []
    assert all(SEGMENT.fullmatch(part) for part in parts)
    back = [[round(float(end) * 1000) for end in part.split("[.]")] for part in parts]
    assert back == spans


@given(st.integers(0, 10**7), st.integers(1, 10**7))
def test_a_share_is_whole_only_of_the_whole(part: int, whole: int) -> None:
    assert (share(part, whole) == 1) is (part >= whole)
    assert share(part, whole) <= part / whole


@given(st.integers(0, 999), st.integers(0, 999))
def test_each_statement_has_an_instant_of_its_own(one: int, other: int) -> None:
    after = NOON + dt.timedelta(milliseconds=1)
    assert (stored_at(NOON, one) < stored_at(NOON, other)) is (one < other)
    assert stored_at(NOON, one) < stored_at(after, other)
