"""接口的全部操作 Every operation of the API. Written by `python -m clients.generate`: do not edit."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, Protocol, TypedDict
from urllib.parse import quote


class Sender(Protocol):
    """What sends a request, and gives the decoded answer. Raises the errors of `liuhen_client.errors`."""

    def send(
        self,
        method: str,
        path: str,
        *,
        operation: str,
        query: dict[str, Any],
        headers: dict[str, Any],
        body: Any = None,
        act: bool = False,
        versioned: bool = False,
        key: str | None = None,
        if_match: str | None = None,
    ) -> Any:
        """Send a request. `act`: needs a key; `versioned`: names the version that was seen."""
        ...



class AcceptProject(TypedDict):
    """Ask to pass the completion acceptance."""

    document_no: NotRequired[str | None]
    conclusion: NotRequired[str]


class Acceptance(TypedDict):
    """竣工验收."""

    accepted_on: "CivilDate"
    document_no: str | None


class AccessEntry(TypedDict):
    """阅览 One read of records, or the beginning or end of a process that notes them."""

    number: int
    kind: "EntryKind"
    read_at: str
    written_at: str
    account: str | None
    person: str | None
    roles: list[str]
    route: str | None
    object: str | None
    status: int | None
    purpose: str | None
    request_id: str | None
    process: str
    entry: int


class Account(TypedDict):
    """账户 One account, with all that was ever granted to it."""

    name: str
    kind: "AccountKind"
    person: str | None
    organisation: str
    uscc: str | None
    login: NotRequired[str | None]
    opener: str | None
    enabled: NotRequired[bool]
    grants: NotRequired["list[Grant]"]
    keys: NotRequired["list[Key]"]

AccountKind = Literal['PERSON', 'PROGRAM']
"""Whose account it is."""


class AccountsAnswer(TypedDict):
    """账户总表."""

    accounts: "list[Account]"
    emergencies: "list[Emergency]"


class Actor(TypedDict):
    """Who recorded the event: an account, the organisation it belongs to, and the capacity it acted in."""

    account: str
    organisation: str
    uscc: NotRequired[str | None]
    role: "Role"
    person: NotRequired[str | None]


class AgendaItem(TypedDict):
    """议题 One item of the agenda."""

    kind: "MatterKind"
    title: str


class AmendFiling(TypedDict):
    """Ask to replace what was filed, before the project is approved."""

    filing: "Filing"
    reason: NotRequired[str]

AmountStage = Literal['ESTIMATE', 'DESIGN_ESTIMATE', 'BUDGET', 'CONTRACT', 'SETTLEMENT', 'FINAL_ACCOUNT']
"""金额阶段 In the order of a project's life. Each is a number of its own; none overwrites another."""


class AmountStatement(TypedDict):
    """金额申明 What a paper states as the amount of a stage. A later one of the same stage revises it; both stay."""

    stage: "AmountStage"
    amount: "Money"
    document_no: str | None
    stated_total: str | None
    stated_on: "CivilDate"


class Answer(TypedDict):
    """答复 The word of the flagged unit."""

    answer: str
    organisation: str
    role: str
    answered_on: str
    recorded_at: str
    position: int


class AnswerFlag(TypedDict):
    """Ask to record what the unit answers to a red flag. A further answer to the same flag stands beside the first."""

    flag: str
    key: str
    answer: NotRequired[str]


class Appearance(TypedDict):
    """一版中的一个项目 What an edition of another record says of a project, and what it said the time before. A rating is the independent one, or else the project's own. Of another scale it is never compared by its place."""

    trace: str
    project_id: str
    source: str
    period: str
    name: str
    organisation: str
    area: str
    edition: bool
    scale: str | None
    own_grade: str | None
    independent_grade: str | None
    ends_on: str | None
    cost_fen: int | None
    currency: str | None
    withheld: int
    withheld_by_law: bool
    ends_before_start: bool
    earlier_period: str | None
    earlier_grade: str | None
    earlier_ends_on: str | None
    earlier_cost_fen: int | None
    rating_changed: bool
    scale_changed: bool
    channel_changed: bool
    end_changed: bool
    cost_changed: bool
    left: bool


class AppointHead(TypedDict):
    """Ask to record the duty of a unit's head, who answers for it."""

    post: str
    since: str
    until: NotRequired[str | None]
    person: NotRequired["Person | None"]


class Approval(TypedDict):
    """立项批复 the approval in force."""

    approved_on: "CivilDate"
    document_no: str
    approver: str
    amount: "Money | None"
    acceptance_due: str | None
    changed_amounts: NotRequired["list[ChangedAmount]"]


class ApproveProject(TypedDict):
    """Ask to approve (establish) a project."""

    document_no: str
    approver: str
    amount: NotRequired["Money | None"]
    acceptance_due: NotRequired[str | None]


class ArrangeFunds(TypedDict):
    """Ask to arrange money for a purpose and budget year."""

    purpose: "FundPurpose"
    year: int
    source: "FundSource"
    amount: "Money"
    document_no: NotRequired[str | None]


class Arrangement(TypedDict):
    """经费安排 with what was paid out and given back under it. Amounts in 分."""

    number: int
    purpose: "FundPurpose"
    year: int
    source: "FundSource"
    amount: "Money"
    arranged_on: "CivilDate"
    disbursed_fen: NotRequired[int]
    refunded_fen: NotRequired[int]
    disbursements: NotRequired["list[list[Any]]"]


class AskEmergency(TypedDict):
    """Ask for a role in an emergency, with reason and end. It counts once another administrator has confirmed it."""

    role: "Role"
    division: NotRequired[str]
    reason: str
    until: str


class AssessPrivacyImpact(TypedDict):
    """Ask to record an impact assessment of a shared resource that holds personal information."""

    resource: str
    report_no: str


class AssessSharingRisk(TypedDict):
    """Ask to record an assessment of the risks of sharing and using information."""

    report_no: str
    conclusion: str


class AssessUnit(TypedDict):
    """Ask to record the yearly assessment of a unit: by a scheme for units, or plainly as its paper states it."""

    kind: NotRequired["AssessmentKind"]
    year: int
    assessor: str
    scheme: NotRequired[str | None]
    scheme_version: NotRequired[int | None]
    weights: NotRequired["list[Weight]"]
    scores: NotRequired["list[Score_Input]"]
    scale: NotRequired[str | None]
    grade: NotRequired[str | None]
    score: NotRequired[str | None]


class Assessment(TypedDict):
    """考核 The outcome of a unit's assessment for a year. Grades of different scales are never compared."""

    number: int
    kind: "AssessmentKind"
    year: int
    assessor: str
    scale: str
    grade: str
    score: str | None
    scheme: "SchemeRef | None"
    weights: NotRequired["list[Weight]"]
    scores: NotRequired["list[domain__scheme__Score]"]
    assessed_on: "CivilDate"

AssessmentKind = Literal['TARGET_DUTY', 'COMPREHENSIVE']
"""考核类别 What a yearly assessment is part of."""


class AssignRole(TypedDict):
    """Ask to record that an organisation holds a role, a named duty or the lead of a track (exactly one of them)."""

    role: NotRequired["Role | None"]
    duty: NotRequired[str]
    track: NotRequired["Track | None"]
    organisation: str
    uscc: NotRequired[str | None]
    since: str
    document_no: str


class AssignTask(TypedDict):
    """Ask to put a task on a unit's responsibility list. A task without an answerable post is not accepted (O35)."""

    group: NotRequired[str]
    item: str
    responsible_post: str
    due_on: str
    milestone: NotRequired[str]
    issuer: str
    document_no: str


class Attendee(TypedDict):
    """参会单位 An organisation that attended; never a person."""

    organisation: str
    uscc: NotRequired[str | None]


class Authority(TypedDict):
    """On whose authority: the document that grounds the act."""

    issuer: str
    document_no: NotRequired[str | None]
    title: NotRequired[str | None]


class Band(TypedDict):
    """等次 A grade, or stars, and the totals it is for: from `from_mark`, to below `to_mark`. The full mark counts."""

    name: "Text"
    from_mark: str
    to_mark: str
    stars: NotRequired[int | None]


class Blocked(TypedDict):
    """被拦 The newest refusal at a gate that was not passed since."""

    trace: str
    project_id: str
    number: str | None
    name: str
    stage: str
    owners: list[str]
    owner_names: list[str | None]
    position: int
    gate: str
    step: str
    rules: list[str]
    findings: "list[Finding]"
    rule_set: str
    refused_on: str
    refusal_position: int
    attempts: int


class Board(TypedDict):
    """监督台各表 The lists of the board: how many rows, and the first of them."""

    blocked: "Listing_Blocked"
    overdue: "Listing_Overdue"
    out_of_order: "Listing_OutOfOrder"
    refusals: "Listing_RefusedAttempt"
    exceptions: "Listing_GrantedException"
    exceptions_by_body: "Listing_ExceptionsOfBody"
    sanctioned_units: "Listing_SanctionedUnit"
    tasks: "Listing_OpenTask"
    supervision_items: "Listing_OpenItem"
    missed_meetings: "Listing_MissedMeeting"
    late_entries: "Listing_LateEntry"


class BoardAnswer(TypedDict):
    """监督台 As of a day, under the rule set of that day."""

    freshness: "Freshness"
    on: str
    rule_set: str | None
    lists: "Board"
    red_flags: NotRequired["FlagCounts | None"]


class Body_OauthPostToken(TypedDict):
    grant_type: NotRequired[str]
    client_id: NotRequired[str | None]
    client_secret: NotRequired[str | None]
    scope: NotRequired[str | None]


class Budget(TypedDict):
    """预算 The figure of a line. A later figure of the same line revises it; both stay."""

    line: "BudgetLine"
    amount: "Money"
    document_no: str | None
    set_on: "CivilDate"


class BudgetLine(TypedDict):
    """预算科目 What the ledger counts by, within a project: purpose, budget year and source."""

    purpose: "FundPurpose"
    year: int
    source: "FundSource"

BuildMode = Literal['STANDALONE', 'CENTRALISED', 'CLOUD_SERVICE', 'UPGRADE']
"""单独建设、集约化建设、云服务、升级. The rule bars stand-alone building, not the function."""

Category = Literal['GENERAL_HARDWARE', 'DEDICATED_BUSINESS_NETWORK', 'COLLABORATIVE_OFFICE', 'GOVERNMENT_WEBSITE', 'VIDEO_CONFERENCE', 'CROSS_DEPT_SHARING', 'ADMIN_POWER_APPLICATION', 'OTHER_CROSS_DEPT_APPLICATION', 'OTHER']
"""8类项目 The eight restricted categories of 二（三）1, and OTHER for none of them."""


class ChangeLogKey(TypedDict):
    """Ask to record that a key of the log, or of a witness, was taken into use or retired."""

    holder: "KeyHolder"
    change: "KeyChange"
    key: str
    reason: str
    document_no: str


class ChangedAmount(TypedDict):
    """变更后的批复数额 What a change made of the approved amount, and who decided it."""

    amount: "Money"
    decided_by: str
    changed_on: "CivilDate"


class CheckUnifications(TypedDict):
    """Ask to record what a check of the four unifications found."""

    one_body: bool
    one_plan: bool
    one_network: bool
    one_software: bool
    document_no: str


class Checked(TypedDict):
    """核对结果 Whether the view equals a fresh fold of the log up to its position."""

    same: bool
    tables: "list[TableCheck]"

CivilDate = str
"""日期，可精确到日、月或年 a date known to the day, month or year"""


class ClassifiedTest(TypedDict):
    """涉密信息系统安全保密测评: number and day only, never findings."""

    report_no: str
    reported_on: "CivilDate"


class Clause(TypedDict):
    """条款 A clause as a rule set states it: the original words, an English reading, and how it binds."""

    rule: str
    section: str
    quote: str
    reading: "Text"
    strength: "NormStrength"


class ClauseAct(TypedDict):
    """条款下的一项记录 One event, or one finding of a decision, under a clause."""

    trace: str
    position: int
    rule: str
    effect: str
    topic: str
    stream_kind: str
    stream_id: str
    happened_on: str
    organisation: str
    zh: str | None
    en: str | None
    exception: str | None
    corrected: bool


class ClauseCount(TypedDict):
    """条款计数 How often something was recorded under a clause, and how often it stopped a step."""

    trace: str
    rule: str
    recorded: int
    blocked: int
    yielded: int
    noted: int
    last_on: str | None


class ClausePlace(TypedDict):
    """条款 One clause as the rule set of the day states it, where it acts, and what stands under it."""

    clause: "Clause"
    bases: list[str]
    gates: "list[Gate]"
    recorded_by: list[str]
    reports: list[str]
    outside: "Text | None"
    count: "ClauseCount | None"


class ClausesAnswer(TypedDict):
    """全部条款."""

    freshness: "Freshness"
    rule_set: str
    clauses: "list[ClausePlace]"


class CloseItem(TypedDict):
    """Ask to record the verdict on a reply: accepted closes the item, not accepted reopens it with a new due day."""

    item: int
    accepted: bool
    reason: NotRequired[str]
    reply_due: NotRequired[str | None]
    reply_within_working_days: NotRequired[int | None]


class CloudEvent(TypedDict):
    """云事件 An event as CloudEvents 1.0 writes it (JSON format)."""

    specversion: NotRequired[str]
    id: str
    source: str
    type: str
    subject: str
    time: NotRequired[str | None]
    recordedtime: str
    sequence: str
    correlationid: NotRequired[str | None]
    filingnumber: NotRequired[str | None]
    datacontenttype: NotRequired[str]
    dataschema: str
    data: "EventEntry"


class CommentOnEvaluation(TypedDict):
    """Ask to record what an evaluated unit answered to the draft report."""

    commission: int
    unit: str
    reply: "CommentReply"
    comments: NotRequired[str]
    draft_dated: NotRequired["CivilDate | None"]

CommentReply = Literal['AGREED', 'COMMENTED', 'NO_REPLY']
"""被评价单位的答复 What the evaluated unit answered to the draft."""


class Commission(TypedDict):
    """委托评价 One commission: by which scheme, with which weights, who evaluates and who pays."""

    number: int
    channel: "EvaluationChannel"
    scheme: "SchemeRef"
    weights: "list[Weight]"
    evaluator: str
    evaluator_uscc: str
    commissioned_by: str
    payer: str
    period: str
    commissioned_on: "CivilDate"
    comments: NotRequired["list[EvaluationComment]"]
    evaluation: NotRequired[int | None]
    withdrawn_on: NotRequired["CivilDate | None"]


class CommissionEvaluation(TypedDict):
    """Ask to commission an evaluation: by whom, by which scheme, with which weights, and who pays."""

    channel: "EvaluationChannel"
    scheme: str
    scheme_version: NotRequired[int | None]
    weights: NotRequired["list[Weight]"]
    evaluator: str
    evaluator_uscc: str
    commissioned_by: str
    payer: str
    period: str


class CompleteTask(TypedDict):
    """Ask to record that a task is completed. Its proof is the evidence of the act."""

    task: int

Conclusion = Literal['PASS', 'PASS_WITH_RECTIFICATION', 'FAIL']
"""How a rule set judges a test conclusion."""


class ConfirmEmergency(TypedDict):
    """Confirm an emergency that another person asked for (system or security administrator)."""

    number: int


class ConfirmSupply(TypedDict):
    """Ask to record that a supplied resource was updated on the day, as the platform sees it."""

    resource: str
    calls: NotRequired[int | None]


class Conflict(TypedDict):
    """利益冲突 An interest of the evaluator in a unit, from a day until a day; both days are in it."""

    number: int
    unit: str
    nature: "InterestNature"
    from_on: str
    until: NotRequired[str | None]
    person: NotRequired["Sealed | ShownPerson | None"]


class ConnectedSystem(TypedDict):
    """系统 and the levels at which it is connected (O11); isolated when at none (O12)."""

    trace: str
    system_id: str
    name: str
    projects: list[str]
    owners: list[str]
    network: bool
    data: bool
    business: bool
    isolated: bool
    supplies: int
    calls: int
    last_updated: str | None
    retired: bool


class Connection(TypedDict):
    """互联互通 A passed connection test of a system with another department, at a level, by a route (G08, G20, O11)."""

    trace: str
    system_id: str
    system_name: str
    owners: list[str]
    number: int
    department: str
    department_uscc: str | None
    level: str
    route: str
    tested_on: str

ConnectionLevel = Literal['NETWORK', 'DATA', 'BUSINESS']
"""网络通、数据通、业务通 (O11)."""


class ConnectionObligation(TypedDict):
    """改造对接义务 A duty to retrofit and connect a system, by a document, until a day."""

    number: int
    system_name: str
    requirement_document: str
    issuer: str
    due_on: str
    set_on: "CivilDate"
    met_on: NotRequired["CivilDate | None"]


class ConsistencyAnswer(TypedDict):
    """一致性证明 That the tree of `new` leaves begins with the tree of `old` leaves. Hashes are base64."""

    old: int
    new: int
    hashes: list[str]


class Contact(TypedDict):
    """明确的机构（科室）或专人 The office or the post that a unit names (O05)."""

    office: str
    post: str
    since: str
    person: NotRequired["Sealed | ShownPerson | None"]


class Contract(TypedDict):
    """合同."""

    contract_no: str
    supplier: str
    supplier_uscc: str | None
    amount: "Money"
    mode: NotRequired["ProcurementMode | None"]
    signed_on: "CivilDate"


class Contribute(TypedDict):
    """Ask to record money that was paid into the fund."""

    contributor: str
    contributor_uscc: NotRequired[str | None]
    amount: "Money"
    document_no: str


class CorrectCountyFact(TypedDict):
    """Ask to withdraw or replace a fact in the county's history."""

    version: int
    reason: NotRequired[str]
    replacement: NotRequired[dict[str, Any] | None]
    replacement_happened_on: NotRequired["CivilDate | None"]


class CorrectEvaluatorFact(TypedDict):
    """Ask to withdraw or replace a fact in an evaluator's history."""

    version: int
    reason: NotRequired[str]
    replacement: NotRequired[dict[str, Any] | None]
    replacement_happened_on: NotRequired["CivilDate | None"]


class CorrectFundFact(TypedDict):
    """Ask to withdraw or replace a fact in the guidance fund's history."""

    version: int
    reason: NotRequired[str]
    replacement: NotRequired[dict[str, Any] | None]
    replacement_happened_on: NotRequired["CivilDate | None"]


class CorrectProjectFact(TypedDict):
    """Ask to withdraw or replace a fact in a project's history."""

    version: int
    reason: NotRequired[str]
    replacement: NotRequired[dict[str, Any] | None]
    replacement_happened_on: NotRequired["CivilDate | None"]


class CorrectSystemFact(TypedDict):
    """Ask to withdraw or replace a fact in a system's history."""

    version: int
    reason: NotRequired[str]
    replacement: NotRequired[dict[str, Any] | None]
    replacement_happened_on: NotRequired["CivilDate | None"]


class CorrectUnitFact(TypedDict):
    """Ask to withdraw or replace a fact in a unit's history."""

    version: int
    reason: NotRequired[str]
    replacement: NotRequired[dict[str, Any] | None]
    replacement_happened_on: NotRequired["CivilDate | None"]


class CorrectionNote(TypedDict):
    """更正记录 Which recorded fact was withdrawn or replaced, and by which event of the same stream."""

    target_version: int
    replaced: bool
    reason: str
    version: int


class County(TypedDict):
    """县状态 What is known of the county at a moment: the fold of its events."""

    id: str
    version: NotRequired[int]
    meetings: NotRequired["list[Meeting]"]
    decisions: NotRequired["list[Decision]"]
    roles: NotRequired["list[RoleHolding]"]
    experts: NotRequired["list[Expert]"]
    evaluations: NotRequired["list[CountyEvaluation]"]
    erasures: NotRequired["list[Erasure]"]
    master_keys: NotRequired["list[MasterKeyChange]"]
    log_keys: NotRequired["list[LogKey]"]
    log_restarts: NotRequired["list[LogRestart]"]
    corrections: NotRequired["list[CorrectionNote]"]


class CountyEvaluation(TypedDict):
    """县级评价 An evaluation of the county as a whole for a year, by points, grade or stars."""

    number: int
    year: int
    evaluator: str
    scale: str
    grade: str
    score: str
    stars: int | None
    scheme: "SchemeRef"
    weights: NotRequired["list[Weight]"]
    scores: "list[domain__scheme__Score]"
    evaluated_on: "CivilDate"


class CountyIndicators(TypedDict):
    """全县绩效 Indicators of all projects of the county, each with the number of projects that it rests on (n)."""

    trace: str
    projects: int
    approved: int
    accepted: int
    accepted_with_due_day: int
    accepted_late: int
    refusals: int
    arranged_fen: int
    disbursed_fen: int
    execution_rate: str | None
    execution_rate_n: int
    median_days_filed_to_approved: float | None
    days_filed_to_approved_n: int
    median_days_approved_to_accepted: float | None
    days_approved_to_accepted_n: int
    satisfied_bp: int | None
    satisfied_n: int
    respondents: int
    grades: "list[GradeCount]"


class CountyScore(TypedDict):
    """县级评价一行 What people said of the county as a whole, for a year."""

    trace: str
    number: int
    year: int
    evaluator: str
    scale: str
    grade: str
    score: str
    stars: int | None
    scheme: str
    evaluated_on: str


class CryptoAssessment(TypedDict):
    """商用密码应用安全性评估 One assessment of a system's cryptography (密评)."""

    stage: "CryptoStage"
    report_no: str
    agency: str
    agency_uscc: str | None
    conclusion: str
    unresolved_high_risks: int
    assessed_on: "CivilDate"


class CryptoPolicy(TypedDict):
    """密评 When a system needs an assessment of its cryptography, and what passes."""

    from_level: int
    validity_months: int
    conclusions: "dict[str, Conclusion]"

CryptoStage = Literal['PLAN', 'SYSTEM']
"""密评阶段: the plan before building, the system before going live and yearly after."""


class DataItem(TypedDict):
    """信息项 One field of a catalogued resource."""

    name: str
    data_type: NotRequired[str]
    share_type: NotRequired["ShareType | None"]

DeadlineKind = Literal['CONNECTION_OBLIGATION', 'TASK', 'SUPERVISION_REPLY', 'MEASURE', 'LEVEL_TEST', 'EXCEPTION', 'ACCEPTANCE', 'SELF_EVALUATION', 'RESULT_USE', 'SECURITY_ASSESSMENT', 'SHARING_UPDATE', 'INCIDENT', 'CONTACT', 'HEAD', 'UNIFICATIONS', 'JOINT_MEETING']
"""What falls due."""


class Decision(TypedDict):
    """会议决定 What a meeting decided, and the exception that it grants if any (G02, G11, G12)."""

    number: int
    meeting: int
    kind: "MatterKind"
    document_no: str
    content: str
    projects: list[str]
    exception_rule: str | None
    decided_on: "CivilDate"


class DeclareSharing(TypedDict):
    """Ask to record what the project needs from other departments and provides to them."""

    needs: NotRequired["list[SharingNeed]"]
    provides: NotRequired["list[SharedResource]"]


class DelistExpert(TypedDict):
    """Ask to take an expert off the roster."""

    number: str
    reason: str


class DelistPpp(TypedDict):
    """Ask to record that a project left the PPP library."""

    reason: str
    document_no: NotRequired[str | None]


class Difference(TypedDict):
    """差异 One place where two sets differ; None where a set does not have it."""

    place: str
    before: str | None
    after: str | None


class DisableAccount(TypedDict):
    """Ask to disable an account at once (system administrator)."""

    reason: str


class Disagreement(TypedDict):
    """评价分歧 The newest own and independent ratings of one project, scale and period, where they differ."""

    trace: str
    project_id: str
    number: str | None
    name: str
    scale: str
    period: str
    own_grade: str
    own_evaluator: str
    independent_grade: str
    independent_evaluator: str
    independent_channel: str


class DisburseFunds(TypedDict):
    """Ask to pay out money under an arrangement."""

    arrangement: int
    amount: "Money"
    payee: NotRequired[str]
    payee_uscc: NotRequired[str | None]
    document_no: NotRequired[str | None]


class Discard(TypedDict):
    """舍弃 Let a view do without an event that it cannot take in. The record keeps the event."""

    position: int
    reason: str


class Disorder(TypedDict):
    """Two steps whose days contradict their order: `later` should not come before `earlier`."""

    earlier: str
    earlier_on: str
    later: str
    later_on: str


class Document(TypedDict):
    """材料 A paper that is kept."""

    sha256: str
    size: int
    media_type: str
    received_at: str


class DriftRow(TypedDict):
    """金额变化一行 From a known stage to the next known one."""

    trace: str
    project_id: str
    number: str | None
    name: str
    owners: list[str]
    earlier: str
    later: str
    earlier_fen: int
    later_fen: int
    change_fen: int
    change_bp: int | None
    exceeds: bool


class Duration(TypedDict):
    """阶段用时 How long a stage took, in calendar days, over the projects that passed it."""

    trace: str
    begins: "ProjectMilestone"
    ends: "ProjectMilestone"
    group: str
    unit_name: str | None
    passed: int
    median_days: int | None
    p90_days: int | None
    shortest_days: int | None
    longest_days: int | None
    open: int
    open_past_median: int
    longest_open_days: int | None
    inexact: int
    reversed: int


class DutiesAnswer(TypedDict):
    """职责 Who led which track and held which role on a day (O03, O10), and the task groups of the rule set (O08)."""

    on: str
    leads: "dict[str, list[RoleHolding]]"
    stated_leads: "dict[str, list[str]]"
    holders: "list[RoleHolding]"
    experts: "list[Expert]"
    task_groups: "list[TaskGroup]"


class Duty(TypedDict):
    """职责 A duty in a project: the recorded acts by which it is performed."""

    id: str
    name: "Text"
    acts: list[str]


class EditionCounts(TypedDict):
    """一版的计数 Projects of an edition, and what changed since each was seen the time before."""

    trace: str
    source: str
    period: str
    projects: int
    first_seen: int
    left: int
    rated: int
    rating_changes: int
    across_scales: int
    across_channels: int
    end_changes: int
    ends_later: int
    ends_earlier: int
    cost_changes: int
    costs_more: int
    costs_less: int
    withheld: int
    withheld_by_law: int
    ends_before_start: int


class EditionPair(TypedDict):
    """相邻两版 Two editions in a row whose projects are compared by identity, or without one by name. That two names are one project is for a person to confirm; a name that an edition has twice is not compared."""

    trace: str
    earlier: str
    later: str
    matched: int
    matched_by_name: int
    rating_changes: int
    end_changes: int
    cost_changes: int

Effect = Literal['BLOCKS', 'YIELDS', 'NOTES']
"""What a finding does to the decision."""


class Emergency(TypedDict):
    """应急 A role asked for in an emergency: by one person, confirmed by another, with reason and end."""

    number: int
    account: str
    role: "Role"
    division: NotRequired[str]
    reason: str
    until: str
    asked_by: str
    confirmed: NotRequired[bool]
    grant: NotRequired[int | None]
    ended: NotRequired[bool]


class EnableAccount(TypedDict):
    """Ask to enable a disabled account again (system administrator)."""

    reason: str


class EndConflict(TypedDict):
    """Ask to record until when a conflict stood."""

    conflict: int
    until: str
    note: NotRequired[str]


class EndEmergency(TypedDict):
    """End an emergency at once (system or security administrator)."""

    number: int


class EndRole(TypedDict):
    """Ask to record that a holding ended, and who follows (e.g. by the renaming of 2019)."""

    holding: int
    until: str
    reason: str
    successor: NotRequired[str]
    successor_uscc: NotRequired[str | None]


class EnrolUnit(TypedDict):
    """Ask to enrol a unit."""

    uscc: str
    name: str
    kind: "UnitKind"
    division: str
    head_post: NotRequired[str]
    contact_office: NotRequired[str]

EntryKind = Literal['BEGUN', 'READ', 'ENDED']
"""记录种类 BEGUN and ENDED: a process began and ended to note reads. One without its end was killed."""


class ErasePersonalData(TypedDict):
    """Ask to erase the sealed data of a person for good. Nobody can undo it; the record and its proofs stay."""

    reason: str
    document_no: str
    legal_basis: NotRequired[str]


class Erasure(TypedDict):
    """删除 The erasure of a person's data: which document asked for it, on which legal ground."""

    person: str
    erased_on: "CivilDate"
    reason: str
    document_no: str
    legal_basis: str
    version: int


class EvaluateCounty(TypedDict):
    """Ask to record an evaluation of the county as a whole, by a scheme for counties."""

    year: int
    evaluator: str
    scheme: str
    scheme_version: NotRequired[int | None]
    weights: NotRequired["list[Weight]"]
    scores: "list[Score_Input]"
    grade: NotRequired[str | None]
    score: NotRequired[str | None]


class Evaluation(TypedDict):
    """评价 One evaluation report. Grades of different scales are never compared."""

    number: int
    channel: "EvaluationChannel"
    evaluator: str
    scale: str
    grade: str
    score: str | None
    period: str
    reported_on: "CivilDate"
    commission: NotRequired[int | None]
    scheme: NotRequired["SchemeRef | None"]
    scores: NotRequired["list[domain__scheme__Score]"]
    use: NotRequired["ResultUse | None"]

EvaluationChannel = Literal['SELF_EVALUATION', 'DEPARTMENT_EVALUATION', 'FINANCE_EVALUATION', 'PERFORMANCE_AUDIT', 'EXPERT_REVIEW', 'MEDIA_SUPERVISION', 'THIRD_PARTY_ASSESSMENT']
"""自评, 部门评价, 财政评价 and the four channels of 三（二）."""


class EvaluationComment(TypedDict):
    """征求意见 The answer of an evaluated unit to the draft report."""

    unit: str
    reply: "CommentReply"
    commented_on: "CivilDate"


class EvaluationScheme(TypedDict):
    """评价方案 A versioned scheme. Raises ValueFault, naming everything that does not add up."""

    id: str
    version: int
    title: "Text"
    subject: "Subject"
    document: str
    scale: str
    draft: NotRequired[bool]
    full_mark: NotRequired[str]
    indicators: "list[Indicator_Output]"
    floors: NotRequired["list[Floor]"]
    bands: NotRequired["list[Band]"]
    sources: NotRequired[dict[str, str]]


