"""Facts about study that other packages may act on; sent after commit."""

from django.dispatch import Signal

# progress_id: int. The member has just fulfilled what the course asks for this lesson.
lesson_completed = Signal()
