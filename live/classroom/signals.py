"""What a live class announces, with an id."""

from django.dispatch import Signal

# A class is over. Sent with live_class_id: int, within the transaction that closes it.
class_closed = Signal()
