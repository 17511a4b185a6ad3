"""What the published description of our API describes."""

from typing import Any

API_PREFIX = "/api/"


def our_endpoints(endpoints: list[tuple[str, str, str, Any]]) -> list[tuple[str, str, str, Any]]:
    """The endpoints below /api/; the packages mounted beside them describe their own."""
    return [endpoint for endpoint in endpoints if endpoint[0].startswith(API_PREFIX)]
