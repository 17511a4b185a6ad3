"""What a post can be found by: letters and pairs of neighbours, as for what is said in lectures."""

from media_pipeline.spoken_search import folded, wanted_grams

__all__ = ["grams_of", "wanted_grams"]


def grams_of(*texts: str) -> list[str]:
    """Every letter and every pair of neighbours, in order."""
    found: set[str] = set()
    for text in texts:
        said = folded(text)
        found |= {*said, *(said[at : at + 2] for at in range(len(said) - 1))}
    return sorted(found - {" "})
