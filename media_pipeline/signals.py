"""What the media pipeline announces, after commit, with an id."""

from django.dispatch import Signal

# A lecture has all its renditions. Sent with asset_id: uuid.UUID.
asset_ready = Signal()
