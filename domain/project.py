"""项目 Project: one undertaking, from filing to operation, as far as decisions and readers need to know it."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from domain.dates import CivilDate
from domain.event import Value
from domain.identifiers import DivisionCode, InvestmentCode, ResourceCode, Uscc
from domain.money import Money
from domain.oversight import OversightMeasure
from domain.performed import Performed
from domain.scheme import SchemeRef, Score, Weight

ShortText = Field(max_length=300)
LongText = Field(max_length=4000)


class ProjectKind(StrEnum):
    """新建、在建、升级改造. G07 is for new systems, G08 for systems under construction."""

    NEW = "NEW"
    UNDER_CONSTRUCTION = "UNDER_CONSTRUCTION"
    UPGRADE = "UPGRADE"


class Category(StrEnum):
    """8类项目 The eight restricted categories of 二（三）1, and OTHER for none of them."""

    GENERAL_HARDWARE = "GENERAL_HARDWARE"  # 通用硬件
    DEDICATED_BUSINESS_NETWORK = "DEDICATED_BUSINESS_NETWORK"  # 业务专网
    COLLABORATIVE_OFFICE = "COLLABORATIVE_OFFICE"  # 协同办公
    GOVERNMENT_WEBSITE = "GOVERNMENT_WEBSITE"  # 政府网站
    VIDEO_CONFERENCE = "VIDEO_CONFERENCE"  # 视频会议
    CROSS_DEPT_SHARING = "CROSS_DEPT_SHARING"  # 跨部门信息共享
    ADMIN_POWER_APPLICATION = "ADMIN_POWER_APPLICATION"  # 涉及行政权力运行的业务应用系统
    OTHER_CROSS_DEPT_APPLICATION = "OTHER_CROSS_DEPT_APPLICATION"  # 其他跨部门、跨行业的应用系统
    OTHER = "OTHER"


class BuildMode(StrEnum):
    """单独建设、集约化建设、云服务、升级. The rule bars stand-alone building, not the function."""

    STANDALONE = "STANDALONE"
    CENTRALISED = "CENTRALISED"
    CLOUD_SERVICE = "CLOUD_SERVICE"
    UPGRADE = "UPGRADE"


class Track(StrEnum):
    """双轮驱动 The two tracks of 三（一）."""

    GOVERNANCE_SERVICE = "GOVERNANCE_SERVICE"
    INDUSTRY = "INDUSTRY"


class NetworkKind(StrEnum):
    """联网方式 How a project is networked (G12)."""

    EGOV_EXTRANET = "EGOV_EXTRANET"  # 电子政务外网
    INTERNET = "INTERNET"  # 互联网
    DEDICATED = "DEDICATED"  # 业务专网，与外网相联
    ISOLATED = "ISOLATED"  # 孤网


class Theme(StrEnum):
    """主题 What a project serves, as the document names it (O14, O16, O17, O30). Counted, never judged."""

    ONE_WINDOW = "ONE_WINDOW"  # 前台综合受理、后台分类审批、统一窗口出件
    GRASS_ROOTS = "GRASS_ROOTS"  # 向基层延伸
    DATA_INTEGRATION = "DATA_INTEGRATION"  # 数据资源整合和共享开放
    DIGITAL_INFRASTRUCTURE = "DIGITAL_INFRASTRUCTURE"  # 数字基础设施
    BIG_DATA_INDUSTRY = "BIG_DATA_INDUSTRY"  # 大数据产业
    SMARTER_INDUSTRY = "SMARTER_INDUSTRY"  # 产业智慧化
    SMART_AS_INDUSTRY = "SMART_AS_INDUSTRY"  # 智慧产业化
    INDUSTRY_AND_IT = "INDUSTRY_AND_IT"  # 两化融合
    SOCIAL_SITUATION = "SOCIAL_SITUATION"  # 感知社会态势
    COMMUNICATION = "COMMUNICATION"  # 畅通沟通渠道
    DECISION_SUPPORT = "DECISION_SUPPORT"  # 辅助决策施政
    BUSINESS_ENVIRONMENT = "BUSINESS_ENVIRONMENT"  # 优化营商环境
    SIMPLER_SERVICE = "SIMPLER_SERVICE"  # 简化办事环节


class FundPurpose(StrEnum):
    """建设、运维、共享相关工作 What money is for. Each purpose passes a gate of its own."""

    BUILD = "BUILD"
    OPERATION = "OPERATION"
    SHARING_WORK = "SHARING_WORK"  # 共享相关工作经费 (F02)


class FundSource(StrEnum):
    """经费渠道 Where the money comes from (F02–F13)."""

    GOV_BUDGET = "GOV_BUDGET"
    GOV_FIXED_ASSET = "GOV_FIXED_ASSET"
    DEPT_BUDGET = "DEPT_BUDGET"
    GUIDANCE_FUND = "GUIDANCE_FUND"
    INDUSTRY_FUND = "INDUSTRY_FUND"
    BANK_LOAN = "BANK_LOAN"
    SOCIAL_CAPITAL = "SOCIAL_CAPITAL"
    OTHER = "OTHER"


class ProcurementMode(StrEnum):
    """建设模式 How a project is built and paid for (F11)."""

    GOV_BUILD = "GOV_BUILD"  # 政府投资建设
    SERVICE_PURCHASE = "SERVICE_PURCHASE"  # 政府购买服务
    PPP = "PPP"  # 政府和社会资本合作
    ENTERPRISE_BUILD = "ENTERPRISE_BUILD"  # 企业投资建设


class AmountStage(StrEnum):
    """金额阶段 In the order of a project's life. Each is a number of its own; none overwrites another."""

    ESTIMATE = "ESTIMATE"  # 估算
    DESIGN_ESTIMATE = "DESIGN_ESTIMATE"  # 概算
    BUDGET = "BUDGET"  # 预算
    CONTRACT = "CONTRACT"  # 合同价
    SETTLEMENT = "SETTLEMENT"  # 结算
    FINAL_ACCOUNT = "FINAL_ACCOUNT"  # 决算


