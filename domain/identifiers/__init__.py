"""标识 Identifiers of papers and bodies, each with its check: one file each."""

from domain.identifiers.division import DivisionCode, DivisionSpell, DivisionTable
from domain.identifiers.document_number import DocumentNo, DocumentNumber
from domain.identifiers.filing_certificate import FilingCertificateNumber
from domain.identifiers.filing_number import FilingNumber
from domain.identifiers.investment_code import InvestmentCode
from domain.identifiers.resource_code import ResourceCode
from domain.identifiers.uscc import Uscc, UsccInspection

__all__ = [
    "DivisionCode",
    "DivisionSpell",
    "DivisionTable",
    "DocumentNo",
    "DocumentNumber",
    "FilingCertificateNumber",
    "FilingNumber",
    "InvestmentCode",
    "ResourceCode",
    "Uscc",
    "UsccInspection",
]
