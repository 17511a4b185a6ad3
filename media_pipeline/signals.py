"""What the media pipeline announces, with an id; after commit where nothing else is said."""

from django.dispatch import Signal

# A lecture has all its renditions. Sent with asset_id: uuid.UUID.
asset_ready = Signal()

# A lecture shows another content. Sent inside the transaction that exchanges it, so that whoever
# keeps moments of the lecture moves with it or nobody does. With asset_id: uuid.UUID,
# replacement_id: int, mapping: editing.Mapping (from what was shown to what is), duration_ms: int
# (of what is shown now), is_undo: bool (what was shown before is shown again).
asset_replaced = Signal()
