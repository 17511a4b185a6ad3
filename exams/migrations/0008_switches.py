import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("exams", "0007_certificates"),
        ("members", "0002_duties"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SwitchChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "switch",
                    models.CharField(
                        choices=[
                            ("ranking", "按学时给个人排名"),
                            ("check-in", "强制打卡签到"),
                            ("duration", "以在线时长作为考评依据"),
                        ],
                        max_length=20,
                        verbose_name="开关",
                    ),
                ),
                ("is_on", models.BooleanField(verbose_name="开启")),
                ("ground", models.CharField(max_length=400, verbose_name="依据")),
                ("at", models.DateTimeField(verbose_name="时间")),
                (
                    "branch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="switch_changes",
                        to="members.branch",
                        verbose_name="党组织",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="经办人",
                    ),
                ),
            ],
            options={
                "verbose_name": "受限开关",
                "verbose_name_plural": "受限开关",
                "indexes": [
                    models.Index(fields=["branch", "switch"], name="exams_switc_branch__61b375_idx")
                ],
            },
        ),
        migrations.RunSQL(
            """
            CREATE TRIGGER switch_changes_no_change BEFORE UPDATE OR DELETE ON exams_switchchange
                FOR EACH ROW EXECUTE FUNCTION exams_ledger_refuse();
            CREATE TRIGGER switch_changes_no_truncate BEFORE TRUNCATE ON exams_switchchange
                FOR EACH STATEMENT EXECUTE FUNCTION exams_ledger_refuse();
            """,
            """
            DROP TRIGGER switch_changes_no_truncate ON exams_switchchange;
            DROP TRIGGER switch_changes_no_change ON exams_switchchange;
            """,
        ),
    ]
