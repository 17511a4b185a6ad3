"""Who may make papers and hold exams."""

from typing import Any

from exams.papers.models import Paper, PaperState
from exams.papers.queries import MAKERS
from lms.core.access import Access
from lms.members.queries import has_role


def can_make_papers(by: Any) -> bool:
    """Instructors and administrators put papers together."""
    return has_role(by, MAKERS)


def can_change_paper(paper: Paper) -> bool:
    return paper.state == PaperState.DRAFT


PAPERS = Access("papers", can_make_papers)
