"""What the ground floor announces, after commit, with an id."""

from django.dispatch import Signal

# A job was given up: its last attempt failed or its worker died once too often.
# Sent with kind: str and job_id: int.
job_failed = Signal()
