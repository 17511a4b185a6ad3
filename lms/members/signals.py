"""Facts about people that other packages may act on; sent after commit."""

from django.dispatch import Signal

# member_id: int. The member may no longer enter; whatever is open for them should be closed.
member_left = Signal()

# member_ids: list[int]. Branch, kind, office or duties of these members are not what they were.
standing_changed = Signal()
