"""How a member wants to be told."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from live.notices.models import NoticeKind, Way
from live.notices.quiet import Quiet
from live.notices.services import NEVER_OFF


def _time(minute: int) -> dt.time:
    return dt.time(minute // 60, minute % 60)


class ChoiceForm(forms.Form):
    """One field a kind, and the quiet hours."""

    quiet_from = forms.TimeField(
        label=gettext_lazy("免打扰从"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    quiet_until = forms.TimeField(
        label=gettext_lazy("免打扰到"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text=gettext_lazy("这段时间不提示新消息，过后再提示。两个时间相同就是不设。"),
    )

    def __init__(self, *args: Any, chosen: dict[str, str], quiet: Quiet, **kwargs: Any) -> None:
        kwargs["initial"] = {
            **chosen,
            "quiet_from": _time(quiet.from_minute),
            "quiet_until": _time(quiet.until_minute),
        }
        super().__init__(*args, **kwargs)
        for kind in NoticeKind:
            ways = [way for way in Way if way != Way.OFF or kind not in NEVER_OFF]
            self.fields[kind.value] = forms.ChoiceField(
                label=kind.label, choices=[(way.value, way.label) for way in ways]
            )
        self.order_fields([*NoticeKind.values, "quiet_from", "quiet_until"])

    def said(self) -> dict[str, Any]:
        """As the service takes it."""
        said = self.cleaned_data
        return {
            "ways": {kind: said[kind] for kind in NoticeKind.values},
            "quiet_from": said["quiet_from"],
            "quiet_until": said["quiet_until"],
        }
