"""What slides say to people."""

from django.utils.translation import gettext as _

MOST_MEGABYTES = 100


def refusal(why: str) -> str:
    """Why no slides are made of a file, and what to do."""
    return {
        "encrypted": _("这个 PDF 设了密码，打不开。请去掉密码，重新导出 PDF 再上传。"),
        "broken": _("文件损坏或不完整，读不出页面。请重新导出 PDF 再上传。"),
        "pages": _("页数太多，一份课件最多 300 页。请拆成几份上传。"),
        "size": _("页面尺寸太大或太小，不像课件。请用 A4 或 16:9 的页面重新导出 PDF。"),
        "pixels": _("图片太大（超过 5000 万像素）。请缩小后再上传。"),
        "costly": _(
            "这份文件太复杂，服务器画不出来。请在 PowerPoint 里用“图片”方式导出 PDF 再上传。"
        ),
        "kind": _("只能上传 PDF，或 JPG、PNG、WebP 图片。"),
        "office": _("请先在 PowerPoint 或 WPS 里“另存为 PDF”，再上传 PDF。"),
        "mixed": _("一次请上传一个 PDF，或者几张图片，不要混在一起。"),
        "many": _("一次最多上传 60 张图片。"),
        "large": _("文件太大，一次最多 100 MB。请压缩图片后重新导出。"),
        "empty": _("请选择要上传的文件。"),
    }[why]


def room_strings() -> dict[str, str]:
    return {
        "slides": _("课件"),
        "slides_swap": _("画面和课件互换"),
        "slides_page": _("第 {number} 页，共 {count} 页"),
        "slides_board_page": _("白板第 {number} 页"),
        "slides_previous": _("上一页"),
        "slides_next": _("下一页"),
        "slides_hide": _("收起课件"),
        "slides_board": _("新白板页"),
        "slides_upload": _("上传 PDF 或图片"),
        "slides_uploading": _("正在上传 {percent}%"),
        "slides_making": _("正在转换，一般不到一分钟"),
        "slides_failed": _("没有转换成功：{why}"),
        "slides_none": _("还没有课件。上传 PDF，学员手机上看得清每一页；也可以先用白板。"),
        "slides_deck": _("选课件"),
        "slides_shown": _("学员正在看"),
        "slides_tools": _("批注工具"),
        "slides_tool_none": _("不画"),
        "slides_tool_point": _("指示"),
        "slides_tool_pen": _("画笔"),
        "slides_tool_highlighter": _("荧光笔"),
        "slides_tool_line": _("直线"),
        "slides_tool_rectangle": _("方框"),
        "slides_tool_text": _("文字"),
        "slides_colour": _("颜色"),
        "slides_red": _("红"),
        "slides_blue": _("蓝"),
        "slides_green": _("绿"),
        "slides_black": _("黑"),
        "slides_yellow": _("黄"),
        "slides_words": _("写什么？"),
        "slides_undo": _("撤销"),
        "slides_clear": _("清空这一页"),
        "slides_cleared": _("再按一次确定清空"),
        "slides_pens": _("把画笔交给学员"),
        "slides_pen_give": _("交给 {name}"),
        "slides_pen_take": _("收回 {name} 的画笔"),
        "slides_pen_mine": _("老师把画笔交给了您，可以在课件上写画。"),
        "slides_pen_nobody": _("现在没有其他人在课堂。"),
        "slides_pen_look": _("刷新名单"),
        "slides_no_text": _("这一页没有可读出的文字"),
        "slides_lost": _("网络不好，没有成功，请再按一次。"),
    }
