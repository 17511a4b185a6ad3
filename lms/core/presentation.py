"""How a page is shown to this person: mode, size and theme from the cookie, set by the server."""

from typing import Any

from django.http import HttpRequest

CHOICES = {
    "mode": ("standard", "elder"),
    "size": ("standard", "large", "largest"),
    "theme": ("auto", "light", "dark", "contrast"),
}
COOKIE = "presentation"


def chosen(request: HttpRequest) -> dict[str, str]:
    """The reader's choices; anything unknown in the cookie falls back to the first choice."""
    wanted = dict(
        part.split(":", 1) for part in request.COOKIES.get(COOKIE, "").split("|") if ":" in part
    )
    return {
        name: wanted[name] if wanted.get(name) in values else values[0]
        for name, values in CHOICES.items()
    }


def presentation(request: HttpRequest) -> dict[str, Any]:
    """Template context: `presentation.mode`, `.size`, `.theme`, and the layout they ask for."""
    choice = chosen(request)
    if choice["mode"] == "elder" and choice["theme"] == "auto":
        choice["theme"] = "light"
    return {"presentation": {**choice, "layout": f"layouts/{choice['mode']}.html"}}
