"""Posters: the clearest of several moments is shown, until somebody chooses or brings one."""

import io
import itertools
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from lms.core import clock
from lms.members.models import Member
from media_pipeline import files, playback, poster_services, posters, queries, services
from media_pipeline.errors import NotYourLectureError
from media_pipeline.models import Asset, Stills
from media_pipeline.poster_notes import note_candidates
from media_pipeline.poster_services import PosterRefusedError, bring_poster, choose_poster
from media_pipeline.posters import Candidate, moments, score
from tests.factories.media import make_asset, make_take, run_ffmpeg
from tests.factories.members import BranchTree, make_branch_tree, make_instructor

RNG = np.random.default_rng(7)
BLACK = np.full((90, 160), 6.0)
WHITE = np.full((90, 160), 252.0)
GREY = np.full((90, 160), 128.0)
SHARP = np.kron(RNG.integers(30, 220, (9, 16)), np.ones((10, 10)))
BLURRED = np.asarray(
    Image.fromarray(SHARP.astype(np.uint8)).resize((16, 9)).resize((160, 90)), dtype=float
)


# --- The measure ------------------------------------------------------------------------------


@given(st.floats(min_value=0.5, max_value=4 * 3600))
def test_moments_lie_inside_and_apart(seconds: float) -> None:
    found = moments(seconds)
    assert 1 <= len(found) <= 5
    assert all(0 < moment < seconds for moment in found)
    assert all(b - a >= posters.LEAST_STEP for a, b in itertools.pairwise(found))


def test_sharp_is_better_than_blurred_and_anything_than_one_colour() -> None:
    values = {
        name: score(picture, entropy)
        for name, picture, entropy in (
            ("sharp", SHARP, 7.5),
            ("blurred", BLURRED, 7.0),
            ("grey", GREY, 0.0),
            ("black", BLACK, 0.0),
            ("white", WHITE, 0.0),
        )
    }
    assert values["sharp"] > values["blurred"] > 0
    assert {values["grey"], values["black"], values["white"]} == {-8.0}
    assert -8 < score(SHARP / 12, 4.0) < 0


def test_the_best_is_the_clearest_and_of_equals_the_earliest() -> None:
    assert posters.best([Candidate(1, 0, 2.0), Candidate(2, 9, 5.0), Candidate(3, 20, 5.0)]) == 2
    assert posters.best([]) == 0


# --- A real run -------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.slow
def test_a_black_beginning_is_not_what_people_see_and_a_choice_outlasts_another_run(
    tmp_path: Path, run_queued: Callable[..., list[str]]
) -> None:
    """Black for nine seconds, then a test picture: the first candidate is black."""
    source = tmp_path / "dark.mp4"
    run_ffmpeg(
        *("-f", "lavfi", "-i", "testsrc2=size=640x360:rate=10:duration=20"),
        *("-vf", "drawbox=c=black:t=fill:enable='lt(t,9)'", "-c:v", "libx264", source),
    )
    tree = make_branch_tree()
    by = make_instructor(tree.first)
    asset = services.ingest_file(path=source, title="讲课", by=by, branch=tree.first)
    run_queued()
    asset.refresh_from_db()
    stills = queries.stills_of(asset.pk)
    assert stills is not None
    assert [number for number, _at in stills.candidates] == [1, 2, 3, 4, 5]
    assert stills.candidates[0] == [1, 2000]
    assert stills.best in {3, 4, 5}

    def shown() -> str:
        link = playback.linked_file(asset_id=str(asset.pk), rest=f"{asset.take}/poster.jpg")
        assert link is not None
        return link.key.rpartition("/")[2]

    assert shown() == f"poster-{stills.best}.jpg"
    choose_poster(asset=asset, number=2, by=by)
    before = asset.take
    Asset.objects.filter(pk=asset.pk).update(state="failed", reason="试一次")
    asset.refresh_from_db()
    services.retry_asset(asset=asset, by=by)
    run_queued()
    asset.refresh_from_db()
    assert asset.take != before
    assert shown() == "poster-2.jpg"
    choose_poster(asset=asset, number=0, by=by)
    assert shown() == f"poster-{stills.best}.jpg"


# --- Choosing and bringing --------------------------------------------------------------------


@pytest.fixture
def tree(db: None) -> BranchTree:
    return make_branch_tree()


@pytest.fixture
def by(tree: BranchTree) -> Member:
    return make_instructor(tree.first, name="李明")


@pytest.fixture
def asset(tree: BranchTree, by: Member) -> Asset:
    made = make_asset(branch=tree.first, by=by, title="第一讲")
    make_take(made, {f"poster-{n}.jpg": b"\xff\xd8%d" % n for n in (1, 2)})
    make_take(made, {"poster.jpg": b"\xff\xd8plain"})
    note_candidates(asset=made, candidates=[Candidate(1, 2000, 1.0), Candidate(2, 9000, 3.0)])
    return made


