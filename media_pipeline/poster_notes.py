"""What each run writes down about its stills; apart, for the run knows no services."""

from collections.abc import Sequence

from media_pipeline import posters
from media_pipeline.models import Asset, Stills


def note_candidates(*, asset: Asset, candidates: Sequence[posters.Candidate]) -> None:
    """Write down what a run made to choose from; what people chose before stays chosen."""
    Stills.objects.update_or_create(
        asset=asset,
        defaults={
            "candidates": [[one.number, one.at_ms] for one in candidates],
            "best": posters.best(candidates),
        },
    )
