"""The API's OpenAPI schema as committed must be what the code says.

`python -m tests.checks.api_schema --write` writes it anew after a change that is meant.
"""

import difflib
import sys
from pathlib import Path

import django

from lms import env

COMMITTED = Path("docs/api/schema.yaml")


def schema() -> str:
    """The schema of our own API alone; warnings about it are errors."""
    env.point_django_at_settings()
    django.setup()
    from drf_spectacular.drainage import GENERATOR_STATS
    from drf_spectacular.generators import SchemaGenerator
    from drf_spectacular.renderers import OpenApiYamlRenderer
    from drf_spectacular.validation import validate_schema

    generated = SchemaGenerator(urlconf="lms.urls").get_schema(request=None, public=True)
    generated["paths"] = {
        path: operations
        for path, operations in generated["paths"].items()
        if path.startswith("/api/")
    }
    validate_schema(generated)
    if GENERATOR_STATS:
        GENERATOR_STATS.emit_summary()
        sys.exit(1)
    rendered: bytes = OpenApiYamlRenderer().render(generated, renderer_context={})
    return rendered.decode()


def main(arguments: list[str]) -> int:
    now = schema()
    if "--write" in arguments:
        COMMITTED.parent.mkdir(parents=True, exist_ok=True)
        COMMITTED.write_text(now)
        return 0
    before = COMMITTED.read_text() if COMMITTED.exists() else ""
    if before == now:
        return 0
    sys.stdout.writelines(
        difflib.unified_diff(
            before.splitlines(True), now.splitlines(True), "committed", "what the code says"
        )
    )
    print("\nIf this is meant: .venv/bin/python -m tests.checks.api_schema --write")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
