"""步骤目录 What happens, in the order of a project's life. `EVENTS` is the closed list of stored events."""

from domain.correction import FactCorrected
from domain.event import Event
from domain.refusal import Refused
from domain.steps.acceptance import AcceptanceRefused, ProjectAccepted
from domain.steps.approval import ApprovalRefused, ApprovalRevoked, ProjectApproved
from domain.steps.assessment import CountyEvaluated, UnitAssessed
from domain.steps.building import ChangeRecorded, ProgressReported
from domain.steps.connection import ConnectionObligationMet, ConnectionObligationSet
from domain.steps.enrolment import UnitEnrolled
from domain.steps.evaluation import (
    CommissionWithdrawn,
    EvaluationCommented,
    EvaluationCommissioned,
    EvaluationReported,
    EvaluationUsed,
)
from domain.steps.evaluators import ConflictEnded, ConflictStated, EvaluatorRegistered
from domain.steps.exceptions import ExceptionGranted, ExceptionRevoked
from domain.steps.filing import (
    FilingAmended,
    FilingNumberAllotted,
    FilingRefused,
    ProjectFiled,
    UnfiledProjectFound,
)
from domain.steps.funding import FundsArranged, FundsDisbursed, FundsRefunded, FundsRefused
from domain.steps.history import ProjectImported
from domain.steps.interconnection import InterconnectionTested, PlatformSupplyVerified
from domain.steps.procurement import ContractRecorded
from domain.steps.review import ReviewOpinionGiven
from domain.steps.satisfaction import SatisfactionSurveyRecorded
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
    FundsArranged,
    FundsDisbursed,
    FundsRefused,
    FundsRefunded,
    SharingLapsed,
    SharingResumed,
    EvaluatorRegistered,
    ConflictStated,
    ConflictEnded,
    EvaluationCommissioned,
    CommissionWithdrawn,
    EvaluationCommented,
    EvaluationReported,
    EvaluationUsed,
    SatisfactionSurveyRecorded,
    UnitAssessed,
    CountyEvaluated,
    SystemRetired,
    ProjectImported,
    Refused,
    FactCorrected,
)

BY_TOPIC: dict[str, type[Event]] = {event.TOPIC: event for event in EVENTS}
