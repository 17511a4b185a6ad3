"""Why the results of an exam on paper are not released yet."""

from django.utils.translation import gettext as _

from exams.on_paper.queries import is_on_paper, unread


def reason_to_wait(exam_id: int) -> str:
    """What of the sheets has still to be done; empty if nothing."""
    if not is_on_paper(exam_id):
        return ""
    reading, doubtful, waiting = unread(exam_id)
    if reading:
        return _("还有答题卡文件正在读，请等读完再公布。")
    if doubtful:
        return _("还有 %(count)s 页答题卡看不准，请先判定再公布。") % {"count": doubtful}
    if waiting:
        return _("还有 %(count)s 张答题卡没有分派给本人，请先处理再公布。") % {"count": waiting}
    return ""
