"""A page goes from the loop to a thread once and comes back once; what is long goes in pieces."""

import asyncio
import threading
from collections.abc import Callable, Iterable
from typing import Any

from django.http import HttpResponse, StreamingHttpResponse

from lms.core.bridge import READ_BEFORE, Bridge

Asked = dict[str, Any]


def ask(
    pages: Callable[[Asked, Any], Iterable[bytes]],
    sent: list[dict[str, Any]],
    **headers: str,
) -> tuple[list[dict[str, Any]], list[threading.Thread]]:
    """What the bridge says to such a request, and who waited for a piece of what was sent."""
    said: list[dict[str, Any]] = []
    waiting = list(sent)
    fetched: list[threading.Thread] = []

    async def receive() -> dict[str, Any]:
        fetched.append(threading.current_thread())
        return waiting.pop(0)

    async def send(message: dict[str, Any]) -> None:
        said.append(dict(message))

    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": "/form/",
        "query_string": b"",
        "headers": [
            (name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()
        ],
        "server": ("school", 80),
        "client": ("10.0.0.1", 4000),
    }

    async def once() -> None:
        await Bridge(pages, workers=1)(scope, receive, send)  # type: ignore[arg-type]

    asyncio.run(once())
    return said, fetched


def page(response: HttpResponse | StreamingHttpResponse) -> Callable[[Asked, Any], Any]:
    """An application that answers this, however it is asked."""

    def answer(_environ: Asked, start_response: Any) -> Any:
        start_response("200 OK", list(response.items()))
        return response

    return answer


def echo(environ: Asked, start_response: Any) -> HttpResponse:
    said = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    start_response("409 Conflict", [("X-Method", environ["REQUEST_METHOD"])])
    return HttpResponse(said)


def part(body: bytes, *, more: bool = False) -> dict[str, Any]:
    return {"type": "http.request", "body": body, "more_body": more}


def bodies(said: list[dict[str, Any]]) -> bytes:
    return b"".join(one.get("body", b"") for one in said)


def test_a_form_is_there_before_the_page_is_asked() -> None:
    said, _fetched = ask(echo, [part(b"a=1&", more=True), part(b"b=2")], content_length="7")
    assert said[0] == {
        "type": "http.response.start",
        "status": 409,
        "headers": [(b"x-method", b"POST")],
    }
    assert bodies(said) == b"a=1&b=2"
    assert [one.get("more_body", False) for one in said[1:]] == [True, False]


def test_what_has_no_body_is_not_waited_for() -> None:
    said, fetched = ask(echo, [])
    assert bodies(said) == b""
    assert fetched == []


def test_a_long_body_is_fetched_as_it_is_read() -> None:
    long = b"x" * (READ_BEFORE + 1)
    said, _fetched = ask(echo, [part(long)], content_length=str(len(long)))
    assert bodies(said) == long


def test_a_body_of_unknown_length_is_fetched_as_it_is_read() -> None:
    def read_all(environ: Asked, start_response: Any) -> HttpResponse:
        start_response("200 OK", [])
        return HttpResponse(environ["wsgi.input"].read())

    parts = [part(b"one", more=True), part(b"two")]
    said, _fetched = ask(read_all, parts, transfer_encoding="chunked")
    assert bodies(said) == b"onetwo"


def test_whoever_goes_while_sending_is_not_answered() -> None:
    asked: list[Asked] = []

    def pages(environ: Asked, start_response: Any) -> HttpResponse:
        asked.append(environ)
        return echo(environ, start_response)

    said, _fetched = ask(
        pages, [part(b"half", more=True), {"type": "http.disconnect"}], content_length="9"
    )
    assert (said, asked) == ([], [])


def test_what_comes_in_pieces_is_not_gathered_first() -> None:
    made: list[str] = []
    seen: list[int] = []

    def pieces() -> Iterable[bytes]:
        for number in range(3):
            made.append(f"piece {number}")
            yield b"%d" % number

    response = StreamingHttpResponse(pieces())
    said, _fetched = ask(page(response), [])
    seen = [len(one.get("body", b"")) for one in said]
    assert (bodies(said), seen) == (b"012", [0, 1, 1, 1, 0])
    assert made == ["piece 0", "piece 1", "piece 2"]


def test_a_page_is_closed_before_it_is_sent() -> None:
    closed: list[bool] = []
    response = HttpResponse(b"page")
    response.close = lambda: closed.append(True)  # type: ignore[method-assign]
    said, _fetched = ask(page(response), [])
    assert (bodies(said), closed) == (b"page", [True])