class Evaluator(TypedDict):
    """评估机构状态 What is known of an evaluator at a moment: the fold of its events."""

    id: str
    version: NotRequired[int]
    uscc: NotRequired[str]
    name: NotRequired[str]
    qualification: NotRequired[str]
    valid_until: NotRequired[str | None]
    registered_on: NotRequired["CivilDate | None"]
    conflicts: NotRequired["list[Conflict]"]
    corrections: NotRequired["list[CorrectionNote]"]


class EventEntry(TypedDict):
    """事件 One recorded event: both times, who, on whose authority, on which grounds, with which papers."""

    position: int
    version: int
    stream: "StreamKind"
    stream_id: str
    topic: str
    happened_on: str
    recorded_at: str
    actor: "Actor"
    authority: "Authority | None"
    evidence: "list[Evidence]"
    correlation: str | None
    based_on: "list[StreamAt]"
    judgement: "Judgement | None"
    event: dict[str, Any]


class EventReceipt(TypedDict):
    """回执 Where an event stands in the record."""

    id: str
    position: int
    stream: str
    stream_id: str
    version: int
    topic: str
    recorded_at: str
    digest: NotRequired[str | None]


class EventTypeEntry(TypedDict):
    """事件类型 A type of event, and where its schema is."""

    topic: str
    version: int
    type: str
    told: str
    schema_url: str


class Evidence(TypedDict):
    """A paper that supports the event, named by its digest: the paper itself is kept elsewhere."""

    sha256: str
    title: str


class ExceptionsOfBody(TypedDict):
    """例外按决定机关 How many exceptions a body granted from a rule, for how many projects."""

    trace: str
    deciding_body: str
    rule: str
    exceptions: int
    projects: int
    in_force: int
    revoked: int
    last_granted_on: str

ExchangeRoute = Literal['CITY_PLATFORM', 'DIRECT', 'OWN_PLATFORM']
"""交换途径 By which way data reach the other department (G20)."""


class ExemptService(TypedDict):
    """Ask to record why the project's services are not on the platform."""

    ground: "ExemptionGround"
    legal_basis: str

ExemptionGround = Literal['STATUTE', 'SECRECY', 'OTHER']
"""例外理由: statute, secrecy, or another that a document decides (G12, G13)."""


class Expert(TypedDict):
    """专家 One place on the roster: a number, a field and an organisation; the person only sealed."""

    number: str
    field: str
    organisation: str
    listed_on: "CivilDate"
    delisted_on: NotRequired["CivilDate | None"]
    person: NotRequired["Sealed | ShownPerson | None"]


class ExtendTask(TypedDict):
    """Ask to record that a later due day was decided."""

    task: int
    due_on: str
    document_no: str
    reason: str


class Fact(TypedDict):
    """A fact that a finding used: its name and its value as text."""

    name: str
    value: str


class FeedAnswer(TypedDict):
    """变更 A part of the feed."""

    events: "list[CloudEvent]"
    next: int
    end: int


class FieldFault(TypedDict):
    """A field that is not acceptable: a JSON pointer into the request, and what is wrong."""

    pointer: str
    detail: str

FieldTag = Literal['BASIC', 'PUBLIC_GOOD', 'LIVELIHOOD']
"""投向 The fields that the fund aims at (F07) and puts first (F08)."""


class FileLevel(TypedDict):
    """Ask to record a system's security level and its filing certificate."""

    level: int
    certificate_no: NotRequired[str | None]


class FileProject(TypedDict):
    """Ask to file a project."""

    name: NotRequired[str]
    summary: NotRequired[str]
    owner_units: list[str]
    user_units: NotRequired[list[str]]
    division: str
    kind: "ProjectKind"
    categories: "list[Category]"
    build_mode: "BuildMode"
    track: NotRequired["Track"]
    sharing_related: NotRequired[bool]
    estimate: NotRequired["Money | None"]
    operation_estimate: NotRequired["Money | None"]
    fund_source: NotRequired["FundSource"]
    plan_item: NotRequired[str | None]
    outside_plan_reason: NotRequired[str | None]
    supports_city_platform: bool
    investment_codes: NotRequired[list[str]]
    performance_goal: NotRequired[str]
    responsible_post: NotRequired[str]
    public_base: NotRequired[bool]
    network: NotRequired["NetworkKind | None"]
    serves_public: NotRequired[bool]
    security_planned: NotRequired[bool]
    themes: NotRequired["list[Theme]"]
    earlier_phase: NotRequired[str | None]
    phase: NotRequired[str]
    classified: NotRequired[bool]
    secrecy_document_no: NotRequired[str | None]


class FileRecordedProject(TypedDict):
    """Ask to file a project that is recorded already: found unfiled, refused before, or brought in as history."""

    name: NotRequired[str]
    summary: NotRequired[str]
    owner_units: list[str]
    user_units: NotRequired[list[str]]
    division: str
    kind: "ProjectKind"
    categories: "list[Category]"
    build_mode: "BuildMode"
    track: NotRequired["Track"]
    sharing_related: NotRequired[bool]
    estimate: NotRequired["Money | None"]
    operation_estimate: NotRequired["Money | None"]
    fund_source: NotRequired["FundSource"]
    plan_item: NotRequired[str | None]
    outside_plan_reason: NotRequired[str | None]
    supports_city_platform: bool
    investment_codes: NotRequired[list[str]]
    performance_goal: NotRequired[str]
    responsible_post: NotRequired[str]
    public_base: NotRequired[bool]
    network: NotRequired["NetworkKind | None"]
    serves_public: NotRequired[bool]
    security_planned: NotRequired[bool]
    themes: NotRequired["list[Theme]"]
    earlier_phase: NotRequired[str | None]
    phase: NotRequired[str]
    classified: NotRequired[bool]
    secrecy_document_no: NotRequired[str | None]


class Filing(TypedDict):
    """备案内容 What is filed. A classified project files a placeholder: owner, number, secrecy document only."""

    name: NotRequired[str]
    summary: NotRequired[str]
    owner_units: list[str]
    user_units: NotRequired[list[str]]
    division: str
    kind: "ProjectKind"
    categories: "list[Category]"
    build_mode: "BuildMode"
    track: NotRequired["Track"]
    sharing_related: NotRequired[bool]
    estimate: NotRequired["Money | None"]
    operation_estimate: NotRequired["Money | None"]
    fund_source: NotRequired["FundSource"]
    plan_item: NotRequired[str | None]
    outside_plan_reason: NotRequired[str | None]
    supports_city_platform: bool
    investment_codes: NotRequired[list[str]]
    performance_goal: NotRequired[str]
    responsible_post: NotRequired[str]
    public_base: NotRequired[bool]
    network: NotRequired["NetworkKind | None"]
    serves_public: NotRequired[bool]
    security_planned: NotRequired[bool]
    themes: NotRequired["list[Theme]"]
    earlier_phase: NotRequired[str | None]
    phase: NotRequired[str]
    classified: NotRequired[bool]
    secrecy_document_no: NotRequired[str | None]


class Finding(TypedDict):
    """认定 What one rule found: the clause in full, why, on which facts, and what would cure it."""

    rule: str
    clause: "Clause"
    effect: "Effect"
    reason: "Text"
    cure: "Text"
    facts: NotRequired["list[Fact]"]
    exception: NotRequired[str | None]


class Flag(TypedDict):
    """疑点 A flag with the rule that asks, its parameters, and where the unit answers."""

    trace: str
    project_id: str
    number: str | None
    name: str
    owners: list[str]
    rule: str
    version: int
    key: str
    status: "Status"
    told_zh: str
    told_en: str
    events: "list[FlaggedBy]"
    others: "list[OtherProject]"
    answers: "list[Answer]"
    raised_at: int
    changed_at: int
    lifted_at: int | None
    answered_at: int | None
    asked_by: "FlagRule"
    answer_at: str


class FlagAnswer(TypedDict):
    """疑点答复 What the unit answered to a red flag."""

    flag: str
    key: str
    answer: str
    answered_on: "CivilDate"


class FlagCounts(TypedDict):
    """疑点计数 Red flags by status, and how fresh their view is (/v1/red-flags)."""

    freshness: "Freshness"
    by_status: "dict[str, int]"
    traces: "dict[str, str]"


class FlagRule(TypedDict):
    """疑点规则 One reason to ask, with its version and parameters. Data: a site may state its own."""

    id: str
    version: int
    name: "Text"
    asks: "Text"
    clauses: list[str]
    parameters: NotRequired[dict[str, int]]


class FlaggedBy(TypedDict):
    """疑点所据事件 An event that fired the flag, with both times."""

    topic: str
    stream: "StreamAt"
    position: int
    happened_on: str
    recorded_at: str


class Floor(TypedDict):
    """下限 What some indicators must weigh together, in per cent of the full mark."""

    codes: list[str]
    percent: str

Form = Literal['json', 'csv', 'xlsx']
"""格式 In what form a list is given."""


class Freshness(TypedDict):
    """新鲜度 How far a view has come, and how far it is behind the log."""

    view: str
    position: int
    log_position: int
    lag_events: int
    lag_seconds: float
    still_seconds: NotRequired[float]
    parked: NotRequired[int]
    as_of_happened: NotRequired[str | None]


class FundAnswer(TypedDict):
    """引导基金."""

    freshness: "Freshness"
    figures: "FundFigures"
    trace: str


class FundFigures(TypedDict):
    """引导基金余额 Over everything, investments in classified projects included: a balance must be right."""

    contributed_fen: int
    invested_fen: int
    returned_fen: int
    balance_fen: int
    contributions: int
    investments: int

FundPurpose = Literal['BUILD', 'OPERATION', 'SHARING_WORK']
"""建设、运维、共享相关工作 What money is for. Each purpose passes a gate of its own."""

FundSource = Literal['GOV_BUDGET', 'GOV_FIXED_ASSET', 'DEPT_BUDGET', 'GUIDANCE_FUND', 'INDUSTRY_FUND', 'BANK_LOAN', 'SOCIAL_CAPITAL', 'OTHER']
"""经费渠道 Where the money comes from (F02–F13)."""


class FunnelStep(TypedDict):
    """漏斗 Projects that passed a step and all before it, and of these those that have not passed the next."""

    trace: str
    step: "ProjectMilestone"
    projects: int
    stopped: int
    reasons: "list[Reason]"

Gate = Literal['FILE', 'APPROVE', 'ACCEPT', 'FUND_BUILD', 'FUND_OPERATION', 'FUND_SHARING_WORK', 'FUND_INVEST', 'PPP_LIST', 'SERVE', 'EVALUATE', 'RECORD']
"""关口 A place where the document says no."""


class GiveOpinion(TypedDict):
    """Ask to record the opinion of a reviewing body."""

    body: str
    verdict: "OpinionVerdict"
    opinion: NotRequired[str]


class GovSystem(TypedDict):
    """系统状态 What is known of a system at a moment: the fold of its events."""

    id: str
    version: NotRequired[int]
    name: NotRequired[str]
    registered_on: NotRequired["CivilDate | None"]
    projects: NotRequired[list[str]]
    classified: NotRequired[bool]
    level_filing: NotRequired["LevelFiling | None"]
    tests: NotRequired["list[SecurityTest]"]
    classified_tests: NotRequired["list[ClassifiedTest]"]
    interconnections: NotRequired["list[Interconnection]"]
    supplies: NotRequired["list[PlatformSupply]"]
    confirmations: NotRequired["list[SupplyConfirmation]"]
    crypto_assessments: NotRequired["list[CryptoAssessment]"]
    incidents: NotRequired["list[SecurityIncident]"]
    changed_on: NotRequired["CivilDate | None"]
    retired_on: NotRequired["CivilDate | None"]
    refusals: NotRequired["list[RefusalNote]"]
    corrections: NotRequired["list[CorrectionNote]"]
    performed: NotRequired["list[Performed]"]


class GradeCount(TypedDict):
    """等次计数 How often a grade was given, on one scale, by the rated side or independently."""

    scale: str
    own: bool
    grade: str
    evaluations: int


class Grant(TypedDict):
    """授权 A role that an account holds, from a day, where it was not revoked."""

    number: int
    role: "Role"
    division: NotRequired[str]
    since: str
    until: NotRequired[str | None]
    emergency: NotRequired[bool]
    revoked: NotRequired[bool]


class GrantException(TypedDict):
    """Ask to record an exception that a body decided by document."""

    rule: str
    ground: NotRequired["ExemptionGround | None"]
    reason: str
    deciding_body: str
    document_no: str
    expires_on: NotRequired[str | None]
    decision: NotRequired[int | None]


class GrantRole(TypedDict):
    """Ask to grant a role to an account (security administrator)."""

    role: "Role"
    division: NotRequired[str]
    since: str
    until: NotRequired[str | None]
    document_no: str


class GrantedException(TypedDict):
    """例外 An exception from a default denial: who granted it, by which document, until when (G02, G11, G12)."""

    trace: str
    position: int
    project_id: str
    number: str | None
    name: str
    owners: list[str]
    owner_names: list[str | None]
    rule: str
    ground: "ExemptionGround | None"
    reason: str
    deciding_body: str
    document_no: str
    decision: int | None
    organisation: str
    granted_on: str
    expires_on: str | None
    revoked_on: str | None
    in_force: bool

Grouping = Literal['ALL', 'UNIT', 'YEAR', 'HALF_YEAR']
"""分组 What durations are counted by."""


class Guard(TypedDict):
    """加固 How one of the doctor's checks came out. What it found is for the operator: `liuhen doctor`."""

    name: str
    title: "Text"
    state: "State"


class HalfYearAnswer(TypedDict):
    """半年 and its joint meetings (O01)."""

    half_year: str
    meetings: list[int]
    missed: bool


class HalfYearCount(TypedDict):
    """半年趋势 How many projects reached a milestone in a half-year; refusals and payments count each."""

    trace: str
    half_year: str
    mark: str
    count: int


class HeadPost(TypedDict):
    """一把手 The duty name of a unit's head, with its days; the person only sealed (O06, O26)."""

    post: str
    since: str
    until: NotRequired[str | None]
    person: NotRequired["Sealed | ShownPerson | None"]


class HistoricalFact(TypedDict):
    """历史事实 What another record states. It decides nothing here and passes no gate."""

    milestone: "Milestone"
    knowledge: NotRequired["Knowledge"]
    on: NotRequired["CivilDate | None"]
    amount: NotRequired["Money | None"]
    grade: NotRequired[str | None]
    scale: NotRequired[str | None]
    text: NotRequired[str | None]
    basis: NotRequired[str | None]
    column: str
    raw: str


class HistoryAnswer(TypedDict):
    """历史 The events of a project and of its systems, in the order of recording."""

    position: int
    freshness: "Freshness | None"
    events: "list[HistoryEntry]"


class HistoryEntry(TypedDict):
    """事件 An event of a history, marked with what corrected it and which decisions rested on what was corrected."""

    position: int
    version: int
    stream: "StreamKind"
    stream_id: str
    topic: str
    happened_on: str
    recorded_at: str
    actor: "Actor"
    authority: "Authority | None"
    evidence: "list[Evidence]"
    correlation: str | None
    based_on: "list[StreamAt]"
    judgement: "Judgement | None"
    event: dict[str, Any]
    corrected_by: int | None
    affected_decisions: list[dict[str, Any]]


class HoldMeeting(TypedDict):
    """Ask to record that the leading group held a joint meeting."""

    attendees: "list[Attendee]"
    agenda: "list[AgendaItem]"
    minutes_document: str


class ImportJob(TypedDict):
    """成批导入任务 A file that was sent, and how far it is."""

    id: str
    file_name: str
    sent_by: str
    organisation: str
    state: str
    why: str
    total: int
    done: int
    recorded: int
    repeated: int
    refused: int
    faulty: int
    position: int | None
    created_at: str
    started_at: str | None
    ended_at: str | None
    seconds_left: int | None
    reported: bool


class ImportOrigin(TypedDict):
    """来源 Which record a project was brought in from."""

    source: str
    key: str
    edition: str
    snapshot_on: "CivilDate"
    name: str
    organisation: str
    area: str
    row_sha256: str


class ImportReport(TypedDict):
    """What came of an import."""

    mapping: str
    source: str
    edition: str
    dry_run: bool
    new: int
    updated: int
    unchanged: int
    skipped: int
    faults: "list[RowReport]"


class ImportedEdition(TypedDict):
    """版次 Which row an edition of another record last stated of a project."""

    edition: str
    row_sha256: str


class Incident(TypedDict):
    """安全事件一行 (G19)."""

    trace: str
    system_id: str
    system_name: str
    projects: list[str]
    owners: list[str]
    number: int
    grade: str
    occurred_on: str
    resolved_on: str | None

IncidentGrade = Literal['I', 'II', 'III', 'IV']
"""安全事件分级, from the gravest (I) to the least (IV)."""


class InclusionAnswer(TypedDict):
    """包含证明 That the event at `position` is leaf `position - 1` of the tree of `size` leaves. Hashes are base64."""

    position: int
    size: int
    leaf_hash: str
    hashes: list[str]

Indicator_Input = Literal['execution_rate', 'in_place_rate', 'completion_rate', 'cost_saving_rate', 'satisfied_bp', 'deviation_days', 'days_filed_to_approved', 'days_approved_to_accepted', 'refusals']
"""可排名的指标 Indicators by which projects and units are ranked; the better value has the lower rank."""


class Indicator_Output(TypedDict):
    """指标 One indicator, with those below it. Only indicators without any below are scored."""

    code: str
    name: "Text"
    weight: NotRequired[str | None]
    parts: NotRequired["list[Indicator_Output]"]


class Interconnection(TypedDict):
    """互联互通 A passed connection test with another department."""

    department: str
    department_uscc: str | None
    level: "ConnectionLevel"
    route: NotRequired["ExchangeRoute"]
    tested_on: "CivilDate"

InterestNature = Literal['OWNERSHIP', 'BUSINESS', 'DESIGN_ADVICE', 'PERSONNEL', 'OTHER']
"""利益关系 What ties an evaluator to a unit."""


class Invest(TypedDict):
    """Ask to invest money of the fund in a project."""

    project: str
    amount: "Money"
    fields: NotRequired["list[FieldTag]"]
    stage: "InvestmentStage"
    document_no: NotRequired[str | None]

InvestmentStage = Literal['BUILD', 'OPERATION']
"""环节 Whether the money supports building or operating (F09)."""


class Judgement(TypedDict):
    """判断 The outcome at a gate, with every finding and the rule set it was judged by."""

    gate: "Gate"
    allowed: bool
    judged_on: str
    rule_set: "RuleSetRef"
    findings: "list[Finding]"


class KeptCosignatures(TypedDict):
    """收存 To which checkpoint they belong, and how many were not known yet."""

    size: int
    kept: int


class Key(TypedDict):
    """密钥 What an account proves itself by: the SHA-256 of a random secret of 256 bits, until a day."""

    id: str
    sha256: str
    expires_on: str
    revoked: NotRequired[bool]

KeyChange = Literal['ADDED', 'RETIRED']
"""What became of the key."""

KeyHolder = Literal['LOG', 'WITNESS']
"""Whose key it is."""

Knowledge = Literal['STATED', 'NOT_APPLICABLE', 'WITHHELD', 'NOT_REPORTED', 'UNREADABLE']
"""Whether a historical value is known. Withheld by law, unknown and not applicable are three things."""


class LateEntry(TypedDict):
    """迟录 An event recorded more days after it happened than the rule set allows without report."""

    trace: str
    position: int
    stream_kind: str
    stream_id: str
    topic: str
    happened_on: str
    recorded_on: str
    days_late: int


class LegalBasis(TypedDict):
    """依据 A document that clauses rest on (O27)."""

    number: str
    issuer: str
    title: str
    dated: NotRequired[str | None]
    in_force_from: NotRequired[str | None]
    in_force_until: NotRequired[str | None]
    cited_by: list[str]


class LevelCount(TypedDict):
    """等级统计 Systems in use of a level, by what covers them."""

    trace: str
    level: int | None
    validity: "Validity"
    systems: int
    unresolved_high_risks: int
    major_hazards: int
    open_incidents: int


class LevelFiling(TypedDict):
    """等保备案 level and filing certificate. Never to be mixed up with the project's filing."""

    level: int
    certificate_no: str | None
    filed_on: "CivilDate"


class LibraryEntry(TypedDict):
    """PPP项目库一行 (F12)."""

    trace: str
    project_id: str
    number: str | None
    name: str
    owners: list[str]
    entry: int
    regime: str
    risk_allocation: str
    return_boundary: str
    evaluation_plan: str
    reason: str
    listed_on: str
    delisted_on: str | None
    reports: "list[Report]"


class LiftMeasure(TypedDict):
    """Ask to record that a measure was lifted."""

    measure: int
    document_no: str
    reason: NotRequired[str]


class Line(TypedDict):
    """台账一行 What stands in a line of a project."""

    budget_fen: int | None
    arranged_fen: int
    disbursed_fen: int
    refunded_fen: int
    trace: str
    project_id: str
    number: str | None
    name: str
    owners: list[str]
    purpose: str
    year: int
    source: str
    over_budget_fen: int | None
    budget_yuan: str | None
    arranged_yuan: str
    disbursed_yuan: str
    refunded_yuan: str


class ListAnswer_AccessEntry(TypedDict):
    total: int
    exact: NotRequired[bool]
    next: NotRequired[str | None]
    trace: NotRequired[str | None]
    items: "list[AccessEntry]"


class ListExpert(TypedDict):
    """Ask to put an expert on the roster of the advisory committee, by number; the name only sealed."""

    number: str
    field: str
    organisation: str
    person: NotRequired["Person | None"]


class ListPpp(TypedDict):
    """Ask to enter a project into the PPP library."""

    risk_allocation: NotRequired[str]
    return_boundary: NotRequired[str]
    evaluation_plan: NotRequired[str]
    reason: NotRequired[str]
    regime: str


class Listing_Blocked(TypedDict):
    total: int
    exact: NotRequired[bool]
    trace: NotRequired[str | None]
    items: "list[Blocked]"


class Listing_ExceptionsOfBody(TypedDict):
    total: int
    exact: NotRequired[bool]
    trace: NotRequired[str | None]
    items: "list[ExceptionsOfBody]"


class Listing_GrantedException(TypedDict):
    total: int
    exact: NotRequired[bool]
    trace: NotRequired[str | None]
    items: "list[GrantedException]"


class Listing_LateEntry(TypedDict):
    total: int
    exact: NotRequired[bool]
    trace: NotRequired[str | None]
    items: "list[LateEntry]"


class Listing_MissedMeeting(TypedDict):
    total: int
    exact: NotRequired[bool]
    trace: NotRequired[str | None]
    items: "list[MissedMeeting]"


class Listing_OpenItem(TypedDict):
    total: int
    exact: NotRequired[bool]
    trace: NotRequired[str | None]
    items: "list[OpenItem]"


class Listing_OpenTask(TypedDict):
    total: int
    exact: NotRequired[bool]
    trace: NotRequired[str | None]
    items: "list[OpenTask]"


class Listing_OutOfOrder(TypedDict):
    total: int
    exact: NotRequired[bool]
    trace: NotRequired[str | None]
    items: "list[OutOfOrder]"


class Listing_Overdue(TypedDict):
    total: int
    exact: NotRequired[bool]
    trace: NotRequired[str | None]
    items: "list[Overdue]"


class Listing_RefusedAttempt(TypedDict):
    total: int
    exact: NotRequired[bool]
    trace: NotRequired[str | None]
    items: "list[RefusedAttempt]"


class Listing_SanctionedUnit(TypedDict):
    total: int
    exact: NotRequired[bool]
    trace: NotRequired[str | None]
    items: "list[SanctionedUnit]"


class LogKey(TypedDict):
    """密钥 A public key that signs checkpoints, from the day it was taken into use to the day it was retired."""

    holder: "KeyHolder"
    key: str
    added_on: "CivilDate | None"
    retired_on: NotRequired["CivilDate | None"]


class LogKeyAnswer(TypedDict):
    """公钥 A verifier key (vkey) of the log, as the log itself records its use."""

    key: str
    since: "CivilDate | None"
    until: "CivilDate | None"


class LogRestart(TypedDict):
    """重启 A log that was given up, and the one that follows it."""

    abandoned_origin: str
    abandoned_size: int
    origin: str
    reason: str
    document_no: str
    on: "CivilDate"


class LogStatus(TypedDict):
    """日志状态 What is signed, what is not yet, and how the database is guarded."""

    origin: str
    suite: str
    size: int
    log_position: int
    lag_events: int
    lag_seconds: float
    signed_at: str
    checkpoint: str
    duty: str
    active: bool
    failure: str | None
    witnesses: "list[WitnessState]"
    witnesses_required: int
    witnessed_size: int | None
    witnessed: bool
    hardened: bool
    hardening: "list[Guard]"


class MappingAnswer(TypedDict):
    """对照 A kind of file that can be brought in."""

    name: str
    publisher: str
    columns: list[str]


class MarkSecurity(TypedDict):
    """Ask to record that security went along in building, or in the assessment of a project."""

    phase: "SecurityPhase"
    document_no: NotRequired[str | None]


class MasterKeyChange(TypedDict):
    """主密钥更换 From which version of the county's stream on an older master key opens nothing any more."""

    master_key: str
    version: int

MatterKind = Literal['MAJOR_DECISION', 'MAJOR_MATTER', 'MAJOR_PROBLEM']
"""重大决策、重大事项、重大问题 What is studied and decided collectively (O02)."""

Measure = Literal['RECTIFICATION', 'CRITICISM', 'PLAN_SUSPENDED', 'BUILD_SUSPENDED', 'TERMINATED']
"""措施 The steps of the ladder, lowest first."""


class MeetConnectionObligation(TypedDict):
    """Ask to record that an obligation has been met."""

    obligation: int


class Meeting(TypedDict):
    """联席会议 One joint meeting."""

    number: int
    attendees: "list[Attendee]"
    agenda: "list[AgendaItem]"
    minutes_document: str
    held_on: "CivilDate"

Milestone = Literal['FILED', 'APPROVED', 'APPROVAL_PLANNED', 'STARTED', 'FUNDED', 'END_PLANNED', 'END_REVISED', 'ENDED', 'STATUS', 'PROGRESS', 'EVALUATED_OWN', 'EVALUATED_INDEPENDENT', 'APPROVED_AMOUNT', 'BUDGET', 'WHOLE_LIFE_COST', 'YEAR_BUDGET', 'YEAR_FORECAST', 'YEAR_VARIANCE', 'BENEFITS', 'DISBURSED', 'RELATED']
"""Kinds of historical facts that another record may state about a project."""


class MissedMeeting(TypedDict):
    """应开未开的联席会议 A half-year that ended without a joint meeting (O01)."""

    trace: str
    half_year: str
    first_day: str
    last_day: str
    days_since: int

Mode = Literal['each', 'all']
"""Whether a batch is recorded row by row or as a whole."""


class Money(TypedDict):
    """An amount. `fen` is exact; `text` and `unit` are as on the paper and always agree with it. A client may leave `fen` out: it is computed. There is no addition: sums are integers of 分, and a stated total is kept beside a computed one, because rounded 万元 lines need not add up."""

    fen: NotRequired[int]
    currency: NotRequired[str]
    text: str
    unit: NotRequired["MoneyUnit"]


class MoneyMovement(TypedDict):
    """资金变动 An event that set a budget, or arranged, disbursed or refunded money; lines are their sums."""

    trace: str
    project_id: str
    number: str | None
    name: str
    owners: list[str]
    position: int
    kind: str
    purpose: str
    year: int
    source: str
    fen: int
    happened_on: str
    document_no: str | None
    payee: str | None
    yuan: str

MoneyUnit = Literal['FEN', 'YUAN', 'WAN_YUAN', 'YI_YUAN', 'MILLION']
"""The unit in which a paper states an amount."""


class Movement(TypedDict):
    """基金变动 A contribution, an investment, or a return."""

    trace: str
    version: int
    kind: str
    number: int | None
    project_id: str | None
    project_number: str | None
    project_name: str | None
    contributor: str | None
    fen: int
    fields: list[str]
    stage: str | None
    document_no: str | None
    happened_on: str


class NameContact(TypedDict):
    """Ask to record the office or the post that a unit names."""

    office: NotRequired[str]
    post: NotRequired[str]
    since: str
    person: NotRequired["Person | None"]


class NamedPaper(TypedDict):
    """所附材料 A paper that an event names, and whether it is kept here."""

    trace: str
    position: int
    topic: str
    happened_on: str
    title: str
    sha256: str
    kept: bool
    size: int | None
    media_type: str | None


class Need(TypedDict):
    """共享需求 What a project needs from another department, and who in the county provides a resource of that name."""

    trace: str
    project_id: str
    project_name: str
    owners: list[str]
    owner_names: list[str | None]
    number: int
    provider: str
    resource: str
    purpose: str
    provided_by: list[str]
    providers: list[str]
    supplied: bool

NetworkKind = Literal['EGOV_EXTRANET', 'INTERNET', 'DEDICATED', 'ISOLATED']
"""联网方式 How a project is networked (G12)."""


class NewWebhook(TypedDict):
    """新的网络钩子 A receiver to be set up."""

    url: str
    topics: NotRequired[list[str]]
    streams: NotRequired[list[str]]
    after: NotRequired[int | None]


class NextAct(TypedDict):
    """One gate, whether it was passed already, and what it would find now."""

    gate: "Gate"
    passed: bool
    judgement: "Judgement"


class NoSystem(TypedDict):
    """无信息系统说明 A signed statement that the project builds no information system (e.g. hardware only)."""

    reason: str
    signer_post: str
    stated_on: "CivilDate"

NormStrength = Literal['PROHIBITION', 'REQUIRED', 'DEFAULT_DENY', 'REQUIRED_EVIDENCE', 'PRIORITY', 'TRACK_ONLY']
"""效力 How strongly a clause binds, by its words (facts, strength scale)."""


class OnboardService(TypedDict):
    """Ask to record that the project's services are on the government-service platform."""

    platform: str
    items: "list[ServiceItem]"


