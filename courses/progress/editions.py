"""A lesson's recording changes, what was watched of it stays: pure decisions.

Every sitting keeps for ever what was claimed in it, in the moments of the content that was shown:
its *edition*. Editions of a lesson hang together as a tree: each but the first says where the
moments of its parent lie in it. What a sitting is worth today is found by going from its edition
to the one that is shown, so nothing is lost by cutting, and taking a cut back brings it back.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from courses.progress.intervals import Spans, Watch, measure
from media_pipeline import editing
from media_pipeline.editing import Mapping as Moments


@dataclass(frozen=True, slots=True)
class Step:
    """An edition: the number of its parent, and where the parent's moments lie in it."""

    number: int
    parent: int
    moments: Moments


def way(steps: Iterable[Step], start: int, end: int) -> tuple[Moments, ...]:
    """The mappings that lead from one edition to another: up to what both came from, then down."""
    of = {step.number: step for step in steps}
    above = _line(of, start)
    below = _line(of, end)
    met = next(number for number in above if number in below)
    up = [editing.inverse(of[number].moments) for number in above[: above.index(met)]]
    down = [of[number].moments for number in below[: below.index(met)]]
    return (*up, *reversed(down))


def _line(of: Mapping[int, Step], number: int) -> list[int]:
    """The edition and all it came from, up to the first, which has number 0."""
    line = [number]
    while number in of:
        number = of[number].parent
        line.append(number)
    return line


def moved(spans: Spans, way_there: Sequence[Moments]) -> Spans:
    """What is left of stretches at the end of the way."""
    for moments in way_there:
        spans = editing.map_spans(moments, spans)
    return spans


def carried(watch: Watch, way_there: Sequence[Moments]) -> Watch:
    """A sitting as one of another edition.

    Nothing of the kept stretches is lost. The time that went into what is gone goes with it, at
    the highest speed allowed, so that it cannot stand for content shown later.
    """
    if not way_there:
        return watch
    covered = moved(watch.covered, way_there)
    gone_ms = measure(watch.covered) - measure(covered)
    present = watch.present
    if gone_ms:
        lost = gone_ms * 100 // watch.policy.allowed_percent if covered else measure(present)
        present = _shortened(present, lost)
    return replace(watch, covered=covered, present=present)


def _shortened(spans: Spans, by_ms: int) -> Spans:
    """Without the last `by_ms` of their length."""
    left = max(0, measure(spans) - by_ms)
    kept = []
    for start, end in spans:
        if left <= 0:
            break
        kept.append((start, min(end, start + left)))
        left -= end - start
    return tuple(kept)
