"""不能办理 Acts that cannot be taken at all, apart from what the document forbids (that is a refusal, an event)."""

from __future__ import annotations

from domain.texts import Text


class ActError(Exception):
    """The act does not fit the state of what it names. Nothing is recorded. `pointer` names the field at fault."""

    def __init__(self, text: Text, pointer: str | None = None) -> None:
        super().__init__(f"{text.zh} / {text.en}")
        self.text = text
        self.pointer = pointer


class UnknownSubjectError(ActError):
    """Nothing is recorded under the identity that the act names."""


class BadFieldError(ActError):
    """A field is well formed but its value is not acceptable here."""
