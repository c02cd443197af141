"""值与事件 Values and events: the base of every recorded fact."""

from __future__ import annotations

from functools import cached_property
from typing import Any, ClassVar, Self, TypeVar

from pydantic import BaseModel, ConfigDict

# A model of parts that are trusted is made without its initialiser, through the slots that pydantic keeps it in: the
# use cases and folding are made of such values.
_set_parts = BaseModel.__dict__["__dict__"].__set__
_set_given = BaseModel.__dict__["__pydantic_fields_set__"].__set__
_set_extra = BaseModel.__dict__["__pydantic_extra__"].__set__
_set_private = BaseModel.__dict__["__pydantic_private__"].__set__
_new = object.__new__


ValueT = TypeVar("ValueT", bound="Value")


class Value(BaseModel):
    """An immutable value. Two with the same fields are the same."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, str_strip_whitespace=True)
    worked_out: ClassVar[tuple[str, ...]] = ()
    """What is worked out of the fields and kept beside them."""

    def __init_subclass__(cls, **options: Any) -> None:
        """Note what the class works out."""
        super().__init_subclass__(**options)
        cls.worked_out += tuple(name for name, part in vars(cls).items() if isinstance(part, cached_property))

    @classmethod
    def made_of(cls, **parts: Any) -> Self:
        """A value of all its parts, which are trusted: taken from values that were validated, as in folding."""
        made = _new(cls)
        _set_parts(made, parts)
        _set_given(made, set(parts))
        _set_extra(made, None)
        _set_private(made, None)
        return made

    @classmethod
    def made_of_all(cls, parts: dict[str, Any], names: set[str]) -> Self:
        """As `made_of`, for what is made in great numbers: `parts` and their `names` are kept as they are given."""
        made = _new(cls)
        _set_parts(made, parts)
        _set_given(made, names)
        _set_extra(made, None)
        _set_private(made, None)
        return made

    def turned_into(self, kind: type[ValueT]) -> ValueT:
        """A value of another class with all the parts of this one, which are trusted."""
        made = kind.__new__(kind)
        _set_parts(made, self.__dict__.copy())
        _set_given(made, set(self.__dict__))
        _set_extra(made, None)
        _set_private(made, None)
        return made

    def but(self, **changes: Any) -> Self:
        """Give this value with some fields replaced. The new field values are trusted, not validated again."""
        # As model_copy does for a model without private attributes, at a third of the time.
        made = self.__class__.__new__(self.__class__)
        parts = {**self.__dict__, **changes}
        for name in self.worked_out:
            parts.pop(name, None)
        _set_parts(made, parts)
        _set_given(made, self.__pydantic_fields_set__ | changes.keys())
        _set_extra(made, None)
        _set_private(made, None)
        return made


def as_json(model: BaseModel) -> bytes:
    """The model as compact JSON, as `model_dump_json` writes it."""
    return model.__pydantic_serializer__.to_json(model)


def as_stored(value: BaseModel) -> bytes:
    """An event, or a value in one, as it is stored: compact JSON without the fields that are null.

    What may be null is null when it is left out, in every class of events: so both are read as the same.
    """
    return value.__pydantic_serializer__.to_json(value, exclude_none=True)


class Event(Value):
    """A fact, in the past tense. Who, when and under which authority are in the envelope (`Recorded`).

    `TOPIC` and `SCHEMA_VERSION` are the stored names: they never change when a class or file is renamed.
    Validators of an event check its shape only; meaning is judged before it is recorded, never on replay.
    """

    TOPIC: ClassVar[str]
    SCHEMA_VERSION: ClassVar[int] = 1

    @property
    def duty_act(self) -> str:
        """The act that duties name this by (S01): its topic. Empty for what is no act of anybody's duty."""
        return self.TOPIC

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        if "TOPIC" not in cls.__dict__:
            raise TypeError(f"{cls.__qualname__} needs a TOPIC of its own")
