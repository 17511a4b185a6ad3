"""Where the committed narration lies and how long each slide of it lasts."""

import json
from pathlib import Path

NARRATION = Path(__file__).parent / "narration"
TICK_MS = 200  # every slide lasts a whole number of these: two pictures at 10 a second
LEAD_MS, SENTENCE_GAP_MS, TAIL_MS = 400, 300, 700  # the quiet before, between and after sentences


def narration_path(lesson_key: str) -> Path:
    """The Opus file of one lesson."""
    return NARRATION / f"{lesson_key}.opus"


def read_index() -> dict[str, tuple[int, ...]]:
    """Lesson key → milliseconds each slide is shown; empty before the first narration."""
    path = NARRATION / "index.json"
    if not path.exists():
        return {}
    return {key: tuple(values) for key, values in json.loads(path.read_text()).items()}


def write_index(index: dict[str, tuple[int, ...]]) -> None:
    """Keep the index sorted, one lesson a line, so that a change reads well."""
    lines = [f'  "{key}": {json.dumps(list(index[key]))}' for key in sorted(index)]
    (NARRATION / "index.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
