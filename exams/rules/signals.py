"""Facts about rules and reliefs; sent after commit."""

from django.dispatch import Signal

# member_ids: list[int] | None. What a year asks of these members, or of everybody, may differ now.
asked_changed = Signal()