class ShareType(StrEnum):
    """无条件共享、有条件共享、不予共享."""

    UNCONDITIONAL = "UNCONDITIONAL"
    CONDITIONAL = "CONDITIONAL"
    NOT_SHARED = "NOT_SHARED"


class ResourceKind(StrEnum):
    """资源类别: data, or electronic licences (电子证照, O15)."""

    DATA = "DATA"
    E_LICENCE = "E_LICENCE"


class ShareMode(StrEnum):
    """共享方式: over the platform first; a medium only where the platform cannot."""

    PLATFORM_API = "PLATFORM_API"  # 平台接口
    PLATFORM_FILE = "PLATFORM_FILE"  # 平台文件
    PLATFORM_TABLE = "PLATFORM_TABLE"  # 平台库表
    MEDIUM = "MEDIUM"  # 邮件、介质


class OpenAttribute(StrEnum):
    """开放属性: opening to the public, which is not sharing."""

    OPEN = "OPEN"  # 无条件开放
    OPEN_ON_CONDITION = "OPEN_ON_CONDITION"  # 有条件开放
    NOT_OPEN = "NOT_OPEN"  # 不予开放


class ExemptionGround(StrEnum):
    """例外理由: statute, secrecy, or another that a document decides (G12, G13)."""

    STATUTE = "STATUTE"  # 法律规定
    SECRECY = "SECRECY"  # 涉密
    OTHER = "OTHER"  # 其他


class SecurityPhase(StrEnum):
    """同规划、同建设、同考核 (G18)."""

    PLAN = "PLAN"
    BUILD = "BUILD"
    ASSESSMENT = "ASSESSMENT"


class OpinionVerdict(StrEnum):
    """审核意见：通过、退回、不同意."""

    PASS = "PASS"
    RETURN = "RETURN"
    REFUSE = "REFUSE"


class EvaluationChannel(StrEnum):
    """自评, 部门评价, 财政评价 and the four channels of 三（二）."""

    SELF_EVALUATION = "SELF_EVALUATION"
    DEPARTMENT_EVALUATION = "DEPARTMENT_EVALUATION"
    FINANCE_EVALUATION = "FINANCE_EVALUATION"
    PERFORMANCE_AUDIT = "PERFORMANCE_AUDIT"
    EXPERT_REVIEW = "EXPERT_REVIEW"
    MEDIA_SUPERVISION = "MEDIA_SUPERVISION"
    THIRD_PARTY_ASSESSMENT = "THIRD_PARTY_ASSESSMENT"


OWN_CHANNELS = frozenset({EvaluationChannel.SELF_EVALUATION, EvaluationChannel.DEPARTMENT_EVALUATION})
"""Channels in which the rated side rates itself; all others are independent of it."""


