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


class VersionMovedError(ActError):
    """The history that the act is on is not at a version that the client had seen. `version`: where it is now."""

    def __init__(self, version: int) -> None:
        told = Text(
            zh=f"已有新的记录，现为第{version}版：请重新读取，确认仍要办理后以新版本重发",
            en=f"more was recorded, and it is at version {version} now: read it again, and if the act still stands, "
            "send it with that version",
        )
        super().__init__(told)
        self.version = version
