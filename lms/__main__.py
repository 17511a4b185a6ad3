"""`python -m lms COMMAND`: the school's commands and Django's own."""

import os
import sys

from django.core.management import execute_from_command_line


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.settings")
    execute_from_command_line(["python -m lms", *sys.argv[1:]])


if __name__ == "__main__":
    main()