class OpenAccount(TypedDict):
    """Ask to open an account (system administrator). It can do nothing until a role is granted to it."""

    account: str
    kind: "AccountKind"
    person: NotRequired[str | None]
    organisation: str
    uscc: NotRequired[str | None]
    login: NotRequired[str | None]

OpenAttribute = Literal['OPEN', 'OPEN_ON_CONDITION', 'NOT_OPEN']
"""开放属性: opening to the public, which is not sharing."""


class OpenItem(TypedDict):
    """督办事项 A supervision item that is not closed, due by the day or soon, or replied to (O18)."""

    trace: str
    uscc: str
    unit_name: str
    number: int
    round: int
    matter: str
    issuer: str
    document_no: str
    reply_due: str
    state: "SupervisionState"
    days_overdue: int


class OpenSupervisionItem(TypedDict):
    """Ask to open a supervision item of a unit, with a day or a number of working days for the reply."""

    matter: str
    issuer: str
    document_no: str
    reply_due: NotRequired[str | None]
    reply_within_working_days: NotRequired[int | None]


class OpenTask(TypedDict):
    """任务 A task that is not completed, due by the day or soon (O07, O08, O22)."""

    trace: str
    uscc: str
    unit_name: str
    number: int
    group: str
    item: str
    responsible_post: str
    milestone: str
    issuer: str
    document_no: str
    due_on: str
    first_due_on: str
    days_overdue: int


class OperationReport(TypedDict):
    """运营报告 How a PPP project operated in a year (O32). What users paid is in 分; None when not stated."""

    year: int
    summary: str
    user_paid_fen: int | None
    reported_on: "CivilDate"


class OperationShare(TypedDict):
    """建设与运营 What was spent (disbursed − refunded) on building and operating in a budget year (F09)."""

    trace: str
    year: int
    build_fen: int
    operation_fen: int
    build_yuan: str
    operation_yuan: str
    operation_bp: int | None


class Opinion(TypedDict):
    """审核意见 of one reviewing body."""

    body: str
    verdict: "OpinionVerdict"
    given_on: "CivilDate"

OpinionVerdict = Literal['PASS', 'RETURN', 'REFUSE']
"""审核意见：通过、退回、不同意."""


class OtherProject(TypedDict):
    """疑点所涉的其他项目."""

    project_id: str
    number: str | None
    name: str


class OutOfOrder(TypedDict):
    """次序颠倒 Steps whose days contradict their order."""

    trace: str
    project_id: str
    number: str | None
    name: str
    stage: str
    owners: list[str]
    owner_names: list[str | None]
    position: int
    disorders: "list[Disorder]"

Outcome = Literal['PASSED', 'INEXACT', 'REVERSED', 'OPEN']
"""阶段结果 How a stage stands."""


class Overdue(TypedDict):
    """逾期 Approved, not accepted, and past the day on which it was due."""

    trace: str
    project_id: str
    number: str | None
    name: str
    stage: str
    owners: list[str]
    owner_names: list[str | None]
    position: int
    acceptance_due: str
    days_overdue: int


class OversightMeasure(TypedDict):
    """监管措施 One measure taken against a project."""

    number: int
    measure: "Measure"
    reason: str
    document_no: str
    due_on: str | None
    taken_on: "CivilDate"
    lifted_on: NotRequired["CivilDate | None"]


class Parameters(TypedDict):
    """参数 Figures that the document does not state, so that they are data with a source and not code."""

    restricted_categories: list[str]
    test_validity_months: dict[str, int]
    levels_without_test: NotRequired[list[int]]
    conclusion_scales: "dict[str, dict[str, Conclusion]]"
    backdating_limit_days: int
    lapse_after_cycles: int
    acceptance_within_months: int
    self_evaluation_within_months: list[Any]
    change_limit_bp: NotRequired[int | None]
    crypto: NotRequired["CryptoPolicy | None"]


class ParkedEvent(TypedDict):
    """搁置的事件."""

    view: str
    position: int
    stream_kind: str
    stream_id: str
    topic: str
    behind: int | None
    error: str
    tries: int
    parked_at: str
    tried_at: str | None


class Performed(TypedDict):
    """经办 A person's first act of a kind in a history."""

    act: str
    person: str
    at: "StreamAt"


class Person(TypedDict):
    """自然人 A person in plain words, in a request only. Nothing of it shows in a program's traces (`repr`)."""

    id: NotRequired[str | None]
    name: NotRequired[str]
    phone: NotRequired[str]
    note: NotRequired[str]


class PersonAnswer(TypedDict):
    """人员 Whether the data of a person are there; never the data."""

    person: str
    state: "PersonState"
    erasure: "Erasure | None"
    in_older_backups: bool

PersonState = Literal['OPEN', 'SEALED', 'ERASED', 'UNREADABLE']
"""Whether the data of a person can be read."""


class PlatformSupply(TypedDict):
    """平台供数 A verified supply of one resource to the city sharing platform."""

    resource: str
    platform_code: str
    verified_on: "CivilDate"


class PppEntry(TypedDict):
    """PPP项目库条目 An entry of the library, under the regime of its time."""

    terms: "PppTerms"
    regime: str
    listed_on: "CivilDate"
    delisted_on: NotRequired["CivilDate | None"]


class PppTerms(TypedDict):
    """入库条件 What the library asks of a PPP project (F12). An empty text is a missing condition."""

    risk_allocation: NotRequired[str]
    return_boundary: NotRequired[str]
    evaluation_plan: NotRequired[str]
    reason: NotRequired[str]

Precision = Literal['DAY', 'MONTH', 'YEAR']
"""How exactly a date is known."""


class PrivacyAssessment(TypedDict):
    """个人信息保护影响评估 An impact assessment of one shared resource (G17)."""

    resource: str
    report_no: str
    assessed_on: "CivilDate"


class Problem(TypedDict):
    """An error answer (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    request_id: str
    trace_id: NotRequired[str]
    errors: NotRequired["list[FieldFault]"]
    findings: NotRequired["list[Finding]"]
    receipt: NotRequired[Any]
    freshness: NotRequired[Any]
    version: NotRequired[int | None]

ProcurementMode = Literal['GOV_BUILD', 'SERVICE_PURCHASE', 'PPP', 'ENTERPRISE_BUILD']
"""建设模式 How a project is built and paid for (F11)."""


class ProgressNote(TypedDict):
    """进度 The newest progress report."""

    percent: int | None
    summary: str
    reported_on: "CivilDate"


class Project(TypedDict):
    """项目状态 What is known of a project at a moment: the fold of its events."""

    id: str
    version: NotRequired[int]
    number: NotRequired[str | None]
    filing: NotRequired["Filing | None"]
    filed_on: NotRequired["CivilDate | None"]
    found_unfiled: NotRequired[str | None]
    origin: NotRequired["ImportOrigin | None"]
    history: NotRequired["list[HistoricalFact]"]
    editions: NotRequired["list[ImportedEdition]"]
    systems: NotRequired[list[str]]
    no_system: NotRequired["NoSystem | None"]
    sharing: NotRequired["SharingDeclaration | None"]
    sharing_lapses: NotRequired[list[str]]
    exceptions: NotRequired["list[RuleException]"]
    opinions: NotRequired["list[Opinion]"]
    approval: NotRequired["Approval | None"]
    contracts: NotRequired["list[Contract]"]
    progress: NotRequired["ProgressNote | None"]
    changes: NotRequired[int]
    completed_on: NotRequired["CivilDate | None"]
    security_marks: NotRequired["list[SecurityMark]"]
    risk_assessments: NotRequired["list[RiskAssessment]"]
    privacy_assessments: NotRequired["list[PrivacyAssessment]"]
    services: NotRequired["list[ServiceOnboarding]"]
    service_exemption: NotRequired["ServiceExemption | None"]
    acceptance: NotRequired["Acceptance | None"]
    amounts: NotRequired["list[AmountStatement]"]
    budgets: NotRequired["list[Budget]"]
    arrangements: NotRequired["list[Arrangement]"]
    ppp_entries: NotRequired["list[PppEntry]"]
    operation_reports: NotRequired["list[OperationReport]"]
    evaluations: NotRequired["list[Evaluation]"]
    measures: NotRequired["list[OversightMeasure]"]
    flag_answers: NotRequired["list[FlagAnswer]"]
    commissions: NotRequired["list[Commission]"]
    surveys: NotRequired["list[SatisfactionSurvey]"]
    refusals: NotRequired["list[RefusalNote]"]
    asked_as_classified: NotRequired[bool]
    corrections: NotRequired["list[CorrectionNote]"]
    performed: NotRequired["list[Performed]"]


class ProjectAnswer(TypedDict):
    """项目 A project with its systems and owner units, all as of one moment."""

    stage: "Stage"
    project: "Project"
    systems: "list[GovSystem]"
    owner_units: "list[Unit]"
    position: int


class ProjectIndicators(TypedDict):
    """项目绩效一行 Indicators computed from events, and every score beside them. Amounts in 分, rates as decimals."""

    trace: str
    project_id: str
    number: str | None
    name: str
    stage: str
    owners: list[str]
    organisation: str
    source: str | None
    planned_end: str | None
    ended_on: str | None
    end_basis: str | None
    deviation_days: int | None
    days_filed_to_approved: int | None
    days_approved_to_accepted: int | None
    approved_fen: int | None
    contracted_fen: int
    arranged_fen: int
    disbursed_fen: int
    execution_rate: str | None
    in_place_rate: str | None
    completion_rate: str | None
    cost_saving_rate: str | None
    satisfied_bp: int | None
    respondents: int | None
    refusals: int
    changes: int
    evaluations: "list[projections__performance__queries__Score]"
    position: int

ProjectKind = Literal['NEW', 'UNDER_CONSTRUCTION', 'UPGRADE']
"""新建、在建、升级改造. G07 is for new systems, G08 for systems under construction."""

ProjectMilestone = Literal['ASKED', 'FILED', 'SHARED', 'APPROVED', 'FUNDED', 'CONTRACTED', 'TESTED', 'COMPLETED', 'ACCEPTED', 'OPERATED']
"""里程碑 In the order of a project's life. Money is no straight line: it has two milestones."""


class ProjectRow(TypedDict):
    """登记簿一行 A project. Amounts in 分; a day is as exact as it is known."""

    trace: str
    project_id: str
    number: str | None
    name: str
    stage: str
    owners: list[str]
    owner_names: list[str | None]
    organisation: str
    division: str | None
    kind: str | None
    categories: list[str]
    build_mode: str | None
    classified: bool
    source: str | None
    filed_on: str | None
    approved_on: str | None
    accepted_on: str | None
    estimate_fen: int | None
    approved_fen: int | None
    arranged_fen: int
    disbursed_fen: int
    operation_fen: int
    position: int


class PurposeSums(TypedDict):
    """用途合计 Sums by purpose: building, operating, the work of sharing."""

    trace: str
    budget_fen: int | None
    arranged_fen: int
    disbursed_fen: int
    refunded_fen: int
    purpose: str
    lines: int
    budget_yuan: str | None
    arranged_yuan: str
    disbursed_yuan: str
    refunded_yuan: str


class RankedProject(TypedDict):
    """项目名次 A project among all that have the indicator."""

    trace: str
    rank: int
    tied: int
    n: int
    project_id: str
    number: str | None
    name: str
    owners: list[str]
    value: str


class RankedProjectScore(TypedDict):
    """项目评分名次 A score among those of one scheme and version, scale, channel and period."""

    trace: str
    rank: int
    tied: int
    n: int
    scale: str
    scheme: str | None
    grade: str
    score: str
    project_id: str
    project_number: str | None
    name: str
    evaluation: int
    channel: str
    evaluator: str
    period: str


class RankedUnit(TypedDict):
    """单位名次 A unit among all that have the indicator: over its projects, rates of sums, medians of days."""

    trace: str
    rank: int
    tied: int
    n: int
    uscc: str
    unit_name: str | None
    value: str
    projects: int


class RankedUnitScore(TypedDict):
    """单位考核名次 A score among those of one scheme and version, scale, kind and year."""

    trace: str
    rank: int
    tied: int
    n: int
    scale: str
    scheme: str | None
    grade: str
    score: str
    uscc: str
    name: str
    number: int
    kind: str
    year: int
    assessor: str


class Rate(TypedDict):
    """指标值 `part` of `whole`, in 分 or in per cent; `rate` is their quotient, rounded half up to four decimals."""

    kind: "RateKind"
    part: NotRequired[int | None]
    whole: NotRequired[int | None]
    rate: NotRequired[str | None]
    basis: "Text"
    missing: NotRequired["Text | None"]

RateKind = Literal['EXECUTION', 'IN_PLACE', 'COMPLETION', 'COST_SAVING']
"""Which rate."""


class Raters(TypedDict):
    """评价者分歧 What several raters said of one project, on one scale and scheme, about one period."""

    trace: str
    project_id: str
    number: str | None
    name: str
    scale: str
    scheme: str | None
    period: str
    raters: int
    grades: list[str]
    lowest: str | None
    highest: str | None
    spread: str | None
    differ: bool


class Readiness(TypedDict):
    """Whether the service can record, read and sign; what fails is named, and how far the views are."""

    ready: bool
    views: NotRequired["list[Freshness]"]
    failing: NotRequired[list[str]]
    stalled: NotRequired[list[str]]
    filling: NotRequired[list[str]]


class Reason(TypedDict):
    """未继续的原因 Why projects did not pass the next step. One with several reasons counts for each."""

    reason: str
    projects: int


class RebuildOrdered(TypedDict):
    """已下令重建 Whoever keeps the views carries it out; GET /projections says how far it is."""

    name: str


class RebuildStatus(TypedDict):
    """重建 A rebuild that was begun."""

    position: int
    target: int
    left_seconds: float | None
    ordered: bool
    outcome: str


class Receipt(TypedDict):
    """回执 What was recorded, or for a dry run what would be."""

    outcome: str
    subject: str
    number: NotRequired[str | None]
    events: NotRequired["list[EventReceipt]"]
    persons: NotRequired[list[str]]
    judgement: NotRequired["Judgement | None"]


class RecordChange(TypedDict):
    """Ask to record a change of content, amount or date, with its decision."""

    reason: NotRequired[str]
    decided_by: NotRequired[str]
    content: NotRequired[str]
    amount: NotRequired["Money | None"]
    acceptance_due: NotRequired[str | None]


class RecordClassifiedTest(TypedDict):
    """Ask to record the number of a classified system's test report: never findings (G15)."""

    report_no: str


class RecordContract(TypedDict):
    """Ask to record a contract. The day it was signed is the day it happened."""

    contract_no: str
    supplier: NotRequired[str]
    supplier_uscc: NotRequired[str | None]
    amount: "Money"
    mode: NotRequired["ProcurementMode | None"]


class RecordCryptoAssessment(TypedDict):
    """Ask to record an assessment of a system's cryptography. The day of the report is the day it happened."""

    stage: "CryptoStage"
    report_no: str
    agency: str
    agency_uscc: NotRequired[str | None]
    conclusion: str
    unresolved_high_risks: NotRequired[int]


class RecordDecision(TypedDict):
    """Ask to record what a joint meeting decided."""

    meeting: int
    kind: "MatterKind"
    document_no: str
    content: NotRequired[str]
    projects: NotRequired[list[str]]
    exception_rule: NotRequired[str | None]


class RecordIncident(TypedDict):
    """Ask to record a security incident of a system: its grade only, never how it was done."""

    grade: "IncidentGrade"


class RecordInterconnection(TypedDict):
    """Ask to record a passed connection test with another department."""

    department: str
    department_uscc: NotRequired[str | None]
    level: NotRequired["ConnectionLevel"]
    route: NotRequired["ExchangeRoute"]


class RecordMajorChange(TypedDict):
    """Ask to record a major change of a system, after which it must be tested again (G14, G19)."""

    description: str


class RecordSecurityTest(TypedDict):
    """Ask to record a level-test report. The day of the report is the day it happened."""

    report_no: str
    agency: str
    agency_uscc: NotRequired[str | None]
    certificate_no: str
    level: int
    template: str
    conclusion: str
    score: NotRequired[str | None]
    unresolved_high_risks: NotRequired[int]
    major_hazards: NotRequired[int]
    rectification_plan: NotRequired[bool]


class RecordSupply(TypedDict):
    """Ask to record that a resource was verified as supplied to the city sharing platform."""

    resource: str
    platform_code: str


class RecordSurvey(TypedDict):
    """Ask to record the outcome of a satisfaction survey about a project."""

    period: str
    audience: NotRequired["SurveyAudience"]
    method: "SurveyMethod"
    respondents: int
    satisfied_bp: int
    surveyor: str


class RefundFunds(TypedDict):
    """Ask to record money given back under an arrangement."""

    arrangement: int
    amount: "Money"
    reason: NotRequired[str]


class RefusalNote(TypedDict):
    """被拒记录 A refused attempt: which step, when, by which rules, at which version of the stream."""

    step: str
    refused_on: "CivilDate"
    rules: list[str]
    version: int


class RefusedAttempt(TypedDict):
    """被拒 One refused attempt, and what became of it."""

    trace: str
    position: int
    project_id: str
    number: str | None
    name: str
    step: str
    gate: str
    rules: list[str]
    findings: "list[Finding]"
    rule_set: str
    happened_on: str
    recorded_at: str
    organisation: str
    role: str
    attempt: int
    open: bool
    passed_by: int | None


class RegisterEvaluator(TypedDict):
    """Ask to register a third-party evaluator, or to renew its registration."""

    uscc: str
    name: str
    qualification: str
    valid_until: NotRequired[str | None]


class RegisterKey(TypedDict):
    """Ask to register a key (security administrator; administrators their own). Only its digest is told."""

    key_id: str
    key_sha256: str
    expires_on: str


class RegisterSystem(TypedDict):
    """Ask to register a system that the project builds, or to list an existing one that it extends."""

    name: NotRequired[str]
    system: NotRequired[str | None]


class RejudgedAnswer(TypedDict):
    """再判 A decision beside the judgement of the same request now."""

    position: int
    topic: str
    happened_on: "CivilDate"
    recorded: "Judgement"
    judged: "Judgement | None"
    why_not: NotRequired[str]
    same: bool


class Reminder(TypedDict):
    """提醒 A deadline that is not met, as of a day."""

    trace: str
    kind: "DeadlineKind"
    rule: str
    due_on: str
    days_overdue: int
    stream_kind: str
    stream_id: str
    name: str
    owners: list[str]
    told: "Text"


class RenameUnit(TypedDict):
    """Ask to record that a unit has a new name and keeps its code."""

    name: str
    document_no: str
    since: str


class Replay(TypedDict):
    """重放 From where to send again."""

    after: int


class ReplyToItem(TypedDict):
    """Ask to record a unit's reply to a supervision item."""

    item: int
    reply: str


class Report(TypedDict):
    """运营报告 (O32)."""

    year: int
    summary: str
    user_paid_fen: int | None
    reported_on: str


class ReportEvaluation(TypedDict):
    """Ask to record an evaluation report. With a commission, channel, evaluator, period and scheme are the commission's. With a scheme, scale, grade and score are computed from the scores. What is stated all the same must agree."""

    commission: NotRequired[int | None]
    channel: NotRequired["EvaluationChannel | None"]
    evaluator: NotRequired[str | None]
    scheme: NotRequired[str | None]
    scheme_version: NotRequired[int | None]
    scores: NotRequired["list[Score_Input]"]
    scale: NotRequired[str | None]
    grade: NotRequired[str | None]
    score: NotRequired[str | None]
    period: NotRequired[str | None]
    summary: NotRequired[str]


class ReportLapse(TypedDict):
    """Ask to record that a declared resource is no longer supplied as required."""

    resource: str
    reason: NotRequired[str]


class ReportOperation(TypedDict):
    """Ask to record how a PPP project operated in a year (O32)."""

    year: int
    summary: str
    user_paid: NotRequired["Money | None"]


class ReportProgress(TypedDict):
    """Ask to record how far the work has come."""

    percent: NotRequired[int | None]
    summary: NotRequired[str]


class ReportResumption(TypedDict):
    """Ask to record that a lapsed resource is supplied again."""

    resource: str


class ReportUnfiledProject(TypedDict):
    """Ask to record that a project was found that nobody filed."""

    description: str
    owner_units: NotRequired[list[str]]


class Resent(TypedDict):
    """重送结果 What the receiver answered."""

    delivered: bool
    told: str


class ResolveIncident(TypedDict):
    """Ask to record that an incident has been dealt with."""

    incident: int


class Resource(TypedDict):
    """共享资源 as declared, whether it is supplied, and whether it has lapsed or is due to be updated."""

    trace: str
    project_id: str
    project_name: str
    owners: list[str]
    owner_names: list[str | None]
    name: str
    code: str | None
    kind: str
    share_type: str
    condition: str | None
    legal_basis: str | None
    open_attribute: str | None
    personal_information: bool
    update_cycle_days: int | None
    verified: bool
    last_updated: str | None
    lapsed: bool
    update_due: str | None
    days_overdue: int
    needed_by: int

ResourceKind = Literal['DATA', 'E_LICENCE']
"""资源类别: data, or electronic licences (电子证照, O15)."""


class ResponsibilityAnswer(TypedDict):
    """责任 What a unit has named and owes on a day (O04–O07, O18)."""

    on: str
    name: str
    head_post: str | None
    contact: "Contact | None"
    contact_missing: bool
    unifications: "UnificationCheck | None"
    tasks: "list[TaskAnswer]"
    supervision_items: "list[SupervisionAnswer]"


class RestartLog(TypedDict):
    """Ask to record that the log was given up, e.g. after an old backup was restored, and is begun anew."""

    abandoned_checkpoint: str
    abandoned_origin: str
    abandoned_size: int
    origin: str
    reason: str
    document_no: str

ResultUse = Literal['RECTIFICATION', 'BUDGET_EFFECT', 'NOTICE', 'NONE']
"""结果运用 What was done with an evaluation's result (O20)."""


class RetireSystem(TypedDict):
    """Ask to record that a system was stopped or merged."""

    successor: NotRequired[str | None]
    reason: NotRequired[str]


class Retried(TypedDict):
    """重试结果."""

    taken_in: int
    waiting: int


class ReturnInvestment(TypedDict):
    """Ask to record that money of an investment came back. Gains are recorded as contributions."""

    investment: int
    amount: "Money"
    document_no: NotRequired[str | None]


class RevokeApproval(TypedDict):
    """Ask to record that the approval in force was revoked."""

    document_no: str
    reason: NotRequired[str]


class RevokeException(TypedDict):
    """Ask to record that an exception was revoked."""

    rule: str
    document_no: str
    reason: str


class RevokeGrant(TypedDict):
    """Ask to revoke a grant at once (security administrator)."""

    number: int
    reason: str


class RevokeKey(TypedDict):
    """Ask to revoke a key at once (security administrator; everybody its own)."""

    key_id: str
    reason: str


class RiskAssessment(TypedDict):
    """共享利用风险评估 An assessment of the risks of sharing and use (G16)."""

    report_no: str
    conclusion: str
    assessed_on: "CivilDate"

Role = Literal['OWNER_UNIT', 'PROJECT_AUTHORITY', 'DRC', 'FINANCE', 'SMART_OFFICE', 'LEADING_GROUP', 'PLATFORM_OPERATOR', 'TEST_AGENCY', 'EXPERT_COMMITTEE', 'THIRD_PARTY', 'AUDITOR', 'ADMINISTRATOR', 'SYS_ADMIN', 'SEC_ADMIN', 'AUDIT_ADMIN']
"""The capacity in which somebody acts. Roles are held by organisations (facts: who is bound)."""


class RoleHolding(TypedDict):
    """任职 One organisation's holding of a role, of a named duty, or of the lead of a track (exactly one of them)."""

    number: int
    role: "Role | None"
    duty: str
    track: "Track | None"
    organisation: str
    uscc: str | None
    since: str
    document_no: str
    until: NotRequired[str | None]
    reason: NotRequired[str]
    successor: NotRequired[str]
    successor_uscc: NotRequired[str | None]
    assigned_on: "CivilDate"


class RowReport(TypedDict):
    """A row that was not brought in. `row` counts as a spreadsheet does: the header is row 1."""

    row: int
    column: str
    value: str
    reason: "Text"


class RuleCount(TypedDict):
    """疑点规则与计数 A rule, what it looks at, and its flags by status."""

    rule: "FlagRule"
    fires_on: "Text"
    looks_at: list[str]
    by_status: "dict[str, int]"
    traces: "dict[str, str]"


class RuleException(TypedDict):
    """例外 A recorded exception from one rule of default denial."""

    rule: str
    ground: NotRequired["ExemptionGround | None"]
    reason: str
    deciding_body: str
    document_no: str
    granted_on: "CivilDate"
    expires_on: NotRequired[str | None]
    decision: NotRequired[int | None]


class RuleSet(TypedDict):
    """规则集 Which clauses apply from when, with their parameters. Versioned data, never code."""

    id: str
    issuer: str
    document_no: str
    title: str
    effective_from: str
    effective_until: NotRequired[str | None]
    draft: NotRequired[bool]
    clauses: "list[Clause]"
    bases: NotRequired["list[LegalBasis]"]
    task_groups: NotRequired["list[TaskGroup]"]
    leads: NotRequired["list[TrackLead]"]
    duties: NotRequired["list[Duty]"]
    separated: NotRequired[list[list[Any]]]
    parameters: "Parameters"
    sources: NotRequired[dict[str, str]]


class RuleSetAnswer(TypedDict):
    """规则集 with the digest that decisions name it by."""

    digest: str
    rule_set: "RuleSet"


class RuleSetRef(TypedDict):
    """Which rule set, exactly."""

    id: str
    digest: str


class RulesAnswer(TypedDict):
    """疑点规则."""

    freshness: "Freshness"
    rules: "list[RuleCount]"


class SanctionedUnit(TypedDict):
    """受限单位 An overdue, unmet connection obligation, and the unit that it sanctions."""

    trace: str
    uscc: str
    unit_name: str
    number: int
    system_name: str
    requirement_document: str
    issuer: str
    due_on: str
    days_overdue: int


class SatisfactionSurvey(TypedDict):
    """满意度调查 How many of those asked were satisfied (O28, O34). 10000 basis points are all of them."""

    number: int
    period: str
    audience: "SurveyAudience"
    method: "SurveyMethod"
    respondents: int
    satisfied_bp: int
    surveyor: str
    surveyed_on: "CivilDate"


class SchemeAnswer(TypedDict):
    """评价方案 with the digest that records name it by."""

    digest: str
    weights_by_case: bool
    scheme: "EvaluationScheme"


class SchemeRef(TypedDict):
    """Which scheme, exactly. `digest` is that of the scheme's whole content."""

    id: str
    version: int
    digest: str
    draft: NotRequired[bool]


class Score_Input(TypedDict):
    """得分 The score of one of the lowest indicators."""

    code: str
    score: str
    note: NotRequired[str]


class Sealed(TypedDict):
    """密封的个人信息 Personal data under the key of the person; it opens only where it was made for."""

    person: str
    field: str
    suite: str
    nonce: str
    ciphertext: str


class SecurityIncident(TypedDict):
    """安全事件 A security incident, by its grade (G19)."""

    number: int
    grade: "IncidentGrade"
    occurred_on: "CivilDate"
    resolved_on: NotRequired["CivilDate | None"]


class SecurityMark(TypedDict):
    """同建设、同考核 A mark that security went along in a phase (G18). The plan's mark is in the filing."""

    phase: "SecurityPhase"
    document_no: str | None
    marked_on: "CivilDate"


class SecurityMarks(TypedDict):
    """三同步一行 Did security go along in plan, building and assessment (G18)?"""

    trace: str
    project_id: str
    number: str | None
    name: str
    owners: list[str]
    planned: bool
    built_on: str | None
    assessed_on: str | None
    systems: int

SecurityPhase = Literal['PLAN', 'BUILD', 'ASSESSMENT']
"""同规划、同建设、同考核 (G18)."""


class SecurityTest(TypedDict):
    """等级测评 One level-test report. The conclusion is of the scale of its template."""

    report_no: str
    agency: str
    agency_uscc: str | None
    certificate_no: str
    level: int
    template: str
    conclusion: str
    unresolved_high_risks: int
    major_hazards: int
    rectification_plan: bool
    reported_on: "CivilDate"


class ServiceExemption(TypedDict):
    """不接入的豁免 An exemption from the service platform, with its ground and legal basis (G13)."""

    ground: "ExemptionGround"
    legal_basis: str
    exempted_on: "CivilDate"


class ServiceItem(TypedDict):
    """政务服务事项 A government service that the project puts online (O13, O29)."""

    name: str
    online: NotRequired[bool]
    offline_reason: NotRequired[str | None]
    one_visit: NotRequired[bool]
    materials: NotRequired["list[ServiceMaterial]"]


class ServiceMaterial(TypedDict):
    """办事要件 A paper that the applicant must bring."""

    name: str
    obtainable_by_sharing: NotRequired[bool]


class ServiceOnboarding(TypedDict):
    """接入政务服务平台 (G13)."""

    platform: str
    items: "list[ServiceItem]"
    onboarded_on: "CivilDate"


class SetBudget(TypedDict):
    """Ask to record the budget of a purpose, year and source. A later figure of the same three is a revision."""

    purpose: "FundPurpose"
    year: int
    source: "FundSource"
    amount: "Money"
    document_no: NotRequired[str | None]


class SetConnectionObligation(TypedDict):
    """Ask to record that a unit must retrofit and connect a system by a day."""

    system_name: str
    requirement_document: str
    issuer: str
    due_on: str

ShareMode = Literal['PLATFORM_API', 'PLATFORM_FILE', 'PLATFORM_TABLE', 'MEDIUM']
"""共享方式: over the platform first; a medium only where the platform cannot."""

ShareType = Literal['UNCONDITIONAL', 'CONDITIONAL', 'NOT_SHARED']
"""无条件共享、有条件共享、不予共享."""


class SharedName(TypedDict):
    """多版同名 A name that stands in several editions of a record."""

    trace: str
    name_key: str
    name: str
    editions: int
    periods: list[str]
    projects: list[str]