class ResultUse(StrEnum):
    """结果运用 What was done with an evaluation's result (O20)."""

    RECTIFICATION = "RECTIFICATION"
    BUDGET_EFFECT = "BUDGET_EFFECT"
    NOTICE = "NOTICE"
    NONE = "NONE"


class Filing(Value):
    """备案内容 What is filed. A classified project files a placeholder: owner, number, secrecy document only."""

    name: str = Field(default="", max_length=300, description="项目名称; empty for a classified project")
    summary: str = Field(default="", max_length=4000, description="建设内容; empty for a classified project")
    owner_units: tuple[Uscc, ...] = Field(
        min_length=1, description="建设单位 owner units by 统一社会信用代码; each must be enrolled"
    )
    user_units: tuple[Uscc, ...] = Field(default=(), description="使用单位 units that only use the result")
    division: DivisionCode = Field(description="行政区划代码 under which the project is filed")
    kind: ProjectKind
    categories: tuple[Category, ...] = Field(min_length=1, description="项目类别; one hit of the eight is enough")
    build_mode: BuildMode
    track: Track = Track.GOVERNANCE_SERVICE
    sharing_related: bool = Field(default=False, description="是否政务信息资源共享相关项目 (G23, F05)")
    estimate: Money | None = Field(default=None, description="投资估算; required unless classified")
    operation_estimate: Money | None = Field(default=None, description="年运行维护经费估算")
    fund_source: FundSource = FundSource.GOV_BUDGET
    plan_item: str | None = Field(default=None, max_length=300, description="总体规划条目 (G22)")
    outside_plan_reason: str | None = Field(default=None, max_length=1000, description="规划外理由 (G22)")
    supports_city_platform: bool = Field(description="承诺支持全市统一共享平台建设 (G09)")
    investment_codes: tuple[InvestmentCode, ...] = Field(default=(), description="投资项目统一代码, any number")
    performance_goal: str = Field(default="", max_length=2000, description="绩效目标")
    responsible_post: str = Field(default="", max_length=120, description="责任领导职务; a duty name, not a person")
    public_base: bool = Field(default=False, description="是否公共基础项目 (F03)")
    network: NetworkKind | None = Field(default=None, description="联网方式 (G12)")
    serves_public: bool = Field(default=False, description="是否涉及政务服务事项 (G13)")
    security_planned: bool = Field(default=False, description="网络信息安全是否同规划 (G18)")
    themes: tuple[Theme, ...] = Field(default=(), max_length=20, description="主题 (O14, O16, O17, O30)")
    earlier_phase: UUID | None = Field(default=None, description="上期项目标识 the phase before this one (O21)")
    phase: str = Field(default="", max_length=60, description="期次, e.g. 二期 (O21)")
    classified: bool = Field(default=False, description="涉密项目: placeholder only (G15)")
    secrecy_document_no: str | None = Field(default=None, max_length=120, description="保密部门文号 (G15)")

    def free_text(self) -> tuple[str, ...]:
        """Names of the filled fields that hold free text, which a classified project must leave empty."""
        return tuple(name for name in _FILED_TEXTS if getattr(self, name))

    def placeholder(self) -> Filing:
        """The filing without its free text."""
        return self.but(**{name: None if name in {"plan_item", "outside_plan_reason"} else "" for name in _FILED_TEXTS})


_FILED_TEXTS = (
    "name",
    "summary",
    "plan_item",
    "outside_plan_reason",
    "performance_goal",
    "responsible_post",
    "phase",
)


class DataItem(Value):
    """信息项 One field of a catalogued resource."""

    name: str = Field(min_length=1, max_length=200, description="信息项名称")
    data_type: str = Field(default="", max_length=20, description="数据类型, e.g. C, N, D")
    share_type: ShareType | None = Field(default=None, description="共享类型, where it differs from the resource's")


