"""How much one connection may say."""

from hypothesis import given
from hypothesis import strategies as st

from lms.core.rooms.bucket import Bucket


def test_a_burst_passes_and_then_so_many_a_second() -> None:
    bucket = Bucket(per_second=2, burst=3, at=0)
    assert [bucket.take(0) for _each in range(4)] == [True, True, True, False]
    assert [bucket.take(0.5), bucket.take(0.5)] == [True, False]


@given(st.lists(st.floats(0, 1), max_size=200))
def test_never_more_than_burst_and_rate_together(pauses: list[float]) -> None:
    bucket = Bucket(per_second=5, burst=10, at=0)
    now = passed = 0.0
    for pause in pauses:
        now += pause
        passed += bucket.take(now)
    assert passed <= 10 + 5 * now + 1e-6
