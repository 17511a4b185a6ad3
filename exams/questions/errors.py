"""What the question bank refuses, and what to do then."""

from django.utils.translation import gettext as _

from exams.questions.types import WrittenWrongError
from lms.core.errors import DomainError


class QuestionError(DomainError):
    """Something about a question does not go as asked."""


class QuestionWrittenWrongError(QuestionError):
    """What was written is not a whole question of its type; the sentence says what is missing."""

    def __init__(self, wrong: WrittenWrongError) -> None:
        self.problem = wrong.problem
        super().__init__(_sentence(wrong.problem))


def _sentence(problem: str) -> str:
    sentences = {
        "options": _("选项不能为空，请写出每个选项的文字。"),
        "option_count": _("请写出 2 到 26 个选项。"),
        "correct": _("请标出正确答案：单选题标一个，多选题至少标一个。"),
        "scoring": _("请选择多选题的计分方式。"),
        "blank_count": _("请写出 1 到 20 个空的答案，一行一空。"),
        "blanks": _("每个空都要有答案，不能只有标点；同义词用“/”隔开。"),
        "blank": _("一个空最多写 20 个同义的答案。"),
        "value": _("请填写正确的数值，例如 32 或 0.25。"),
        "tolerance": _("请填写允许的误差，不允许误差就填 0。"),
        "left": _("请写出 2 到 20 对内容，左边的各不相同。"),
        "left_count": _("请写出 2 到 20 对内容。"),
        "right": _("右边每一项都要有文字。"),
        "right_count": _("右边至少要有 2 个、最多 20 个不同的项。"),
        "pairs": _("左右两边要一一写全。"),
        "items": _("请按正确次序写出每一项。"),
        "items_count": _("请写出 2 到 20 项，按正确的次序。"),
        "item_count": _("请写出 2 到 20 项，按正确的次序。"),
        "items_twice": _("有两项文字相同，请改成不同的文字。"),
        "model": _("请写出参考答案。"),
        "rubric": _("请写出评分要点和分值，论述题至少一条，分值大于 0。"),
        "part_count": _("材料分析题请写出 1 到 20 个小题。"),
        "part_stem": _("每个小题都要有题目。"),
        "part_points": _("每个小题都要有分值，大于 0。"),
    }
    return sentences.get(problem, _("这道题还没有写完整，请检查后再保存。"))