class SharedResource(Value):
    """共享资源 A catalogued resource that the project will provide to other departments (facts 3.4)."""

    name: str = Field(min_length=1, max_length=200, description="信息资源名称")
    share_type: ShareType
    condition: str | None = Field(default=None, max_length=1000, description="共享条件; required when CONDITIONAL")
    legal_basis: str | None = Field(default=None, max_length=1000, description="法律依据; required when NOT_SHARED")
    update_cycle_days: int | None = Field(default=None, ge=0, le=3660, description="更新周期, days; 0 is real time")
    code: ResourceCode | None = Field(default=None, description="信息资源代码")
    kind: ResourceKind = Field(default=ResourceKind.DATA, description="资源类别 (O15)")
    base_data: bool = Field(default=False, description="是否基础信息资源: shared without conditions")
    share_mode: ShareMode | None = Field(default=None, description="共享方式")
    open_attribute: OpenAttribute | None = Field(default=None, description="开放属性 (O16)")
    format: str = Field(default="", max_length=60, description="信息资源格式")
    abstract: str = Field(default="", max_length=1000, description="信息资源摘要")
    items: tuple[DataItem, ...] = Field(default=(), max_length=500, description="信息项")
    personal_information: bool = Field(default=False, description="是否含个人信息 (G17)")
    sensitive: bool = Field(default=False, description="是否含敏感个人信息 (G17)")


class SharingNeed(Value):
    """共享需求 What the project needs from another department."""

    provider: str = Field(min_length=1, max_length=200, description="信息资源提供方 the other department")
    resource: str = Field(min_length=1, max_length=200, description="信息资源名称")
    purpose: str = Field(default="", max_length=500, description="用途")


class SharingDeclaration(Value):
    """共享声明 What the project needs from others and provides to them."""

    needs: tuple[SharingNeed, ...]
    provides: tuple[SharedResource, ...]
    declared_on: CivilDate


class RuleException(Value):
    """例外 A recorded exception from one rule of default denial."""

    rule: str = Field(pattern=r"^[A-Z]\d\d$", description="rule that the exception is from, e.g. G02")
    ground: ExemptionGround | None = None
    reason: str = Field(min_length=1, max_length=1000)
    deciding_body: str = Field(min_length=1, max_length=200)
    document_no: str = Field(min_length=1, max_length=120)
    granted_on: CivilDate
    expires_on: date | None = None
    decision: int | None = None
    """Number of the county's decision that grants it (O02)."""

    def in_force(self, day: date) -> bool:
        """Is the exception granted and not expired on this day (both ends included)?"""
        return self.granted_on.certainly_on_or_before(day) and (self.expires_on is None or day <= self.expires_on)


class Opinion(Value):
    """审核意见 of one reviewing body."""

    body: str
    verdict: OpinionVerdict
    given_on: CivilDate


class ChangedAmount(Value):
    """变更后的批复数额 What a change made of the approved amount, and who decided it."""

    amount: Money
    decided_by: str
    changed_on: CivilDate


class Approval(Value):
    """立项批复 the approval in force."""

    approved_on: CivilDate
    document_no: str
    approver: str
    amount: Money | None
    """As approved. What changes made of it is in `changed_amounts`."""
    acceptance_due: date | None
    changed_amounts: tuple[ChangedAmount, ...] = ()

    @property
    def amount_in_force(self) -> Money | None:
        """The approved amount after the newest change."""
        return self.changed_amounts[-1].amount if self.changed_amounts else self.amount


class Contract(Value):
    """合同."""

    contract_no: str
    supplier: str
    supplier_uscc: Uscc | None
    amount: Money
    mode: ProcurementMode | None = None
    signed_on: CivilDate


class Acceptance(Value):
    """竣工验收."""

    accepted_on: CivilDate
    document_no: str | None


class AmountStatement(Value):
    """金额申明 What a paper states as the amount of a stage. A later one of the same stage revises it; both stay."""

    stage: AmountStage
    amount: Money
    document_no: str | None
    stated_total: str | None
    """The total as the paper words it, where its rounded lines need not add up to it."""
    stated_on: CivilDate


class BudgetLine(Value):
    """预算科目 What the ledger counts by, within a project: purpose, budget year and source."""

    purpose: FundPurpose
    year: int
    source: FundSource


class Budget(Value):
    """预算 The figure of a line. A later figure of the same line revises it; both stay."""

    line: BudgetLine
    amount: Money
    document_no: str | None
    set_on: CivilDate


class PppTerms(Value):
    """入库条件 What the library asks of a PPP project (F12). An empty text is a missing condition."""

    risk_allocation: str = Field(default="", max_length=4000, description="风险责任分担")
    return_boundary: str = Field(default="", max_length=4000, description="收益边界")
    evaluation_plan: str = Field(default="", max_length=4000, description="绩效评价方案")
    reason: str = Field(default="", max_length=2000, description="战略意义大、投资周期长的理由")


