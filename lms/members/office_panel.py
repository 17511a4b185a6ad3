"""The roster on the back office's home page."""

from collections.abc import Mapping
from typing import Any

from wagtail.admin.ui.components import Component

from lms.members.models import RosterState
from lms.members.queries import roster_imports

SHOWN = 3


class RosterPanel(Component):
    """The last rosters one has brought in, and where the next one begins."""

    name = "roster"
    template_name = "members/office_panel.html"
    order = 200

    def get_context_data(self, parent_context: Mapping[str, Any]) -> dict[str, Any]:
        imports = roster_imports(parent_context["request"].user)
        return {"imports": imports[:SHOWN], "previewed": RosterState.PREVIEWED}
