"""个人信息: ErasePersonalData -> PersonalDataErased; RotateMasterKey -> MasterKeyRotated. 个人信息保护法 art. 47, 51.

The data themselves are under a key of the person outside the record. The event and the end of that key are one
transaction of the store.
"""

from __future__ import annotations

from uuid import UUID

from pydantic import Field

from domain.command import Command
from domain.county import County
from domain.event import Event
from domain.evolve import evolve
from domain.faults import ActError
from domain.personal import Erasure, MasterKeyChange
from domain.recorded import Recorded
from domain.rule import text


class ErasePersonalData(Command):
    """Ask to erase the sealed data of a person for good. Nobody can undo it; the record and its proofs stay."""

    reason: str = Field(min_length=1, max_length=1000, description="删除事由; nothing that names the person")
    document_no: str = Field(min_length=1, max_length=120, description="批准删除的文号")
    legal_basis: str = Field(
        default="个人信息保护法第四十七条", min_length=1, max_length=200, description="法律依据 legal ground"
    )


class RotateMasterKey(Command):
    """Ask to record that the persons' keys are under another master key, and the one before opens nothing."""

    before: str = Field(min_length=1, max_length=64, description="原主密钥标识 identity, not the key")
    after: str = Field(min_length=1, max_length=64, description="新主密钥标识 identity, not the key")
    persons: int = Field(ge=0, description="重新包裹的人员密钥数")
    reason: str = Field(min_length=1, max_length=1000, description="更换事由")


class PersonalDataErased(Event):
    """The sealed data of a person were erased: the key of the person was destroyed together with this record."""

    TOPIC = "county.personal_data_erased"

    person: UUID
    """The database destroys the key of the person that the stored field of this name gives (migration)."""
    reason: str
    document_no: str
    legal_basis: str


class MasterKeyRotated(Event):
    """The persons' keys are under another master key since: copies of their table from before open nothing any more."""

    TOPIC = "county.master_key_rotated"

    before: str
    after: str
    persons: int
    reason: str


class AlreadyErasedError(ActError):
    """The person's data were erased before."""


class AlreadyRotatedError(ActError):
    """The change to this master key is recorded already."""


def erase(county: County, person: UUID, command: ErasePersonalData) -> PersonalDataErased:
    """Erase a person's data. Raises AlreadyErasedError."""
    if county.erasure(person) is not None:
        raise AlreadyErasedError(text("该人员的个人信息已删除", "the data of this person are erased already"))
    return PersonalDataErased(person=person, **dict(command))


def rotate(county: County, command: RotateMasterKey) -> MasterKeyRotated:
    """Record another master key. Raises AlreadyRotatedError for the one that was recorded last."""
    if county.master_keys and county.master_keys[-1].master_key == command.after:
        raise AlreadyRotatedError(text("该主密钥已登记", "this master key is recorded already"))
    return MasterKeyRotated(**dict(command))


@evolve.register
def _(event: PersonalDataErased, county: County, at: Recorded) -> County:
    erasure = Erasure(**dict(event), erased_on=at.happened_on, version=at.stream.version)
    return county.but(erasures=(*county.erasures, erasure))


@evolve.register
def _(event: MasterKeyRotated, county: County, at: Recorded) -> County:
    change = MasterKeyChange(master_key=event.after, version=at.stream.version)
    return county.but(master_keys=(*county.master_keys, change))
