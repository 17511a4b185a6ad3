"""Which keys there are to send a class with."""

from live.classroom.models import LiveClass
from live.obs.models import StreamKey
from lms.members.models import Member


def key_of(live_class: LiveClass, member: Member) -> StreamKey | None:
    return StreamKey.objects.filter(live_class=live_class, member=member).first()


def key_with(digest: str) -> StreamKey | None:
    return (
        StreamKey.objects.filter(digest=digest)
        .select_related("live_class", "live_class__branch")
        .first()
    )


def key_now(stream_key_id: int, digest: str) -> StreamKey | None:
    """None once it was renewed or taken away."""
    return (
        StreamKey.objects.filter(pk=stream_key_id, digest=digest)
        .select_related("live_class")
        .first()
    )
