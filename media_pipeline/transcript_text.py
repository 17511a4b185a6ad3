"""What is said in a lecture as plain text to keep or to print; pure."""

from collections.abc import Sequence

from media_pipeline.captions import Cue
from media_pipeline.chapters import Chapter, clock


def as_text(heads: Sequence[str], cues: Sequence[Cue], chapters: Sequence[Chapter]) -> str:
    """Heads, then each line with its time, under the chapter it is said in."""
    lines = [*(head for head in heads if head), ""]
    following = list(chapters)
    for cue in cues:
        while following and following[0].start_ms <= cue.start_ms:
            chapter = following.pop(0)
            lines += ["", f"【{_whole(chapter.start_ms)} {chapter.title}】"]
        lines.append(f"[{_whole(cue.start_ms)}] {' '.join(cue.text.split())}")
    return "\n".join(lines) + "\n"


def _whole(milliseconds: int) -> str:
    return clock(milliseconds // 1000 * 1000)
