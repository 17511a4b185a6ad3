"""The sentence for each problem a roster can have: what is wrong and what to do."""

from django.utils.translation import gettext_lazy as _

from lms.members.roster import Problem

SENTENCES = {
    # The file
    "empty_file": _("文件是空的。请重新选择名册文件。"),
    "large_file": _("文件超过 %(most)s，或展开后过大。请只保留名册内容，分几次导入。"),
    "old_office": _(
        "这是旧版 .xls 文件或加了密码的文件。请在 Excel 中另存为 .xlsx（不加密码）后再导入。"
    ),
    "damaged_workbook": _("文件打不开，可能已损坏。请在 Excel 中打开并另存为 .xlsx 后再导入。"),
    "damaged_csv": _("CSV 第 %(line)s 行的引号不成对。请改正，或另存为 .xlsx 后再导入。"),
    "unknown_encoding": _("认不出 CSV 的文字编码。请另存为“CSV UTF-8”或 .xlsx 后再导入。"),
    "no_sheet": _("工作簿中没有可见的工作表。请取消隐藏后再导入。"),
    "no_header": _("没有找到表头。表头应在前 10 行内，并有这些列：%(expected)s。请下载模板对照。"),
    "missing_column": _("缺少这些列：%(columns)s。请补上后再导入，也可下载模板对照。"),
    "double_column": _("这些列出现了两次：%(columns)s。请只保留一列。"),
    "no_rows": _("表头下面没有内容。请填写名册后再导入。"),
    "too_many_rows": _("超过 %(most)s 行。请分几次导入。"),
    # A cell
    "empty_cell": _("“%(column)s”没有填写。请补上。"),
    "formula": _("“%(column)s”是公式。请选择性粘贴为“数值”后再导入。"),
    "faulty_cell": _("“%(column)s”是错误值 %(value)s。请改为正确内容。"),
    "lost_digits": _(
        "“%(column)s”被 Excel 当作数字（%(value)s），末尾几位可能已丢失。"
        "请把该列设为“文本”格式，重新填写编号。"
    ),
    "not_text": _("“%(column)s”的内容 %(value)s 不是文本。请把该列设为“文本”格式后重新填写。"),
    "wrong_number": _("编号“%(value)s”只能由数字、字母和短横线组成，最长 32 位。请改正。"),
    "wrong_name": _("姓名“%(value)s”含有不能用于姓名的字符。请改正。"),
    "long_name": _("姓名“%(value)s…”超过 %(most)s 个字。请改正。"),
    "wrong_phone": _("手机号“%(value)s”不对：应为 11 位手机号，境外号码以 + 和区号开头。请改正。"),
    "wrong_kind": _("身份“%(value)s”不认识。请填写：%(known)s。"),
    "wrong_date": _("“%(column)s”的“%(value)s”不是日期。请写成 2026-07-01 的样子。"),
    "impossible_date": _("“%(column)s”的“%(value)s”没有这一天。请改正。"),
    "far_date": _("“%(column)s”的 %(value)s 早于 1921 年 7 月 1 日或晚于一年以后。请改正。"),
    # A row against the others and against what is recorded
    "double_number": _("编号 %(value)s 与第 %(lines)s 行重复。一人只能占一行，请删去多余的行。"),
    "double_phone": _("手机号 %(value)s 与第 %(lines)s 行重复。请核对是谁的号码。"),
    "unknown_branch": _(
        "没有找到您管理的党组织“%(value)s”。请核对组织代码，或请上级学校管理员导入。"
    ),
    "ambiguous_branch": _("有几个党组织都叫“%(value)s”。请改填组织代码：%(codes)s。"),
    "branch_differs": _("组织代码 %(code)s 是“%(name)s”，与所填“%(value)s”不符。请核对。"),
    "foreign_member": _(
        "编号 %(value)s 已登记在您管理范围以外的党组织。请上级学校管理员办理转接。"
    ),
    "merged_member": _("编号 %(value)s 的记录已并入 %(into)s。请在名册里改用 %(into)s。"),
    "phone_taken": _("手机号 %(value)s 已登记在他人名下。请核对是谁的号码。"),
    "number_is_phone": _("编号 %(value)s 与他人的手机号相同，会妨碍对方登录。请核对编号。"),
    "phone_is_number": _("手机号 %(value)s 与他人的编号相同，不能用来登录。请改填别的号码。"),
    "before_joining": _("现在的组织关系自 %(day)s 起，转入日期不能更早。请核对转入日期。"),
    "before_leaving": _("此人到 %(day)s 才离开原支部，转入日期不能更早。请核对转入日期。"),
}


def sentence(problem: Problem) -> str:
    """The problem in the reader's language."""
    return str(SENTENCES[problem.code]) % problem.words
