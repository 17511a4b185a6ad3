"""The command as a process: it goes on looking, and `kill -9` half-way costs nothing."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lms.core import clock
from media_pipeline.models import Asset
from tests.factories.members import make_branch_tree, make_instructor
from tests.support.processes import SchoolProcess, wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def put(folder: Path, name: str, content: bytes) -> None:
    part = folder / f".{name}"
    part.write_bytes(content)
    long_ago = clock.now().timestamp() - 3600
    os.utime(part, (long_ago, long_ago))
    part.rename(folder / name)


@pytest.fixture
def started(tmp_path: Path) -> Iterator[Any]:
    running: list[SchoolProcess] = []

    def start(*words: str) -> SchoolProcess:
        process = SchoolProcess(["lms", "ingest", *words], log=tmp_path / f"{len(running)}.log")
        running.append(process)
        return process

    yield start
    for process in running:
        process.stop()


def titles() -> list[str]:
    return sorted(Asset.objects.values_list("title", flat=True))


def test_a_folder_is_watched(tmp_path: Path, started: Any) -> None:
    tree = make_branch_tree()
    by = make_instructor(tree.first)
    folder = tmp_path / "收件箱"
    folder.mkdir()
    words = [str(folder), "--branch", tree.first.code, "--by", by.number]
    watching = [*words, "--watch", "--every", "0.1"]
    put(folder, "第1讲.mp4", b"one")
    first = started(*watching)
    wait_until(lambda: titles() == ["第1讲"], what="the first file")
    put(folder, "第2讲.mp4", b"two")
    wait_until(lambda: titles() == ["第1讲", "第2讲"], what="the second file")
    first.kill()
    put(folder, "第3讲.mp4", b"three" * 1_000_000)
    second = started(*watching)
    wait_until(lambda: len(titles()) == 3, what="the third file")
    second.process.terminate()
    assert second.process.wait(20) == 0
    # of what is known and has not changed nothing is read or said a second time
    assert second.said().count("第1讲.mp4：已导入过，即《第1讲》") == 1

    last = started(*words)
    assert last.process.wait(60) == 0
    assert last.said().endswith("完成：早已导入 3 个\n")
    assert sorted(path.name for path in folder.iterdir()) == ["第1讲.mp4", "第2讲.mp4", "第3讲.mp4"]
