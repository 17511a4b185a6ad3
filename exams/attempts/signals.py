"""Facts about attempts that other packages may act on; sent after commit."""

from django.dispatch import Signal

# attempt_id: uuid.UUID. The attempt has just been handed in, by whatever or whomever.
attempt_finished = Signal()
