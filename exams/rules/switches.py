"""What rules on formalism forbid or discourage, off everywhere unless a node names its ground."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from exams.rules.models import Switch, SwitchChange
from lms.members.queries import administered_branches, path_and_above

_MEASURES = _("国务院办公厅《政务移动互联网应用程序规范化管理办法》（国办函〔2026〕12号）")
_OPINIONS = _("中央网信办《关于防治“指尖上的形式主义”的若干意见》（2023）")


@dataclass(frozen=True, slots=True)
class Clause:
    """What a document says against a switch."""

    document: Any
    says: Any


CLAUSES = {
    Switch.RANKING: (
        Clause(_MEASURES, _("不得设置积分排名功能。")),
        Clause(_OPINIONS, _("原则上不设置积分排名功能。")),
    ),
    Switch.CHECK_IN: (
        Clause(_MEASURES, _("不得强制打卡签到。")),
        Clause(_OPINIONS, _("原则上不设置打卡签到功能。")),
    ),
    Switch.DURATION: (
        Clause(_MEASURES, _("不得统计在线时长（安保、应急除外），不得以学习时长作为考评依据。")),
        Clause(_OPINIONS, _("原则上不设置在线时长功能。")),
    ),
}


def is_on(branch_path: str | None, switch: str) -> bool:
    """Whether `switch` is on at a place in the tree: as the nearest node upwards last said."""
    if not branch_path:
        return False
    said = (
        SwitchChange.objects.filter(branch__path__in=path_and_above(branch_path), switch=switch)
        .order_by("-branch__depth", "-pk")
        .values_list("is_on", flat=True)
        .first()
    )
    return bool(said)


def changes_of(by: Any) -> QuerySet[SwitchChange]:
    """Every change in the subtrees `by` administers, the latest first."""
    return (
        SwitchChange.objects.filter(branch__in=administered_branches(by).order_by())
        .select_related("branch", "by")
        .order_by("-pk")
    )


def standing(changes: QuerySet[SwitchChange]) -> list[SwitchChange]:
    """Of `changes` what is on now: the last word of each node on each switch, where it is yes."""
    last = changes.order_by("branch", "switch", "-pk").distinct("branch", "switch")
    return sorted(
        (each for each in last if each.is_on), key=lambda each: (each.switch, each.branch.path)
    )
