"""By which servers two browsers find each other; by none of a stranger's."""

from typing import Any

from django.conf import settings


def ice_servers() -> list[dict[str, Any]]:
    """What `RTCPeerConnection` is told; empty where both are in one network."""
    return list(settings.LIVE_ICE_SERVERS)
