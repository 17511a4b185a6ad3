"""Facts about training classes that other packages may act on; sent after commit."""

from django.dispatch import Signal

# class_id: int, member_id: int | None. Something that may decide over passing has changed in this
# class: for one of its people, or (None) for all of them.
class_changed = Signal()

# enrolment_id: int. The member has just passed.
class_passed = Signal()