class SharedResource(TypedDict):
    """共享资源 A catalogued resource that the project will provide to other departments (facts 3.4)."""

    name: str
    share_type: "ShareType"
    condition: NotRequired[str | None]
    legal_basis: NotRequired[str | None]
    update_cycle_days: NotRequired[int | None]
    code: NotRequired[str | None]
    kind: NotRequired["ResourceKind"]
    base_data: NotRequired[bool]
    share_mode: NotRequired["ShareMode | None"]
    open_attribute: NotRequired["OpenAttribute | None"]
    format: NotRequired[str]
    abstract: NotRequired[str]
    items: NotRequired["list[DataItem]"]
    personal_information: NotRequired[bool]
    sensitive: NotRequired[bool]


class SharingDeclaration(TypedDict):
    """共享声明 What the project needs from others and provides to them."""

    needs: "list[SharingNeed]"
    provides: "list[SharedResource]"
    declared_on: "CivilDate"


class SharingNeed(TypedDict):
    """共享需求 What the project needs from another department."""

    provider: str
    resource: str
    purpose: NotRequired[str]


class ShownAbsence(TypedDict):
    """缺项 One thing that is not there yet on the day: what the next gate asks for, or what falls due."""

    trace: str
    rule: str
    gate: "Gate | None"
    kind: "DeadlineKind | None"
    due_on: str | None
    days_overdue: int
    zh: str
    en: str


class ShownPerson(TypedDict):
    """自然人 A person as a reader is shown it: in plain words, or that it is sealed to this reader, or erased."""

    person: str
    state: "PersonState"
    told: str
    name: NotRequired[str]
    phone: NotRequired[str]
    note: NotRequired[str]


class SourceSums(TypedDict):
    """渠道合计 Sums by source (F03, F04, F06, F10, F13)."""

    trace: str
    budget_fen: int | None
    arranged_fen: int
    disbursed_fen: int
    refunded_fen: int
    build_fen: int
    operation_fen: int
    source: str
    lines: int
    budget_yuan: str | None
    arranged_yuan: str
    disbursed_yuan: str
    refunded_yuan: str
    operation_bp: int | None

Stage = Literal['UNKNOWN', 'FOUND_UNFILED', 'FILING_REFUSED', 'HISTORICAL', 'FILED', 'SHARING_DECLARED', 'APPROVED', 'ACCEPTED', 'IN_OPERATION']
"""阶段 How far a project has come, by recorded facts."""


class StageRow(TypedDict):
    """阶段金额一行 An amount of a stage, and where it is known from."""

    trace: str
    project_id: str
    number: str | None
    name: str
    owners: list[str]
    stage: str
    origin: str
    fen: int
    currency: str
    document_no: str | None
    stated_total: str | None
    stated_on: str | None
    revised: bool

State = Literal['ok', 'warning', 'failure']
"""How a check came out."""


class StateAmount(TypedDict):
    """Ask to record what a paper states as the amount of a stage. A later statement of the stage revises it."""

    stage: "AmountStage"
    amount: "Money"
    document_no: NotRequired[str | None]
    stated_total: NotRequired[str | None]


class StateConflict(TypedDict):
    """Ask to record an interest of an evaluator in a unit."""

    unit: str
    nature: "InterestNature"
    from_on: str
    until: NotRequired[str | None]
    note: NotRequired[str]
    person: NotRequired["Person | None"]


class StateNoSystem(TypedDict):
    """Ask to record that the project builds no information system."""

    reason: str
    signer_post: str

Status = Literal['OPEN', 'ANSWERED', 'STANDS', 'LIFTED']
"""疑点状态 What became of a flag. It is never deleted."""


class Stopped(TypedDict):
    """停在某步的项目 A project that has not passed the next step of the funnel, and why."""

    trace: str
    project_id: str
    number: str | None
    name: str
    owners: list[str]
    reached: "ProjectMilestone"
    reasons: list[str]
    position: int | None


class StreamAt(TypedDict):
    """A stream at a version: what a decision read, or where an event stands."""

    kind: "StreamKind"
    id: str
    version: int

StreamKind = Literal['project', 'system', 'unit', 'register', 'county', 'evaluator', 'guidance-fund', 'accounts']
"""What a stream is the history of."""


class Stretch(TypedDict):
    """一个项目的阶段 One project's stage, with the positions of the events that say so."""

    trace: str
    project_id: str
    number: str | None
    name: str
    owners: list[str]
    begins: "ProjectMilestone"
    ends: "ProjectMilestone"
    began_on: str
    ended_on: str | None
    outcome: "Outcome"
    days: int | None
    positions: list[int]

Subject = Literal['PROJECT', 'UNIT', 'COUNTY']
"""评价对象 What a scheme evaluates."""


