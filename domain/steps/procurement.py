"""采购、合同: RecordContract -> ContractRecorded."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from domain.case import Case
from domain.command import Command
from domain.deciding import record
from domain.event import Event
from domain.evolve import evolve
from domain.faults import ActError
from domain.identifiers import Uscc
from domain.money import Money
from domain.project import Contract, ProcurementMode, Project
from domain.recorded import Recorded
from domain.rule import text


class RecordContract(Command):
    """Ask to record a contract. The day it was signed is the day it happened."""

    PLACEHOLDER_FIELDS: ClassVar[frozenset[str]] = frozenset({"contract_no", "supplier_uscc", "mode"})

    contract_no: str = Field(min_length=1, max_length=120, description="合同编号")
    supplier: str = Field(default="", max_length=200, description="承建单位; empty for a classified project")
    supplier_uscc: Uscc | None = Field(default=None, description="承建单位统一社会信用代码")
    amount: Money = Field(description="合同价")
    mode: ProcurementMode | None = Field(default=None, description="建设模式 (F11)")


class ContractRecorded(Event):
    """A contract was signed."""

    TOPIC = "project.contract_recorded"

    contract_no: str
    supplier: str
    supplier_uscc: Uscc | None = None
    amount: Money
    mode: ProcurementMode | None = None


def contract(case: Case, command: RecordContract) -> Event:
    """Record a contract. Raises ActError when that contract number is recorded already."""
    if any(c.contract_no == command.contract_no for c in case.project.contracts):
        raise ActError(text("该合同编号已登记", "that contract number is recorded already"), "/act/contract_no")
    return record("procurement", case, command, ContractRecorded(**dict(command)))


@evolve.register
def _(event: ContractRecorded, project: Project, at: Recorded) -> Project:
    return project.but(contracts=(*project.contracts, Contract(**dict(event), signed_on=at.happened_on)))
