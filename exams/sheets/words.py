"""Sentences about readings: why a page or file is not read, and why a box is asked about."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from exams.sheets.models import SheetPage
from exams.sheets.readings import Doubt, FileRefusal, Refusal

DOUBTS = {
    Doubt.FAINT: gettext_lazy("涂得太浅或没有涂满，请看是不是选了。"),
    Doubt.ERASED: gettext_lazy("有一处像是擦过的，请看最后选的是哪个。"),
    Doubt.TWO: gettext_lazy("只能选一个，却涂了不止一个。"),
    Doubt.CROSSED: gettext_lazy("涂过的方框上像是划掉了。"),
    Doubt.OUTSIDE: gettext_lazy("方框外面有笔迹，请看是不是选择。"),
    Doubt.CREASED: gettext_lazy("这里的纸不平或被遮住了。"),
    Doubt.MISSING: gettext_lazy("编号的这一位没有涂。"),
}
REFUSALS = {
    Refusal.BLANK: gettext_lazy("这一页是空白的，不用处理。"),
    Refusal.NO_MARKS: gettext_lazy("没有找到四角的黑色标记。请把整张纸拍进去，重新上传这一页。"),
    Refusal.TWO_SHEETS: gettext_lazy("一张照片里有两张纸。请一张一张地拍。"),
    Refusal.BENT: gettext_lazy("纸弯得太厉害。请压平后重新拍照或扫描这一页。"),
    Refusal.BLURRED: gettext_lazy("照片太模糊。请拿稳、对好焦，重新拍这一页。"),
    Refusal.NO_CODE: gettext_lazy("二维码读不出来。请拍清楚、不要反光，重新上传这一页。"),
    Refusal.OTHER_USE: gettext_lazy("这一页不是这里的，是另一次的。请到那一次里上传。"),
    Refusal.OTHER_FORM: gettext_lazy("这一页是另一种卷别，这里没有。请核对 A、B 卷。"),
    Refusal.OTHER_PRINT: gettext_lazy(
        "这一页不是本系统按现在的内容印的，可能是改动以前印的。请用新印的纸，或人工计数。"
    ),
    Refusal.TWICE: gettext_lazy("这张纸已经读过一次。可能是重复扫描，也可能是复印件，只计一次。"),
    Refusal.BY_USE: gettext_lazy("这一页不能计入。"),
    Refusal.BY_HAND: gettext_lazy("已由人工判定不计。"),
}
FILE_REFUSALS = {
    FileRefusal.HEIC: gettext_lazy(
        "这是 HEIC 照片，这里打不开。请在手机“设置—相机—格式”里选“兼容性最佳”重新拍，"
        "或把照片存成 JPG 再上传。"
    ),
    FileRefusal.UNKNOWN: gettext_lazy("只能上传扫描的 PDF，或 JPG、PNG、WebP 照片。"),
    FileRefusal.DAMAGED: gettext_lazy("文件打不开，可能没有传完整。请重新导出或重新拍照后再上传。"),
    FileRefusal.TOO_LARGE: gettext_lazy(
        "图片尺寸过大。请用普通拍照模式，或把扫描分辨率调到 300 以下。"
    ),
    FileRefusal.TOO_MANY_PAGES: gettext_lazy("页数太多。请分成几个文件上传，每个不超过 400 页。"),
    FileRefusal.EMPTY: gettext_lazy("文件是空的。请重新选择。"),
    FileRefusal.TOO_SLOW: gettext_lazy(
        "在规定时间内没有读完，读好的页已经保留。请点“再读一遍”接着读，或分成几个文件上传。"
    ),
}


def file_sentence(refusal: str) -> str:
    """Why a file was not read to its end."""
    return str(FILE_REFUSALS[FileRefusal(refusal)])


def doubt_sentence(doubt: str) -> str:
    """What a person is asked about a field."""
    return str(DOUBTS[Doubt(doubt)])


def page_sentence(page: SheetPage) -> str:
    """Why a page does not count; empty for one that does."""
    if not page.refusal:
        return ""
    sentence = str(REFUSALS[Refusal(page.refusal)])
    if page.refusal == Refusal.BY_HAND:
        return _("%(who)s判定不计：%(why)s") % {
            "who": page.refused_by.name if page.refused_by else "",
            "why": page.note,
        }
    return f"{sentence}{page.note}"
