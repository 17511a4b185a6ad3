"""The one kind of error a person is meant to read."""


class DomainError(Exception):
    """A refusal with a sentence for the person concerned: what happened and what to do next.

    Subclasses name the case (`AttemptClosedError`); `message` is in the interface's language.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = str(message)
