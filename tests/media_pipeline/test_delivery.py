"""Lectures go out to the member they were signed for, for ten minutes, and nowhere else."""

import datetime as dt
import uuid
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from lms.members.models import Member
from media_pipeline import files
from media_pipeline.models import Asset, AssetState
from media_pipeline.playback import (
    LINK_SECONDS,
    NotPlayableError,
    signed_captions,
    signed_playlist,
    signed_poster,
    signed_progressive,
)
from tests.factories.media import make_asset, make_captions, make_take
from tests.factories.members import make_branch_tree, make_instructor, make_member

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

NOW = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)
SEGMENT = bytes(range(256)) * 8
CONTENT = {
    "master.m3u8": b"#EXTM3U\n",
    "poster.jpg": b"\xff\xd8poster",
    "low.mp4": b"low" * 1_000_000,
    "360p/index.m3u8": b"#EXTM3U\nindex",
    "360p/init.mp4": b"init",
    "360p/00000.m4s": SEGMENT,
    "360p/secret.txt": b"canary",
    "secret.txt": b"canary",
}


@pytest.fixture
def asset() -> Asset:
    tree = make_branch_tree()
    made = make_asset(branch=tree.first, by=make_instructor(tree.first))
    make_take(made, CONTENT)
    return made


@pytest.fixture
def member() -> Member:
    return make_member()


@pytest.fixture
def client(member: Member) -> Client:
    client = Client()
    client.force_login(member, backend="lms.members.backends.NumberOrPhoneBackend")
    return client


def folder_of(playlist: str) -> str:
    return playlist.removesuffix("master.m3u8")


def body(response: object) -> bytes:
    if getattr(response, "streaming", False):
        return b"".join(response.streaming_content)  # type: ignore[attr-defined]
    return response.content  # type: ignore[attr-defined,no-any-return]


def test_every_file_is_served_as_what_it_is(client: Client, asset: Asset, member: Member) -> None:
    at = folder_of(signed_playlist(asset=asset, member=member, now=dt.datetime.now(dt.UTC)))
    served = {name: client.get(at + name) for name in CONTENT if "secret" not in name}
    assert {name: (r.status_code, r["Content-Type"]) for name, r in served.items()} == {
        "master.m3u8": (200, "application/vnd.apple.mpegurl"),
        "poster.jpg": (200, "image/jpeg"),
        "low.mp4": (200, "video/mp4"),
        "360p/index.m3u8": (200, "application/vnd.apple.mpegurl"),
        "360p/init.mp4": (200, "video/mp4"),
        "360p/00000.m4s": (200, "video/iso.segment"),
    }
    assert {name: body(response) for name, response in served.items()} == {
        name: data for name, data in CONTENT.items() if "secret" not in name
    }
    assert {response["Cache-Control"] for response in served.values()} == {
        "private, no-cache",
        "private, max-age=3600",
    }


