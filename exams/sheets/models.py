"""Files of scanned sheets, their pages, and sheets printed."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from exams.sheets.readings import Reading


class BatchState(models.TextChoices):
    """waiting → read, or refused; a refused one can be tried again."""

    WAITING = "waiting", _("正在读卡")
    READ = "read", _("已读完")
    REFUSED = "refused", _("读不了")


class PageState(models.TextChoices):
    """read, or doubtful → settled by a person; each can be refused, and read again from there."""

    READ = "read", _("已读")
    DOUBTFUL = "doubtful", _("待人工判定")
    SETTLED = "settled", _("已判定")
    REFUSED = "refused", _("不计")


COUNTING = (PageState.READ, PageState.SETTLED)
# Of one page of one sheet of paper there is one such row at most.
STANDING = (PageState.READ, PageState.DOUBTFUL, PageState.SETTLED)


class SheetBatch(models.Model):
    """One uploaded file of sheets; the file itself is shown to nobody, only its pages are."""

    use = models.CharField(max_length=5)
    subject_id = models.PositiveBigIntegerField()
    file = models.FileField(upload_to="sheets/%Y/")
    name = models.CharField(max_length=120)
    sha256 = models.CharField(max_length=64)
    size_bytes = models.PositiveIntegerField()
    state = models.CharField(max_length=8, choices=BatchState.choices, default=BatchState.WAITING)
    refusal = models.CharField(max_length=20, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("扫描文件")
        verbose_name_plural = _("扫描文件")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["use", "subject_id", "sha256"], name="sheet_batch_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.use} {self.subject_id} · {self.name}"


class SheetPage(models.Model):
    """One scanned side of paper: how it was read, and what people decided about it.

    `settled` is by field: the options, who said so and when. `form`, `page` and `serial` are empty
    where the code was not read.
    """

    batch = models.ForeignKey(SheetBatch, models.PROTECT, related_name="pages")
    position = models.PositiveSmallIntegerField()
    use = models.CharField(max_length=5)
    subject_id = models.PositiveBigIntegerField()
    form = models.CharField(max_length=1, blank=True)
    page = models.PositiveSmallIntegerField(default=0)
    serial = models.CharField(max_length=10, blank=True)
    image = models.FileField(upload_to="sheets/%Y/")
    state = models.CharField(max_length=8, choices=PageState.choices)
    refusal = models.CharField(max_length=20, blank=True)
    note = models.CharField(max_length=200, blank=True)
    reading = models.JSONField()
    settled = models.JSONField(default=dict)
    refused_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("答题卡页")
        verbose_name_plural = _("答题卡页")
        indexes: ClassVar = [
            models.Index(fields=["use", "subject_id", "state"], name="sheet_page_state"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["batch", "position"], name="sheet_page_position"),
            models.UniqueConstraint(
                fields=["use", "subject_id", "serial", "page"],
                condition=Q(state__in=STANDING),
                name="sheet_page_counts_once",
            ),
            models.CheckConstraint(
                condition=Q(state="refused") | Q(refusal=""), name="sheet_page_refusal_says_why"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id} · {self.position} · {self.get_state_display()}"

    @property
    def read(self) -> Reading:
        return Reading.of_json(self.reading)

    @property
    def open_keys(self) -> list[str]:
        """The fields nobody has decided about yet, in the sheet's order."""
        return [one.key for one in self.read.doubts if one.key not in self.settled]

    @property
    def marked(self) -> dict[str, tuple[int, ...]]:
        """What each field counts as: a person's word before the machine's."""
        found = {one.key: one.marked for one in self.read.answers}
        return found | {key: tuple(said["marked"]) for key, said in self.settled.items()}


class SheetPrint(models.Model):
    """One order of sheets to print; `file` comes when it is ready, `reason` if it cannot be."""

    use = models.CharField(max_length=5)
    subject_id = models.PositiveBigIntegerField()
    copies = models.PositiveSmallIntegerField()
    # What the use has laid down about it; `label` is what people read, if there is one.
    about = models.JSONField(default=dict)
    file = models.FileField(upload_to="sheets/%Y/", blank=True)
    reason = models.CharField(max_length=400, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("答题卡打印")
        verbose_name_plural = _("答题卡打印")
        indexes: ClassVar = [
            models.Index(fields=["use", "subject_id", "-id"], name="sheet_print_latest"),
        ]

    def __str__(self) -> str:
        return f"{self.use} {self.subject_id} · {self.copies}"