class PppEntry(Value):
    """PPP项目库条目 An entry of the library, under the regime of its time."""

    terms: PppTerms
    regime: str
    listed_on: CivilDate
    delisted_on: CivilDate | None = None


class OperationReport(Value):
    """运营报告 How a PPP project operated in a year (O32). What users paid is in 分; None when not stated."""

    year: int
    summary: str
    user_paid_fen: int | None
    reported_on: CivilDate


class Arrangement(Value):
    """经费安排 with what was paid out and given back under it. Amounts in 分."""

    number: int
    purpose: FundPurpose
    year: int
    source: FundSource
    amount: Money
    arranged_on: CivilDate
    disbursed_fen: int = 0
    refunded_fen: int = 0
    disbursements: tuple[tuple[int, CivilDate], ...] = ()

    @property
    def line(self) -> BudgetLine:
        """The line that it draws on."""
        return BudgetLine(purpose=self.purpose, year=self.year, source=self.source)


class Evaluation(Value):
    """评价 One evaluation report. Grades of different scales are never compared."""

    number: int
    channel: EvaluationChannel
    evaluator: str
    scale: str
    grade: str
    score: str | None
    period: str
    reported_on: CivilDate
    commission: int | None = None
    scheme: SchemeRef | None = None
    scores: tuple[Score, ...] = ()
    use: ResultUse | None = None


class CommissionTerms(Value):
    """委托条件 Who is to evaluate, and who pays for it: what independence is judged by (O33)."""

    channel: EvaluationChannel
    evaluator_uscc: Uscc
    payer: Uscc


class CommentReply(StrEnum):
    """被评价单位的答复 What the evaluated unit answered to the draft."""

    AGREED = "AGREED"  # 无异议
    COMMENTED = "COMMENTED"  # 有意见
    NO_REPLY = "NO_REPLY"  # 逾期未答复


class EvaluationComment(Value):
    """征求意见 The answer of an evaluated unit to the draft report."""

    unit: Uscc
    reply: CommentReply
    commented_on: CivilDate


class Commission(Value):
    """委托评价 One commission: by which scheme, with which weights, who evaluates and who pays."""

    number: int
    channel: EvaluationChannel
    scheme: SchemeRef
    weights: tuple[Weight, ...]
    evaluator: str
    evaluator_uscc: Uscc
    commissioned_by: str
    payer: Uscc
    period: str
    commissioned_on: CivilDate
    comments: tuple[EvaluationComment, ...] = ()
    evaluation: int | None = None
    """Number of the evaluation that was reported under it."""
    withdrawn_on: CivilDate | None = None


class SurveyAudience(StrEnum):
    """受访对象 Who was asked."""

    PUBLIC = "PUBLIC"  # 社会公众
    ENTERPRISES = "ENTERPRISES"  # 企业
    STAFF = "STAFF"  # 使用单位工作人员


class SurveyMethod(StrEnum):
    """调查方式 How they were asked."""

    QUESTIONNAIRE = "QUESTIONNAIRE"  # 问卷
    ONLINE = "ONLINE"  # 网络
    TELEPHONE = "TELEPHONE"  # 电话
    INTERVIEW = "INTERVIEW"  # 访谈
    SERVICE_RATING = "SERVICE_RATING"  # 好差评


class SatisfactionSurvey(Value):
    """满意度调查 How many of those asked were satisfied (O28, O34). 10000 basis points are all of them."""

    number: int
    period: str
    audience: SurveyAudience
    method: SurveyMethod
    respondents: int
    satisfied_bp: int
    surveyor: str
    surveyed_on: CivilDate


class ProgressNote(Value):
    """进度 The newest progress report."""

    percent: int | None
    summary: str
    reported_on: CivilDate


class NoSystem(Value):
    """无信息系统说明 A signed statement that the project builds no information system (e.g. hardware only)."""

    reason: str
    signer_post: str
    stated_on: CivilDate


class SecurityMark(Value):
    """同建设、同考核 A mark that security went along in a phase (G18). The plan's mark is in the filing."""

    phase: SecurityPhase
    document_no: str | None
    marked_on: CivilDate


class RiskAssessment(Value):
    """共享利用风险评估 An assessment of the risks of sharing and use (G16)."""

    report_no: str
    conclusion: str
    assessed_on: CivilDate


class PrivacyAssessment(Value):
    """个人信息保护影响评估 An impact assessment of one shared resource (G17)."""

    resource: str
    report_no: str
    assessed_on: CivilDate