def picture(size: tuple[int, int] = (1600, 900), kind: str = "JPEG", **save: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(out, kind, **save)
    return out.getvalue()


def served(asset: Asset, member: Member) -> bytes:
    client = Client()
    client.force_login(member, backend="lms.members.backends.NumberOrPhoneBackend")
    address = playback.signed_poster(asset=asset, member=member, now=clock.now())
    answer = client.get(address)
    assert (answer.status_code, answer["Cache-Control"]) == (200, "private, no-cache")
    return bytes(answer.content)


def test_the_chosen_picture_is_served_at_the_posters_address(asset: Asset, by: Member) -> None:
    assert served(asset, by) == b"\xff\xd82"
    choose_poster(asset=asset, number=1, by=by)
    assert served(asset, by) == b"\xff\xd81"
    bring_poster(asset=asset, content=picture(), by=by)
    own = served(asset, by)
    with Image.open(io.BytesIO(own)) as opened:
        assert (opened.format, opened.size) == ("JPEG", (1280, 720))
    # a lecture whose pictures were lost still has the plain one
    choose_poster(asset=asset, number=2, by=by)
    (files.take_folder(asset.pk, asset.take) / "poster-2.jpg").unlink()
    assert served(asset, by) == b"\xff\xd8plain"


def test_one_s_own_picture_loses_what_lay_hidden_and_replaces_the_one_before(
    asset: Asset, by: Member, django_capture_on_commit_callbacks: Callable[..., object]
) -> None:
    exif = Image.Exif()
    exif[0x010F] = "某某相机"
    exif[0x0112] = 6  # lies on its side
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        bring_poster(asset=asset, content=picture((900, 1600), exif=exif), by=by)
    folder = Path(settings.MEDIA_ROOT) / files.posters_prefix(asset.pk)
    [kept] = folder.iterdir()
    with Image.open(kept) as opened:
        assert (dict(opened.getexif()), opened.size) == ({}, (1280, 720))
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        bring_poster(asset=asset, content=picture(kind="PNG"), by=by)
    assert [path.name for path in folder.iterdir()] != [kept.name]
    stills = Stills.objects.get(asset=asset)
    assert [path.stem for path in folder.iterdir()] == [stills.own_picture]
    assert (stills.changed_by, stills.chosen) == (by, 0)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        choose_poster(asset=asset, number=0, by=by)
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "请先选择一张图片。"),
        (b"GIF89a", "这个文件打不开。请选择 JPG、PNG 或 WebP 格式的图片。"),
        (picture()[:200], "这个文件打不开。请选择 JPG、PNG 或 WebP 格式的图片。"),
        (
            picture((300, 300)),
            "图片太小，放大后会模糊。请选择不小于 320×180 的图片。",
        ),
        (b"\xff" * (10 * 1024**2 + 1), "图片超过 10 MB。请压缩后再上传。"),
    ],
    ids=["none", "kind", "cut", "small", "large"],
)
def test_a_picture_is_refused_in_one_sentence(
    asset: Asset, by: Member, content: bytes, sentence: str
) -> None:
    with pytest.raises(PosterRefusedError) as refusal:
        bring_poster(asset=asset, content=content, by=by)
    assert refusal.value.message == sentence
    assert Stills.objects.get(asset=asset).own_picture == ""


def test_only_who_handles_the_lecture_chooses(tree: BranchTree, asset: Asset, by: Member) -> None:
    stranger = make_instructor(tree.second)
    with pytest.raises(NotYourLectureError):
        choose_poster(asset=asset, number=1, by=stranger)
    with pytest.raises(NotYourLectureError):
        bring_poster(asset=asset, content=picture(), by=stranger)
    with pytest.raises(PosterRefusedError) as refusal:
        choose_poster(asset=asset, number=5, by=by)
    assert refusal.value.message == "这张画面已经没有了。请刷新页面后再选。"
    assert choose_poster(asset=asset, number=1, by=by).shown == 1


@pytest.mark.slow
def test_the_lectures_page_offers_them(asset: Asset, by: Member) -> None:
    client = Client()
    client.force_login(by, backend="lms.members.backends.NumberOrPhoneBackend")
    at = f"/admin/lectures/{asset.pk}/"
    page = client.get(at)
    assert [(one["number"], one["is_shown"]) for one in page.context["candidates"]] == [
        (1, False),
        (2, True),
    ]
    page = client.post(f"{at}poster/", {"choice": "1"}, follow=True)
    assert "封面已换好，学员打开这一讲就能看到。" in page.content.decode()
    assert [one["is_shown"] for one in page.context["candidates"]] == [True, False]
    file = SimpleUploadedFile("封面.jpg", picture())
    page = client.post(f"{at}poster/", {"picture": file}, follow=True)
    assert "改回视频里的画面" in page.content.decode()
    for wrong in ("9", "x", "-1"):
        page = client.post(f"{at}poster/", {"choice": wrong}, follow=True)
        assert "这张画面已经没有了。请刷新页面后再选。" in page.content.decode()
    stranger = Client()
    stranger.force_login(
        make_instructor(make_branch_tree("外").first),
        backend="lms.members.backends.NumberOrPhoneBackend",
    )
    assert stranger.post(f"{at}poster/", {"choice": "1"}).status_code == 404
    assert poster_services.MOST_BYTES == 10 * 1024**2
