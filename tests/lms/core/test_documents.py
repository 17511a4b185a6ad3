"""Every character of a text is in the fonts it is printed with, or the text is not printed."""

from pathlib import Path

import pytest

from lms.core.documents.fonts import (
    FAMILY,
    SYSTEM_FOLDERS,
    UnprintableCharacterError,
    faces_for,
)


def test_everyday_text_needs_our_own_font_alone() -> None:
    text = (
        "张三同志于2026年参加“支部书记任职能力提升班”学习，修得 12.5 学时、2 学分（盖章）：ABC·—\n"
    )
    assert [face.family for face in faces_for(text, (Path("/nowhere"),))] == [FAMILY]


@pytest.mark.parametrize("name", ["李淏", "龚䶮", "㛃", "𬭎", "买买提·艾力"])
def test_the_rarer_names_need_our_own_font_alone(name: str) -> None:
    assert [face.family for face in faces_for(name, (Path("/nowhere"),))] == [FAMILY]


@pytest.mark.parametrize("name", ["𠮷", "李𤋮", "张𠮷𤋮"])
def test_a_rare_character_of_a_name_brings_in_the_full_font(name: str) -> None:
    faces = faces_for(name, SYSTEM_FOLDERS)
    assert [face.family for face in faces] == [FAMILY, "Noto Serif CJK SC"]
    assert {ord(character) for character in name} <= faces[0].characters | faces[1].characters


def test_a_character_in_no_font_is_named_with_the_package_to_install(tmp_path: Path) -> None:
    with pytest.raises(UnprintableCharacterError) as refused:
        faces_for("张𠮷𤋮", (tmp_path,))
    assert refused.value.message == (
        "“𠮷 U+20BB7、𤋮 U+242EE”在本机的字体里没有，印不出来。请系统管理员安装字体包 "
        "fonts-noto-cjk（apt-get install fonts-noto-cjk）后再试；仍然不行，请核对这个字。"
    )


def test_signs_that_no_font_draws_are_not_missed() -> None:
    assert [face.family for face in faces_for("张\u200b三\ufe0f\t\n", (Path("/nowhere"),))] == [
        FAMILY
    ]
