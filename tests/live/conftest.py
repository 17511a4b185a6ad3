"""What a class on the air leaves behind is put away before the database is."""

from collections.abc import Iterator

import pytest

from tests.support.live_sockets import end_carriers


@pytest.fixture
def air(school_server: str) -> Iterator[str]:
    """The school's address; carriers end with the test, as at the end of their process."""
    yield school_server
    end_carriers()
