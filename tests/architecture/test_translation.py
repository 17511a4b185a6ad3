"""Everything the school says can be said in English."""

from tests.checks.catalogue import faults

REMEDY = "python -m tests.checks.catalogue --write, then translate what it names"


def test_the_english_catalogue_is_whole_and_compiled() -> None:
    assert faults() == [], REMEDY
