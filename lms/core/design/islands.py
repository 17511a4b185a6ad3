"""What the components with a script of their own are told: the player, the upload."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import template

from lms.core.design.words import player_words, upload_words

BEAT_SECONDS = 15


def player(
    context: template.Context, config: Mapping[str, Any], poster: str = "", title: str = ""
) -> dict[str, Any]:
    """The lesson's video with its controls; `config` is what docs/design-system.md lists."""
    words = player_words(config.get("beatSeconds", BEAT_SECONDS))
    return {
        "config": {
            "rates": [0.75, 1, 1.25, 1.5],
            "maxRate": 1.5,
            "beatSeconds": BEAT_SECONDS,
            "captions": [],
            "chapters": [],
            "storyboard": "",
            "covered": [],
            "resumeMs": 0,
            "completed": False,
            **config,
            "strings": {**words, **config.get("strings", {})},
        },
        "poster": poster or config.get("poster", ""),
        "title": title,
        "captions": config.get("captions", []),
        "chapters_track": config.get("chaptersTrack", ""),
        "verified": sum(end - start for start, end in config.get("covered", [])),
        "presentation": context.get("presentation", {}),
    }


def upload_box(
    context: template.Context,
    endpoint: str,
    status_url: str = "",
    accept: str = "video/*",
    help: str = "",
    before_url: str = "",
    title_url: str = "",
    unfinished: Sequence[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """Resumable uploads, three at once; docs/design-system.md says what the addresses answer.

    `unfinished` are the person's open uploads, with the keys the template names.
    """
    return {
        "endpoint": endpoint,
        "status_url": status_url,
        "before_url": before_url,
        "title_url": title_url,
        "accept": accept,
        "unfinished": unfinished,
        "help": help,
        "words": upload_words(),
        "csrf_token": context.get("csrf_token", ""),
    }
