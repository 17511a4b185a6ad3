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
