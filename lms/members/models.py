"""People, the branch tree, dated memberships and roles."""

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Upper
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from treebeard.mp_tree import MP_Node

from lms.members.merging.models import RecordMerge as RecordMerge  # two of this app's
from lms.members.platforms.models import PlatformToken as PlatformToken


class BranchKind(models.TextChoices):
    COMMITTEE = "committee", _("党委")
    GENERAL_BRANCH = "general_branch", _("党总支")
    BRANCH = "branch", _("党支部")


class Branch(MP_Node):
    """One node of the organisation: a committee, a general branch or a branch."""

    name = models.CharField(_("名称"), max_length=120)
    code = models.CharField(_("组织代码"), max_length=32, unique=True)
    kind = models.CharField(_("类别"), max_length=20, choices=BranchKind.choices)

    node_order_by: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("党组织")
        verbose_name_plural = _("党组织")

    def __str__(self) -> str:
        return self.name

    @property
    def indented_name(self) -> str:
        """The name, set in by its depth, for lists in tree order."""
        return "\u3000" * (self.depth - 1) + self.name


class MemberKind(models.TextChoices):
    FULL = "full", _("正式党员")
    PROBATIONARY = "probationary", _("预备党员")
    CANDIDATE = "candidate", _("发展对象")
    ACTIVIST = "activist", _("入党积极分子")


class Letters(Func):
    """The letters of a text, as an array; of a Chinese name its characters."""

    function = "string_to_array"
    template = "%(function)s(%(expressions)s, NULL)"
    output_field = ArrayField(models.TextField())


class MemberManager(BaseUserManager["Member"]):
    def create_user(self, number: str, password: str | None = None, **fields: Any) -> "Member":
        member = self.model(number=number, **fields)
        member.set_password(password)
        member.save(using=self._db)
        return member

    def create_superuser(self, number: str, password: str | None = None, **fields: Any) -> "Member":
        return self.create_user(number, password, is_superuser=True, **fields)


class Member(AbstractBaseUser, PermissionsMixin):
    """One person, signed in by member number or phone."""

    number = models.CharField(_("党员编号"), max_length=32, unique=True)
    name = models.CharField(_("姓名"), max_length=60)
    phone = models.CharField(_("手机"), max_length=20, unique=True, null=True, blank=True)
    email = models.EmailField(_("邮箱"), blank=True)
    kind = models.CharField(
        _("身份"), max_length=20, choices=MemberKind.choices, default=MemberKind.FULL
    )
    is_active = models.BooleanField(_("可登录"), default=True)
    # Who has no password yet signs in once with a code made from this salt (see first_code.py).
    first_code_salt = models.CharField(max_length=32, blank=True)
    first_code_until = models.DateTimeField(_("首次登录码有效至"), null=True, blank=True)
    # Another record of the same person, which this one has become a part of; never of a third.
    merged_into = models.ForeignKey(
        "self", models.PROTECT, verbose_name=_("已并入"), null=True, blank=True,
        related_name="merged_records",
    )  # fmt: skip
    created_at = models.DateTimeField(auto_now_add=True)

    objects = MemberManager()

    USERNAME_FIELD = "number"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        verbose_name = _("党员")
        verbose_name_plural = _("党员")
        indexes: ClassVar = [
            # Whoever is looked for by part of a name has all its letters (`queries.named`).
            # Trigrams would not do: a surname and a given name are one letter and two.
            GinIndex(Letters(Upper("name")), name="member_name_letters")
        ]

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name

    @property
    def first_name(self) -> str:
        """What the back office's menu calls whoever is signed in."""
        return self.name

    @property
    def way_in(self) -> str:
        """How the member signs in, in a word."""
        if not self.is_active:
            return gettext("已停用")
        return gettext("密码") if self.has_usable_password() else gettext("待首次登录")


class DateSpan(Func):
    """daterange(joined_on, left_on): half-open, without end while left_on is null."""

    function = "daterange"


