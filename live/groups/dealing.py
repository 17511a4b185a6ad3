"""Who sits in which group; pure."""

from collections.abc import Sequence
from typing import TypeVar

Person = TypeVar("Person")


def dealt(people: Sequence[Person], count: int) -> list[list[Person]]:
    """One after the other into `count` groups: none has two more than another."""
    groups: list[list[Person]] = [[] for _each in range(count)]
    for place, person in enumerate(people):
        groups[place % count].append(person)
    return groups


def dealt_by_branch(people: Sequence[tuple[Person, str]], count: int) -> list[list[Person]]:
    """Those of one branch stay together: the largest first, each into the smallest group."""
    branches: dict[str, list[Person]] = {}
    for person, branch in people:
        branches.setdefault(branch, []).append(person)
    groups: list[list[Person]] = [[] for _each in range(count)]
    for _name, together in sorted(branches.items(), key=lambda each: (-len(each[1]), each[0])):
        min(groups, key=len).extend(together)
    return groups
