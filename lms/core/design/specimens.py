"""What the style guide shows: one true-looking example of each component."""

from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.core.paginator import Paginator


class SpecimenForm(forms.Form):
    """The kinds of field there are, one of them wrong."""

    name = forms.CharField(label="姓名", initial="张秀英")
    phone = forms.CharField(label="手机", help_text="11 位数字，只用于登录。")
    note = forms.CharField(label="备注", required=False, widget=forms.Textarea)
    branch = forms.ChoiceField(
        label="支部", choices=[("1", "第一党支部"), ("2", "离退休党支部")]
    )  # fmt: skip
    way = forms.ChoiceField(
        label="学习方式",
        choices=[("online", "网络自学"), ("group", "集体学习")],
        widget=forms.RadioSelect,
    )
    agree = forms.BooleanField(label="我已核对以上信息")


def icons() -> list[str]:
    folder = Path(settings.BASE_DIR) / "frontend" / "icons"
    return sorted(path.stem for path in folder.glob("*.svg"))


def specimens() -> dict[str, Any]:
    """Template context of the style guide."""
    form = SpecimenForm(
        {"name": "张秀英", "phone": "138", "branch": "1", "way": "online", "agree": "on"}
    )
    form.is_valid()
    form.add_error("phone", "手机号应为 11 位数字，请检查后重填。")
    return {
        "icons": icons(),
        "form": form,
        "courses": [
            {
                "title": "支部工作中的数字技能", "url": "#course-1", "category": "业务能力",
                "summary": "用好表格、文档与线上会议，把支部台账管得又快又准。", "lessons": 6,
                "minutes": "2 小时 10 分", "credit": 4, "percent": 52, "percent_text": "52%",
                "done": False,
            },
            {
                "title": "怎样组织一次支部学习", "url": "#course-2", "category": "党务实务",
                "summary": "从议题、材料到讨论与记录，一步一步说清楚。", "lessons": 4,
                "minutes": "1 小时 20 分", "credit": 2.5, "percent": 100, "percent_text": "100%",
                "done": True,
            },
            {
                "title": "读懂一份规章", "url": "#course-3", "category": "法规制度",
                "summary": "抓住适用范围、责任主体与时限三件事。", "lessons": 3,
                "minutes": "48 分钟", "credit": 1.5, "percent": None, "done": False,
            },
        ],
        "covered": [[0, 310_000], [420_000, 760_000], [1_500_000, 1_720_000]],
        "months": [
            ("1月", 2), ("2月", 1), ("3月", 4), ("4月", 0), ("5月", 3.5), ("6月", 6),
            ("7月", 2.5), ("8月", 0), ("9月", 4), ("10月", 1.5), ("11月", 0), ("12月", 0),
        ],
        "people": [
            {"name": "王建国", "group": "一组", "hours": 9, "gap": 23,
             "tone": "red", "state": "未达标"},
            {"name": "李素芬", "group": "一组", "hours": 18.5, "gap": 13.5,
             "tone": "attention", "state": "进行中"},
            {"name": "欧阳明远", "group": "二组", "hours": 33, "gap": 0,
             "tone": "ok", "state": "已达标"},
        ],
        "player": {
            "lesson": 0, "startUrl": "/learn/sessions/", "beatUrl": "/beat/", "playlist": "",
            "durationMs": 2_280_000, "resumeMs": 754_000, "lockSeek": True,
            "covered": [[0, 310_000], [420_000, 760_000]],
        },
        "page": Paginator(range(240), 20).page(3),
    }  # fmt: skip
