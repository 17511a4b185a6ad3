"""What is said of a file, a fault or a note, in the interface's language."""

from django.utils.translation import gettext as _

from exams.exchange.drafts import Fault, UnreadableFileError


def of_file(unreadable: UnreadableFileError) -> str:
    """Why the file cannot be read, and what to do."""
    if unreadable.words:
        return unreadable.words
    return {
        "old_word": _("这是旧版 Word 文件（.doc）。请在 Word 中另存为 .docx 后再导入。"),
        "large_file": _("文件太大。请分成几份导入。"),
        "damaged_word": _("打不开这个文件，它不是完好的 Word 文档（.docx）。请重新保存后再导入。"),
        "damaged_xml": _("打不开这个文件，它不是完好的 XML。请从原系统重新导出。"),
        "forbidden_xml": _("文件里有不允许的外部引用，没有读取。请从原系统重新导出。"),
        "no_quiz": _("这不是 Moodle 的题目文件。请在 Moodle 题库中选“Moodle XML 格式”导出。"),
        "no_columns": _("没有找到表头。第一行至少要有“题干”和“答案”两列，可先下载模板对照。"),
        "encoding": _("认不出文字编码。请另存为 UTF-8 后再导入。"),
        "nothing": _("没有找到题目。题目要以题号开头，例如“1. 题干”，可先下载模板对照。"),
    }[unreadable.problem]


def of_fault(fault: Fault) -> str:
    """What is wrong with one question, and what to do."""
    return {
        "no_stem": _("没有题干。"),
        "unknown_kind": _("认不出题型。请在题号后写明，例如“[单选题]”。"),
        "few_options": _("选项不足两个。"),
        "empty_option": _("有选项是空的。"),
        "same_options": _("有两个选项（或项目）相同。"),
        "no_answer": _("没有答案。请补上一行“答案：…”。"),
        "answer_no_option": _("答案不是所列选项之一。"),
        "several_answers": _("单选题只能有一个答案；多个答案请改为多选题。"),
        "blanks_differ": _("空格的个数和答案的个数不同。几个空的答案用“；”隔开。"),
        "no_number": _("答案不是数。"),
        "few_pairs": _("匹配题至少要有两对不同的内容，每行一对：左边 -> 右边。"),
        "no_parts": _("材料题没有小题。小题以“（1）”开头。"),
        "nested_case": _("材料题里不能再有材料题。"),
        "unclosed": _("大括号没有成对。"),
        "formula": _("这一行有公式。请改成文字。"),
        "no_such_case": _("“所属材料题”里的序号在上面找不到。"),
        "other_kind": _("这种题型这里没有，没有导入。"),
        "damaged_question": _("这道题的内容不完整。"),
    }[fault.problem]


def of_note(note: str) -> str:
    """What the file said and is not kept."""
    return {
        "feedback": _("各选项的单独反馈不保留"),
        "partial": _("部分得分的答案不保留"),
        "markup": _("选项里的格式不保留"),
    }[note]
