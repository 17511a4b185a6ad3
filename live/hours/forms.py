"""What is asked about a meeting room."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from lms.members.models import Branch
from lms.members.queries import visible_branches


class _BranchField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Branch) -> str:
        return obj.indented_name


class VenueForm(forms.Form):
    branch = _BranchField(Branch.objects.none(), label=gettext_lazy("会场属于"), empty_label=None)
    place = forms.CharField(label=gettext_lazy("地点"), max_length=80)

    def __init__(self, *args: Any, by: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["branch"].queryset = visible_branches(by)
        fields["branch"].initial = fields["branch"].queryset.last()


class HeadsForm(forms.Form):
    heads = forms.IntegerField(
        label=gettext_lazy("现场清点人数"), min_value=0, max_value=9999, required=True
    )
    witness = forms.ChoiceField(
        label=gettext_lazy("见证人"),
        required=False,
        help_text=gettext_lazy("到场的一位同志，可代替另一位书记确认。"),
    )

    def __init__(self, *args: Any, witnesses: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["witness"]
        field.choices = [("", gettext_lazy("不指定")), *witnesses]

    def said(self) -> dict[str, Any]:
        """As the service takes it."""
        said = self.cleaned_data
        return {"heads": said["heads"], "witness_id": int(said["witness"] or 0) or None}
