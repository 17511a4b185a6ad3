"""What sitting announces, after commit, with an id."""

from django.dispatch import Signal

# An attempt was finished: by the member, by its time, or by the people of the room.
# Sent with attempt_id: UUID; once more after a reopening. A sweep makes up for a lost one.
attempt_finished = Signal()
