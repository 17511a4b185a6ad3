"""`python -m lms COMMAND`: the school's commands and Django's own."""

import importlib
import sys

from lms import env

# Commands that manage processes themselves: module and function, called with the arguments.
OWN = {
    "up": "lms.supervisor.up:up",
    "services": "lms.embedded:serve",
    "prepare": "lms.supervisor.prepare:prepare",
    "demo": "lms.supervisor.prepare:demo",
    "web": "lms.supervisor.parts:web",
    "worker": "lms.supervisor.parts:worker",
    "beat": "lms.supervisor.parts:beat",
    "generate": "lms.province.command:generate",
    "transcode": "media_pipeline.transcode_command:transcode",
    "move-media": "media_pipeline.moving_command:move_media",
}
# Django's commands that touch neither PostgreSQL nor Redis; all others find them running.
WITHOUT_SERVICES = {
    "check",
    "collectstatic",
    "compilemessages",
    "help",
    "makemessages",
    "spectacular",
}


def main() -> None:
    env.point_django_at_settings()
    command, *arguments = sys.argv[1:] or ["help"]
    if command in OWN:
        module, function = OWN[command].split(":")
        getattr(importlib.import_module(module), function)(arguments)
        return
    from django.core.management import execute_from_command_line

    words = ["python -m lms", command, *arguments]
    if command in WITHOUT_SERVICES:
        execute_from_command_line(words)
        return
    from lms import embedded

    try:
        with embedded.held():
            execute_from_command_line(words)
    except embedded.ServiceStartError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
