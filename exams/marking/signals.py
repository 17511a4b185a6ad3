"""Facts about results that other packages may act on; sent after commit."""

from django.dispatch import Signal

# attempt_id: uuid.UUID. The member may see this attempt's result since just now, or sees another
# result than before because a key was corrected.
attempt_released = Signal()
