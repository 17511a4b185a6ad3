"""Courses on the back office's home page."""

from collections.abc import Mapping
from typing import Any

from wagtail.admin.ui.components import Component

from courses.catalogue.queries import course_index, courses_last_edited

SHOWN = 5


class CoursesPanel(Component):
    """The courses one looks after, the last edited first, and where a new one begins."""

    name = "courses"
    template_name = "catalogue/office_panel.html"
    order = 150

    def get_context_data(self, parent_context: Mapping[str, Any]) -> dict[str, Any]:
        courses = courses_last_edited(parent_context["request"].user)
        return {"courses": courses[:SHOWN], "index": course_index()}
