"""The flags of `statistics.Flag` in words that say what to do."""

from django.utils.translation import gettext_lazy as _

from exams.analysis.statistics import Flag

FLAG_WORDS = {
    Flag.HARD: _("太难"),
    Flag.EASY: _("太易"),
    Flag.FLAT: _("区分度低"),
    Flag.BAD_KEY: _("答案可能有误"),
}
