"""步骤目录 What happens, in the order of a project's life. `EVENTS` is the closed list of stored events."""

from domain.correction import FactCorrected
from domain.event import Event
from domain.refusal import Refused
from domain.steps.acceptance import AcceptanceRefused, ProjectAccepted
from domain.steps.amounts import AmountStated
from domain.steps.approval import ApprovalRefused, ApprovalRevoked, ProjectApproved
from domain.steps.building import ChangeRecorded, ProgressReported
from domain.steps.connection import ConnectionObligationMet, ConnectionObligationSet
from domain.steps.enrolment import UnitEnrolled
from domain.steps.evaluation import EvaluationReported, EvaluationUsed
from domain.steps.exceptions import ExceptionGranted, ExceptionRevoked
from domain.steps.filing import (
    FilingAmended,
    FilingNumberAllotted,
    FilingRefused,
    ProjectFiled,
    UnfiledProjectFound,
)
from domain.steps.funding import BudgetSet, FundsArranged, FundsDisbursed, FundsRefunded, FundsRefused
from domain.steps.guidance_fund import FundContributed, FundInvested, InvestmentRefused, InvestmentReturned
from domain.steps.history import ProjectImported
from domain.steps.interconnection import InterconnectionTested, PlatformSupplyVerified
from domain.steps.ppp import OperationReported, PppDelisted, PppListed, PppListingRefused
from domain.steps.procurement import ContractRecorded
from domain.steps.review import ReviewOpinionGiven
from domain.steps.security import ClassifiedSystemTested, SecurityLevelFiled, SecurityTested
from domain.steps.sharing import (
    SharingDeclarationWithdrawn,
    SharingDeclared,
    SharingLapsed,
    SharingResumed,
)
from domain.steps.systems import NoSystemStated, SystemListed, SystemRegistered, SystemRetired

EVENTS: tuple[type[Event], ...] = (
    UnitEnrolled,
    ConnectionObligationSet,
    ConnectionObligationMet,
    UnfiledProjectFound,
    ProjectFiled,
    FilingRefused,
    FilingAmended,
    FilingNumberAllotted,
    SystemListed,
    SystemRegistered,
    NoSystemStated,
    SharingDeclared,
    SharingDeclarationWithdrawn,
    ExceptionGranted,
    ExceptionRevoked,
    ReviewOpinionGiven,
    ProjectApproved,
    ApprovalRefused,
    ApprovalRevoked,
    ContractRecorded,
    ProgressReported,
    ChangeRecorded,
    SecurityLevelFiled,
    SecurityTested,
    ClassifiedSystemTested,
    InterconnectionTested,
    PlatformSupplyVerified,
    ProjectAccepted,
    AcceptanceRefused,
    AmountStated,
    BudgetSet,
    FundsArranged,
    FundsDisbursed,
    FundsRefused,
    FundsRefunded,
    FundContributed,
    FundInvested,
    InvestmentRefused,
    InvestmentReturned,
    PppListed,
    PppListingRefused,
    PppDelisted,
    OperationReported,
    SharingLapsed,
    SharingResumed,
    EvaluationReported,
    EvaluationUsed,
    SystemRetired,
    ProjectImported,
    Refused,
    FactCorrected,
)

BY_TOPIC: dict[str, type[Event]] = {event.TOPIC: event for event in EVENTS}