class ServiceMaterial(Value):
    """办事要件 A paper that the applicant must bring."""

    name: str = Field(min_length=1, max_length=200, description="材料名称")
    obtainable_by_sharing: bool = Field(default=False, description="能否通过共享取得 (G21)")


class ServiceItem(Value):
    """政务服务事项 A government service that the project puts online (O13, O29)."""

    name: str = Field(min_length=1, max_length=200, description="事项名称")
    online: bool = Field(default=True, description="是否网上办理 (O29)")
    offline_reason: str | None = Field(default=None, max_length=500, description="不上网理由; required when offline")
    one_visit: bool = Field(default=False, description="是否列入“最多跑一次”目录 (O13)")
    materials: tuple[ServiceMaterial, ...] = Field(default=(), max_length=100, description="办事要件")


class ServiceOnboarding(Value):
    """接入政务服务平台 (G13)."""

    platform: str
    items: tuple[ServiceItem, ...]
    onboarded_on: CivilDate


class ServiceExemption(Value):
    """不接入的豁免 An exemption from the service platform, with its ground and legal basis (G13)."""

    ground: ExemptionGround
    legal_basis: str
    exempted_on: CivilDate


class FlagAnswer(Value):
    """疑点答复 What the unit answered to a red flag."""

    flag: str
    key: str
    answer: str
    answered_on: CivilDate


class RefusalNote(Value):
    """被拒记录 A refused attempt: which step, when, by which rules, at which version of the stream."""

    step: str
    refused_on: CivilDate
    rules: tuple[str, ...]
    version: int


class CorrectionNote(Value):
    """更正记录 Which recorded fact was withdrawn or replaced, and by which event of the same stream."""

    target_version: int
    replaced: bool
    reason: str
    version: int


class Milestone(StrEnum):
    """Kinds of historical facts that another record may state about a project."""

    FILED = "FILED"
    APPROVED = "APPROVED"
    APPROVAL_PLANNED = "APPROVAL_PLANNED"
    STARTED = "STARTED"
    FUNDED = "FUNDED"
    END_PLANNED = "END_PLANNED"
    END_REVISED = "END_REVISED"
    ENDED = "ENDED"
    STATUS = "STATUS"
    PROGRESS = "PROGRESS"
    EVALUATED_OWN = "EVALUATED_OWN"
    EVALUATED_INDEPENDENT = "EVALUATED_INDEPENDENT"
    APPROVED_AMOUNT = "APPROVED_AMOUNT"
    BUDGET = "BUDGET"
    WHOLE_LIFE_COST = "WHOLE_LIFE_COST"
    YEAR_BUDGET = "YEAR_BUDGET"
    YEAR_FORECAST = "YEAR_FORECAST"
    YEAR_VARIANCE = "YEAR_VARIANCE"
    BENEFITS = "BENEFITS"
    DISBURSED = "DISBURSED"
    RELATED = "RELATED"


class Knowledge(StrEnum):
    """Whether a historical value is known. Withheld by law, unknown and not applicable are three things."""

    STATED = "STATED"
    NOT_APPLICABLE = "NOT_APPLICABLE"
    WITHHELD = "WITHHELD"
    NOT_REPORTED = "NOT_REPORTED"
    UNREADABLE = "UNREADABLE"


class HistoricalFact(Value):
    """历史事实 What another record states. It decides nothing here and passes no gate."""

    milestone: Milestone
    knowledge: Knowledge = Knowledge.STATED
    on: CivilDate | None = None
    amount: Money | None = None
    grade: str | None = None
    scale: str | None = None
    text: str | None = None
    basis: str | None = None
    """The law by which a value is withheld, where the record names it."""
    column: str
    raw: str


class ImportOrigin(Value):
    """来源 Which record a project was brought in from."""

    source: str
    key: str
    edition: str
    snapshot_on: CivilDate
    name: str
    organisation: str
    area: str
    row_sha256: str


class ImportedEdition(Value):
    """版次 Which row an edition of another record last stated of a project."""

    edition: str
    row_sha256: str


class Stage(StrEnum):
    """阶段 How far a project has come, by recorded facts."""

    UNKNOWN = "UNKNOWN"
    FOUND_UNFILED = "FOUND_UNFILED"
    FILING_REFUSED = "FILING_REFUSED"
    HISTORICAL = "HISTORICAL"
    FILED = "FILED"
    SHARING_DECLARED = "SHARING_DECLARED"
    APPROVED = "APPROVED"
    ACCEPTED = "ACCEPTED"
    IN_OPERATION = "IN_OPERATION"


