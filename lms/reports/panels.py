"""What other pages show of the reports."""

from courses.portal.figures import YearFigures
from lms.core import clock
from lms.members.models import Member
from lms.reports.queries import year_of
from lms.reports.words import category_rows, reminder


def year_figures(member: Member) -> YearFigures:
    """The member's hours of this year, for the home page."""
    today = clock.today()
    year = today.year
    study = year_of(member, year)
    return YearFigures(
        year=year,
        hours=study.counted,
        target=study.target,
        categories=tuple(
            (str(row["label"]), row["hours"]) for row in category_rows(study) if row["is_main"]
        ),
        reminder=reminder(study, today),
    )
