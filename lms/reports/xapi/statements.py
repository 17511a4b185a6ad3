"""xAPI statements of verified watching, by the video profile of ADL (pure).

A lesson's ledger entry carries all that explains it, and never changes; so do the statements
that are made of it, ids included. Sent again, they are the same statements.

Profile: https://w3id.org/xapi/video (v1.0.2). What the school knows is which content was verified
and when a sitting began; where the player was paused or sought it does not keep. Hence three
verbs: a sitting `initialized` and `played`, the lesson `completed`. An entry that was reversed is
`voided`.
"""

import datetime as dt
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

VERSION = "1.0.3"
PROFILE = "https://w3id.org/xapi/video"
VIDEO = f"{PROFILE}/activity-type/video"
INITIALIZED = "http://adlnet.gov/expapi/verbs/initialized"
PLAYED = f"{PROFILE}/verbs/played"
COMPLETED = "http://adlnet.gov/expapi/verbs/completed"
VOIDED = "http://adlnet.gov/expapi/verbs/voided"
SESSION_ID = f"{PROFILE}/extensions/session-id"
LENGTH = f"{PROFILE}/extensions/length"
THRESHOLD = f"{PROFILE}/extensions/completion-threshold"
TIME = f"{PROFILE}/extensions/time"
PROGRESS = f"{PROFILE}/extensions/progress"
PLAYED_SEGMENTS = f"{PROFILE}/extensions/played-segments"

# The namespace of our statement ids; never changed, or everything would be sent as new.
_IDS = uuid.UUID("a3b0d1a4-58a6-4f0c-9f0e-6b1c0f1f7a11")
_NAMES = {
    INITIALIZED: {"en-US": "initialized", "zh-CN": "打开"},
    PLAYED: {"en-US": "played", "zh-CN": "播放"},
    COMPLETED: {"en-US": "completed", "zh-CN": "学完"},
    VOIDED: {"en-US": "voided", "zh-CN": "作废"},
}
# Sittings of one lesson that are told; beyond, the first ones are left out. Keeps what one entry
# makes under a thousand statements, so that each has an instant of its own (see `stored_at`).
MOST_SITTINGS = 400

Statement = dict[str, Any]
Spans = Sequence[Sequence[int]]


@dataclass(frozen=True, slots=True)
class EntryFacts:
    """What of a ledger entry is told; `reversed_hash` is that of a lesson's entry it takes back."""

    hash: str
    member_number: str
    title: str
    created_at: dt.datetime
    evidence: Mapping[str, Any]
    reversed_hash: str = ""


def statements_of(entry: EntryFacts, *, home: str) -> list[Statement]:
    """The statements of one entry in the order in which things happened; none for an entry that
    is not about a video. `home` is the school's address.
    """
    if entry.reversed_hash:
        return [_voiding(entry, home)]
    if not entry.evidence.get("duration_ms") or not entry.evidence.get("completed_at"):
        return []
    return list(_watching(entry, home))


def stored_at(placed_at: dt.datetime, index: int) -> dt.datetime:
    """When the statement at `index` of an entry counts as stored: each has an instant of its own,
    later than all before it, so that `since` leaves nothing out.
    """
    return placed_at + dt.timedelta(microseconds=index)


def statement_id(entry_hash: str, *about: str) -> str:
    """The same for the same entry and event, whenever and wherever it is made."""
    return str(uuid.uuid5(_IDS, " ".join((entry_hash, *about))))


def played_segments(spans: Spans) -> str:
    """Pieces in milliseconds as the profile writes them: `0.000[.]600.000[,]630.000[.]1200.000`."""
    return "[,]".join(f"{start / 1000:.3f}[.]{end / 1000:.3f}" for start, end in spans)


def share(part_ms: int, whole_ms: int) -> float:
    """A part of a whole with three decimals, rounded down: 1 is said only of the whole."""
    return min(part_ms * 1000 // whole_ms, 1000) / 1000


def instant(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _watching(entry: EntryFacts, home: str) -> Iterator[Statement]:
    said = entry.evidence
    length = {LENGTH: said["duration_ms"] / 1000}
    threshold = {THRESHOLD: share(said["required_ms"], said["duration_ms"])}
    sittings = [each for each in said.get("sessions", ()) if each.get("covered")]
    for sitting in sittings[-MOST_SITTINGS:]:
        session = {SESSION_ID: sitting["id"]}
        begun_at = _time(sitting["opened_at"])
        yield _statement(
            entry, home, INITIALIZED, begun_at, {**session, **length, **threshold}, sitting["id"]
        )
        played = _statement(entry, home, PLAYED, begun_at, {**session, **length}, sitting["id"])
        played["result"] = {
            "extensions": {
                TIME: sitting["covered"][0][0] / 1000,
                PLAYED_SEGMENTS: played_segments(sitting["covered"]),
            }
        }
        yield played
    session = {SESSION_ID: sittings[-1]["id"]} if sittings else {}
    completed = _statement(
        entry, home, COMPLETED, _time(said["completed_at"]), {**session, **length, **threshold}
    )
    completed["result"] = {
        "completion": True,
        "duration": f"PT{said['wall_ms'] / 1000:.3f}S",
        "extensions": {
            TIME: said["covered"][-1][1] / 1000 if said["covered"] else 0,
            PROGRESS: share(said["covered_ms"], said["duration_ms"]),
            PLAYED_SEGMENTS: played_segments(said["covered"]),
        },
    }
    yield completed


def _statement(
    entry: EntryFacts,
    home: str,
    verb: str,
    timestamp: str,
    extensions: dict[str, Any],
    *about: str,
) -> Statement:
    return {
        "id": statement_id(entry.hash, verb, *about),
        "actor": _account(entry.member_number, home),
        "verb": {"id": verb, "display": _NAMES[verb]},
        "object": {
            "objectType": "Activity",
            "id": f"{home}/lessons/{entry.evidence['lesson']}/",
            "definition": {"type": VIDEO, "name": {"zh-CN": entry.title}},
        },
        "context": {
            "contextActivities": {"category": [{"objectType": "Activity", "id": PROFILE}]},
            "language": "zh-CN",
            "extensions": extensions,
        },
        "timestamp": timestamp,
        "version": VERSION,
    }


def _voiding(entry: EntryFacts, home: str) -> Statement:
    """What takes `completed` back: who studied it did study, the hours no longer stand."""
    return {
        "id": statement_id(entry.hash, VOIDED),
        "actor": _account("school", home),
        "verb": {"id": VOIDED, "display": _NAMES[VOIDED]},
        "object": {
            "objectType": "StatementRef",
            "id": statement_id(entry.reversed_hash, COMPLETED),
        },
        "timestamp": instant(entry.created_at),
        "version": VERSION,
    }


def _account(name: str, home: str) -> dict[str, Any]:
    return {"objectType": "Agent", "account": {"homePage": home, "name": name}}


def _time(said: str) -> str:
    return instant(dt.datetime.fromisoformat(said))
