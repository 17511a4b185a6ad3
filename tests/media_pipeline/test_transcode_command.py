"""`python -m lms transcode`: the same work outside the school, with a bar and a plain end."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.factories.media import make_recording
from tests.support import media_corpus as corpus
from tests.support.environment import BASE_DIR
from tests.support.hls import faults_of

pytestmark = pytest.mark.slow


def run(*arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "lms", "transcode", *map(str, arguments)],
        cwd=BASE_DIR,
        env={
            "PATH": "/usr/bin:/bin",
            # Nothing of the school is asked for anything.
            "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none",
            "REDIS_URL": "redis://127.0.0.1:1/0",
        },
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_recording_becomes_a_folder_that_plays(tmp_path: Path) -> None:
    source = make_recording(tmp_path / "讲课.mp4", seconds=9, size="640x360")
    ended = run(source, "--progress")
    assert ended.returncode == 0, ended.stderr
    take = tmp_path / "讲课.mp4.lecture"
    assert faults_of(take) == []
    lines = ended.stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["picture", "240p", "360p", "sound", "9.0"]
    assert ended.stderr.rstrip().endswith("100 %")
    again = run(source)
    assert (again.returncode, "is there already" in again.stderr) == (1, True)


def test_what_cannot_become_one_is_said_and_leaves_nothing(tmp_path: Path) -> None:
    ended = run(corpus.captions_only(tmp_path), "--out", tmp_path / "out")
    assert (ended.returncode, (tmp_path / "out").exists()) == (1, False)
    assert "文件里既没有画面，也没有声音。" in ended.stderr
    assert run(tmp_path / "nowhere.mp4").returncode == 1