class Membership(models.Model):
    """One member belonged to one branch from `joined_on` until the day before `left_on`."""

    member = models.ForeignKey(Member, models.PROTECT, related_name="memberships")
    branch = models.ForeignKey(Branch, models.PROTECT, related_name="memberships")
    joined_on = models.DateField(_("转入日期"))
    left_on = models.DateField(_("转出日期"), null=True, blank=True)

    class Meta:
        verbose_name = _("组织关系")
        verbose_name_plural = _("组织关系")
        indexes: ClassVar = [models.Index(fields=["branch", "joined_on", "left_on"])]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(left_on__isnull=True) | Q(left_on__gt=F("joined_on")),
                name="membership_leaves_after_joining",
            ),
            # One branch on any day: hours earned that day belong to it and to no other.
            # A one-number range stands in for equality, which GiST lacks without an extension.
            ExclusionConstraint(
                name="membership_one_branch_a_day",
                expressions=[
                    (
                        Func(F("member"), F("member"), models.Value("[]"), function="int8range"),
                        RangeOperators.OVERLAPS,
                    ),
                    (DateSpan(F("joined_on"), F("left_on")), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member} · {self.branch}"


class Role(models.TextChoices):
    INSTRUCTOR = "instructor", _("教师")
    SECRETARY = "secretary", _("支部书记")
    ADMINISTRATOR = "administrator", _("学校管理员")


class RoleAssignment(models.Model):
    """One member holds one role over a branch and all below it.

    From `from_on` until the day before `until_on`, like a membership; the start of a term and
    its end are therefore never counted twice.
    """

    member = models.ForeignKey(Member, models.CASCADE, related_name="roles")
    branch = models.ForeignKey(Branch, models.PROTECT, related_name="roles")
    role = models.CharField(_("职责"), max_length=20, choices=Role.choices)
    from_on = models.DateField(_("任职起"))
    until_on = models.DateField(_("任职止"), null=True, blank=True)

    class Meta:
        verbose_name = _("职责")
        verbose_name_plural = _("职责")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["member", "branch", "role", "from_on"], name="role_once_a_start"
            ),
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(until_on__gte=F("from_on")),
                name="role_ends_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member} · {self.get_role_display()} · {self.branch}"


class DutyKind(models.TextChoices):
    COMMITTEE = "committee", _("班子成员")
    CADRE_TOWNSHIP = "cadre_township", _("乡科级及以下干部")
    CADRE_COUNTY = "cadre_county", _("县处级及以上干部")


class Duty(models.Model):
    """One member is something that more study is asked of, from `from_on` until before `until_on`.

    The secretary's office is a role and needs no row here.
    """

    member = models.ForeignKey(Member, models.CASCADE, related_name="duties")
    kind = models.CharField(_("职务身份"), max_length=20, choices=DutyKind.choices)
    from_on = models.DateField(_("起"))
    until_on = models.DateField(_("止"), null=True, blank=True)

    class Meta:
        verbose_name = _("职务身份")
        verbose_name_plural = _("职务身份")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["member", "kind", "from_on"], name="duty_once_a_start"),
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(until_on__gt=F("from_on")),
                name="duty_ends_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member} · {self.get_kind_display()}"


class RosterState(models.TextChoices):
    PREVIEWED = "previewed", _("待确认")
    APPLIED = "applied", _("已导入")


class RosterImport(models.Model):
    """One roster file as it was read and previewed, and whether it has been applied.

    `rows` is what the file says, `plan_digest` what it was going to change on the day of the
    preview; the confirmation applies that or nothing.
    """

    by = models.ForeignKey(Member, models.PROTECT, related_name="+")
    file_name = models.CharField(_("文件"), max_length=255)
    rows = models.JSONField()
    plan_digest = models.CharField(max_length=64)
    counts = models.JSONField()
    state = models.CharField(
        max_length=20, choices=RosterState.choices, default=RosterState.PREVIEWED
    )
    previewed_at = models.DateTimeField(_("预览于"))
    applied_at = models.DateTimeField(_("导入于"), null=True, blank=True)

    class Meta:
        verbose_name = _("名册导入")
        verbose_name_plural = _("名册导入")

    def __str__(self) -> str:
        return self.file_name
