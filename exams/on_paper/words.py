"""Why a paper cannot be answered on sheets, and what is to be done, in sentences."""

from django.utils.translation import gettext as _

from exams.on_paper.plan import UnprintableError


def unprintable_sentence(refused: UnprintableError) -> str:
    numbers = "、".join(str(number) for number in refused.numbers)
    return {
        "mixed": _(
            "随机抽题的试卷里，有的大题混着选择题和别的题型，每个人的题号对不上同一张卡。"
            "请把不同题型分在不同的大题里，另组一份试卷。"
        ),
        "no_choice": _("试卷里没有单选、多选或判断题，用不上答题卡。请用题本作答，由人评阅。"),
        "many_options": _(
            "第 %(numbers)s 题的选项多于 8 个，答题卡上印不下。请减少选项后另组试卷。"
        )
        % {"numbers": numbers},
    }[refused.reason]