class Submission_AcceptProject(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "AcceptProject"


class Submission_AmendFiling(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "AmendFiling"


class Submission_AnswerFlag(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "AnswerFlag"


class Submission_AppointHead(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "AppointHead"


class Submission_ApproveProject(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "ApproveProject"


class Submission_ArrangeFunds(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "ArrangeFunds"


class Submission_AskEmergency(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "AskEmergency"


class Submission_AssessPrivacyImpact(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "AssessPrivacyImpact"


class Submission_AssessSharingRisk(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "AssessSharingRisk"


class Submission_AssessUnit(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "AssessUnit"


class Submission_AssignRole(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "AssignRole"


class Submission_AssignTask(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "AssignTask"


class Submission_ChangeLogKey(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "ChangeLogKey"


class Submission_CheckUnifications(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "CheckUnifications"


class Submission_CloseItem(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "CloseItem"


class Submission_CommentOnEvaluation(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "CommentOnEvaluation"


class Submission_CommissionEvaluation(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "CommissionEvaluation"


class Submission_CompleteTask(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "CompleteTask"


class Submission_ConfirmEmergency(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "ConfirmEmergency"


class Submission_ConfirmSupply(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "ConfirmSupply"


class Submission_Contribute(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "Contribute"


class Submission_CorrectCountyFact(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "CorrectCountyFact"


class Submission_CorrectEvaluatorFact(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "CorrectEvaluatorFact"


class Submission_CorrectFundFact(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "CorrectFundFact"


class Submission_CorrectProjectFact(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "CorrectProjectFact"


class Submission_CorrectSystemFact(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "CorrectSystemFact"


class Submission_CorrectUnitFact(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "CorrectUnitFact"


class Submission_DeclareSharing(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "DeclareSharing"


class Submission_DelistExpert(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "DelistExpert"


class Submission_DelistPpp(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "DelistPpp"


class Submission_DisableAccount(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "DisableAccount"


class Submission_DisburseFunds(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "DisburseFunds"


class Submission_EnableAccount(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "EnableAccount"


class Submission_EndConflict(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "EndConflict"


class Submission_EndEmergency(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "EndEmergency"


class Submission_EndRole(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "EndRole"


class Submission_EnrolUnit(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "EnrolUnit"


class Submission_ErasePersonalData(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "ErasePersonalData"


class Submission_EvaluateCounty(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "EvaluateCounty"


class Submission_ExemptService(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "ExemptService"


class Submission_ExtendTask(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "ExtendTask"


class Submission_FileLevel(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "FileLevel"


class Submission_FileProject(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "FileProject"


class Submission_FileRecordedProject(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "FileRecordedProject"


class Submission_GiveOpinion(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "GiveOpinion"


class Submission_GrantException(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "GrantException"


class Submission_GrantRole(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "GrantRole"


class Submission_HoldMeeting(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "HoldMeeting"


class Submission_Invest(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "Invest"


class Submission_LiftMeasure(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "LiftMeasure"


class Submission_ListExpert(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "ListExpert"


class Submission_ListPpp(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "ListPpp"


class Submission_MarkSecurity(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "MarkSecurity"


class Submission_MeetConnectionObligation(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "MeetConnectionObligation"


class Submission_NameContact(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "NameContact"


class Submission_OnboardService(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "OnboardService"


class Submission_OpenAccount(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "OpenAccount"


class Submission_OpenSupervisionItem(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "OpenSupervisionItem"


class Submission_RecordChange(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "RecordChange"


class Submission_RecordClassifiedTest(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "RecordClassifiedTest"


class Submission_RecordContract(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "RecordContract"


class Submission_RecordCryptoAssessment(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "RecordCryptoAssessment"


class Submission_RecordDecision(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "RecordDecision"


class Submission_RecordIncident(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "RecordIncident"


class Submission_RecordInterconnection(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "RecordInterconnection"


class Submission_RecordMajorChange(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "RecordMajorChange"


class Submission_RecordSecurityTest(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "RecordSecurityTest"


class Submission_RecordSupply(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "RecordSupply"


class Submission_RecordSurvey(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "RecordSurvey"


class Submission_RefundFunds(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "RefundFunds"


class Submission_RegisterEvaluator(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "RegisterEvaluator"


class Submission_RegisterKey(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "RegisterKey"


class Submission_RegisterSystem(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "RegisterSystem"


class Submission_RenameUnit(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "RenameUnit"


class Submission_ReplyToItem(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "ReplyToItem"


class Submission_ReportEvaluation(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "ReportEvaluation"


class Submission_ReportLapse(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "ReportLapse"


class Submission_ReportOperation(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "ReportOperation"


class Submission_ReportProgress(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "ReportProgress"


class Submission_ReportResumption(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "ReportResumption"


class Submission_ReportUnfiledProject(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "ReportUnfiledProject"


class Submission_ResolveIncident(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "ResolveIncident"


class Submission_RestartLog(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "RestartLog"


class Submission_RetireSystem(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "RetireSystem"


class Submission_ReturnInvestment(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "ReturnInvestment"


class Submission_RevokeApproval(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "RevokeApproval"


class Submission_RevokeException(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "RevokeException"


class Submission_RevokeGrant(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "RevokeGrant"


class Submission_RevokeKey(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "RevokeKey"


class Submission_SetBudget(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "SetBudget"


class Submission_SetConnectionObligation(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "SetConnectionObligation"


class Submission_StateAmount(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "StateAmount"


class Submission_StateConflict(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "StateConflict"


class Submission_StateNoSystem(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "StateNoSystem"


class Submission_SucceedUnit(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "SucceedUnit"


class Submission_TakeMeasure(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "TakeMeasure"


class Submission_UseEvaluation(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "UseEvaluation"


class Submission_WithdrawCommission(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "WithdrawCommission"


class Submission_WithdrawSharing(TypedDict):
    happened_on: "CivilDate"
    authority: NotRequired["Authority | None"]
    evidence: NotRequired["list[Evidence]"]
    acting_as: NotRequired["Role | None"]
    act: "WithdrawSharing"


class SucceedUnit(TypedDict):
    """Ask to record that another enrolled unit took over this one's functions."""

    successor_uscc: str
    document_no: str
    since: str


class Succession(TypedDict):
    """承继 Another unit took over this one's functions."""

    successor_uscc: str
    successor: str
    since: str
    document_no: str


class Summary(TypedDict):
    """绩效汇总 Counts over all projects. `traces` says where each is traced."""

    projects: int
    ended_late: int
    ended_early: int
    ended_on_time: int
    end_unknown: int
    late_by_revised_plan: int
    early_by_revised_plan: int
    refusals: int | None
    arranged_fen: int | None
    disbursed_fen: int | None


class SummaryAnswer(TypedDict):
    """绩效汇总."""

    freshness: "Freshness"
    figures: "Summary"
    traces: dict[str, str]


class SupervisionAnswer(TypedDict):
    """督办事项 as it stands on a day."""

    number: int
    matter: str
    reply_due: str
    state: "SupervisionState"


class SupervisionItem(TypedDict):
    """督办事项 What is demanded, by whom, and its rounds so far."""

    number: int
    matter: str
    issuer: str
    document_no: str
    rounds: "list[SupervisionRound]"


class SupervisionRound(TypedDict):
    """一轮督办 From the demand to the verdict on its reply. A reply that is not accepted begins another round."""

    reply_due: str
    begun_on: "CivilDate"
    replied_on: NotRequired["CivilDate | None"]
    reply: NotRequired[str]
    judged_on: NotRequired["CivilDate | None"]
    accepted: NotRequired[bool | None]
    reason: NotRequired[str]

SupervisionState = Literal['OPEN', 'REPLIED', 'OVERDUE', 'CLOSED']
"""办理状态 How a supervision item stands on a day."""


class SupplyConfirmation(TypedDict):
    """供数情况 The platform's word that a resource was updated on a day, and how often it was called (O31)."""

    resource: str
    updated_on: "CivilDate"
    calls: int | None

SurveyAudience = Literal['PUBLIC', 'ENTERPRISES', 'STAFF']
"""受访对象 Who was asked."""

SurveyMethod = Literal['QUESTIONNAIRE', 'ONLINE', 'TELEPHONE', 'INTERVIEW', 'SERVICE_RATING']
"""调查方式 How they were asked."""


class SystemSecurity(TypedDict):
    """系统安全一行 A system's level, the report by which it is seen, and what stands open."""

    trace: str
    system_id: str
    name: str
    projects: list[str]
    owners: list[str]
    level: int | None
    certificate_no: str | None
    filed_on: str | None
    changed_on: str | None
    validity: "Validity"
    valid_until: str | None
    days_left: int | None
    report_no: str | None
    conclusion: str | None
    reported_on: str | None
    unresolved_high_risks: int
    major_hazards: int
    crypto_report_no: str | None
    open_incidents: int
    gravest_open_incident: str | None
    position: int


class TableCheck(TypedDict):
    """一张表的核对."""

    table: str
    rows: int
    fresh_rows: int
    same: bool


class TakeMeasure(TypedDict):
    """Ask to record a measure against a project. A measure follows the one below it, or repeats the one that stands."""

    measure: "Measure"
    reason: NotRequired[str]
    document_no: str
    due_on: NotRequired[str | None]


class Task(TypedDict):
    """任务 What is to be done, by which post, until which day."""

    number: int
    group: str
    item: str
    responsible_post: str
    due_on: str
    milestone: str
    issuer: str
    document_no: str
    assigned_on: "CivilDate"
    completed_on: NotRequired["CivilDate | None"]
    extensions: NotRequired["list[TaskExtension]"]


class TaskAnswer(TypedDict):
    """任务 as it stands on a day."""

    number: int
    group: str
    item: str
    responsible_post: str
    due_on: str
    completed_on: "CivilDate | None"
    overdue_days: int
    late_days: int


class TaskExtension(TypedDict):
    """延期 A later due day, decided by a document."""

    due_on: str
    document_no: str
    reason: str
    extended_on: "CivilDate"


class TaskGroup(TypedDict):
    """任务组 A group of tasks that the document names, with its day (O08)."""

    id: str
    name: "Text"
    due_on: str


class TestReport(TypedDict):
    """测评报告一行 A report, until when it counts, and what became of it."""

    trace: str
    system_id: str
    system_name: str
    projects: list[str]
    owners: list[str]
    kind: str
    report_no: str
    agency: str | None
    level: int | None
    template: str | None
    conclusion: str | None
    unresolved_high_risks: int | None
    major_hazards: int | None
    rectification_plan: bool | None
    happened_on: str
    valid_until: str | None
    days_left: int | None
    state: "TestState"
    standing: str
    corrected_by: int | None
    corrected_why: str | None
    position: int

TestState = Literal['VALID', 'EXPIRING', 'LAPSED', 'INVALIDATED', 'SUPERSEDED', 'NO_TERM']
"""报告状态 What a report is worth on the day of asking."""


class Text(TypedDict):
    """The same thing said in Chinese and in English."""

    zh: str
    en: str

Theme = Literal['ONE_WINDOW', 'GRASS_ROOTS', 'DATA_INTEGRATION', 'DIGITAL_INFRASTRUCTURE', 'BIG_DATA_INDUSTRY', 'SMARTER_INDUSTRY', 'SMART_AS_INDUSTRY', 'INDUSTRY_AND_IT', 'SOCIAL_SITUATION', 'COMMUNICATION', 'DECISION_SUPPORT', 'BUSINESS_ENVIRONMENT', 'SIMPLER_SERVICE']
"""主题 What a project serves, as the document names it (O14, O16, O17, O30). Counted, never judged."""


class ThemeCount(TypedDict):
    """主题 and how many projects serve it, by track (O10, O14, O16, O17, O30)."""

    trace: str
    theme: str
    track: str
    projects: int


class TimelineAnswer(TypedDict):
    """时间线 The story of a subject, and what it still lacks on the day, under the rule set of that day."""

    total: int
    exact: NotRequired[bool]
    next: NotRequired[str | None]
    trace: NotRequired[str | None]
    items: "list[TimelineEntry]"
    freshness: "Freshness"
    on: str
    rule_set: str | None
    absences: "list[ShownAbsence]"


class TimelineEntry(TypedDict):
    """时间线一行 One event in one sentence, with both times and who acted."""

    trace: str
    position: int
    stream_kind: str
    stream_id: str
    stream_version: int
    topic: str
    happened_on: str
    recorded_at: str
    organisation: str
    role: str
    authority: str | None
    zh: str
    en: str
    refused: bool
    corrected_by: int | None


class TokenAnswer(TypedDict):
    """令牌 A short token (RFC 6749 5.1)."""

    access_token: str
    token_type: NotRequired[str]
    expires_in: int


class TokenRefusal(TypedDict):
    """不予签发 Why there is none (RFC 6749 5.2)."""

    error: str
    error_description: NotRequired[str]


class TracedEvent(TypedDict):
    """依据事件 An event that a row or figure rests on, in one sentence."""

    position: int
    stream_kind: str
    stream_id: str
    stream_version: int
    topic: str
    happened_on: str
    recorded_at: str
    organisation: str
    role: str
    authority: str | None
    zh: str
    en: str
    corrected_by: int | None

Track = Literal['GOVERNANCE_SERVICE', 'INDUSTRY']
"""双轮驱动 The two tracks of 三（一）."""


class TrackLead(TypedDict):
    """牵头单位 The lead bodies of a track (O10)."""

    track: "Track"
    bodies: list[str]


class UndeliveredEvent(TypedDict):
    """未送达 An event that the receiver refused."""

    position: int
    tries: int
    error: str
    since: str


class UnificationCheck(TypedDict):
    """四统一 What a check found of a unit: one body, one plan, one network, one software (O04)."""

    one_body: bool
    one_plan: bool
    one_network: bool
    one_software: bool
    document_no: str
    checked_on: "CivilDate"


class Unit(TypedDict):
    """单位状态 What is known of a unit at a moment: the fold of its events."""

    id: str
    version: NotRequired[int]
    uscc: NotRequired[str]
    name: NotRequired[str]
    kind: NotRequired["UnitKind | None"]
    division: NotRequired[str]
    head_post: NotRequired[str]
    contact_office: NotRequired[str]
    enrolled_on: NotRequired["CivilDate | None"]
    obligations: NotRequired["list[ConnectionObligation]"]
    names: NotRequired["list[UnitName]"]
    enrolled_name: NotRequired[str]
    heads: NotRequired["list[HeadPost]"]
    contacts: NotRequired["list[Contact]"]
    succession: NotRequired["Succession | None"]
    unifications: NotRequired["list[UnificationCheck]"]
    tasks: NotRequired["list[Task]"]
    supervision_items: NotRequired["list[SupervisionItem]"]
    assessments: NotRequired["list[Assessment]"]
    corrections: NotRequired["list[CorrectionNote]"]


class UnitAssessment(TypedDict):
    """单位考核一行 The assessment of a unit for a year (O09, O23)."""

    trace: str
    uscc: str
    name: str
    number: int
    kind: str
    year: int
    assessor: str
    scale: str
    grade: str
    score: str | None
    scheme: str | None
    assessed_on: str


class UnitIndicators(TypedDict):
    """单位绩效一行 Indicators of an owner unit's projects, and the grades beside them."""

    trace: str
    uscc: str
    unit_name: str | None
    projects: int
    accepted: int
    accepted_late: int
    refusals: int
    arranged_fen: int
    disbursed_fen: int
    execution_rate: str | None
    median_days_filed_to_approved: float | None
    median_days_approved_to_accepted: float | None
    grades: "list[GradeCount]"

UnitKind = Literal['TOWN_GOV', 'SUBDISTRICT', 'DEV_ZONE', 'COUNTY_DEPT', 'ENTERPRISE_INSTITUTION']
"""Who is bound by the document (facts 1.0)."""


class UnitName(TypedDict):
    """单位名称 A name of a unit, from a day, by a document."""

    name: str
    since: str
    document_no: str


class UnitRow(TypedDict):
    """单位一行 A unit, with the number of its projects."""

    trace: str
    uscc: str
    name: str
    kind: str | None
    division: str
    contact_office: str
    head_post: str
    projects: int
    position: int


class UnitSums(TypedDict):
    """单位合计 Sums over the projects of an owner unit. A project of several owners counts for each."""

    trace: str
    budget_fen: int | None
    arranged_fen: int
    disbursed_fen: int
    refunded_fen: int
    build_fen: int
    operation_fen: int
    uscc: str
    unit_name: str | None
    projects: int
    budget_yuan: str | None
    arranged_yuan: str
    disbursed_yuan: str
    refunded_yuan: str
    operation_bp: int | None


class UseEvaluation(TypedDict):
    """Ask to record what was done with an evaluation's result."""

    evaluation: int
    use: "ResultUse"
    note: NotRequired[str]

Validity = Literal['NO_LEVEL', 'EXEMPT', 'NO_TEST', 'UNFIT', 'EXPIRED', 'NOT_PASSED', 'VALID']
"""覆盖状态 What covers a system on the day of asking."""


class ViewAnswer_Appearance(TypedDict):
    total: int
    exact: NotRequired[bool]
    next: NotRequired[str | None]
    trace: NotRequired[str | None]
    items: "list[Appearance]"
    freshness: "Freshness"


class ViewAnswer_Blocked(TypedDict):
    total: int
    exact: NotRequired[bool]
    next: NotRequired[str | None]
    trace: NotRequired[str | None]
    items: "list[Blocked]"
    freshness: "Freshness"


class ViewAnswer_ClauseAct(TypedDict):
    total: int
    exact: NotRequired[bool]
    next: NotRequired[str | None]
    trace: NotRequired[str | None]
    items: "list[ClauseAct]"
    freshness: "Freshness"


class ViewAnswer_ConnectedSystem(TypedDict):
    total: int
    exact: NotRequired[bool]
    next: NotRequired[str | None]
    trace: NotRequired[str | None]
    items: "list[ConnectedSystem]"
    freshness: "Freshness"


class ViewAnswer_Connection(TypedDict):
    total: int
    exact: NotRequired[bool]
    next: NotRequired[str | None]
    trace: NotRequired[str | None]
    items: "list[Connection]"
    freshness: "Freshness"


class ViewAnswer_CountyIndicators(TypedDict):
    total: int
    exact: NotRequired[bool]
    next: NotRequired[str | None]
    trace: NotRequired[str | None]
    items: "list[CountyIndicators]"
    freshness: "Freshness"


class ViewAnswer_CountyScore(TypedDict):
    total: int
    exact: NotRequired[bool]
    next: NotRequired[str | None]
    trace: NotRequired[str | None]
    items: "list[CountyScore]"
    freshness: "Freshness"


class ViewAnswer_Disagreement(TypedDict):
    total: int
    exact: NotRequired[bool]
    next: NotRequired[str | None]
    trace: NotRequired[str | None]
    items: "list[Disagreement]"
    freshness: "Freshness"


class ViewAnswer_DriftRow(TypedDict):
    total: int
    exact: NotRequired[bool]
    next: NotRequired[str | None]
    trace: NotRequired[str | None]
    items: "list[DriftRow]"
    freshness: "Freshness"


class ViewAnswer_Duration(TypedDict):
    total: int
    exact: NotRequired[bool]
    next: NotRequired[str | None]
    trace: NotRequired[str | None]
    items: "list[Duration]"
    freshness: "Freshness"


class ViewAnswer_EditionCounts(TypedDict):
    total: int
    exact: NotRequired[bool]
    next: NotRequired[str | None]
    trace: NotRequired[str | None]
    items: "list[EditionCounts]"
    freshness: "Freshness"


class ViewAnswer_EditionPair(TypedDict):
    total: int
    exact: NotRequired[bool]
    next: NotRequired[str | None]
    trace: NotRequired[str | None]
    items: "list[EditionPair]"
    freshness: "Freshness"


class ViewAnswer_ExceptionsOfBody(TypedDict):
    total: int
    exact: NotRequired[bool]
    next: NotRequired[str | None]
    trace: NotRequired[str | None]
    items: "list[ExceptionsOfBody]"
    freshness: "Freshness"


class ViewAnswer_Flag(TypedDict):
    total: int
    exact: NotRequired[bool]
    next: NotRequired[str | None]
    trace: NotRequired[str | None]
    items: "list[Flag]"
    freshness: "Freshness"


class ViewAnswer_FunnelStep(TypedDict):
    total: int
    exact: NotRequired[bool]
    next: NotRequired[str | None]
    trace: NotRequired[str | None]
    items: "list[FunnelStep]"
    freshness: "Freshness"


class ViewAnswer_GrantedException(TypedDict):
    total: int
    exact: NotRequired[bool]
    next: NotRequired[str | None]
    trace: NotRequired[str | None]
    items: "list[GrantedException]"
    freshness: "Freshness"


class ViewAnswer_HalfYearCount(TypedDict):
    total: int
    exact: NotRequired[bool]
    next: NotRequired[str | None]
    trace: NotRequired[str | None]
    items: "list[HalfYearCount]"
    freshness: "Freshness"


class ViewAnswer_Incident(TypedDict):
    total: int
    exact: NotRequired[bool]
    next: NotRequired[str | None]
    trace: NotRequired[str | None]
    items: "list[Incident]"
    freshness: "Freshness"


class ViewAnswer_LateEntry(TypedDict):
    total: int
    exact: NotRequired[bool]
    next: NotRequired[str | None]
    trace: NotRequired[str | None]
    items: "list[LateEntry]"
    freshness: "Freshness"


class ViewAnswer_LevelCount(TypedDict):
    total: int
    exact: NotRequired[bool]
    next: NotRequired[str | None]
    trace: NotRequired[str | None]
    items: "list[LevelCount]"
    freshness: "Freshness"


class ViewAnswer_LibraryEntry(TypedDict):
    total: int
    exact: NotRequired[bool]
    next: NotRequired[str | None]
    trace: NotRequired[str | None]
    items: "list[LibraryEntry]"
    freshness: "Freshness"


class ViewAnswer_Line(TypedDict):
    total: int
    exact: NotRequired[bool]
    next: NotRequired[str | None]
    trace: NotRequired[str | None]
    items: "list[Line]"
    freshness: "Freshness"


class ViewAnswer_MissedMeeting(TypedDict):
    total: int
    exact: NotRequired[bool]
    next: NotRequired[str | None]
    trace: NotRequired[str | None]
    items: "list[MissedMeeting]"
    freshness: "Freshness"


class ViewAnswer_MoneyMovement(TypedDict):
    total: int
    exact: NotRequired[bool]
    next: NotRequired[str | None]
    trace: NotRequired[str | None]
    items: "list[MoneyMovement]"
    freshness: "Freshness"


class ViewAnswer_Movement(TypedDict):
    total: int
    exact: NotRequired[bool]
    next: NotRequired[str | None]
    trace: NotRequired[str | None]
    items: "list[Movement]"
    freshness: "Freshness"


class ViewAnswer_NamedPaper(TypedDict):
    total: int
    exact: NotRequired[bool]
    next: NotRequired[str | None]
    trace: NotRequired[str | None]
    items: "list[NamedPaper]"
    freshness: "Freshness"


class ViewAnswer_Need(TypedDict):
    total: int
    exact: NotRequired[bool]
    next: NotRequired[str | None]
    trace: NotRequired[str | None]
    items: "list[Need]"
    freshness: "Freshness"


class ViewAnswer_OpenItem(TypedDict):
    total: int
    exact: NotRequired[bool]
    next: NotRequired[str | None]
    trace: NotRequired[str | None]
    items: "list[OpenItem]"
    freshness: "Freshness"


class ViewAnswer_OpenTask(TypedDict):
    total: int
    exact: NotRequired[bool]
    next: NotRequired[str | None]
    trace: NotRequired[str | None]
    items: "list[OpenTask]"
    freshness: "Freshness"


class ViewAnswer_OperationShare(TypedDict):
    total: int
    exact: NotRequired[bool]
    next: NotRequired[str | None]
    trace: NotRequired[str | None]
    items: "list[OperationShare]"
    freshness: "Freshness"


class ViewAnswer_OutOfOrder(TypedDict):
    total: int
    exact: NotRequired[bool]
    next: NotRequired[str | None]
    trace: NotRequired[str | None]
    items: "list[OutOfOrder]"
    freshness: "Freshness"


class ViewAnswer_Overdue(TypedDict):
    total: int
    exact: NotRequired[bool]
    next: NotRequired[str | None]
    trace: NotRequired[str | None]
    items: "list[Overdue]"
    freshness: "Freshness"


class ViewAnswer_ProjectIndicators(TypedDict):
    total: int
    exact: NotRequired[bool]
    next: NotRequired[str | None]
    trace: NotRequired[str | None]
    items: "list[ProjectIndicators]"
    freshness: "Freshness"


class ViewAnswer_ProjectRow(TypedDict):
    total: int
    exact: NotRequired[bool]
    next: NotRequired[str | None]
    trace: NotRequired[str | None]
    items: "list[ProjectRow]"
    freshness: "Freshness"


class ViewAnswer_PurposeSums(TypedDict):
    total: int
    exact: NotRequired[bool]
    next: NotRequired[str | None]
    trace: NotRequired[str | None]
    items: "list[PurposeSums]"
    freshness: "Freshness"


class ViewAnswer_RankedProjectScore(TypedDict):
    total: int
    exact: NotRequired[bool]
    next: NotRequired[str | None]
    trace: NotRequired[str | None]
    items: "list[RankedProjectScore]"
    freshness: "Freshness"


class ViewAnswer_RankedProject(TypedDict):
    total: int
    exact: NotRequired[bool]
    next: NotRequired[str | None]
    trace: NotRequired[str | None]
    items: "list[RankedProject]"
    freshness: "Freshness"


class ViewAnswer_RankedUnitScore(TypedDict):
    total: int
    exact: NotRequired[bool]
    next: NotRequired[str | None]
    trace: NotRequired[str | None]
    items: "list[RankedUnitScore]"
    freshness: "Freshness"


class ViewAnswer_RankedUnit(TypedDict):
    total: int
    exact: NotRequired[bool]
    next: NotRequired[str | None]
    trace: NotRequired[str | None]
    items: "list[RankedUnit]"
    freshness: "Freshness"


class ViewAnswer_Raters(TypedDict):
    total: int
    exact: NotRequired[bool]
    next: NotRequired[str | None]
    trace: NotRequired[str | None]
    items: "list[Raters]"
    freshness: "Freshness"


class ViewAnswer_RefusedAttempt(TypedDict):
    total: int
    exact: NotRequired[bool]
    next: NotRequired[str | None]
    trace: NotRequired[str | None]
    items: "list[RefusedAttempt]"
    freshness: "Freshness"


class ViewAnswer_Reminder(TypedDict):
    total: int
    exact: NotRequired[bool]
    next: NotRequired[str | None]
    trace: NotRequired[str | None]
    items: "list[Reminder]"
    freshness: "Freshness"


class ViewAnswer_Resource(TypedDict):
    total: int
    exact: NotRequired[bool]
    next: NotRequired[str | None]
    trace: NotRequired[str | None]
    items: "list[Resource]"
    freshness: "Freshness"


class ViewAnswer_SanctionedUnit(TypedDict):
    total: int
    exact: NotRequired[bool]
    next: NotRequired[str | None]
    trace: NotRequired[str | None]
    items: "list[SanctionedUnit]"
    freshness: "Freshness"


class ViewAnswer_SecurityMarks(TypedDict):
    total: int
    exact: NotRequired[bool]
    next: NotRequired[str | None]
    trace: NotRequired[str | None]
    items: "list[SecurityMarks]"
    freshness: "Freshness"


class ViewAnswer_SharedName(TypedDict):
    total: int
    exact: NotRequired[bool]
    next: NotRequired[str | None]
    trace: NotRequired[str | None]
    items: "list[SharedName]"
    freshness: "Freshness"


class ViewAnswer_SourceSums(TypedDict):
    total: int
    exact: NotRequired[bool]
    next: NotRequired[str | None]
    trace: NotRequired[str | None]
    items: "list[SourceSums]"
    freshness: "Freshness"


class ViewAnswer_StageRow(TypedDict):
    total: int
    exact: NotRequired[bool]
    next: NotRequired[str | None]
    trace: NotRequired[str | None]
    items: "list[StageRow]"
    freshness: "Freshness"


class ViewAnswer_Stopped(TypedDict):
    total: int
    exact: NotRequired[bool]
    next: NotRequired[str | None]
    trace: NotRequired[str | None]
    items: "list[Stopped]"
    freshness: "Freshness"


class ViewAnswer_Stretch(TypedDict):
    total: int
    exact: NotRequired[bool]
    next: NotRequired[str | None]
    trace: NotRequired[str | None]
    items: "list[Stretch]"
    freshness: "Freshness"


class ViewAnswer_SystemSecurity(TypedDict):
    total: int
    exact: NotRequired[bool]
    next: NotRequired[str | None]
    trace: NotRequired[str | None]
    items: "list[SystemSecurity]"
    freshness: "Freshness"


class ViewAnswer_TestReport(TypedDict):
    total: int
    exact: NotRequired[bool]
    next: NotRequired[str | None]
    trace: NotRequired[str | None]
    items: "list[TestReport]"
    freshness: "Freshness"


class ViewAnswer_ThemeCount(TypedDict):
    total: int
    exact: NotRequired[bool]
    next: NotRequired[str | None]
    trace: NotRequired[str | None]
    items: "list[ThemeCount]"
    freshness: "Freshness"


class ViewAnswer_TracedEvent(TypedDict):
    total: int
    exact: NotRequired[bool]
    next: NotRequired[str | None]
    trace: NotRequired[str | None]
    items: "list[TracedEvent]"
    freshness: "Freshness"


class ViewAnswer_UnitAssessment(TypedDict):
    total: int
    exact: NotRequired[bool]
    next: NotRequired[str | None]
    trace: NotRequired[str | None]
    items: "list[UnitAssessment]"
    freshness: "Freshness"


class ViewAnswer_UnitIndicators(TypedDict):
    total: int
    exact: NotRequired[bool]
    next: NotRequired[str | None]
    trace: NotRequired[str | None]
    items: "list[UnitIndicators]"
    freshness: "Freshness"


class ViewAnswer_UnitRow(TypedDict):
    total: int
    exact: NotRequired[bool]
    next: NotRequired[str | None]
    trace: NotRequired[str | None]
    items: "list[UnitRow]"
    freshness: "Freshness"


class ViewAnswer_UnitSums(TypedDict):
    total: int
    exact: NotRequired[bool]
    next: NotRequired[str | None]
    trace: NotRequired[str | None]
    items: "list[UnitSums]"
    freshness: "Freshness"


class ViewAnswer_YearIndicators(TypedDict):
    total: int
    exact: NotRequired[bool]
    next: NotRequired[str | None]
    trace: NotRequired[str | None]
    items: "list[YearIndicators]"
    freshness: "Freshness"


class ViewAnswer_YearSums(TypedDict):
    total: int
    exact: NotRequired[bool]
    next: NotRequired[str | None]
    trace: NotRequired[str | None]
    items: "list[YearSums]"
    freshness: "Freshness"


class ViewStatus(TypedDict):
    """视图状态."""

    name: str
    freshness: "Freshness"
    failing: str | None
    stalled: str | None
    active_here: bool
    rebuilding: "RebuildStatus | None"


class Webhook(TypedDict):
    """网络钩子 A receiver, how far it has got, and what stands in its way."""

    id: str
    url: str
    topics: list[str]
    streams: list[str]
    standing: str
    why: str
    position: int
    lag: int
    delivered: int
    tries: int
    next_try: str | None
    last_error: str
    undelivered: "list[UndeliveredEvent]"
    created_at: str


class WebhookSecret(TypedDict):
    """签名密钥 The secret that deliveries are signed with (Standard Webhooks). It is told here only."""

    webhook: "Webhook"
    secret: str
    former_until: str | None


class Weight(TypedDict):
    """权重 The weight that a case gives to one of the lowest indicators."""

    code: str
    weight: str


class WithdrawCommission(TypedDict):
    """Ask to record that a commission was withdrawn before its report."""

    commission: int
    reason: str


class WithdrawSharing(TypedDict):
    """Ask to withdraw the declaration in force."""

    reason: str


class WitnessState(TypedDict):
    """见证 How far a witness has cosigned, and why it does not go on, as far as this process knows."""

    name: str
    fed: bool
    size: int | None
    cosigned_at: str | None
    lag_events: int
    failure: str | None


class YearIndicators(TypedDict):
    """年度绩效一行 What the projects of a year came to. A year is that of approval."""

    trace: str
    year: int
    projects: int
    accepted: int
    accepted_late: int
    refusals: int
    arranged_fen: int
    disbursed_fen: int
    execution_rate: str | None
    median_days_filed_to_approved: float | None
    median_days_approved_to_accepted: float | None
    grades: "list[GradeCount]"


class YearSums(TypedDict):
    """年度合计."""

    trace: str
    budget_fen: int | None
    arranged_fen: int
    disbursed_fen: int
    refunded_fen: int
    build_fen: int
    operation_fen: int
    year: int
    lines: int
    budget_yuan: str | None
    arranged_yuan: str
    disbursed_yuan: str
    refunded_yuan: str
    operation_bp: int | None


class domain__scheme__Score(TypedDict):
    """得分 The score of one of the lowest indicators."""

    code: str
    score: str
    note: NotRequired[str]


class projections__performance__queries__Score(TypedDict):
    """评分 What people said: who, on which scale, about which period."""

    number: int
    own: bool
    channel: str
    evaluator: str
    scale: str
    grade: str
    score: str | None
    period: str
    reported_on: str | None
    used: str | None
    commission: int | None
    scheme: str | None


class Operations(Sender):
    """Every operation, by the name that the API document gives it."""

    def health_alive(self) -> dict[str, str]:
        """存活 alive"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            '/livez',
            operation='HealthAlive',
            query={},
            headers={},
        )

    def health_ready(self) -> Readiness:
        """就绪 ready"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            '/readyz',
            operation='HealthReady',
            query={},
            headers={},
        )

    def health_metrics(self) -> None:
        """指标 metrics for Prometheus"""
        self.send(
            'GET',
            '/metrics',
            operation='HealthMetrics',
            query={},
            headers={},
        )

    def enrol_unit(self, act: EnrolUnit, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None) -> Receipt:
        """登记单位 enrol a unit [SMART_OFFICE]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            '/v1/units',
            operation='EnrolUnit',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
        )

    def set_connection_obligation(self, uscc: str, act: SetConnectionObligation, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None, if_match: str | None = None) -> Receipt:
        """设定改造对接义务 oblige to connect [SMART_OFFICE、PLATFORM_OPERATOR]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            f"/v1/units/{quote(str(uscc), safe='')}/connection-obligations",
            operation='SetConnectionObligation',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
            versioned=True,
            if_match=if_match,
        )

    def meet_connection_obligation(self, uscc: str, act: MeetConnectionObligation, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None, if_match: str | None = None) -> Receipt:
        """登记义务已完成 obligation met [SMART_OFFICE、PLATFORM_OPERATOR]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            f"/v1/units/{quote(str(uscc), safe='')}/connection-obligations/met",
            operation='MeetConnectionObligation',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
            versioned=True,
            if_match=if_match,
        )

    def hold_meeting(self, act: HoldMeeting, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None) -> Receipt:
        """登记联席会议 record a joint meeting [LEADING_GROUP、SMART_OFFICE]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            '/v1/county/meetings',
            operation='HoldMeeting',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
        )

    def record_decision(self, act: RecordDecision, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None) -> Receipt:
        """登记会议决定 record a decision [LEADING_GROUP、SMART_OFFICE]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            '/v1/county/decisions',
            operation='RecordDecision',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
        )

    def assign_role(self, act: AssignRole, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None) -> Receipt:
        """登记角色承担单位 record who holds a role [LEADING_GROUP、SMART_OFFICE]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            '/v1/county/roles',
            operation='AssignRole',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
        )

    def end_role(self, act: EndRole, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None) -> Receipt:
        """登记任职结束 record that a holding ended [LEADING_GROUP、SMART_OFFICE]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            '/v1/county/roles/ended',
            operation='EndRole',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
        )

    def list_expert(self, act: ListExpert, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None) -> Receipt:
        """列入专家名册 list an expert [LEADING_GROUP、SMART_OFFICE]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            '/v1/county/experts',
            operation='ListExpert',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
        )

    def delist_expert(self, act: DelistExpert, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None) -> Receipt:
        """移出专家名册 delist an expert [LEADING_GROUP、SMART_OFFICE]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            '/v1/county/experts/delisted',
            operation='DelistExpert',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
        )

    def appoint_head(self, uscc: str, act: AppointHead, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None, if_match: str | None = None) -> Receipt:
        """登记一把手职务 record the head's duty [SMART_OFFICE、LEADING_GROUP、OWNER_UNIT]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            f"/v1/units/{quote(str(uscc), safe='')}/heads",
            operation='AppointHead',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
            versioned=True,
            if_match=if_match,
        )

    def name_contact(self, uscc: str, act: NameContact, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None, if_match: str | None = None) -> Receipt:
        """登记责任机构或专人 name a contact [SMART_OFFICE、LEADING_GROUP、OWNER_UNIT]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            f"/v1/units/{quote(str(uscc), safe='')}/contacts",
            operation='NameContact',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
            versioned=True,
            if_match=if_match,
        )

    def rename_unit(self, uscc: str, act: RenameUnit, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None, if_match: str | None = None) -> Receipt:
        """登记单位更名 rename a unit [SMART_OFFICE、LEADING_GROUP、OWNER_UNIT]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            f"/v1/units/{quote(str(uscc), safe='')}/names",
            operation='RenameUnit',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
            versioned=True,
            if_match=if_match,
        )

    def succeed_unit(self, uscc: str, act: SucceedUnit, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None, if_match: str | None = None) -> Receipt:
        """登记承继单位 record a successor [SMART_OFFICE、LEADING_GROUP、OWNER_UNIT]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            f"/v1/units/{quote(str(uscc), safe='')}/succession",
            operation='SucceedUnit',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
            versioned=True,
            if_match=if_match,
        )

    def check_unifications(self, uscc: str, act: CheckUnifications, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None, if_match: str | None = None) -> Receipt:
        """登记“四统一”检查 check the four unifications [SMART_OFFICE、LEADING_GROUP、OWNER_UNIT]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            f"/v1/units/{quote(str(uscc), safe='')}/unifications",
            operation='CheckUnifications',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
            versioned=True,
            if_match=if_match,
        )

    def responsibility_read_responsibility(self, uscc: str, *, on: str | None = None, as_of_position: int | None = None, as_of_recorded: str | None = None, as_of_happened: str | None = None) -> ResponsibilityAnswer:
        """单位责任 what a unit has named and owes on a day"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            f"/v1/units/{quote(str(uscc), safe='')}/responsibility",
            operation='ResponsibilityReadResponsibility',
            query={"on": on, "as_of_position": as_of_position, "as_of_recorded": as_of_recorded, "as_of_happened": as_of_happened},
            headers={},
        )

    def assign_task(self, uscc: str, act: AssignTask, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None, if_match: str | None = None) -> Receipt:
        """下达任务 assign a task [LEADING_GROUP、SMART_OFFICE]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            f"/v1/units/{quote(str(uscc), safe='')}/tasks",
            operation='AssignTask',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
            versioned=True,
            if_match=if_match,
        )

    def complete_task(self, uscc: str, act: CompleteTask, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None, if_match: str | None = None) -> Receipt:
        """登记任务完成 task completed [OWNER_UNIT、SMART_OFFICE]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            f"/v1/units/{quote(str(uscc), safe='')}/tasks/completed",
            operation='CompleteTask',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
            versioned=True,
            if_match=if_match,
        )

    def extend_task(self, uscc: str, act: ExtendTask, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None, if_match: str | None = None) -> Receipt:
        """登记任务延期 task extended [LEADING_GROUP、SMART_OFFICE]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            f"/v1/units/{quote(str(uscc), safe='')}/tasks/extended",
            operation='ExtendTask',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
            versioned=True,
            if_match=if_match,
        )

    def open_supervision_item(self, uscc: str, act: OpenSupervisionItem, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None, if_match: str | None = None) -> Receipt:
        """登记督办事项 open a supervision item [LEADING_GROUP、SMART_OFFICE]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            f"/v1/units/{quote(str(uscc), safe='')}/supervision-items",
            operation='OpenSupervisionItem',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
            versioned=True,
            if_match=if_match,
        )

    def reply_to_item(self, uscc: str, act: ReplyToItem, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None, if_match: str | None = None) -> Receipt:
        """回复督办事项 reply to an item [OWNER_UNIT、SMART_OFFICE]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            f"/v1/units/{quote(str(uscc), safe='')}/supervision-items/replies",
            operation='ReplyToItem',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
            versioned=True,
            if_match=if_match,
        )

    def close_item(self, uscc: str, act: CloseItem, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None, if_match: str | None = None) -> Receipt:
        """办结或退回 judge the reply [LEADING_GROUP、SMART_OFFICE]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            f"/v1/units/{quote(str(uscc), safe='')}/supervision-items/verdicts",
            operation='CloseItem',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
            versioned=True,
            if_match=if_match,
        )

    def file_project(self, act: FileProject, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None) -> Receipt:
        """项目备案 file a project (gate FILE) [OWNER_UNIT、SMART_OFFICE]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            '/v1/projects',
            operation='FileProject',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
        )

    def report_unfiled_project(self, act: ReportUnfiledProject, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None) -> Receipt:
        """登记未备案项目 report an unfiled one [SMART_OFFICE、PROJECT_AUTHORITY、AUDITOR]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            '/v1/projects/unfiled',
            operation='ReportUnfiledProject',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
        )

    def file_recorded_project(self, subject: str, act: FileRecordedProject, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None, if_match: str | None = None) -> Receipt:
        """补办备案 file a recorded project [OWNER_UNIT、SMART_OFFICE]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            f"/v1/projects/{quote(str(subject), safe='')}/filing",
            operation='FileRecordedProject',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
            versioned=True,
            if_match=if_match,
        )

    def amend_filing(self, subject: str, act: AmendFiling, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None, if_match: str | None = None) -> Receipt:
        """修改备案 amend a filing [OWNER_UNIT、SMART_OFFICE]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            f"/v1/projects/{quote(str(subject), safe='')}/filing/amendment",
            operation='AmendFiling',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
            versioned=True,
            if_match=if_match,
        )

    def register_system(self, subject: str, act: RegisterSystem, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None, if_match: str | None = None) -> Receipt:
        """登记系统 register a system [OWNER_UNIT]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            f"/v1/projects/{quote(str(subject), safe='')}/systems",
            operation='RegisterSystem',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
            versioned=True,
            if_match=if_match,
        )

    def state_no_system(self, subject: str, act: StateNoSystem, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None, if_match: str | None = None) -> Receipt:
        """声明无系统 state there is none [OWNER_UNIT]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            f"/v1/projects/{quote(str(subject), safe='')}/no-system",
            operation='StateNoSystem',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
            versioned=True,
            if_match=if_match,
        )

    def retire_system(self, subject: str, act: RetireSystem, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None, if_match: str | None = None) -> Receipt:
        """系统停用 retire a system [OWNER_UNIT]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            f"/v1/systems/{quote(str(subject), safe='')}/retirement",
            operation='RetireSystem',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
            versioned=True,
            if_match=if_match,
        )

    def record_major_change(self, subject: str, act: RecordMajorChange, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None, if_match: str | None = None) -> Receipt:
        """系统重大变更 major change of a system [OWNER_UNIT]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            f"/v1/systems/{quote(str(subject), safe='')}/changes",
            operation='RecordMajorChange',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
            versioned=True,
            if_match=if_match,
        )

    def declare_sharing(self, subject: str, act: DeclareSharing, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None, if_match: str | None = None) -> Receipt:
        """共享声明 declare sharing [OWNER_UNIT]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            f"/v1/projects/{quote(str(subject), safe='')}/sharing",
            operation='DeclareSharing',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
            versioned=True,
            if_match=if_match,
        )

    def withdraw_sharing(self, subject: str, act: WithdrawSharing, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None, if_match: str | None = None) -> Receipt:
        """撤回声明 withdraw it [OWNER_UNIT]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            f"/v1/projects/{quote(str(subject), safe='')}/sharing/withdrawal",
            operation='WithdrawSharing',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
            versioned=True,
            if_match=if_match,
        )

    def report_lapse(self, subject: str, act: ReportLapse, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None, if_match: str | None = None) -> Receipt:
        """共享中断 report a lapse [PLATFORM_OPERATOR、SMART_OFFICE]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            f"/v1/projects/{quote(str(subject), safe='')}/sharing/lapse",
            operation='ReportLapse',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
            versioned=True,
            if_match=if_match,
        )

    def report_resumption(self, subject: str, act: ReportResumption, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None, if_match: str | None = None) -> Receipt:
        """共享恢复 resume [PLATFORM_OPERATOR、SMART_OFFICE]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            f"/v1/projects/{quote(str(subject), safe='')}/sharing/resumption",
            operation='ReportResumption',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
            versioned=True,
            if_match=if_match,
        )

    def assess_sharing_risk(self, subject: str, act: AssessSharingRisk, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None, if_match: str | None = None) -> Receipt:
        """共享利用风险评估 risk assessment of sharing [OWNER_UNIT、THIRD_PARTY]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            f"/v1/projects/{quote(str(subject), safe='')}/sharing/risk-assessments",
            operation='AssessSharingRisk',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
            versioned=True,
            if_match=if_match,
        )

    def assess_privacy_impact(self, subject: str, act: AssessPrivacyImpact, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None, if_match: str | None = None) -> Receipt:
        """个人信息保护影响评估 privacy impact assessment [OWNER_UNIT、THIRD_PARTY]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            f"/v1/projects/{quote(str(subject), safe='')}/sharing/privacy-assessments",
            operation='AssessPrivacyImpact',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
            versioned=True,
            if_match=if_match,
        )

    def grant_exception(self, subject: str, act: GrantException, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None, if_match: str | None = None) -> Receipt:
        """登记例外 record an exception [LEADING_GROUP、PROJECT_AUTHORITY]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            f"/v1/projects/{quote(str(subject), safe='')}/exceptions",
            operation='GrantException',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
            versioned=True,
            if_match=if_match,
        )

    def revoke_exception(self, subject: str, act: RevokeException, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None, if_match: str | None = None) -> Receipt:
        """撤销例外 revoke it [LEADING_GROUP、PROJECT_AUTHORITY]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            f"/v1/projects/{quote(str(subject), safe='')}/exceptions/revocation",
            operation='RevokeException',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
            versioned=True,
            if_match=if_match,
        )

    def give_opinion(self, subject: str, act: GiveOpinion, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None, if_match: str | None = None) -> Receipt:
        """审核意见 give an opinion [EXPERT_COMMITTEE、PROJECT_AUTHORITY、FINANCE、SMART_OFFICE]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            f"/v1/projects/{quote(str(subject), safe='')}/opinions",
            operation='GiveOpinion',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
            versioned=True,
            if_match=if_match,
        )

    def approve_project(self, subject: str, act: ApproveProject, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None, if_match: str | None = None) -> Receipt:
        """立项审批 approve a project (gate APPROVE) [PROJECT_AUTHORITY、DRC]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            f"/v1/projects/{quote(str(subject), safe='')}/approval",
            operation='ApproveProject',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
            versioned=True,
            if_match=if_match,
        )

    def revoke_approval(self, subject: str, act: RevokeApproval, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None, if_match: str | None = None) -> Receipt:
        """撤销批复 revoke the approval [PROJECT_AUTHORITY、DRC]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            f"/v1/projects/{quote(str(subject), safe='')}/approval/revocation",
            operation='RevokeApproval',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
            versioned=True,
            if_match=if_match,
        )

    def record_contract(self, subject: str, act: RecordContract, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None, if_match: str | None = None) -> Receipt:
        """登记合同 record a contract [OWNER_UNIT]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            f"/v1/projects/{quote(str(subject), safe='')}/contracts",
            operation='RecordContract',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
            versioned=True,
            if_match=if_match,
        )

    def report_progress(self, subject: str, act: ReportProgress, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None, if_match: str | None = None) -> Receipt:
        """报告进度 report progress [OWNER_UNIT]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            f"/v1/projects/{quote(str(subject), safe='')}/progress",
            operation='ReportProgress',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
            versioned=True,
            if_match=if_match,
        )

    def record_change(self, subject: str, act: RecordChange, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None, if_match: str | None = None) -> Receipt:
        """登记变更 record a change [OWNER_UNIT]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            f"/v1/projects/{quote(str(subject), safe='')}/changes",
            operation='RecordChange',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
            versioned=True,
            if_match=if_match,
        )

    def file_level(self, subject: str, act: FileLevel, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None, if_match: str | None = None) -> Receipt:
        """等保定级备案 file a level [OWNER_UNIT、TEST_AGENCY]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            f"/v1/systems/{quote(str(subject), safe='')}/level-filings",
            operation='FileLevel',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
            versioned=True,
            if_match=if_match,
        )

    def record_security_test(self, subject: str, act: RecordSecurityTest, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None, if_match: str | None = None) -> Receipt:
        """等级测评 level test [OWNER_UNIT、TEST_AGENCY]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            f"/v1/systems/{quote(str(subject), safe='')}/security-tests",
            operation='RecordSecurityTest',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
            versioned=True,
            if_match=if_match,
        )

    def record_classified_test(self, subject: str, act: RecordClassifiedTest, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None, if_match: str | None = None) -> Receipt:
        """涉密系统测评编号 classified test, number only [OWNER_UNIT、TEST_AGENCY]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            f"/v1/systems/{quote(str(subject), safe='')}/classified-tests",
            operation='RecordClassifiedTest',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
            versioned=True,
            if_match=if_match,
        )

    def record_crypto_assessment(self, subject: str, act: RecordCryptoAssessment, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None, if_match: str | None = None) -> Receipt:
        """商用密码应用安全性评估 crypto assessment [OWNER_UNIT、TEST_AGENCY]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            f"/v1/systems/{quote(str(subject), safe='')}/crypto-assessments",
            operation='RecordCryptoAssessment',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
            versioned=True,
            if_match=if_match,
        )

    def record_incident(self, subject: str, act: RecordIncident, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None, if_match: str | None = None) -> Receipt:
        """安全事件 security incident [OWNER_UNIT、PLATFORM_OPERATOR]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            f"/v1/systems/{quote(str(subject), safe='')}/incidents",
            operation='RecordIncident',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
            versioned=True,
            if_match=if_match,
        )

    def resolve_incident(self, subject: str, act: ResolveIncident, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None, if_match: str | None = None) -> Receipt:
        """安全事件处置 incident resolved [OWNER_UNIT、PLATFORM_OPERATOR]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            f"/v1/systems/{quote(str(subject), safe='')}/incidents/resolution",
            operation='ResolveIncident',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
            versioned=True,
            if_match=if_match,
        )

    def mark_security(self, subject: str, act: MarkSecurity, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None, if_match: str | None = None) -> Receipt:
        """同建设、同考核 security went along [OWNER_UNIT]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            f"/v1/projects/{quote(str(subject), safe='')}/security-marks",
            operation='MarkSecurity',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
            versioned=True,
            if_match=if_match,
        )

    def record_interconnection(self, subject: str, act: RecordInterconnection, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None, if_match: str | None = None) -> Receipt:
        """互联互通测试 connection tested [PLATFORM_OPERATOR、SMART_OFFICE]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            f"/v1/systems/{quote(str(subject), safe='')}/interconnections",
            operation='RecordInterconnection',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
            versioned=True,
            if_match=if_match,
        )

    def record_supply(self, subject: str, act: RecordSupply, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None, if_match: str | None = None) -> Receipt:
        """平台供数核验 platform supply verified [PLATFORM_OPERATOR、SMART_OFFICE]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            f"/v1/systems/{quote(str(subject), safe='')}/platform-supplies",
            operation='RecordSupply',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
            versioned=True,
            if_match=if_match,
        )

    def confirm_supply(self, subject: str, act: ConfirmSupply, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None, if_match: str | None = None) -> Receipt:
        """供数更新 supplied resource updated [PLATFORM_OPERATOR、SMART_OFFICE]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            f"/v1/systems/{quote(str(subject), safe='')}/platform-supplies/confirmations",
            operation='ConfirmSupply',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
            versioned=True,
            if_match=if_match,
        )

    def onboard_service(self, subject: str, act: OnboardService, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None, if_match: str | None = None) -> Receipt:
        """接入政务服务平台 services online (gate SERVE) [OWNER_UNIT]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            f"/v1/projects/{quote(str(subject), safe='')}/services",
            operation='OnboardService',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
            versioned=True,
            if_match=if_match,
        )

    def exempt_service(self, subject: str, act: ExemptService, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None, if_match: str | None = None) -> Receipt:
        """豁免接入 exempt from the platform [OWNER_UNIT]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            f"/v1/projects/{quote(str(subject), safe='')}/services/exemption",
            operation='ExemptService',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
            versioned=True,
            if_match=if_match,
        )

    def accept_project(self, subject: str, act: AcceptProject, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None, if_match: str | None = None) -> Receipt:
        """竣工验收 accept (gate ACCEPT) [PROJECT_AUTHORITY]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            f"/v1/projects/{quote(str(subject), safe='')}/acceptance",
            operation='AcceptProject',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
            versioned=True,
            if_match=if_match,
        )

    def take_measure(self, subject: str, act: TakeMeasure, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None, if_match: str | None = None) -> Receipt:
        """采取监管措施 take a measure [LEADING_GROUP、SMART_OFFICE、PROJECT_AUTHORITY、DRC]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            f"/v1/projects/{quote(str(subject), safe='')}/oversight-measures",
            operation='TakeMeasure',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
            versioned=True,
            if_match=if_match,
        )

    def lift_measure(self, subject: str, act: LiftMeasure, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None, if_match: str | None = None) -> Receipt:
        """解除监管措施 lift a measure [LEADING_GROUP、SMART_OFFICE、PROJECT_AUTHORITY、DRC]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            f"/v1/projects/{quote(str(subject), safe='')}/oversight-measures/lifted",
            operation='LiftMeasure',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
            versioned=True,
            if_match=if_match,
        )

    def answer_flag(self, subject: str, act: AnswerFlag, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None, if_match: str | None = None) -> Receipt:
        """答复疑点 answer a red flag [OWNER_UNIT、SMART_OFFICE]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            f"/v1/projects/{quote(str(subject), safe='')}/flag-answers",
            operation='AnswerFlag',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
            versioned=True,
            if_match=if_match,
        )

    def state_amount(self, subject: str, act: StateAmount, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None, if_match: str | None = None) -> Receipt:
        """登记阶段金额 state an amount [OWNER_UNIT]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            f"/v1/projects/{quote(str(subject), safe='')}/amounts",
            operation='StateAmount',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
            versioned=True,
            if_match=if_match,
        )

    def set_budget(self, subject: str, act: SetBudget, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None, if_match: str | None = None) -> Receipt:
        """登记预算 set or revise a budget [FINANCE]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            f"/v1/projects/{quote(str(subject), safe='')}/funds/budgets",
            operation='SetBudget',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
            versioned=True,
            if_match=if_match,
        )

    def arrange_funds(self, subject: str, act: ArrangeFunds, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None, if_match: str | None = None) -> Receipt:
        """安排经费 arrange money (gates FUND_…) [FINANCE]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            f"/v1/projects/{quote(str(subject), safe='')}/funds/arrangements",
            operation='ArrangeFunds',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
            versioned=True,
            if_match=if_match,
        )

    def disburse_funds(self, subject: str, act: DisburseFunds, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None, if_match: str | None = None) -> Receipt:
        """拨付经费 disburse money [FINANCE]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            f"/v1/projects/{quote(str(subject), safe='')}/funds/disbursements",
            operation='DisburseFunds',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
            versioned=True,
            if_match=if_match,
        )

    def refund_funds(self, subject: str, act: RefundFunds, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None, if_match: str | None = None) -> Receipt:
        """退回经费 record a refund [FINANCE]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            f"/v1/projects/{quote(str(subject), safe='')}/funds/refunds",
            operation='RefundFunds',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
            versioned=True,
            if_match=if_match,
        )

    def contribute(self, act: Contribute, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None) -> Receipt:
        """出资 contribute [FINANCE]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            '/v1/guidance-fund/contributions',
            operation='Contribute',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
        )

    def invest(self, act: Invest, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None) -> Receipt:
        """投资 invest (gate FUND_INVEST) [FINANCE]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            '/v1/guidance-fund/investments',
            operation='Invest',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
        )

    def return_investment(self, act: ReturnInvestment, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None) -> Receipt:
        """回收 money came back [FINANCE]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            '/v1/guidance-fund/returns',
            operation='ReturnInvestment',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
        )

    def list_ppp(self, subject: str, act: ListPpp, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None, if_match: str | None = None) -> Receipt:
        """PPP项目入库 enter the library (gate PPP_LIST) [DRC、FINANCE]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            f"/v1/projects/{quote(str(subject), safe='')}/ppp/listing",
            operation='ListPpp',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
            versioned=True,
            if_match=if_match,
        )

    def delist_ppp(self, subject: str, act: DelistPpp, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None, if_match: str | None = None) -> Receipt:
        """PPP项目出库 leave the library [DRC、FINANCE]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            f"/v1/projects/{quote(str(subject), safe='')}/ppp/delisting",
            operation='DelistPpp',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
            versioned=True,
            if_match=if_match,
        )

    def report_operation(self, subject: str, act: ReportOperation, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None, if_match: str | None = None) -> Receipt:
        """年度运营报告 report a year's operation [OWNER_UNIT、DRC、FINANCE]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            f"/v1/projects/{quote(str(subject), safe='')}/ppp/operation-reports",
            operation='ReportOperation',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
            versioned=True,
            if_match=if_match,
        )

    def register_evaluator(self, act: RegisterEvaluator, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None) -> Receipt:
        """登记评估机构 register an evaluator [SMART_OFFICE、FINANCE]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            '/v1/evaluators',
            operation='RegisterEvaluator',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
        )

    def state_conflict(self, uscc: str, act: StateConflict, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None, if_match: str | None = None) -> Receipt:
        """登记利益冲突 state a conflict of interest [THIRD_PARTY、SMART_OFFICE、FINANCE]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            f"/v1/evaluators/{quote(str(uscc), safe='')}/conflicts",
            operation='StateConflict',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
            versioned=True,
            if_match=if_match,
        )

    def end_conflict(self, uscc: str, act: EndConflict, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None, if_match: str | None = None) -> Receipt:
        """登记冲突终止 end a conflict of interest [THIRD_PARTY、SMART_OFFICE、FINANCE]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            f"/v1/evaluators/{quote(str(uscc), safe='')}/conflicts/ended",
            operation='EndConflict',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
            versioned=True,
            if_match=if_match,
        )

    def evaluators_read_evaluator(self, uscc: str, *, as_of_position: int | None = None, as_of_recorded: str | None = None, as_of_happened: str | None = None) -> Evaluator:
        """评估机构状态 state of an evaluator"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            f"/v1/evaluators/{quote(str(uscc), safe='')}",
            operation='EvaluatorsReadEvaluator',
            query={"as_of_position": as_of_position, "as_of_recorded": as_of_recorded, "as_of_happened": as_of_happened},
            headers={},
        )

    def commission_evaluation(self, subject: str, act: CommissionEvaluation, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None, if_match: str | None = None) -> Receipt:
        """委托评价 commission an evaluation [FINANCE、PROJECT_AUTHORITY、SMART_OFFICE]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            f"/v1/projects/{quote(str(subject), safe='')}/evaluations/commissions",
            operation='CommissionEvaluation',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
            versioned=True,
            if_match=if_match,
        )

    def withdraw_commission(self, subject: str, act: WithdrawCommission, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None, if_match: str | None = None) -> Receipt:
        """撤回委托 withdraw a commission [FINANCE、PROJECT_AUTHORITY、SMART_OFFICE]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            f"/v1/projects/{quote(str(subject), safe='')}/evaluations/commissions/withdrawal",
            operation='WithdrawCommission',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
            versioned=True,
            if_match=if_match,
        )

    def comment_on_evaluation(self, subject: str, act: CommentOnEvaluation, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None, if_match: str | None = None) -> Receipt:
        """征求意见的答复 answer to a draft report [OWNER_UNIT、SMART_OFFICE]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            f"/v1/projects/{quote(str(subject), safe='')}/evaluations/comments",
            operation='CommentOnEvaluation',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
            versioned=True,
            if_match=if_match,
        )

    def report_evaluation(self, subject: str, act: ReportEvaluation, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None, if_match: str | None = None) -> Receipt:
        """评价报告 report an evaluation [THIRD_PARTY、EXPERT_COMMITTEE、AUDITOR、FINANCE、OWNER_UNIT、SMART_OFFICE]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            f"/v1/projects/{quote(str(subject), safe='')}/evaluations",
            operation='ReportEvaluation',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
            versioned=True,
            if_match=if_match,
        )

    def use_evaluation(self, subject: str, act: UseEvaluation, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None, if_match: str | None = None) -> Receipt:
        """结果运用 use of a result [THIRD_PARTY、EXPERT_COMMITTEE、AUDITOR、FINANCE、OWNER_UNIT、SMART_OFFICE]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            f"/v1/projects/{quote(str(subject), safe='')}/evaluations/use",
            operation='UseEvaluation',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
            versioned=True,
            if_match=if_match,
        )

    def record_survey(self, subject: str, act: RecordSurvey, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None, if_match: str | None = None) -> Receipt:
        """满意度调查 satisfaction survey [SMART_OFFICE、THIRD_PARTY、OWNER_UNIT]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            f"/v1/projects/{quote(str(subject), safe='')}/satisfaction-surveys",
            operation='RecordSurvey',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
            versioned=True,
            if_match=if_match,
        )

    def assess_unit(self, uscc: str, act: AssessUnit, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None, if_match: str | None = None) -> Receipt:
        """单位考核 assess a unit [SMART_OFFICE、LEADING_GROUP]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            f"/v1/units/{quote(str(uscc), safe='')}/assessments",
            operation='AssessUnit',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
            versioned=True,
            if_match=if_match,
        )

    def evaluate_county(self, act: EvaluateCounty, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None) -> Receipt:
        """县级评价 evaluate the county [SMART_OFFICE、LEADING_GROUP]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            '/v1/county/evaluations',
            operation='EvaluateCounty',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
        )

    def assessment_read_county_evaluations(self, *, as_of_position: int | None = None, as_of_recorded: str | None = None, as_of_happened: str | None = None) -> list[CountyEvaluation]:
        """县级评价 evaluations of the county"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            '/v1/county/evaluations',
            operation='AssessmentReadCountyEvaluations',
            query={"as_of_position": as_of_position, "as_of_recorded": as_of_recorded, "as_of_happened": as_of_happened},
            headers={},
        )

    def change_log_key(self, act: ChangeLogKey, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None) -> Receipt:
        """登记日志密钥变更 record a change of keys [SMART_OFFICE、SYS_ADMIN]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            '/v1/county/log-keys',
            operation='ChangeLogKey',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
        )

    def restart_log(self, act: RestartLog, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None) -> Receipt:
        """登记日志重启 record a new beginning [SMART_OFFICE、SYS_ADMIN]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            '/v1/county/log-restarts',
            operation='RestartLog',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
        )

    def correct_project_fact(self, subject: str, act: CorrectProjectFact, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None, if_match: str | None = None) -> Receipt:
        """更正项目事实 correct a fact [SMART_OFFICE、PROJECT_AUTHORITY、OWNER_UNIT]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            f"/v1/projects/{quote(str(subject), safe='')}/corrections",
            operation='CorrectProjectFact',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
            versioned=True,
            if_match=if_match,
        )

    def correct_system_fact(self, subject: str, act: CorrectSystemFact, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None, if_match: str | None = None) -> Receipt:
        """更正系统事实 correct a fact [SMART_OFFICE、PROJECT_AUTHORITY、OWNER_UNIT]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            f"/v1/systems/{quote(str(subject), safe='')}/corrections",
            operation='CorrectSystemFact',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
            versioned=True,
            if_match=if_match,
        )

    def correct_unit_fact(self, uscc: str, act: CorrectUnitFact, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None, if_match: str | None = None) -> Receipt:
        """更正单位事实 correct a fact [SMART_OFFICE、PROJECT_AUTHORITY、OWNER_UNIT]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            f"/v1/units/{quote(str(uscc), safe='')}/corrections",
            operation='CorrectUnitFact',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
            versioned=True,
            if_match=if_match,
        )

    def correct_county_fact(self, act: CorrectCountyFact, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None) -> Receipt:
        """更正县级事实 correct a fact [SMART_OFFICE、PROJECT_AUTHORITY、OWNER_UNIT]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            '/v1/county/corrections',
            operation='CorrectCountyFact',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
        )

    def correct_evaluator_fact(self, uscc: str, act: CorrectEvaluatorFact, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None, if_match: str | None = None) -> Receipt:
        """更正评估机构事实 correct a fact [SMART_OFFICE、PROJECT_AUTHORITY、OWNER_UNIT]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            f"/v1/evaluators/{quote(str(uscc), safe='')}/corrections",
            operation='CorrectEvaluatorFact',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
            versioned=True,
            if_match=if_match,
        )

    def correct_fund_fact(self, act: CorrectFundFact, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None) -> Receipt:
        """更正引导基金事实 correct a fact [SMART_OFFICE、PROJECT_AUTHORITY、OWNER_UNIT]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            '/v1/guidance-fund/corrections',
            operation='CorrectFundFact',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
        )

    def erase_personal_data(self, subject: str, act: ErasePersonalData, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None) -> Receipt:
        """删除个人信息 erase the data of a person [SMART_OFFICE]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            f"/v1/persons/{quote(str(subject), safe='')}/erasure",
            operation='ErasePersonalData',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
        )

    def personal_read_person(self, person: str) -> PersonAnswer:
        """个人信息状态 whether the data of a person are there"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            f"/v1/persons/{quote(str(person), safe='')}",
            operation='PersonalReadPerson',
            query={},
            headers={},
        )

    def importing_read_mappings(self) -> list[MappingAnswer]:
        """可导入的文件种类 kinds of files"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            '/v1/imports/mappings',
            operation='ImportingReadMappings',
            query={},
            headers={},
        )

    def importing_post_import(self, mapping: str, body: bytes, *, dry_run: bool | None = None) -> ImportReport:
        """作为历史导入 import as history"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            f"/v1/imports/{quote(str(mapping), safe='')}",
            operation='ImportingPostImport',
            query={"dry_run": dry_run},
            headers={"Content-Type": 'text/csv'},
            body=body,
        )

    def open_account(self, act: OpenAccount, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None) -> Receipt:
        """开立账户 open an account [SYS_ADMIN]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            '/v1/accounts',
            operation='OpenAccount',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
        )

    def accounts_read_accounts(self) -> AccountsAnswer:
        """账户总表 all accounts"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            '/v1/accounts',
            operation='AccountsReadAccounts',
            query={},
            headers={},
        )

    def disable_account(self, account: str, act: DisableAccount, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None) -> Receipt:
        """停用账户 disable an account [SYS_ADMIN]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            f"/v1/accounts/{quote(str(account), safe='')}/disabled",
            operation='DisableAccount',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
        )

    def enable_account(self, account: str, act: EnableAccount, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None) -> Receipt:
        """启用账户 enable an account again [SYS_ADMIN]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            f"/v1/accounts/{quote(str(account), safe='')}/enabled",
            operation='EnableAccount',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
        )

    def grant_role(self, account: str, act: GrantRole, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None) -> Receipt:
        """授予角色 grant a role [SEC_ADMIN]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            f"/v1/accounts/{quote(str(account), safe='')}/grants",
            operation='GrantRole',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
        )

    def revoke_grant(self, account: str, act: RevokeGrant, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None) -> Receipt:
        """撤销授权 revoke a grant [SEC_ADMIN]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            f"/v1/accounts/{quote(str(account), safe='')}/grants-revoked",
            operation='RevokeGrant',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
        )

    def register_key(self, account: str, act: RegisterKey, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None) -> Receipt:
        """登记密钥 register a key [SEC_ADMIN、SYS_ADMIN、AUDIT_ADMIN]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            f"/v1/accounts/{quote(str(account), safe='')}/keys",
            operation='RegisterKey',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
        )

    def revoke_key(self, account: str, act: RevokeKey, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None) -> Receipt:
        """吊销密钥 revoke a key [SEC_ADMIN、SYS_ADMIN、AUDIT_ADMIN、DRC、EXPERT_COMMITTEE、FINANCE、LEADING_GROUP、OWNER_UNIT、PLATFORM_OPERATOR、PROJECT_AUTHORITY、SMART_OFFICE、TEST_AGENCY、THIRD_PARTY、AUDITOR]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            f"/v1/accounts/{quote(str(account), safe='')}/keys-revoked",
            operation='RevokeKey',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
        )

    def ask_emergency(self, account: str, act: AskEmergency, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None) -> Receipt:
        """提出应急 ask for a role in an emergency [SYS_ADMIN、SEC_ADMIN]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            f"/v1/accounts/{quote(str(account), safe='')}/emergencies",
            operation='AskEmergency',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
        )

    def confirm_emergency(self, account: str, act: ConfirmEmergency, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None) -> Receipt:
        """确认应急 confirm an emergency [SYS_ADMIN、SEC_ADMIN]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            f"/v1/accounts/{quote(str(account), safe='')}/emergencies-confirmed",
            operation='ConfirmEmergency',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
        )

    def end_emergency(self, account: str, act: EndEmergency, *, happened_on: CivilDate, authority: Authority | None = None, evidence: list[Evidence] | None = None, acting_as: Role | None = None, dry_run: bool | None = None, key: str | None = None) -> Receipt:
        """结束应急 end an emergency [SYS_ADMIN、SEC_ADMIN]"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            f"/v1/accounts/{quote(str(account), safe='')}/emergencies-ended",
            operation='EndEmergency',
            query={"dry_run": dry_run},
            headers={},
            body={"happened_on": happened_on, "authority": authority, "evidence": evidence, "acting_as": acting_as, "act": act},
            act=True,
            key=key,
        )

    def accounts_read_accounts_history(self) -> HistoryAnswer:
        """账户留痕 history of the accounts"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            '/v1/accounts/history',
            operation='AccountsReadAccountsHistory',
            query={},
            headers={},
        )

    def record_batch(self, body: bytes, *, mode: Mode | None = None) -> bytes:
        """成批办理 record many acts"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            '/v1/batch',
            operation='RecordBatch',
            query={"mode": mode},
            headers={"Content-Type": 'application/x-ndjson'},
            body=body,
        )

    def projects_read_project(self, project_id: str, *, as_of_position: int | None = None, as_of_recorded: str | None = None, as_of_happened: str | None = None) -> ProjectAnswer:
        """项目状态 state of a project"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            f"/v1/projects/{quote(str(project_id), safe='')}",
            operation='ProjectsReadProject',
            query={"as_of_position": as_of_position, "as_of_recorded": as_of_recorded, "as_of_happened": as_of_happened},
            headers={},
        )

    def projects_read_history(self, project_id: str, *, as_of_position: int | None = None, as_of_recorded: str | None = None, as_of_happened: str | None = None) -> HistoryAnswer:
        """项目历史 history of a project"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            f"/v1/projects/{quote(str(project_id), safe='')}/history",
            operation='ProjectsReadHistory',
            query={"as_of_position": as_of_position, "as_of_recorded": as_of_recorded, "as_of_happened": as_of_happened},
            headers={},
        )

    def projects_read_system(self, system_id: str, *, as_of_position: int | None = None, as_of_recorded: str | None = None, as_of_happened: str | None = None) -> GovSystem:
        """系统状态 state of a system"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            f"/v1/systems/{quote(str(system_id), safe='')}",
            operation='ProjectsReadSystem',
            query={"as_of_position": as_of_position, "as_of_recorded": as_of_recorded, "as_of_happened": as_of_happened},
            headers={},
        )

    def projects_read_unit(self, uscc: str, *, as_of_position: int | None = None, as_of_recorded: str | None = None, as_of_happened: str | None = None) -> Unit:
        """单位状态 state of a unit"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            f"/v1/units/{quote(str(uscc), safe='')}",
            operation='ProjectsReadUnit',
            query={"as_of_position": as_of_position, "as_of_recorded": as_of_recorded, "as_of_happened": as_of_happened},
            headers={},
        )

    def projects_read_unit_history(self, uscc: str, *, as_of_position: int | None = None, as_of_recorded: str | None = None, as_of_happened: str | None = None) -> HistoryAnswer:
        """单位历史 history of a unit"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            f"/v1/units/{quote(str(uscc), safe='')}/history",
            operation='ProjectsReadUnitHistory',
            query={"as_of_position": as_of_position, "as_of_recorded": as_of_recorded, "as_of_happened": as_of_happened},
            headers={},
        )

    def projects_read_indicators(self, project_id: str, *, as_of_position: int | None = None, as_of_recorded: str | None = None, as_of_happened: str | None = None) -> list[Rate]:
        """可计算指标 indicators computed from the record"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            f"/v1/projects/{quote(str(project_id), safe='')}/indicators",
            operation='ProjectsReadIndicators',
            query={"as_of_position": as_of_position, "as_of_recorded": as_of_recorded, "as_of_happened": as_of_happened},
            headers={},
        )

    def projects_read_next(self, project_id: str, *, on: str | None = None, as_of_position: int | None = None, as_of_recorded: str | None = None, as_of_happened: str | None = None) -> list[NextAct]:
        """还缺什么 what each next act lacks"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            f"/v1/projects/{quote(str(project_id), safe='')}/next",
            operation='ProjectsReadNext',
            query={"on": on, "as_of_position": as_of_position, "as_of_recorded": as_of_recorded, "as_of_happened": as_of_happened},
            headers={},
        )

    def projects_read_rejudgement(self, project_id: str, *, rule_set: str | None = None, as_of: str | None = None) -> list[RejudgedAnswer]:
        """再判 its decisions judged again"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            f"/v1/projects/{quote(str(project_id), safe='')}/rejudgement",
            operation='ProjectsReadRejudgement',
            query={"rule_set": rule_set, "as_of": as_of},
            headers={},
        )

    def evidence_read_project_evidence(self, project_id: str, *, from_: str | None = None, until: str | None = None, grounds: bool | None = None, documents: bool | None = None, wait: float | None = None) -> bytes:
        """项目证据包 evidence bundle of a project"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            f"/v1/projects/{quote(str(project_id), safe='')}/evidence",
            operation='EvidenceReadProjectEvidence',
            query={"from": from_, "until": until, "grounds": grounds, "documents": documents, "wait": wait},
            headers={},
        )

    def evidence_read_system_evidence(self, system_id: str, *, from_: str | None = None, until: str | None = None, documents: bool | None = None, wait: float | None = None) -> bytes:
        """系统证据包 evidence bundle of a system"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            f"/v1/systems/{quote(str(system_id), safe='')}/evidence",
            operation='EvidenceReadSystemEvidence',
            query={"from": from_, "until": until, "documents": documents, "wait": wait},
            headers={},
        )

    def evidence_read_unit_evidence(self, uscc: str, *, from_: str | None = None, until: str | None = None, documents: bool | None = None, wait: float | None = None) -> bytes:
        """单位证据包 evidence bundle of a unit"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            f"/v1/units/{quote(str(uscc), safe='')}/evidence",
            operation='EvidenceReadUnitEvidence',
            query={"from": from_, "until": until, "documents": documents, "wait": wait},
            headers={},
        )

    def evidence_read_decision_evidence(self, position: int, *, documents: bool | None = None, wait: float | None = None) -> bytes:
        """一项决定的证据包 evidence bundle of one event"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            f"/v1/log/events/{quote(str(position), safe='')}/evidence",
            operation='EvidenceReadDecisionEvidence',
            query={"documents": documents, "wait": wait},
            headers={},
        )

    def evidence_read_period_evidence(self, *, from_: str | None = None, until: str | None = None, documents: bool | None = None, wait: float | None = None) -> bytes:
        """一段时期的证据包 evidence bundle of a period"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            '/v1/log/evidence',
            operation='EvidenceReadPeriodEvidence',
            query={"from": from_, "until": until, "documents": documents, "wait": wait},
            headers={},
        )

    def county_read_county(self, *, as_of_position: int | None = None, as_of_recorded: str | None = None, as_of_happened: str | None = None) -> County:
        """县级状态 state of the county"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            '/v1/county',
            operation='CountyReadCounty',
            query={"as_of_position": as_of_position, "as_of_recorded": as_of_recorded, "as_of_happened": as_of_happened},
            headers={},
        )

    def county_read_county_history(self, *, as_of_position: int | None = None, as_of_recorded: str | None = None, as_of_happened: str | None = None) -> HistoryAnswer:
        """县级历史 history of the county"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            '/v1/county/history',
            operation='CountyReadCountyHistory',
            query={"as_of_position": as_of_position, "as_of_recorded": as_of_recorded, "as_of_happened": as_of_happened},
            headers={},
        )

    def county_read_half_years(self, *, on: str | None = None, as_of_position: int | None = None, as_of_recorded: str | None = None, as_of_happened: str | None = None) -> list[HalfYearAnswer]:
        """联席会议召开情况 joint meetings by half-year"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            '/v1/county/half-years',
            operation='CountyReadHalfYears',
            query={"on": on, "as_of_position": as_of_position, "as_of_recorded": as_of_recorded, "as_of_happened": as_of_happened},
            headers={},
        )

    def county_read_duties(self, *, on: str | None = None, as_of_position: int | None = None, as_of_recorded: str | None = None, as_of_happened: str | None = None) -> DutiesAnswer:
        """职责 who led and held what on a day"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            '/v1/county/duties',
            operation='CountyReadDuties',
            query={"on": on, "as_of_position": as_of_position, "as_of_recorded": as_of_recorded, "as_of_happened": as_of_happened},
            headers={},
        )

    def documents_hand_in(self, sha256: str, body: bytes) -> Document:
        """提交材料 hand a paper in"""
        return self.send(  # type: ignore[no-any-return]
            'PUT',
            f"/v1/documents/{quote(str(sha256), safe='')}",
            operation='DocumentsHandIn',
            query={},
            headers={"Content-Type": 'application/octet-stream'},
            body=body,
        )

    def documents_is_here(self, sha256: str) -> None:
        """有无此材料 is a paper here"""
        self.send(
            'HEAD',
            f"/v1/documents/{quote(str(sha256), safe='')}",
            operation='DocumentsIsHere',
            query={},
            headers={},
        )

    def documents_get(self, sha256: str) -> bytes:
        """取材料 get a paper"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            f"/v1/documents/{quote(str(sha256), safe='')}",
            operation='DocumentsGet',
            query={},
            headers={},
        )

    def documents_of_project(self, project_id: str, *, min_position: int | None = None, as_of_position: int | None = None, as_of_recorded: str | None = None, as_of_happened: str | None = None, limit: int | None = None, cursor: str | None = None, sort: str | None = None, fields: str | None = None, exact: bool | None = None, format: Form | None = None) -> ViewAnswer_NamedPaper:
        """项目的材料 papers of a project"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            f"/v1/projects/{quote(str(project_id), safe='')}/documents",
            operation='DocumentsOfProject',
            query={"min_position": min_position, "as_of_position": as_of_position, "as_of_recorded": as_of_recorded, "as_of_happened": as_of_happened, "limit": limit, "cursor": cursor, "sort": sort, "fields": fields, "exact": exact, "format": format},
            headers={},
        )

    def views_register_projects(self, *, q: str | None = None, unit: str | None = None, category: Category | None = None, stage: Stage | None = None, source: str | None = None, least_yuan: str | None = None, most_yuan: str | None = None, min_position: int | None = None, as_of_position: int | None = None, as_of_recorded: str | None = None, as_of_happened: str | None = None, limit: int | None = None, cursor: str | None = None, sort: str | None = None, fields: str | None = None, exact: bool | None = None, format: Form | None = None) -> ViewAnswer_ProjectRow:
        """项目登记簿 the register of projects"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            '/v1/register/projects',
            operation='ViewsRegisterProjects',
            query={"q": q, "unit": unit, "category": category, "stage": stage, "source": source, "least_yuan": least_yuan, "most_yuan": most_yuan, "min_position": min_position, "as_of_position": as_of_position, "as_of_recorded": as_of_recorded, "as_of_happened": as_of_happened, "limit": limit, "cursor": cursor, "sort": sort, "fields": fields, "exact": exact, "format": format},
            headers={},
        )

    def views_register_units(self, *, q: str | None = None, min_position: int | None = None, as_of_position: int | None = None, as_of_recorded: str | None = None, as_of_happened: str | None = None, limit: int | None = None, cursor: str | None = None, sort: str | None = None, fields: str | None = None, exact: bool | None = None, format: Form | None = None) -> ViewAnswer_UnitRow:
        """单位登记簿 the register of units"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            '/v1/register/units',
            operation='ViewsRegisterUnits',
            query={"q": q, "min_position": min_position, "as_of_position": as_of_position, "as_of_recorded": as_of_recorded, "as_of_happened": as_of_happened, "limit": limit, "cursor": cursor, "sort": sort, "fields": fields, "exact": exact, "format": format},
            headers={},
        )

    def views_read_timeline(self, subject: str, *, min_position: int | None = None, as_of_position: int | None = None, as_of_recorded: str | None = None, as_of_happened: str | None = None, limit: int | None = None, cursor: str | None = None, sort: str | None = None, fields: str | None = None, exact: bool | None = None, format: Form | None = None, on: str | None = None) -> TimelineAnswer:
        """时间线及缺项 the story of a project, system or unit, and what it lacks"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            f"/v1/timeline/{quote(str(subject), safe='')}",
            operation='ViewsReadTimeline',
            query={"min_position": min_position, "as_of_position": as_of_position, "as_of_recorded": as_of_recorded, "as_of_happened": as_of_happened, "limit": limit, "cursor": cursor, "sort": sort, "fields": fields, "exact": exact, "format": format, "on": on},
            headers={},
        )

    def views_read_board(self, *, limit: int | None = None, within_days: int | None = None, exact: bool | None = None, min_position: int | None = None, as_of_position: int | None = None, as_of_recorded: str | None = None, as_of_happened: str | None = None, on: str | None = None) -> BoardAnswer:
        """监督台 the supervision board"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            '/v1/supervision',
            operation='ViewsReadBoard',
            query={"limit": limit, "within_days": within_days, "exact": exact, "min_position": min_position, "as_of_position": as_of_position, "as_of_recorded": as_of_recorded, "as_of_happened": as_of_happened, "on": on},
            headers={},
        )

    def views_read_blocked(self, *, project: str | None = None, min_position: int | None = None, as_of_position: int | None = None, as_of_recorded: str | None = None, as_of_happened: str | None = None, limit: int | None = None, cursor: str | None = None, sort: str | None = None, fields: str | None = None, exact: bool | None = None, format: Form | None = None, on: str | None = None) -> ViewAnswer_Blocked:
        """被拦项目及原因 blocked, and by which clause"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            '/v1/supervision/blocked',
            operation='ViewsReadBlocked',
            query={"project": project, "min_position": min_position, "as_of_position": as_of_position, "as_of_recorded": as_of_recorded, "as_of_happened": as_of_happened, "limit": limit, "cursor": cursor, "sort": sort, "fields": fields, "exact": exact, "format": format, "on": on},
            headers={},
        )

    def views_read_overdue(self, *, project: str | None = None, min_position: int | None = None, as_of_position: int | None = None, as_of_recorded: str | None = None, as_of_happened: str | None = None, limit: int | None = None, cursor: str | None = None, sort: str | None = None, fields: str | None = None, exact: bool | None = None, format: Form | None = None, on: str | None = None) -> ViewAnswer_Overdue:
        """逾期未验收 overdue"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            '/v1/supervision/overdue',
            operation='ViewsReadOverdue',
            query={"project": project, "min_position": min_position, "as_of_position": as_of_position, "as_of_recorded": as_of_recorded, "as_of_happened": as_of_happened, "limit": limit, "cursor": cursor, "sort": sort, "fields": fields, "exact": exact, "format": format, "on": on},
            headers={},
        )

    def views_read_out_of_order(self, *, project: str | None = None, source: str | None = None, min_position: int | None = None, as_of_position: int | None = None, as_of_recorded: str | None = None, as_of_happened: str | None = None, limit: int | None = None, cursor: str | None = None, sort: str | None = None, fields: str | None = None, exact: bool | None = None, format: Form | None = None, on: str | None = None) -> ViewAnswer_OutOfOrder:
        """次序颠倒 out of order"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            '/v1/supervision/out-of-order',
            operation='ViewsReadOutOfOrder',
            query={"project": project, "source": source, "min_position": min_position, "as_of_position": as_of_position, "as_of_recorded": as_of_recorded, "as_of_happened": as_of_happened, "limit": limit, "cursor": cursor, "sort": sort, "fields": fields, "exact": exact, "format": format, "on": on},
            headers={},
        )

    def views_read_refusals(self, *, project: str | None = None, min_position: int | None = None, as_of_position: int | None = None, as_of_recorded: str | None = None, as_of_happened: str | None = None, limit: int | None = None, cursor: str | None = None, sort: str | None = None, fields: str | None = None, exact: bool | None = None, format: Form | None = None, on: str | None = None) -> ViewAnswer_RefusedAttempt:
        """被拒记录 refused attempts, and what became of them"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            '/v1/supervision/refusals',
            operation='ViewsReadRefusals',
            query={"project": project, "min_position": min_position, "as_of_position": as_of_position, "as_of_recorded": as_of_recorded, "as_of_happened": as_of_happened, "limit": limit, "cursor": cursor, "sort": sort, "fields": fields, "exact": exact, "format": format, "on": on},
            headers={},
        )

    def views_read_exceptions(self, *, project: str | None = None, min_position: int | None = None, as_of_position: int | None = None, as_of_recorded: str | None = None, as_of_happened: str | None = None, limit: int | None = None, cursor: str | None = None, sort: str | None = None, fields: str | None = None, exact: bool | None = None, format: Form | None = None, on: str | None = None) -> ViewAnswer_GrantedException:
        """例外 exceptions, granted by whom"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            '/v1/supervision/exceptions',
            operation='ViewsReadExceptions',
            query={"project": project, "min_position": min_position, "as_of_position": as_of_position, "as_of_recorded": as_of_recorded, "as_of_happened": as_of_happened, "limit": limit, "cursor": cursor, "sort": sort, "fields": fields, "exact": exact, "format": format, "on": on},
            headers={},
        )

    def views_read_exceptions_by_body(self, *, min_position: int | None = None, as_of_position: int | None = None, as_of_recorded: str | None = None, as_of_happened: str | None = None, limit: int | None = None, cursor: str | None = None, sort: str | None = None, fields: str | None = None, exact: bool | None = None, format: Form | None = None, on: str | None = None) -> ViewAnswer_ExceptionsOfBody:
        """例外按决定机关 exceptions by the body that granted them"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            '/v1/supervision/exceptions-by-body',
            operation='ViewsReadExceptionsByBody',
            query={"min_position": min_position, "as_of_position": as_of_position, "as_of_recorded": as_of_recorded, "as_of_happened": as_of_happened, "limit": limit, "cursor": cursor, "sort": sort, "fields": fields, "exact": exact, "format": format, "on": on},
            headers={},
        )

    def views_read_sanctioned_units(self, *, min_position: int | None = None, as_of_position: int | None = None, as_of_recorded: str | None = None, as_of_happened: str | None = None, limit: int | None = None, cursor: str | None = None, sort: str | None = None, fields: str | None = None, exact: bool | None = None, format: Form | None = None, on: str | None = None) -> ViewAnswer_SanctionedUnit:
        """受限单位 sanctioned units"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            '/v1/supervision/sanctioned-units',
            operation='ViewsReadSanctionedUnits',
            query={"min_position": min_position, "as_of_position": as_of_position, "as_of_recorded": as_of_recorded, "as_of_happened": as_of_happened, "limit": limit, "cursor": cursor, "sort": sort, "fields": fields, "exact": exact, "format": format, "on": on},
            headers={},
        )

    def views_read_tasks(self, *, within_days: int | None = None, min_position: int | None = None, as_of_position: int | None = None, as_of_recorded: str | None = None, as_of_happened: str | None = None, limit: int | None = None, cursor: str | None = None, sort: str | None = None, fields: str | None = None, exact: bool | None = None, format: Form | None = None, on: str | None = None) -> ViewAnswer_OpenTask:
        """任务 tasks due and overdue"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            '/v1/supervision/tasks',
            operation='ViewsReadTasks',
            query={"within_days": within_days, "min_position": min_position, "as_of_position": as_of_position, "as_of_recorded": as_of_recorded, "as_of_happened": as_of_happened, "limit": limit, "cursor": cursor, "sort": sort, "fields": fields, "exact": exact, "format": format, "on": on},
            headers={},
        )

    def views_read_supervision_items(self, *, within_days: int | None = None, min_position: int | None = None, as_of_position: int | None = None, as_of_recorded: str | None = None, as_of_happened: str | None = None, limit: int | None = None, cursor: str | None = None, sort: str | None = None, fields: str | None = None, exact: bool | None = None, format: Form | None = None, on: str | None = None) -> ViewAnswer_OpenItem:
        """督办事项 supervision items due and overdue"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            '/v1/supervision/supervision-items',
            operation='ViewsReadSupervisionItems',
            query={"within_days": within_days, "min_position": min_position, "as_of_position": as_of_position, "as_of_recorded": as_of_recorded, "as_of_happened": as_of_happened, "limit": limit, "cursor": cursor, "sort": sort, "fields": fields, "exact": exact, "format": format, "on": on},
            headers={},
        )

    def views_read_missed_meetings(self, *, min_position: int | None = None, as_of_position: int | None = None, as_of_recorded: str | None = None, as_of_happened: str | None = None, limit: int | None = None, cursor: str | None = None, sort: str | None = None, fields: str | None = None, exact: bool | None = None, format: Form | None = None, on: str | None = None) -> ViewAnswer_MissedMeeting:
        """未召开联席会议的半年 half-years without a joint meeting"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            '/v1/supervision/missed-meetings',
            operation='ViewsReadMissedMeetings',
            query={"min_position": min_position, "as_of_position": as_of_position, "as_of_recorded": as_of_recorded, "as_of_happened": as_of_happened, "limit": limit, "cursor": cursor, "sort": sort, "fields": fields, "exact": exact, "format": format, "on": on},
            headers={},
        )

    def views_read_late_entries(self, *, min_position: int | None = None, as_of_position: int | None = None, as_of_recorded: str | None = None, as_of_happened: str | None = None, limit: int | None = None, cursor: str | None = None, sort: str | None = None, fields: str | None = None, exact: bool | None = None, format: Form | None = None, on: str | None = None) -> ViewAnswer_LateEntry:
        """迟录事件 recorded late"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            '/v1/supervision/late-entries',
            operation='ViewsReadLateEntries',
            query={"min_position": min_position, "as_of_position": as_of_position, "as_of_recorded": as_of_recorded, "as_of_happened": as_of_happened, "limit": limit, "cursor": cursor, "sort": sort, "fields": fields, "exact": exact, "format": format, "on": on},
            headers={},
        )

    def views_performance_summary(self, *, source: str | None = None, min_position: int | None = None, as_of_position: int | None = None, as_of_recorded: str | None = None, as_of_happened: str | None = None) -> SummaryAnswer:
        """绩效汇总 performance, in sum"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            '/v1/performance/summary',
            operation='ViewsPerformanceSummary',
            query={"source": source, "min_position": min_position, "as_of_position": as_of_position, "as_of_recorded": as_of_recorded, "as_of_happened": as_of_happened},
            headers={},
        )

    def views_performance_county(self, *, source: str | None = None, year: int | None = None, min_position: int | None = None, as_of_position: int | None = None, as_of_recorded: str | None = None, as_of_happened: str | None = None, limit: int | None = None, cursor: str | None = None, sort: str | None = None, fields: str | None = None, exact: bool | None = None, format: Form | None = None) -> ViewAnswer_CountyIndicators:
        """全县绩效 performance of the county, each figure with its n"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            '/v1/performance/county',
            operation='ViewsPerformanceCounty',
            query={"source": source, "year": year, "min_position": min_position, "as_of_position": as_of_position, "as_of_recorded": as_of_recorded, "as_of_happened": as_of_happened, "limit": limit, "cursor": cursor, "sort": sort, "fields": fields, "exact": exact, "format": format},
            headers={},
        )

    def views_performance_county_evaluations(self, *, year: int | None = None, scheme: str | None = None, min_position: int | None = None, as_of_position: int | None = None, as_of_recorded: str | None = None, as_of_happened: str | None = None, limit: int | None = None, cursor: str | None = None, sort: str | None = None, fields: str | None = None, exact: bool | None = None, format: Form | None = None) -> ViewAnswer_CountyScore:
        """县级评价 what people said of the county as a whole"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            '/v1/performance/county-evaluations',
            operation='ViewsPerformanceCountyEvaluations',
            query={"year": year, "scheme": scheme, "min_position": min_position, "as_of_position": as_of_position, "as_of_recorded": as_of_recorded, "as_of_happened": as_of_happened, "limit": limit, "cursor": cursor, "sort": sort, "fields": fields, "exact": exact, "format": format},
            headers={},
        )

    def views_performance_projects(self, *, unit: str | None = None, source: str | None = None, year: int | None = None, ended: Literal['LATE', 'EARLY', 'ON_TIME', 'UNKNOWN'] | None = None, min_position: int | None = None, as_of_position: int | None = None, as_of_recorded: str | None = None, as_of_happened: str | None = None, limit: int | None = None, cursor: str | None = None, sort: str | None = None, fields: str | None = None, exact: bool | None = None, format: Form | None = None) -> ViewAnswer_ProjectIndicators:
        """项目绩效 performance of projects"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            '/v1/performance/projects',
            operation='ViewsPerformanceProjects',
            query={"unit": unit, "source": source, "year": year, "ended": ended, "min_position": min_position, "as_of_position": as_of_position, "as_of_recorded": as_of_recorded, "as_of_happened": as_of_happened, "limit": limit, "cursor": cursor, "sort": sort, "fields": fields, "exact": exact, "format": format},
            headers={},
        )

    def views_performance_units(self, *, unit: str | None = None, source: str | None = None, year: int | None = None, min_position: int | None = None, as_of_position: int | None = None, as_of_recorded: str | None = None, as_of_happened: str | None = None, limit: int | None = None, cursor: str | None = None, sort: str | None = None, fields: str | None = None, exact: bool | None = None, format: Form | None = None) -> ViewAnswer_UnitIndicators:
        """单位绩效 performance of units"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            '/v1/performance/units',
            operation='ViewsPerformanceUnits',
            query={"unit": unit, "source": source, "year": year, "min_position": min_position, "as_of_position": as_of_position, "as_of_recorded": as_of_recorded, "as_of_happened": as_of_happened, "limit": limit, "cursor": cursor, "sort": sort, "fields": fields, "exact": exact, "format": format},
            headers={},
        )

    def views_performance_years(self, *, unit: str | None = None, source: str | None = None, year: int | None = None, min_position: int | None = None, as_of_position: int | None = None, as_of_recorded: str | None = None, as_of_happened: str | None = None, limit: int | None = None, cursor: str | None = None, sort: str | None = None, fields: str | None = None, exact: bool | None = None, format: Form | None = None) -> ViewAnswer_YearIndicators:
        """年度绩效 performance by year of approval"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            '/v1/performance/years',
            operation='ViewsPerformanceYears',
            query={"unit": unit, "source": source, "year": year, "min_position": min_position, "as_of_position": as_of_position, "as_of_recorded": as_of_recorded, "as_of_happened": as_of_happened, "limit": limit, "cursor": cursor, "sort": sort, "fields": fields, "exact": exact, "format": format},
            headers={},
        )

    def views_performance_project_ranks(self, *, indicator: Indicator_Input | None = None, source: str | None = None, year: int | None = None, min_position: int | None = None, as_of_position: int | None = None, as_of_recorded: str | None = None, as_of_happened: str | None = None, limit: int | None = None, cursor: str | None = None, sort: str | None = None, fields: str | None = None, exact: bool | None = None, format: Form | None = None) -> ViewAnswer_RankedProject:
        """项目排名 projects ranked by an indicator"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            '/v1/performance/project-ranks',
            operation='ViewsPerformanceProjectRanks',
            query={"indicator": indicator, "source": source, "year": year, "min_position": min_position, "as_of_position": as_of_position, "as_of_recorded": as_of_recorded, "as_of_happened": as_of_happened, "limit": limit, "cursor": cursor, "sort": sort, "fields": fields, "exact": exact, "format": format},
            headers={},
        )

    def views_performance_unit_ranks(self, *, indicator: Indicator_Input | None = None, source: str | None = None, year: int | None = None, min_position: int | None = None, as_of_position: int | None = None, as_of_recorded: str | None = None, as_of_happened: str | None = None, limit: int | None = None, cursor: str | None = None, sort: str | None = None, fields: str | None = None, exact: bool | None = None, format: Form | None = None) -> ViewAnswer_RankedUnit:
        """单位排名 units ranked by an indicator"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            '/v1/performance/unit-ranks',
            operation='ViewsPerformanceUnitRanks',
            query={"indicator": indicator, "source": source, "year": year, "min_position": min_position, "as_of_position": as_of_position, "as_of_recorded": as_of_recorded, "as_of_happened": as_of_happened, "limit": limit, "cursor": cursor, "sort": sort, "fields": fields, "exact": exact, "format": format},
            headers={},
        )

    def views_performance_project_score_ranks(self, *, scheme: str | None = None, period: str | None = None, min_position: int | None = None, as_of_position: int | None = None, as_of_recorded: str | None = None, as_of_happened: str | None = None, limit: int | None = None, cursor: str | None = None, sort: str | None = None, fields: str | None = None, exact: bool | None = None, format: Form | None = None) -> ViewAnswer_RankedProjectScore:
        """项目评分排名 scores of projects, ranked"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            '/v1/performance/project-score-ranks',
            operation='ViewsPerformanceProjectScoreRanks',
            query={"scheme": scheme, "period": period, "min_position": min_position, "as_of_position": as_of_position, "as_of_recorded": as_of_recorded, "as_of_happened": as_of_happened, "limit": limit, "cursor": cursor, "sort": sort, "fields": fields, "exact": exact, "format": format},
            headers={},
        )

    def views_performance_unit_score_ranks(self, *, scheme: str | None = None, year: int | None = None, min_position: int | None = None, as_of_position: int | None = None, as_of_recorded: str | None = None, as_of_happened: str | None = None, limit: int | None = None, cursor: str | None = None, sort: str | None = None, fields: str | None = None, exact: bool | None = None, format: Form | None = None) -> ViewAnswer_RankedUnitScore:
        """单位考核排名 scores of units, ranked"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            '/v1/performance/unit-score-ranks',
            operation='ViewsPerformanceUnitScoreRanks',
            query={"scheme": scheme, "year": year, "min_position": min_position, "as_of_position": as_of_position, "as_of_recorded": as_of_recorded, "as_of_happened": as_of_happened, "limit": limit, "cursor": cursor, "sort": sort, "fields": fields, "exact": exact, "format": format},
            headers={},
        )

    def views_performance_assessments(self, *, year: int | None = None, unit: str | None = None, scheme: str | None = None, min_position: int | None = None, as_of_position: int | None = None, as_of_recorded: str | None = None, as_of_happened: str | None = None, limit: int | None = None, cursor: str | None = None, sort: str | None = None, fields: str | None = None, exact: bool | None = None, format: Form | None = None) -> ViewAnswer_UnitAssessment:
        """单位考核 assessments of units"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            '/v1/performance/assessments',
            operation='ViewsPerformanceAssessments',
            query={"year": year, "unit": unit, "scheme": scheme, "min_position": min_position, "as_of_position": as_of_position, "as_of_recorded": as_of_recorded, "as_of_happened": as_of_happened, "limit": limit, "cursor": cursor, "sort": sort, "fields": fields, "exact": exact, "format": format},
            headers={},
        )

    def views_performance_disagreements(self, *, source: str | None = None, min_position: int | None = None, as_of_position: int | None = None, as_of_recorded: str | None = None, as_of_happened: str | None = None, limit: int | None = None, cursor: str | None = None, sort: str | None = None, fields: str | None = None, exact: bool | None = None, format: Form | None = None) -> ViewAnswer_Disagreement:
        """评价分歧 own and independent ratings that differ"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            '/v1/performance/disagreements',
            operation='ViewsPerformanceDisagreements',
            query={"source": source, "min_position": min_position, "as_of_position": as_of_position, "as_of_recorded": as_of_recorded, "as_of_happened": as_of_happened, "limit": limit, "cursor": cursor, "sort": sort, "fields": fields, "exact": exact, "format": format},
            headers={},
        )

    def views_performance_raters(self, *, source: str | None = None, differ: bool | None = None, min_position: int | None = None, as_of_position: int | None = None, as_of_recorded: str | None = None, as_of_happened: str | None = None, limit: int | None = None, cursor: str | None = None, sort: str | None = None, fields: str | None = None, exact: bool | None = None, format: Form | None = None) -> ViewAnswer_Raters:
        """评价者之间的分歧 how far raters are apart"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            '/v1/performance/raters',
            operation='ViewsPerformanceRaters',
            query={"source": source, "differ": differ, "min_position": min_position, "as_of_position": as_of_position, "as_of_recorded": as_of_recorded, "as_of_happened": as_of_happened, "limit": limit, "cursor": cursor, "sort": sort, "fields": fields, "exact": exact, "format": format},
            headers={},
        )

    def views_performance_editions(self, *, source: str | None = None, period: str | None = None, area: str | None = None, min_position: int | None = None, as_of_position: int | None = None, as_of_recorded: str | None = None, as_of_happened: str | None = None, limit: int | None = None, cursor: str | None = None, sort: str | None = None, fields: str | None = None, exact: bool | None = None, format: Form | None = None) -> ViewAnswer_EditionCounts:
        """他方记录各版的变化 changes from edition to edition of other records"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            '/v1/performance/editions',
            operation='ViewsPerformanceEditions',
            query={"source": source, "period": period, "area": area, "min_position": min_position, "as_of_position": as_of_position, "as_of_recorded": as_of_recorded, "as_of_happened": as_of_happened, "limit": limit, "cursor": cursor, "sort": sort, "fields": fields, "exact": exact, "format": format},
            headers={},
        )

    def views_performance_appearances(self, *, source: str | None = None, period: str | None = None, area: str | None = None, project: str | None = None, changed: Literal['RATING', 'END', 'COST'] | None = None, min_position: int | None = None, as_of_position: int | None = None, as_of_recorded: str | None = None, as_of_happened: str | None = None, limit: int | None = None, cursor: str | None = None, sort: str | None = None, fields: str | None = None, exact: bool | None = None, format: Form | None = None) -> ViewAnswer_Appearance:
        """项目在各版中的情况 projects in editions of other records"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            '/v1/performance/appearances',
            operation='ViewsPerformanceAppearances',
            query={"source": source, "period": period, "area": area, "project": project, "changed": changed, "min_position": min_position, "as_of_position": as_of_position, "as_of_recorded": as_of_recorded, "as_of_happened": as_of_happened, "limit": limit, "cursor": cursor, "sort": sort, "fields": fields, "exact": exact, "format": format},
            headers={},
        )

    def views_performance_edition_pairs(self, *, source: str | None = None, area: str | None = None, min_position: int | None = None, as_of_position: int | None = None, as_of_recorded: str | None = None, as_of_happened: str | None = None, limit: int | None = None, cursor: str | None = None, sort: str | None = None, fields: str | None = None, exact: bool | None = None, format: Form | None = None) -> ViewAnswer_EditionPair:
        """相邻两版对比 editions in a row, compared"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            '/v1/performance/edition-pairs',
            operation='ViewsPerformanceEditionPairs',
            query={"source": source, "area": area, "min_position": min_position, "as_of_position": as_of_position, "as_of_recorded": as_of_recorded, "as_of_happened": as_of_happened, "limit": limit, "cursor": cursor, "sort": sort, "fields": fields, "exact": exact, "format": format},
            headers={},
        )

    def views_performance_names(self, *, source: str | None = None, editions: int | None = None, min_position: int | None = None, as_of_position: int | None = None, as_of_recorded: str | None = None, as_of_happened: str | None = None, limit: int | None = None, cursor: str | None = None, sort: str | None = None, fields: str | None = None, exact: bool | None = None, format: Form | None = None) -> ViewAnswer_SharedName:
        """多版同名项目 names that several editions have in common"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            '/v1/performance/names',
            operation='ViewsPerformanceNames',
            query={"source": source, "editions": editions, "min_position": min_position, "as_of_position": as_of_position, "as_of_recorded": as_of_recorded, "as_of_happened": as_of_happened, "limit": limit, "cursor": cursor, "sort": sort, "fields": fields, "exact": exact, "format": format},
            headers={},
        )

    def views_sharing_systems(self, *, isolated: bool | None = None, unit: str | None = None, min_position: int | None = None, as_of_position: int | None = None, as_of_recorded: str | None = None, as_of_happened: str | None = None, limit: int | None = None, cursor: str | None = None, sort: str | None = None, fields: str | None = None, exact: bool | None = None, format: Form | None = None) -> ViewAnswer_ConnectedSystem:
        """系统互联情况 how systems are connected"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            '/v1/sharing/systems',
            operation='ViewsSharingSystems',
            query={"isolated": isolated, "unit": unit, "min_position": min_position, "as_of_position": as_of_position, "as_of_recorded": as_of_recorded, "as_of_happened": as_of_happened, "limit": limit, "cursor": cursor, "sort": sort, "fields": fields, "exact": exact, "format": format},
            headers={},
        )

    def views_sharing_connections(self, *, unit: str | None = None, level: Literal['NETWORK', 'DATA', 'BUSINESS'] | None = None, min_position: int | None = None, as_of_position: int | None = None, as_of_recorded: str | None = None, as_of_happened: str | None = None, limit: int | None = None, cursor: str | None = None, sort: str | None = None, fields: str | None = None, exact: bool | None = None, format: Form | None = None) -> ViewAnswer_Connection:
        """互联互通 which system is connected with whom"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            '/v1/sharing/connections',
            operation='ViewsSharingConnections',
            query={"unit": unit, "level": level, "min_position": min_position, "as_of_position": as_of_position, "as_of_recorded": as_of_recorded, "as_of_happened": as_of_happened, "limit": limit, "cursor": cursor, "sort": sort, "fields": fields, "exact": exact, "format": format},
            headers={},
        )

    def views_sharing_resources(self, *, kind: ResourceKind | None = None, open_attribute: OpenAttribute | None = None, unit: str | None = None, lapsed: bool | None = None, min_position: int | None = None, as_of_position: int | None = None, as_of_recorded: str | None = None, as_of_happened: str | None = None, limit: int | None = None, cursor: str | None = None, sort: str | None = None, fields: str | None = None, exact: bool | None = None, format: Form | None = None, on: str | None = None) -> ViewAnswer_Resource:
        """共享资源：谁提供什么 who provides what"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            '/v1/sharing/resources',
            operation='ViewsSharingResources',
            query={"kind": kind, "open_attribute": open_attribute, "unit": unit, "lapsed": lapsed, "min_position": min_position, "as_of_position": as_of_position, "as_of_recorded": as_of_recorded, "as_of_happened": as_of_happened, "limit": limit, "cursor": cursor, "sort": sort, "fields": fields, "exact": exact, "format": format, "on": on},
            headers={},
        )

    def views_sharing_needs(self, *, unit: str | None = None, provided: bool | None = None, min_position: int | None = None, as_of_position: int | None = None, as_of_recorded: str | None = None, as_of_happened: str | None = None, limit: int | None = None, cursor: str | None = None, sort: str | None = None, fields: str | None = None, exact: bool | None = None, format: Form | None = None) -> ViewAnswer_Need:
        """共享需求：谁需要什么 who needs what"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            '/v1/sharing/needs',
            operation='ViewsSharingNeeds',
            query={"unit": unit, "provided": provided, "min_position": min_position, "as_of_position": as_of_position, "as_of_recorded": as_of_recorded, "as_of_happened": as_of_happened, "limit": limit, "cursor": cursor, "sort": sort, "fields": fields, "exact": exact, "format": format},
            headers={},
        )

    def views_sharing_themes(self, *, min_position: int | None = None, as_of_position: int | None = None, as_of_recorded: str | None = None, as_of_happened: str | None = None, limit: int | None = None, cursor: str | None = None, sort: str | None = None, fields: str | None = None, exact: bool | None = None, format: Form | None = None) -> ViewAnswer_ThemeCount:
        """主题统计 projects by theme"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            '/v1/sharing/themes',
            operation='ViewsSharingThemes',
            query={"min_position": min_position, "as_of_position": as_of_position, "as_of_recorded": as_of_recorded, "as_of_happened": as_of_happened, "limit": limit, "cursor": cursor, "sort": sort, "fields": fields, "exact": exact, "format": format},
            headers={},
        )

    def tracing_read_trace(self, view: str, list_name: str, *, key: list[str] | None = None, min_position: int | None = None, as_of_position: int | None = None, as_of_recorded: str | None = None, as_of_happened: str | None = None, limit: int | None = None, cursor: str | None = None, sort: str | None = None, fields: str | None = None, exact: bool | None = None, format: Form | None = None) -> ViewAnswer_TracedEvent:
        """溯源 the events behind a row or figure"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            f"/v1/trace/{quote(str(view), safe='')}/{quote(str(list_name), safe='')}",
            operation='TracingReadTrace',
            query={"key": key, "min_position": min_position, "as_of_position": as_of_position, "as_of_recorded": as_of_recorded, "as_of_happened": as_of_happened, "limit": limit, "cursor": cursor, "sort": sort, "fields": fields, "exact": exact, "format": format},
            headers={},
        )

    def money_read_lines(self, *, min_position: int | None = None, as_of_position: int | None = None, as_of_recorded: str | None = None, as_of_happened: str | None = None, limit: int | None = None, cursor: str | None = None, sort: str | None = None, fields: str | None = None, exact: bool | None = None, format: Form | None = None, project: str | None = None, unit: str | None = None, year: int | None = None, source: FundSource | None = None, purpose: FundPurpose | None = None) -> ViewAnswer_Line:
        """资金台账 the ledger (F01)"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            '/v1/money/lines',
            operation='MoneyReadLines',
            query={"min_position": min_position, "as_of_position": as_of_position, "as_of_recorded": as_of_recorded, "as_of_happened": as_of_happened, "limit": limit, "cursor": cursor, "sort": sort, "fields": fields, "exact": exact, "format": format, "project": project, "unit": unit, "year": year, "source": source, "purpose": purpose},
            headers={},
        )

    def money_read_years(self, *, min_position: int | None = None, as_of_position: int | None = None, as_of_recorded: str | None = None, as_of_happened: str | None = None, limit: int | None = None, cursor: str | None = None, sort: str | None = None, fields: str | None = None, exact: bool | None = None, format: Form | None = None, project: str | None = None, unit: str | None = None, year: int | None = None, source: FundSource | None = None, purpose: FundPurpose | None = None) -> ViewAnswer_YearSums:
        """按年度 the ledger by year"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            '/v1/money/years',
            operation='MoneyReadYears',
            query={"min_position": min_position, "as_of_position": as_of_position, "as_of_recorded": as_of_recorded, "as_of_happened": as_of_happened, "limit": limit, "cursor": cursor, "sort": sort, "fields": fields, "exact": exact, "format": format, "project": project, "unit": unit, "year": year, "source": source, "purpose": purpose},
            headers={},
        )

    def money_read_units(self, *, min_position: int | None = None, as_of_position: int | None = None, as_of_recorded: str | None = None, as_of_happened: str | None = None, limit: int | None = None, cursor: str | None = None, sort: str | None = None, fields: str | None = None, exact: bool | None = None, format: Form | None = None, project: str | None = None, unit: str | None = None, year: int | None = None, source: FundSource | None = None, purpose: FundPurpose | None = None) -> ViewAnswer_UnitSums:
        """按单位 the ledger by unit"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            '/v1/money/units',
            operation='MoneyReadUnits',
            query={"min_position": min_position, "as_of_position": as_of_position, "as_of_recorded": as_of_recorded, "as_of_happened": as_of_happened, "limit": limit, "cursor": cursor, "sort": sort, "fields": fields, "exact": exact, "format": format, "project": project, "unit": unit, "year": year, "source": source, "purpose": purpose},
            headers={},
        )

    def money_read_sources(self, *, min_position: int | None = None, as_of_position: int | None = None, as_of_recorded: str | None = None, as_of_happened: str | None = None, limit: int | None = None, cursor: str | None = None, sort: str | None = None, fields: str | None = None, exact: bool | None = None, format: Form | None = None, project: str | None = None, unit: str | None = None, year: int | None = None, source: FundSource | None = None, purpose: FundPurpose | None = None) -> ViewAnswer_SourceSums:
        """按渠道 the ledger by source (F03, F04, F10, F13)"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            '/v1/money/sources',
            operation='MoneyReadSources',
            query={"min_position": min_position, "as_of_position": as_of_position, "as_of_recorded": as_of_recorded, "as_of_happened": as_of_happened, "limit": limit, "cursor": cursor, "sort": sort, "fields": fields, "exact": exact, "format": format, "project": project, "unit": unit, "year": year, "source": source, "purpose": purpose},
            headers={},
        )

    def money_read_operation_shares(self, *, min_position: int | None = None, as_of_position: int | None = None, as_of_recorded: str | None = None, as_of_happened: str | None = None, limit: int | None = None, cursor: str | None = None, sort: str | None = None, fields: str | None = None, exact: bool | None = None, format: Form | None = None, project: str | None = None, unit: str | None = None, year: int | None = None, source: FundSource | None = None, purpose: FundPurpose | None = None) -> ViewAnswer_OperationShare:
        """建设与运营占比 building against operating (F09)"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            '/v1/money/operation-shares',
            operation='MoneyReadOperationShares',
            query={"min_position": min_position, "as_of_position": as_of_position, "as_of_recorded": as_of_recorded, "as_of_happened": as_of_happened, "limit": limit, "cursor": cursor, "sort": sort, "fields": fields, "exact": exact, "format": format, "project": project, "unit": unit, "year": year, "source": source, "purpose": purpose},
            headers={},
        )

    def money_read_purposes(self, *, min_position: int | None = None, as_of_position: int | None = None, as_of_recorded: str | None = None, as_of_happened: str | None = None, limit: int | None = None, cursor: str | None = None, sort: str | None = None, fields: str | None = None, exact: bool | None = None, format: Form | None = None, project: str | None = None, unit: str | None = None, year: int | None = None, source: FundSource | None = None, purpose: FundPurpose | None = None) -> ViewAnswer_PurposeSums:
        """按用途 the ledger by purpose (F02–F04)"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            '/v1/money/purposes',
            operation='MoneyReadPurposes',
            query={"min_position": min_position, "as_of_position": as_of_position, "as_of_recorded": as_of_recorded, "as_of_happened": as_of_happened, "limit": limit, "cursor": cursor, "sort": sort, "fields": fields, "exact": exact, "format": format, "project": project, "unit": unit, "year": year, "source": source, "purpose": purpose},
            headers={},
        )

    def money_read_movements(self, *, min_position: int | None = None, as_of_position: int | None = None, as_of_recorded: str | None = None, as_of_happened: str | None = None, limit: int | None = None, cursor: str | None = None, sort: str | None = None, fields: str | None = None, exact: bool | None = None, format: Form | None = None, project: str | None = None, unit: str | None = None, year: int | None = None, source: FundSource | None = None, purpose: FundPurpose | None = None) -> ViewAnswer_MoneyMovement:
        """资金流水 what moved money (F01)"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            '/v1/money/movements',
            operation='MoneyReadMovements',
            query={"min_position": min_position, "as_of_position": as_of_position, "as_of_recorded": as_of_recorded, "as_of_happened": as_of_happened, "limit": limit, "cursor": cursor, "sort": sort, "fields": fields, "exact": exact, "format": format, "project": project, "unit": unit, "year": year, "source": source, "purpose": purpose},
            headers={},
        )

    def money_read_fund(self, *, min_position: int | None = None, as_of_position: int | None = None, as_of_recorded: str | None = None, as_of_happened: str | None = None) -> FundAnswer:
        """引导基金余额 balance of the guidance fund (F06)"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            '/v1/money/fund',
            operation='MoneyReadFund',
            query={"min_position": min_position, "as_of_position": as_of_position, "as_of_recorded": as_of_recorded, "as_of_happened": as_of_happened},
            headers={},
        )

    def money_read_fund_movements(self, *, project: str | None = None, min_position: int | None = None, as_of_position: int | None = None, as_of_recorded: str | None = None, as_of_happened: str | None = None, limit: int | None = None, cursor: str | None = None, sort: str | None = None, fields: str | None = None, exact: bool | None = None, format: Form | None = None) -> ViewAnswer_Movement:
        """引导基金变动 movements of the guidance fund (F06–F08)"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            '/v1/money/fund/movements',
            operation='MoneyReadFundMovements',
            query={"project": project, "min_position": min_position, "as_of_position": as_of_position, "as_of_recorded": as_of_recorded, "as_of_happened": as_of_happened, "limit": limit, "cursor": cursor, "sort": sort, "fields": fields, "exact": exact, "format": format},
            headers={},
        )

    def money_read_ppp_library(self, *, delisted: bool | None = None, regime: str | None = None, min_position: int | None = None, as_of_position: int | None = None, as_of_recorded: str | None = None, as_of_happened: str | None = None, limit: int | None = None, cursor: str | None = None, sort: str | None = None, fields: str | None = None, exact: bool | None = None, format: Form | None = None) -> ViewAnswer_LibraryEntry:
        """PPP项目库 the PPP library (F12, O32)"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            '/v1/money/ppp',
            operation='MoneyReadPppLibrary',
            query={"delisted": delisted, "regime": regime, "min_position": min_position, "as_of_position": as_of_position, "as_of_recorded": as_of_recorded, "as_of_happened": as_of_happened, "limit": limit, "cursor": cursor, "sort": sort, "fields": fields, "exact": exact, "format": format},
            headers={},
        )

    def money_read_stages(self, *, project: str | None = None, min_position: int | None = None, as_of_position: int | None = None, as_of_recorded: str | None = None, as_of_happened: str | None = None, limit: int | None = None, cursor: str | None = None, sort: str | None = None, fields: str | None = None, exact: bool | None = None, format: Form | None = None) -> ViewAnswer_StageRow:
        """阶段金额 amounts of the stages"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            '/v1/money/stages',
            operation='MoneyReadStages',
            query={"project": project, "min_position": min_position, "as_of_position": as_of_position, "as_of_recorded": as_of_recorded, "as_of_happened": as_of_happened, "limit": limit, "cursor": cursor, "sort": sort, "fields": fields, "exact": exact, "format": format},
            headers={},
        )

    def money_read_drifts(self, *, project: str | None = None, exceeding: bool | None = None, min_position: int | None = None, as_of_position: int | None = None, as_of_recorded: str | None = None, as_of_happened: str | None = None, limit: int | None = None, cursor: str | None = None, sort: str | None = None, fields: str | None = None, exact: bool | None = None, format: Form | None = None) -> ViewAnswer_DriftRow:
        """金额变化 drift of amounts from stage to stage"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            '/v1/money/drifts',
            operation='MoneyReadDrifts',
            query={"project": project, "exceeding": exceeding, "min_position": min_position, "as_of_position": as_of_position, "as_of_recorded": as_of_recorded, "as_of_happened": as_of_happened, "limit": limit, "cursor": cursor, "sort": sort, "fields": fields, "exact": exact, "format": format},
            headers={},
        )

    def security_views_read_tests(self, *, state: TestState | None = None, within_days: int | None = None, min_position: int | None = None, as_of_position: int | None = None, as_of_recorded: str | None = None, as_of_happened: str | None = None, limit: int | None = None, cursor: str | None = None, sort: str | None = None, fields: str | None = None, exact: bool | None = None, format: Form | None = None, unit: str | None = None, project: str | None = None, system: str | None = None, level: int | None = None, on: str | None = None) -> ViewAnswer_TestReport:
        """测评有效期 until when test reports count"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            '/v1/security/tests',
            operation='SecurityViewsReadTests',
            query={"state": state, "within_days": within_days, "min_position": min_position, "as_of_position": as_of_position, "as_of_recorded": as_of_recorded, "as_of_happened": as_of_happened, "limit": limit, "cursor": cursor, "sort": sort, "fields": fields, "exact": exact, "format": format, "unit": unit, "project": project, "system": system, "level": level, "on": on},
            headers={},
        )

    def security_views_read_systems(self, *, validity: Validity | None = None, min_position: int | None = None, as_of_position: int | None = None, as_of_recorded: str | None = None, as_of_happened: str | None = None, limit: int | None = None, cursor: str | None = None, sort: str | None = None, fields: str | None = None, exact: bool | None = None, format: Form | None = None, unit: str | None = None, project: str | None = None, system: str | None = None, level: int | None = None, on: str | None = None) -> ViewAnswer_SystemSecurity:
        """系统等级与测评 systems, their levels and what covers them"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            '/v1/security/systems',
            operation='SecurityViewsReadSystems',
            query={"validity": validity, "min_position": min_position, "as_of_position": as_of_position, "as_of_recorded": as_of_recorded, "as_of_happened": as_of_happened, "limit": limit, "cursor": cursor, "sort": sort, "fields": fields, "exact": exact, "format": format, "unit": unit, "project": project, "system": system, "level": level, "on": on},
            headers={},
        )

    def security_views_read_levels(self, *, min_position: int | None = None, as_of_position: int | None = None, as_of_recorded: str | None = None, as_of_happened: str | None = None, limit: int | None = None, cursor: str | None = None, sort: str | None = None, fields: str | None = None, exact: bool | None = None, format: Form | None = None, unit: str | None = None, project: str | None = None, system: str | None = None, level: int | None = None, on: str | None = None) -> ViewAnswer_LevelCount:
        """按等级统计 systems counted by level"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            '/v1/security/levels',
            operation='SecurityViewsReadLevels',
            query={"min_position": min_position, "as_of_position": as_of_position, "as_of_recorded": as_of_recorded, "as_of_happened": as_of_happened, "limit": limit, "cursor": cursor, "sort": sort, "fields": fields, "exact": exact, "format": format, "unit": unit, "project": project, "system": system, "level": level, "on": on},
            headers={},
        )

    def security_views_read_incidents(self, *, unresolved: bool | None = None, grade: IncidentGrade | None = None, min_position: int | None = None, as_of_position: int | None = None, as_of_recorded: str | None = None, as_of_happened: str | None = None, limit: int | None = None, cursor: str | None = None, sort: str | None = None, fields: str | None = None, exact: bool | None = None, format: Form | None = None, unit: str | None = None, project: str | None = None, system: str | None = None, level: int | None = None, on: str | None = None) -> ViewAnswer_Incident:
        """安全事件 security incidents (G19)"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            '/v1/security/incidents',
            operation='SecurityViewsReadIncidents',
            query={"unresolved": unresolved, "grade": grade, "min_position": min_position, "as_of_position": as_of_position, "as_of_recorded": as_of_recorded, "as_of_happened": as_of_happened, "limit": limit, "cursor": cursor, "sort": sort, "fields": fields, "exact": exact, "format": format, "unit": unit, "project": project, "system": system, "level": level, "on": on},
            headers={},
        )

    def security_views_read_marks(self, *, unit: str | None = None, missing: bool | None = None, min_position: int | None = None, as_of_position: int | None = None, as_of_recorded: str | None = None, as_of_happened: str | None = None, limit: int | None = None, cursor: str | None = None, sort: str | None = None, fields: str | None = None, exact: bool | None = None, format: Form | None = None) -> ViewAnswer_SecurityMarks:
        """安全三同步 did security go along (G18)"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            '/v1/security/projects',
            operation='SecurityViewsReadMarks',
            query={"unit": unit, "missing": missing, "min_position": min_position, "as_of_position": as_of_position, "as_of_recorded": as_of_recorded, "as_of_happened": as_of_happened, "limit": limit, "cursor": cursor, "sort": sort, "fields": fields, "exact": exact, "format": format},
            headers={},
        )

    def red_flags_read_flags(self, *, rule: str | None = None, status: Status | None = None, project: str | None = None, about: str | None = None, unit: str | None = None, min_position: int | None = None, as_of_position: int | None = None, as_of_recorded: str | None = None, as_of_happened: str | None = None, limit: int | None = None, cursor: str | None = None, sort: str | None = None, fields: str | None = None, exact: bool | None = None, format: Form | None = None) -> ViewAnswer_Flag:
        """疑点 red flags"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            '/v1/red-flags',
            operation='RedFlagsReadFlags',
            query={"rule": rule, "status": status, "project": project, "about": about, "unit": unit, "min_position": min_position, "as_of_position": as_of_position, "as_of_recorded": as_of_recorded, "as_of_happened": as_of_happened, "limit": limit, "cursor": cursor, "sort": sort, "fields": fields, "exact": exact, "format": format},
            headers={},
        )

    def red_flags_read_rules(self, *, min_position: int | None = None, as_of_position: int | None = None, as_of_recorded: str | None = None, as_of_happened: str | None = None) -> RulesAnswer:
        """疑点规则及计数 the rules, and their flags counted"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            '/v1/red-flags/rules',
            operation='RedFlagsReadRules',
            query={"min_position": min_position, "as_of_position": as_of_position, "as_of_recorded": as_of_recorded, "as_of_happened": as_of_happened},
            headers={},
        )

    def stage_views_read_durations(self, *, by: Grouping | None = None, begins: ProjectMilestone | None = None, ends: ProjectMilestone | None = None, year: int | None = None, min_position: int | None = None, as_of_position: int | None = None, as_of_recorded: str | None = None, as_of_happened: str | None = None, limit: int | None = None, cursor: str | None = None, sort: str | None = None, fields: str | None = None, exact: bool | None = None, format: Form | None = None, unit: str | None = None, source: str | None = None, on: str | None = None) -> ViewAnswer_Duration:
        """阶段用时 how long stages take"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            '/v1/stages/durations',
            operation='StageViewsReadDurations',
            query={"by": by, "begins": begins, "ends": ends, "year": year, "min_position": min_position, "as_of_position": as_of_position, "as_of_recorded": as_of_recorded, "as_of_happened": as_of_happened, "limit": limit, "cursor": cursor, "sort": sort, "fields": fields, "exact": exact, "format": format, "unit": unit, "source": source, "on": on},
            headers={},
        )

    def stage_views_read_stretches(self, *, begins: ProjectMilestone | None = None, ends: ProjectMilestone | None = None, outcome: Outcome | None = None, year: int | None = None, min_position: int | None = None, as_of_position: int | None = None, as_of_recorded: str | None = None, as_of_happened: str | None = None, limit: int | None = None, cursor: str | None = None, sort: str | None = None, fields: str | None = None, exact: bool | None = None, format: Form | None = None, unit: str | None = None, source: str | None = None, on: str | None = None) -> ViewAnswer_Stretch:
        """各项目的阶段 a stage, project by project"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            '/v1/stages/stretches',
            operation='StageViewsReadStretches',
            query={"begins": begins, "ends": ends, "outcome": outcome, "year": year, "min_position": min_position, "as_of_position": as_of_position, "as_of_recorded": as_of_recorded, "as_of_happened": as_of_happened, "limit": limit, "cursor": cursor, "sort": sort, "fields": fields, "exact": exact, "format": format, "unit": unit, "source": source, "on": on},
            headers={},
        )

    def stage_views_read_funnel(self, *, year: int | None = None, min_position: int | None = None, as_of_position: int | None = None, as_of_recorded: str | None = None, as_of_happened: str | None = None, limit: int | None = None, cursor: str | None = None, sort: str | None = None, fields: str | None = None, exact: bool | None = None, format: Form | None = None, unit: str | None = None, source: str | None = None) -> ViewAnswer_FunnelStep:
        """漏斗 how far projects come, and what stops them"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            '/v1/stages/funnel',
            operation='StageViewsReadFunnel',
            query={"year": year, "min_position": min_position, "as_of_position": as_of_position, "as_of_recorded": as_of_recorded, "as_of_happened": as_of_happened, "limit": limit, "cursor": cursor, "sort": sort, "fields": fields, "exact": exact, "format": format, "unit": unit, "source": source},
            headers={},
        )

    def stage_views_read_stopped(self, *, reached: ProjectMilestone | None = None, reason: str | None = None, year: int | None = None, min_position: int | None = None, as_of_position: int | None = None, as_of_recorded: str | None = None, as_of_happened: str | None = None, limit: int | None = None, cursor: str | None = None, sort: str | None = None, fields: str | None = None, exact: bool | None = None, format: Form | None = None, unit: str | None = None, source: str | None = None) -> ViewAnswer_Stopped:
        """未继续的项目 projects that stopped at a step"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            '/v1/stages/stopped',
            operation='StageViewsReadStopped',
            query={"reached": reached, "reason": reason, "year": year, "min_position": min_position, "as_of_position": as_of_position, "as_of_recorded": as_of_recorded, "as_of_happened": as_of_happened, "limit": limit, "cursor": cursor, "sort": sort, "fields": fields, "exact": exact, "format": format, "unit": unit, "source": source},
            headers={},
        )

    def stage_views_read_half_years(self, *, min_position: int | None = None, as_of_position: int | None = None, as_of_recorded: str | None = None, as_of_happened: str | None = None, limit: int | None = None, cursor: str | None = None, sort: str | None = None, fields: str | None = None, exact: bool | None = None, format: Form | None = None, unit: str | None = None, source: str | None = None) -> ViewAnswer_HalfYearCount:
        """半年趋势 trends by half-year"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            '/v1/stages/half-years',
            operation='StageViewsReadHalfYears',
            query={"min_position": min_position, "as_of_position": as_of_position, "as_of_recorded": as_of_recorded, "as_of_happened": as_of_happened, "limit": limit, "cursor": cursor, "sort": sort, "fields": fields, "exact": exact, "format": format, "unit": unit, "source": source},
            headers={},
        )

    def clauses_read_clauses(self, *, min_position: int | None = None, as_of_position: int | None = None, as_of_recorded: str | None = None, as_of_happened: str | None = None, on: str | None = None) -> ClausesAnswer:
        """全部条款及落点 every clause and where it acts"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            '/v1/clauses',
            operation='ClausesReadClauses',
            query={"min_position": min_position, "as_of_position": as_of_position, "as_of_recorded": as_of_recorded, "as_of_happened": as_of_happened, "on": on},
            headers={},
        )

    def clauses_read_clause_records(self, rule: str, *, effect: str | None = None, min_position: int | None = None, as_of_position: int | None = None, as_of_recorded: str | None = None, as_of_happened: str | None = None, limit: int | None = None, cursor: str | None = None, sort: str | None = None, fields: str | None = None, exact: bool | None = None, format: Form | None = None) -> ViewAnswer_ClauseAct:
        """条款下的记录 what stands under a clause"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            f"/v1/clauses/{quote(str(rule), safe='')}/records",
            operation='ClausesReadClauseRecords',
            query={"effect": effect, "min_position": min_position, "as_of_position": as_of_position, "as_of_recorded": as_of_recorded, "as_of_happened": as_of_happened, "limit": limit, "cursor": cursor, "sort": sort, "fields": fields, "exact": exact, "format": format},
            headers={},
        )

    def clauses_read_reminders(self, *, within_days: int | None = None, rule: str | None = None, unit: str | None = None, min_position: int | None = None, as_of_position: int | None = None, as_of_recorded: str | None = None, as_of_happened: str | None = None, limit: int | None = None, cursor: str | None = None, sort: str | None = None, fields: str | None = None, exact: bool | None = None, format: Form | None = None, on: str | None = None) -> ViewAnswer_Reminder:
        """提醒 what is due or overdue"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            '/v1/reminders',
            operation='ClausesReadReminders',
            query={"within_days": within_days, "rule": rule, "unit": unit, "min_position": min_position, "as_of_position": as_of_position, "as_of_recorded": as_of_recorded, "as_of_happened": as_of_happened, "limit": limit, "cursor": cursor, "sort": sort, "fields": fields, "exact": exact, "format": format, "on": on},
            headers={},
        )

    def rule_sets_read_rule_sets(self) -> list[RuleSetAnswer]:
        """全部规则集 all rule sets"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            '/v1/rule-sets',
            operation='RuleSetsReadRuleSets',
            query={},
            headers={},
        )

    def rule_sets_read_differences(self, rule_set_id: str, other_id: str) -> list[Difference]:
        """规则集比较 what differs between two sets"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            f"/v1/rule-sets/{quote(str(rule_set_id), safe='')}/differences/{quote(str(other_id), safe='')}",
            operation='RuleSetsReadDifferences',
            query={},
            headers={},
        )

    def rule_sets_read_rule_set(self, rule_set_id: str) -> RuleSetAnswer:
        """一个规则集 one rule set"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            f"/v1/rule-sets/{quote(str(rule_set_id), safe='')}",
            operation='RuleSetsReadRuleSet',
            query={},
            headers={},
        )

    def evaluation_schemes_read_schemes(self, *, subject: Subject | None = None) -> list[SchemeAnswer]:
        """全部评价方案 all evaluation schemes"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            '/v1/evaluation-schemes',
            operation='EvaluationSchemesReadSchemes',
            query={"subject": subject},
            headers={},
        )

    def evaluation_schemes_read_scheme(self, scheme_id: str, *, version: int | None = None) -> SchemeAnswer:
        """一个评价方案 one evaluation scheme"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            f"/v1/evaluation-schemes/{quote(str(scheme_id), safe='')}",
            operation='EvaluationSchemesReadScheme',
            query={"version": version},
            headers={},
        )

    def projections_status(self) -> list[ViewStatus]:
        """各视图的状态 where the views stand"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            '/v1/projections',
            operation='ProjectionsStatus',
            query={},
            headers={},
        )

    def projections_parked(self, name: str) -> list[ParkedEvent]:
        """搁置的事件 parked events"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            f"/v1/projections/{quote(str(name), safe='')}/parked",
            operation='ProjectionsParked',
            query={},
            headers={},
        )

    def projections_retry(self, name: str) -> Retried:
        """重试 retry what is parked"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            f"/v1/projections/{quote(str(name), safe='')}/retry",
            operation='ProjectionsRetry',
            query={},
            headers={},
        )

    def projections_discard(self, name: str, body: Discard) -> ParkedEvent:
        """舍弃一个搁置的事件 discard a parked event"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            f"/v1/projections/{quote(str(name), safe='')}/discard",
            operation='ProjectionsDiscard',
            query={},
            headers={},
            body=body,
        )

    def projections_check_view(self, name: str) -> Checked:
        """核对 compare with a fresh fold"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            f"/v1/projections/{quote(str(name), safe='')}/check",
            operation='ProjectionsCheckView',
            query={},
            headers={},
        )

    def projections_rebuild_view(self, name: str) -> RebuildOrdered:
        """重建 build anew"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            f"/v1/projections/{quote(str(name), safe='')}/rebuild",
            operation='ProjectionsRebuildView',
            query={},
            headers={},
        )

    def projections_abandon_rebuild(self, name: str) -> None:
        """放弃重建 give up a rebuild"""
        self.send(
            'DELETE',
            f"/v1/projections/{quote(str(name), safe='')}/rebuild",
            operation='ProjectionsAbandonRebuild',
            query={},
            headers={},
        )

    def feed_pull(self, *, after: int | None = None, limit: int | None = None, topic: list[str] | None = None, stream_id: list[str] | None = None) -> FeedAnswer:
        """取变更 what was recorded after a position"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            '/v1/feed',
            operation='FeedPull',
            query={"after": after, "limit": limit, "topic": topic, "stream_id": stream_id},
            headers={},
        )

    def feed_stream(self, *, after: int | None = None, topic: list[str] | None = None, stream_id: list[str] | None = None, last_event_id: str | None = None) -> bytes:
        """推送变更 the feed as server-sent events"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            '/v1/feed/stream',
            operation='FeedStream',
            query={"after": after, "topic": topic, "stream_id": stream_id},
            headers={"last-event-id": last_event_id},
        )

    def feed_event_types(self) -> list[EventTypeEntry]:
        """事件类型 the types of events"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            '/v1/event-types',
            operation='FeedEventTypes',
            query={},
            headers={},
        )

    def feed_event_schema(self, topic: str, version: int) -> dict[str, Any]:
        """事件模式 JSON schema of a type of event"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            f"/v1/event-types/{quote(str(topic), safe='')}/{quote(str(version), safe='')}",
            operation='FeedEventSchema',
            query={},
            headers={},
        )

    def webhooks_mine(self) -> list[Webhook]:
        """本账户的网络钩子 the account's webhooks"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            '/v1/webhooks',
            operation='WebhooksMine',
            query={},
            headers={},
        )

    def webhooks_add(self, body: NewWebhook) -> WebhookSecret:
        """设立网络钩子 set a webhook up"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            '/v1/webhooks',
            operation='WebhooksAdd',
            query={},
            headers={},
            body=body,
        )

    def webhooks_one(self, webhook_id: str) -> Webhook:
        """网络钩子的状态 how a webhook is doing"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            f"/v1/webhooks/{quote(str(webhook_id), safe='')}",
            operation='WebhooksOne',
            query={},
            headers={},
        )

    def webhooks_remove(self, webhook_id: str) -> None:
        """删除网络钩子 remove a webhook"""
        self.send(
            'DELETE',
            f"/v1/webhooks/{quote(str(webhook_id), safe='')}",
            operation='WebhooksRemove',
            query={},
            headers={},
        )

    def webhooks_rotate(self, webhook_id: str) -> WebhookSecret:
        """更换签名密钥 a new secret"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            f"/v1/webhooks/{quote(str(webhook_id), safe='')}/rotation",
            operation='WebhooksRotate',
            query={},
            headers={},
        )

    def webhooks_pause(self, webhook_id: str) -> Webhook:
        """暂停 pause"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            f"/v1/webhooks/{quote(str(webhook_id), safe='')}/pause",
            operation='WebhooksPause',
            query={},
            headers={},
        )

    def webhooks_resume(self, webhook_id: str) -> Webhook:
        """恢复 resume"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            f"/v1/webhooks/{quote(str(webhook_id), safe='')}/resumption",
            operation='WebhooksResume',
            query={},
            headers={},
        )

    def webhooks_replay(self, webhook_id: str, body: Replay) -> Webhook:
        """重放 send again from a position"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            f"/v1/webhooks/{quote(str(webhook_id), safe='')}/replay",
            operation='WebhooksReplay',
            query={},
            headers={},
            body=body,
        )

    def webhooks_resend(self, webhook_id: str, position: int) -> Resent:
        """重送一件 send a refused event again"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            f"/v1/webhooks/{quote(str(webhook_id), safe='')}/undelivered/{quote(str(position), safe='')}",
            operation='WebhooksResend',
            query={},
            headers={},
        )

    def webhooks_give_up(self, webhook_id: str, position: int) -> None:
        """放弃一件 give a refused event up"""
        self.send(
            'DELETE',
            f"/v1/webhooks/{quote(str(webhook_id), safe='')}/undelivered/{quote(str(position), safe='')}",
            operation='WebhooksGiveUp',
            query={},
            headers={},
        )

    def access_log_read_access_log(self, *, account: str | None = None, object: str | None = None, route: str | None = None, kind: EntryKind | None = None, since: str | None = None, until: str | None = None, min_position: int | None = None, as_of_position: int | None = None, as_of_recorded: str | None = None, as_of_happened: str | None = None, limit: int | None = None, cursor: str | None = None, sort: str | None = None, fields: str | None = None, exact: bool | None = None, format: Form | None = None) -> ListAnswer_AccessEntry:
        """阅览日志 who read what"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            '/v1/access-log',
            operation='AccessLogReadAccessLog',
            query={"account": account, "object": object, "route": route, "kind": kind, "since": since, "until": until, "min_position": min_position, "as_of_position": as_of_position, "as_of_recorded": as_of_recorded, "as_of_happened": as_of_happened, "limit": limit, "cursor": cursor, "sort": sort, "fields": fields, "exact": exact, "format": format},
            headers={},
        )

    def send_import(self, body: bytes, *, file_name: str | None = None, plan: str | None = None, content_type: str | None = None, key: str | None = None) -> ImportJob:
        """发送文件 send a file of acts"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            '/v1/import-jobs',
            operation='SendImport',
            query={"file_name": file_name, "plan": plan},
            headers={"Content-Type": content_type},
            body=body,
            act=True,
            key=key,
        )

    def import_jobs_mine(self) -> list[ImportJob]:
        """本账户的文件 the account's files"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            '/v1/import-jobs',
            operation='ImportJobsMine',
            query={},
            headers={},
        )

    def import_jobs_one(self, job_id: str) -> ImportJob:
        """办到何处 how far a file is"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            f"/v1/import-jobs/{quote(str(job_id), safe='')}",
            operation='ImportJobsOne',
            query={},
            headers={},
        )

    def import_jobs_cancel(self, job_id: str) -> ImportJob:
        """取消 cancel"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            f"/v1/import-jobs/{quote(str(job_id), safe='')}/cancel",
            operation='ImportJobsCancel',
            query={},
            headers={},
        )

    def import_jobs_report_xlsx(self, job_id: str) -> bytes:
        """逐行报告 report per row (XLSX)"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            f"/v1/import-jobs/{quote(str(job_id), safe='')}/report.xlsx",
            operation='ImportJobsReportXlsx',
            query={},
            headers={},
        )

    def import_jobs_report_csv(self, job_id: str) -> bytes:
        """逐行报告 report per row (CSV)"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            f"/v1/import-jobs/{quote(str(job_id), safe='')}/report.csv",
            operation='ImportJobsReportCsv',
            query={},
            headers={},
        )

    def evidence_read_receipt(self, position: int, *, wait: float | None = None) -> bytes:
        """回执 the receipt of an event"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            f"/v1/log/receipts/{quote(str(position), safe='')}",
            operation='EvidenceReadReceipt',
            query={"wait": wait},
            headers={},
        )

    def evidence_read_receipt_of(self, stream: str, version: int, *, wait: float | None = None) -> bytes:
        """以流与版本指明的事件的回执 the receipt of an event named by stream and version"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            f"/v1/log/receipts/{quote(str(stream), safe='')}/{quote(str(version), safe='')}",
            operation='EvidenceReadReceiptOf',
            query={"wait": wait},
            headers={},
        )

    def log_read_checkpoint(self, *, witnessed: bool | None = None) -> bytes:
        """最新检查点 the last checkpoint"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            '/v1/log/checkpoint',
            operation='LogReadCheckpoint',
            query={"witnessed": witnessed},
            headers={},
        )

    def log_bring_back(self, body: bytes) -> KeptCosignatures:
        """送回附署 bring cosignatures back"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            '/v1/log/cosignatures',
            operation='LogBringBack',
            query={},
            headers={"Content-Type": 'text/plain'},
            body=body,
        )

    def log_read_checkpoint_of(self, size: int) -> bytes:
        """某一大小的检查点 the checkpoint of a size"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            f"/v1/log/checkpoints/{quote(str(size), safe='')}",
            operation='LogReadCheckpointOf',
            query={},
            headers={},
        )

    def log_read_tile(self, path: str) -> bytes:
        """瓦片与条目包 a tile or an entry bundle"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            f"/v1/log/tile/{quote(str(path), safe='')}",
            operation='LogReadTile',
            query={},
            headers={},
        )

    def log_read_inclusion(self, *, position: int | None = None, size: int | None = None) -> InclusionAnswer:
        """包含证明 an inclusion proof"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            '/v1/log/proof/inclusion',
            operation='LogReadInclusion',
            query={"position": position, "size": size},
            headers={},
        )

    def log_read_consistency(self, *, old: int | None = None, new: int | None = None) -> ConsistencyAnswer:
        """一致性证明 a consistency proof"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            '/v1/log/proof/consistency',
            operation='LogReadConsistency',
            query={"old": old, "new": new},
            headers={},
        )

    def log_read_log_keys(self) -> list[LogKeyAnswer]:
        """日志的公钥 the log's verifier keys"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            '/v1/log/keys',
            operation='LogReadLogKeys',
            query={},
            headers={},
        )

    def log_read_status(self) -> LogStatus:
        """日志状态与加固情况 state of the log, and how it is guarded"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            '/v1/log/status',
            operation='LogReadStatus',
            query={},
            headers={},
        )

    def oauth_post_token(self, body: bytes) -> TokenAnswer:
        """以密钥换取短期令牌 a short token for a key"""
        return self.send(  # type: ignore[no-any-return]
            'POST',
            '/oauth/token',
            operation='OauthPostToken',
            query={},
            headers={"Content-Type": 'application/x-www-form-urlencoded'},
            body=body,
        )

    def problem_types_read_problems(self) -> bytes:
        """所有问题 all types of problems"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            '/problems',
            operation='ProblemTypesReadProblems',
            query={},
            headers={},
        )

    def problem_types_read_problem(self, kind: str) -> bytes:
        """一种问题 a type of problem"""
        return self.send(  # type: ignore[no-any-return]
            'GET',
            f"/problems/{quote(str(kind), safe='')}",
            operation='ProblemTypesReadProblem',
            query={},
            headers={},
        )