class Project(Value):
    """项目状态 What is known of a project at a moment: the fold of its events."""

    id: UUID
    version: int = 0
    number: str | None = None
    filing: Filing | None = None
    filed_on: CivilDate | None = None
    found_unfiled: str | None = None
    origin: ImportOrigin | None = None
    history: tuple[HistoricalFact, ...] = ()
    """What the newest edition of the other record states; earlier ones are in the events."""
    editions: tuple[ImportedEdition, ...] = ()
    systems: tuple[UUID, ...] = ()
    no_system: NoSystem | None = None
    sharing: SharingDeclaration | None = None
    sharing_lapses: tuple[str, ...] = ()
    exceptions: tuple[RuleException, ...] = ()
    opinions: tuple[Opinion, ...] = ()
    approval: Approval | None = None
    contracts: tuple[Contract, ...] = ()
    progress: ProgressNote | None = None
    changes: int = 0
    completed_on: CivilDate | None = None
    """竣工 The day on which progress was first reported as 100 per cent."""
    security_marks: tuple[SecurityMark, ...] = ()
    risk_assessments: tuple[RiskAssessment, ...] = ()
    privacy_assessments: tuple[PrivacyAssessment, ...] = ()
    services: tuple[ServiceOnboarding, ...] = ()
    service_exemption: ServiceExemption | None = None
    acceptance: Acceptance | None = None
    amounts: tuple[AmountStatement, ...] = ()
    budgets: tuple[Budget, ...] = ()
    arrangements: tuple[Arrangement, ...] = ()
    ppp_entries: tuple[PppEntry, ...] = ()
    operation_reports: tuple[OperationReport, ...] = ()
    evaluations: tuple[Evaluation, ...] = ()
    measures: tuple[OversightMeasure, ...] = ()
    flag_answers: tuple[FlagAnswer, ...] = ()
    commissions: tuple[Commission, ...] = ()
    surveys: tuple[SatisfactionSurvey, ...] = ()
    refusals: tuple[RefusalNote, ...] = ()
    asked_as_classified: bool = False
    """A refused filing said that the project is classified."""
    corrections: tuple[CorrectionNote, ...] = ()
    performed: tuple[Performed, ...] = ()

    @property
    def classified(self) -> bool:
        """Is it filed as a classified project (涉密), or was it to be? Then it is hidden from ungranted roles."""
        return self.filing.classified if self.filing is not None else self.asked_as_classified

    @property
    def owners(self) -> tuple[str, ...]:
        """建设单位 by unified social credit code."""
        return self.filing.owner_units if self.filing else ()

    @property
    def stage(self) -> Stage:
        """How far it has come. Derived, so that facts recorded late or corrected move it as they must."""
        if self.acceptance:
            operated = any(a.purpose is FundPurpose.OPERATION for a in self.arrangements)
            return Stage.IN_OPERATION if operated else Stage.ACCEPTED
        if self.approval:
            return Stage.APPROVED
        if self.filing:
            return Stage.SHARING_DECLARED if self.sharing else Stage.FILED
        if self.origin:
            return Stage.HISTORICAL
        if self.found_unfiled is not None:
            return Stage.FOUND_UNFILED
        return Stage.FILING_REFUSED if self.refusals else Stage.UNKNOWN

    def arrangement(self, number: int) -> Arrangement | None:
        """The arrangement with this number, or None."""
        return next((a for a in self.arrangements if a.number == number), None)

    def budget_fen(self, line: BudgetLine) -> int | None:
        """The newest budget figure of a line in 分, or None when none is recorded."""
        return next((b.amount.fen for b in reversed(self.budgets) if b.line == line), None)

    @property
    def ppp(self) -> PppEntry | None:
        """The entry in the PPP library that stands, or None."""
        last = self.ppp_entries[-1] if self.ppp_entries else None
        return last if last is not None and last.delisted_on is None else None

    def open_measures(self, day: date) -> tuple[OversightMeasure, ...]:
        """Measures of oversight that stand against it on a day (O18)."""
        return tuple(m for m in self.measures if m.open(day))

    def commission(self, number: int) -> Commission | None:
        """The commission with this number, or None."""
        return next((c for c in self.commissions if c.number == number), None)
