"""步骤目录 What happens, in the order of a project's life. `EVENTS` is the closed list of stored events."""

from domain.correction import FactCorrected
from domain.event import Event
from domain.refusal import Refused
from domain.steps.acceptance import AcceptanceRefused, ProjectAccepted
from domain.steps.accounts import (
    AccountActRefused,
    AccountDisabled,
    AccountEnabled,
    AccountOpened,
    AdministratorsAppointed,
    AdministratorsRescued,
    EmergencyAsked,
    EmergencyConfirmed,
    EmergencyEnded,
    GrantRevoked,
    KeyRegistered,
    KeyRevoked,
    RescueTold,
    RoleGranted,
)
from domain.steps.amounts import AmountStated
from domain.steps.answering import FlagAnswered
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
from domain.steps.experts import ExpertDelisted, ExpertListed
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
from domain.steps.interconnection import InterconnectionTested, PlatformSupplyVerified, SupplyConfirmed
from domain.steps.log_keeping import LogKeyChanged, LogRestarted
from domain.steps.meetings import DecisionMade, MeetingHeld
from domain.steps.oversight import OversightMeasureLifted, OversightMeasureTaken
from domain.steps.personal import MasterKeyRotated, PersonalDataErased
from domain.steps.ppp import OperationReported, PppDelisted, PppListed, PppListingRefused
from domain.steps.procurement import ContractRecorded
from domain.steps.responsibility import (
    ContactNamed,
    HeadAppointed,
    UnificationsChecked,
    UnitRenamed,
    UnitSucceeded,
)
from domain.steps.review import ReviewOpinionGiven
from domain.steps.risk import PrivacyImpactAssessed, SharingRiskAssessed
from domain.steps.roles import RoleAssigned, RoleEnded
from domain.steps.satisfaction import SatisfactionSurveyRecorded
from domain.steps.security import (
    ClassifiedSystemTested,
    CryptoAssessed,
    SecurityIncidentRecorded,
    SecurityIncidentResolved,
    SecurityLevelFiled,
    SecurityMarked,
    SecurityTested,
)
from domain.steps.service import ServiceExempted, ServiceOnboarded, ServiceRefused
from domain.steps.sharing import (
    SharingDeclarationWithdrawn,
    SharingDeclared,
    SharingLapsed,
    SharingResumed,
)
from domain.steps.supervision import SupervisionItemClosed, SupervisionItemOpened, SupervisionItemReplied
from domain.steps.systems import NoSystemStated, SystemChanged, SystemListed, SystemRegistered, SystemRetired
from domain.steps.tasks import TaskAssigned, TaskCompleted, TaskExtended

EVENTS: tuple[type[Event], ...] = (
    UnitEnrolled,
    ConnectionObligationSet,
    ConnectionObligationMet,
    MeetingHeld,
    DecisionMade,
    RoleAssigned,
    RoleEnded,
    ExpertListed,
    ExpertDelisted,
    PersonalDataErased,
    MasterKeyRotated,
    HeadAppointed,
    ContactNamed,
    UnitRenamed,
    UnitSucceeded,
    UnificationsChecked,
    TaskAssigned,
    TaskExtended,
    TaskCompleted,
    SupervisionItemOpened,
    SupervisionItemReplied,
    SupervisionItemClosed,
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
    SharingRiskAssessed,
    PrivacyImpactAssessed,
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
    CryptoAssessed,
    SecurityMarked,
    SystemChanged,
    SecurityIncidentRecorded,
    SecurityIncidentResolved,
    InterconnectionTested,
    PlatformSupplyVerified,
    SupplyConfirmed,
    ServiceOnboarded,
    ServiceRefused,
    ServiceExempted,
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
    OversightMeasureTaken,
    OversightMeasureLifted,
    FlagAnswered,
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
    LogKeyChanged,
    LogRestarted,
    ProjectImported,
    AdministratorsAppointed,
    AdministratorsRescued,
    RescueTold,
    AccountOpened,
    AccountDisabled,
    AccountEnabled,
    RoleGranted,
    GrantRevoked,
    KeyRegistered,
    KeyRevoked,
    EmergencyAsked,
    EmergencyConfirmed,
    EmergencyEnded,
    AccountActRefused,
    Refused,
    FactCorrected,
)

BY_TOPIC: dict[str, type[Event]] = {event.TOPIC: event for event in EVENTS}