def test_a_segment_costs_the_session_and_the_member_and_nothing_else(
    client: Client,
    asset: Asset,
    member: Member,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    at = folder_of(signed_playlist(asset=asset, member=member, now=dt.datetime.now(dt.UTC)))
    with django_assert_num_queries(2):
        assert client.get(at + "360p/00000.m4s").status_code == 200


def test_links_are_for_one_member(client: Client, asset: Asset, member: Member) -> None:
    now = dt.datetime.now(dt.UTC)
    other = make_member()
    own = signed_playlist(asset=asset, member=member, now=now)
    foreign = signed_playlist(asset=asset, member=other, now=now)
    assert client.get(own).status_code == 200
    assert client.get(foreign).status_code == 404
    # nor does another's token with one's own number in its place
    parts = foreign.split("/")
    parts[4] = str(member.pk)
    assert client.get("/".join(parts)).status_code == 404
    anonymous = Client().get(own)
    assert (anonymous.status_code, anonymous["Location"].split("?")[0]) == (302, "/sign-in/")


def test_links_are_for_one_lecture_and_one_time(
    client: Client, asset: Asset, member: Member
) -> None:
    other = make_asset(branch=asset.owner_branch, by=asset.uploaded_by)
    make_take(other, CONTENT)
    parts = signed_playlist(asset=asset, member=member, now=dt.datetime.now(dt.UTC)).split("/")
    assert client.get("/".join(parts)).status_code == 200
    wrong = {
        "lecture": [*parts[:5], str(other.pk), other.take, parts[7]],
        "expiry": [*parts[:3], str(int(parts[3]) + 600), *parts[4:]],
        "token": [*parts[:2], parts[2][:-1] + ("A" if parts[2][-1] != "A" else "E"), *parts[3:]],
        "no token": [*parts[:2], "", *parts[3:]],
        "token in capitals": [*parts[:2], parts[2].upper(), *parts[3:]],
    }
    codes = {case: client.get("/".join(changed)).status_code for case, changed in wrong.items()}
    assert codes == dict.fromkeys(wrong, 404)


def test_links_end(client: Client, asset: Asset, member: Member) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        client.force_login(member, backend="lms.members.backends.NumberOrPhoneBackend")
        link = signed_playlist(asset=asset, member=member, now=NOW)
        clock.shift(LINK_SECONDS)
        assert client.get(link).status_code == 200
        clock.shift(31)
        over = client.get(link)
        assert (over.status_code, over.content.decode()) == (410, "链接已过期，请刷新页面。")
        fresh = signed_playlist(asset=asset, member=member, now=NOW + dt.timedelta(seconds=700))
        assert client.get(fresh).status_code == 200


def test_a_member_who_may_no_longer_sign_in_is_not_served(
    client: Client, asset: Asset, member: Member
) -> None:
    link = signed_playlist(asset=asset, member=member, now=dt.datetime.now(dt.UTC))
    assert client.get(link).status_code == 200
    Member.objects.filter(pk=member.pk).update(is_active=False)
    assert client.get(link).status_code == 302


def test_what_is_not_playable_has_no_link(asset: Asset, member: Member) -> None:
    waiting = make_asset(branch=asset.owner_branch, by=asset.uploaded_by, state=AssetState.QUEUED)
    for sign in (signed_playlist, signed_poster, signed_progressive):
        with pytest.raises(NotPlayableError):
            sign(asset=waiting, member=member, now=NOW)


# --- Captions ---------------------------------------------------------------------------------

MASTER = "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-STREAM-INF:BANDWIDTH=1\n360p/index.m3u8\n"
VTT = "WEBVTT\n\n00:00:00.000 --> 00:00:02.000\n同志们好。\n"


def test_captions_go_the_way_of_the_segments(client: Client, asset: Asset, member: Member) -> None:
    make_captions(asset)
    other = make_member()
    with time_machine.travel(NOW, tick=False) as clock:
        client.force_login(member, backend="lms.members.backends.NumberOrPhoneBackend")
        [offered] = signed_captions(asset=asset, member=member, now=NOW)
        at = folder_of(signed_playlist(asset=asset, member=member, now=NOW))
        assert offered == {"src": f"{at}captions/zh-Hans.vtt", "lang": "zh-Hans", "label": "汉语"}
        answer = client.get(offered["src"])
        assert (answer.status_code, answer["Content-Type"], answer["Cache-Control"]) == (
            200,
            "text/vtt; charset=utf-8",
            "private, no-cache",
        )
        assert answer.content.decode() == VTT
        [foreign] = signed_captions(asset=asset, member=other, now=NOW)
        wrong = [
            foreign["src"],
            offered["src"].replace("zh-Hans", "en"),
            offered["src"].replace("zh-Hans", "ZH-hans"),
            offered["src"].replace("zh-Hans.vtt", "zh-Hans.srt"),
            offered["src"].replace("captions/", "captions/../captions/"),
            offered["src"].replace(asset.take, uuid.uuid4().hex),
            offered["src"].replace(f"/{member.pk}/", f"/{other.pk}/"),
            f"{at}master.vtt",
        ]
        assert [client.get(link).status_code for link in wrong] == [404] * len(wrong)
        assert Client().get(offered["src"])["Location"].split("?")[0] == "/sign-in/"
        clock.shift(LINK_SECONDS + 31)
        assert client.get(offered["src"]).status_code == 410


def test_captions_cost_the_session_the_member_and_one_row(
    client: Client,
    asset: Asset,
    member: Member,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    make_captions(asset)
    [offered] = signed_captions(asset=asset, member=member, now=dt.datetime.now(dt.UTC))
    with django_assert_num_queries(3):
        assert client.get(offered["src"]).status_code == 200


def test_the_master_playlist_names_the_captions_there_are(
    client: Client, asset: Asset, member: Member, settings: object
) -> None:
    settings.MEDIA_ACCEL_PREFIX = "/protected/"  # type: ignore[attr-defined]
    make_take(asset, {"master.m3u8": MASTER.encode()})
    playlist = signed_playlist(asset=asset, member=member, now=dt.datetime.now(dt.UTC))
    assert client.get(playlist)["X-Accel-Redirect"].endswith("/master.m3u8")
    for language in ("en", "zh-Hans"):
        make_captions(asset, language=language)
    answer = client.get(playlist)
    assert answer["Content-Type"] == "application/vnd.apple.mpegurl"
    assert answer.content.decode() == (
        "#EXTM3U\n#EXT-X-VERSION:7\n"
        '#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="captions",NAME="汉语",LANGUAGE="zh-Hans",'
        'AUTOSELECT=YES,URI="captions/zh-Hans.m3u8"\n'
        '#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="captions",NAME="英语",LANGUAGE="en",'
        'AUTOSELECT=YES,URI="captions/en.m3u8"\n'
        '#EXT-X-STREAM-INF:BANDWIDTH=1,SUBTITLES="captions"\n360p/index.m3u8\n'
    )
    assert client.get(f"{folder_of(playlist)}captions/en.m3u8").content.decode() == (
        "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:180\n#EXT-X-PLAYLIST-TYPE:VOD\n"
        "#EXTINF:180.000,\nen.vtt\n#EXT-X-ENDLIST\n"
    )


ESCAPES = [
    "../secret.txt",
    "..%2fsecret.txt",
    "..%2Fsecret.txt",
    "%2e%2e/secret.txt",
    "%2e%2e%2fsecret.txt",
    "%252e%252e%252fsecret.txt",
    "..%252fsecret.txt",
    "..%c0%afsecret.txt",
    "..%c1%9csecret.txt",
    "%c0%ae%c0%ae/secret.txt",
    "%e0%80%ae%e0%80%ae/secret.txt",
    "..\\secret.txt",
    "..%5csecret.txt",
    "..%5Csecret.txt",
    "....//secret.txt",
    "..././secret.txt",
    "./secret.txt",
    "%2e/secret.txt",
    "360p/../secret.txt",
    "360p/..%2fsecret.txt",
    "360p/%2e%2e/secret.txt",
    "360p/./index.m3u8",
    "360p//index.m3u8",
    "/360p/index.m3u8",
    "360p/index.m3u8/",
    "360p/index.m3u8%00",
    "360p/index.m3u8%00.jpg",
    "360p/index.m3u8%0a",
    "360p/index.m3u8%20",
    "%20360p/index.m3u8",
    "360p/index.m3u8;.jpg",
    "360p/index.m3u8::$DATA",
    "360p/INDEX.M3U8",
    "360P/index.m3u8",
    "360p/secret.txt",
    "secret.txt",
    "360p/",
    "360p",
    "",
    "360p%ef%bc%8findex.m3u8",
    "%ef%bc%93%ef%bc%96%ef%bc%90p/index.m3u8",
    "360p/%d9%a0%d9%a0%d9%a0%d9%a0%d9%a0.m4s",
    "360p/0000.m4s",
    "360p/*.m4s",
    "360p/00000.m4s.part",
    "360p/.index.m3u8.part",
    "file:///etc/passwd",
    "/etc/passwd",
    "%2fetc%2fpasswd",
    "~/secret.txt",
    "~root/.ssh/id_rsa",
    "C:\\secret.txt",
    "\\\\host\\share",
    "../../../originals/x",
    "%u002e%u002e/secret.txt",
    "..%00/secret.txt",
    "%2e%2e%00/secret.txt",
    "0p/index.m3u8",
    "000000p/index.m3u8",
    "master.m3u8/../secret.txt",
]


@pytest.mark.parametrize("escape", ESCAPES)
def test_no_other_name_leads_anywhere(
    client: Client, asset: Asset, member: Member, escape: str
) -> None:
    (files.lecture_folder(asset.pk) / "secret.txt").write_bytes(b"canary")
    at = folder_of(signed_playlist(asset=asset, member=member, now=dt.datetime.now(dt.UTC)))
    response = client.get(at + escape)
    assert response.status_code == 404
    assert b"canary" not in response.content


def test_another_take_does_not_exist(client: Client, asset: Asset, member: Member) -> None:
    playlist = signed_playlist(asset=asset, member=member, now=dt.datetime.now(dt.UTC))
    for take in (uuid.uuid4().hex, "..", asset.take.upper(), ""):
        assert client.get(playlist.replace(asset.take, take)).status_code == 404


SIZE = len(SEGMENT)


@pytest.mark.parametrize(
    ("asked", "status", "content_range", "expected"),
    [
        ("bytes=0-99", 206, f"bytes 0-99/{SIZE}", SEGMENT[:100]),
        ("bytes=100-", 206, f"bytes 100-{SIZE - 1}/{SIZE}", SEGMENT[100:]),
        ("bytes=-50", 206, f"bytes {SIZE - 50}-{SIZE - 1}/{SIZE}", SEGMENT[-50:]),
        ("bytes=-999999", 206, f"bytes 0-{SIZE - 1}/{SIZE}", SEGMENT),
        ("bytes=5-5", 206, f"bytes 5-5/{SIZE}", SEGMENT[5:6]),
        ("bytes=0-999999", 206, f"bytes 0-{SIZE - 1}/{SIZE}", SEGMENT),
        (f"bytes={SIZE}-", 416, f"bytes */{SIZE}", b""),
        ("bytes=999999-1000000", 416, f"bytes */{SIZE}", b""),
        ("bytes=-0", 416, f"bytes */{SIZE}", b""),
        ("bytes=0-1,5-6", 200, None, SEGMENT),
        ("bytes=9-1", 200, None, SEGMENT),
        ("bytes=-", 200, None, SEGMENT),
        ("items=0-1", 200, None, SEGMENT),
        ("bytes=a-b", 200, None, SEGMENT),
        ("bytes=٠-١", 200, None, SEGMENT),
    ],
)
def test_ranges(
    client: Client,
    asset: Asset,
    member: Member,
    asked: str,
    status: int,
    content_range: str | None,
    expected: bytes,
) -> None:
    at = folder_of(signed_playlist(asset=asset, member=member, now=dt.datetime.now(dt.UTC)))
    response = client.get(at + "360p/00000.m4s", headers={"Range": asked})
    assert (response.status_code, response.get("Content-Range")) == (status, content_range)
    assert body(response) == expected


def test_a_large_file_is_streamed_by_part(client: Client, asset: Asset, member: Member) -> None:
    at = folder_of(signed_playlist(asset=asset, member=member, now=dt.datetime.now(dt.UTC)))
    whole = client.get(at + "low.mp4")
    assert (whole.streaming, body(whole)) == (True, CONTENT["low.mp4"])
    part = client.get(at + "low.mp4", headers={"Range": "bytes=10-2000009"})
    assert (part.status_code, part["Content-Length"]) == (206, "2000000")
    assert body(part) == CONTENT["low.mp4"][10:2_000_010]


def test_what_is_known_is_not_sent_again(client: Client, asset: Asset, member: Member) -> None:
    at = folder_of(signed_playlist(asset=asset, member=member, now=dt.datetime.now(dt.UTC)))
    first = client.get(at + "360p/init.mp4")
    known = client.get(at + "360p/init.mp4", headers={"If-None-Match": first["ETag"]})
    assert (known.status_code, known.content) == (304, b"")
    stale = client.get(
        at + "360p/00000.m4s", headers={"Range": "bytes=0-9", "If-Range": '"another"'}
    )
    assert (stale.status_code, body(stale)) == (200, SEGMENT)
    head = client.head(at + "360p/00000.m4s")
    assert (head.status_code, head["Content-Length"], head.content) == (200, str(SIZE), b"")
    assert client.post(at + "360p/00000.m4s").status_code == 405


def test_a_front_server_sends_the_bytes_where_set(
    client: Client, asset: Asset, member: Member, settings: object
) -> None:
    settings.MEDIA_ACCEL_PREFIX = "/protected/"  # type: ignore[attr-defined]
    at = folder_of(signed_playlist(asset=asset, member=member, now=dt.datetime.now(dt.UTC)))
    response = client.get(at + "360p/00000.m4s")
    assert (response["X-Accel-Redirect"], response.content) == (
        f"/protected/lectures/{asset.pk}/{asset.take}/360p/00000.m4s",
        b"",
    )
    assert response["Content-Type"] == "video/iso.segment"
    assert (Path(settings.MEDIA_ROOT) / response["X-Accel-Redirect"][11:]).exists()  # type: ignore[attr-defined]


def test_media_lies_where_the_settings_say() -> None:
    assert files.lecture_folder(uuid.UUID(int=1)).is_relative_to(settings.MEDIA_ROOT)
