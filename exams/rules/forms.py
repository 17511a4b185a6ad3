"""The form for a node's next rules: every field of `Rules`, prefilled with what is in force."""

from decimal import Decimal
from typing import Any, cast

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from exams.credit.policy import MINUTE_MS, NOTHING, PRESET, QUARTER, Measure, Rules, Target
from exams.rules.words import IDENTITIES, MEASURES

ONLINE = {
    "none": gettext_lazy("不计入年度要求"),
    "most": gettext_lazy("每年最多计入"),
    "all": gettext_lazy("全部计入年度要求"),
}
LEAST = {"from": gettext_lazy("满"), "over": gettext_lazy("超过")}
SPARE_ROWS = 2


def quarters(hours: Decimal | None) -> None:
    if hours is not None and hours % QUARTER:
        raise forms.ValidationError(gettext_lazy("请填 0.25 的整数倍，例如 0.5、0.75。"))


def hours_field(label: Any, *, most: int, least: str = "0.25", **options: Any) -> Any:
    return forms.DecimalField(
        label=label,
        min_value=Decimal(least),
        max_value=most,
        max_digits=6,
        decimal_places=2,
        validators=[quarters],
        **options,
    )


class RulesForm(forms.Form):
    """What is no table: what counts, days and caps, and on what grounds."""

    online = forms.ChoiceField(
        label=gettext_lazy("网络自学"), choices=list(ONLINE.items()), widget=forms.RadioSelect
    )
    online_most = hours_field(gettext_lazy("最多计入的学时"), most=999, required=False)
    period_minutes = forms.IntegerField(
        label=gettext_lazy("集体学习多少分钟为 1 学时"), min_value=30, max_value=90
    )
    day_hours = hours_field(gettext_lazy("整天培训的学时"), most=12)
    half_day_hours = hours_field(gettext_lazy("半天培训的学时"), most=8)
    daily_most = hours_field(
        gettext_lazy("网络自学每日上限"),
        most=24,
        required=False,
        help_text=gettext_lazy("留空为不设上限。超出的当场告知“今日已达上限”，不补记。"),
    )
    programme_most = hours_field(
        gettext_lazy("每门课程每年上限"),
        most=999,
        required=False,
        help_text=gettext_lazy("留空为不设上限。"),
    )
    reason = forms.CharField(
        label=gettext_lazy("制定依据"),
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("例如文件名称和文号、会议名称和日期。会向党员公开。"),
    )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        missing = said.get("online_most") is None and "online_most" not in self.errors
        if said.get("online") == "most" and missing:
            self.add_error("online_most", _("请填最多计入多少学时，或改选其他两项。"))
        day, half = said.get("day_hours"), said.get("half_day_hours")
        if day is not None and half is not None and half > day:
            self.add_error("half_day_hours", _("半天的学时不能多于整天。"))
        return said

    def online_hours(self) -> Decimal | None:
        kind = self.cleaned_data["online"]
        if kind == "all":
            return None
        return NOTHING if kind == "none" else cast(Decimal, self.cleaned_data["online_most"])


