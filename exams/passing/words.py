"""Rules and what is missing, in words."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.training.models import EssayState
from exams.passing.conditions import sentence_of
from exams.passing.pass_rules import Condition, Group, Open, Rule, Verdict

MOST_NAMED = 3


def rule_sentence(rule: Rule) -> str:
    """One part of a rule in words; alternatives in one sentence."""
    if isinstance(rule, Condition):
        return sentence_of(rule)
    return _("或者").join(rule_sentence(part) for part in rule.parts)


def rule_heading(rule: Group) -> str:
    """How many of the parts it takes."""
    if rule.needed is None or rule.needed >= len(rule.parts):
        return _("以下各项全部达到即可结业")
    return _("以下 %(all)s 项中达到 %(needed)s 项即可结业") % {
        "all": len(rule.parts),
        "needed": rule.threshold,
    }


def missing_sentences(verdict: Verdict) -> list[str]:
    """What is missing, one sentence a thing."""
    return _sentences(verdict.missing) if verdict.missing else []


def missing_line(verdict: Verdict) -> str:
    """What is missing in one line."""
    return _("；").join(missing_sentences(verdict))


def _sentences(missing: Open) -> list[str]:
    told = [part if isinstance(part, str) else _told(part) for part in missing.parts]
    return [_choice(missing.more, told)] if missing.is_choice else told


def _told(missing: Open) -> str:
    return _("，并且").join(_sentences(missing))


def _choice(more: int, told: list[str]) -> str:
    return _("以下再完成 %(more)s 项即可：%(parts)s") % {
        "more": more,
        "parts": _("，或者").join(told),
    }


def unfinished_lessons(titles: list[str]) -> str:
    """Which lessons are to be completed; many are counted."""
    named = "".join(_("《%(title)s》") % {"title": title} for title in titles[:MOST_NAMED])
    if len(titles) <= MOST_NAMED:
        return _("%(lessons)s未学完") % {"lessons": named}
    return _("%(lessons)s等 %(count)s 讲未学完") % {"lessons": named, "count": len(titles)}


def electives_missing(count: int) -> str:
    return ngettext("选修还差 %(count)d 门", "选修还差 %(count)d 门", count) % {"count": count}


def essay_missing(state: str | None) -> str:
    """What to do about the essay."""
    if state == EssayState.SUBMITTED:
        return _("学习心得已提交，等待审阅")
    if state == EssayState.RETURNED:
        return _("学习心得已退回，请修改后再交")
    return _("还没有提交学习心得")