class _Row(forms.Form):
    """A row of a table: its heads are the labels, so each field says its own to a reader."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["aria-label"] = field.label


class TargetForm(_Row):
    """One target; a row without hours and occasions is no target."""

    identity = forms.ChoiceField(
        label=gettext_lazy("身份"), choices=[("", "—"), *IDENTITIES.items()], required=False
    )
    measure = forms.ChoiceField(label=gettext_lazy("计哪些"), choices=list(MEASURES.items()))
    hours = hours_field(gettext_lazy("学时"), most=2000, least="0", required=False)
    years = forms.IntegerField(label=gettext_lazy("几年内"), min_value=1, max_value=10, initial=1)
    events = forms.IntegerField(
        label=gettext_lazy("集中培训次数"), min_value=0, max_value=50, initial=0, required=False
    )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        said["events"] = said.get("events") or 0
        if self.is_empty(said):
            return said
        if not said.get("identity"):
            self.add_error("identity", _("请选择身份，或清空这一行的学时和次数。"))
        is_annual = said.get("measure") == Measure.COUNTED and said.get("years") == 1
        if said["events"] and not is_annual:
            self.add_error("events", _("次数只能和一年内的集中培训和集体学习要求一起设。"))
        if not said.get("hours") and not is_annual and "hours" not in self.errors:
            self.add_error("hours", _("请填学时。"))
        return said

    @staticmethod
    def is_empty(said: dict[str, Any]) -> bool:
        return not said.get("hours") and not said.get("events")


class _TargetRows(forms.BaseFormSet):  # type: ignore[type-arg]
    def clean(self) -> None:
        if any(self.errors):
            return
        seen = set()
        for said in (form.cleaned_data for form in self.forms):
            key = (said.get("identity"), said.get("measure"), said.get("years"))
            if said.get("identity") and not TargetForm.is_empty(said):
                if key in seen:
                    raise forms.ValidationError(
                        _("同一身份、同一计法、同样年数的要求只能有一行。请合并重复的行。")
                    )
                seen.add(key)
        if not seen:
            raise forms.ValidationError(_("至少要有一行年度要求。"))


class ConversionForm(_Row):
    """From what length on a recording is worth how much; a row without hours is none."""

    least = forms.ChoiceField(label=gettext_lazy("时长"), choices=list(LEAST.items()))
    minutes = forms.IntegerField(
        label=gettext_lazy("分钟"), min_value=0, max_value=600, required=False
    )
    hours = hours_field(gettext_lazy("计学时"), most=8, required=False)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("hours") is not None and said.get("minutes") is None:
            self.add_error("minutes", _("请填多少分钟。"))
        return said


class _ConversionRows(forms.BaseFormSet):  # type: ignore[type-arg]
    def clean(self) -> None:
        if any(self.errors):
            return
        table = self.table()
        if not table:
            raise forms.ValidationError(_("折算表至少要有一行。"))
        lengths, worths = [row[0] for row in table], [row[1] for row in table]
        if len(set(lengths)) < len(lengths) or worths != sorted(worths, reverse=True):
            raise forms.ValidationError(
                _("折算表前后矛盾：时长不能重复，时长较长的学时不能较少。请核对。")
            )

    def table(self) -> tuple[tuple[int, Decimal], ...]:
        rows = [form.cleaned_data for form in self.forms]
        return tuple(
            sorted(
                (
                    (row["minutes"] * MINUTE_MS + (row["least"] == "over"), row["hours"])
                    for row in rows
                    if row.get("hours")
                ),
                reverse=True,
            )
        )


TargetRows = forms.formset_factory(TargetForm, formset=_TargetRows, extra=SPARE_ROWS, max_num=40)
ConversionRows = forms.formset_factory(
    ConversionForm, formset=_ConversionRows, extra=SPARE_ROWS, max_num=12
)


class RulesEditor:
    """The form and its two tables together, over the rules in force."""

    def __init__(self, in_force: Rules, sent: Any = None) -> None:
        self.in_force = in_force
        self.form = RulesForm(sent, initial=_initial(in_force))
        self.targets = TargetRows(
            sent, prefix="targets", initial=[_target_row(each) for each in in_force.targets]
        )
        self.conversion = ConversionRows(
            sent,
            prefix="conversion",
            initial=[_conversion_row(*each) for each in in_force.conversion],
        )

    def is_valid(self) -> bool:
        # Each is asked, so that everything wrong is said at once.
        said = [each.is_valid() for each in (self.form, self.targets, self.conversion)]
        return all(said)

    @property
    def reason(self) -> str:
        return cast(str, self.form.cleaned_data["reason"])

    def rules(self) -> Rules:
        """What was filled in; the version's name is given when it is published."""
        said = self.form.cleaned_data
        return Rules(
            version="",
            targets=tuple(
                self._with_source(row)
                for row in (form.cleaned_data for form in self.targets.forms)
                if row.get("identity") and not TargetForm.is_empty(row)
            ),
            online_most=self.form.online_hours(),
            conversion=cast(Any, self.conversion).table(),
            period_minutes=said["period_minutes"],
            day_hours=said["day_hours"],
            half_day_hours=said["half_day_hours"],
            daily_most=said["daily_most"],
            programme_most=said["programme_most"],
        )

    def _with_source(self, row: dict[str, Any]) -> Target:
        """A line that says what was said before comes from where it came from before."""
        target = _target(row, "")
        known = (*self.in_force.targets, *PRESET.targets)
        same = (each.source for each in known if _target(_target_row(each), "") == target)
        return _target(row, next(same, "") or self.reason)


def _target(row: dict[str, Any], source: str) -> Target:
    identity = next(each for each in IDENTITIES if each.value == row["identity"])
    return Target(
        identity,
        Decimal(row["hours"] or 0),
        Measure(row["measure"]),
        row["years"],
        row["events"],
        source,
    )


def _initial(rules: Rules) -> dict[str, Any]:
    most = rules.online_most
    return {
        "online": "all" if most is None else "most" if most else "none",
        "online_most": most or None,
        "period_minutes": rules.period_minutes,
        "day_hours": rules.day_hours,
        "half_day_hours": rules.half_day_hours,
        "daily_most": rules.daily_most,
        "programme_most": rules.programme_most,
    }


def _target_row(target: Target) -> dict[str, Any]:
    return {
        "identity": target.identity.value,
        "measure": target.measure.value,
        "hours": target.hours,
        "years": target.years,
        "events": target.events,
    }


def _conversion_row(least_ms: int, worth: Decimal) -> dict[str, Any]:
    minutes, over = divmod(least_ms, MINUTE_MS)
    return {"least": "over" if over else "from", "minutes": minutes, "hours": worth}
