"""事件句 One plain sentence per event, in both languages."""

from __future__ import annotations

from functools import singledispatch

from domain.correction import FactCorrected
from domain.event import Event
from domain.log_keeping import KeyChange, KeyHolder
from domain.meeting import MatterKind
from domain.oversight import Measure
from domain.project import AmountStage, CommentReply, FundPurpose, FundSource, OpinionVerdict, ResultUse, Track
from domain.recorded import Role
from domain.refusal import Refused
from domain.rule import Effect, Judgement, text
from domain.steps.acceptance import AcceptanceRefused, ProjectAccepted
from domain.steps.accounts import RescueTold
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
from domain.steps.sharing import SharingDeclarationWithdrawn, SharingDeclared, SharingLapsed, SharingResumed
from domain.steps.supervision import SupervisionItemClosed, SupervisionItemOpened, SupervisionItemReplied
from domain.steps.systems import NoSystemStated, SystemChanged, SystemListed, SystemRegistered, SystemRetired
from domain.steps.tasks import TaskAssigned, TaskCompleted, TaskExtended
from domain.texts import Text

PURPOSE = {
    FundPurpose.BUILD: text("建设", "build"),
    FundPurpose.OPERATION: text("运维", "operation"),
    FundPurpose.SHARING_WORK: text("共享相关工作", "sharing-work"),
}
AMOUNT_STAGE = {
    AmountStage.ESTIMATE: text("估算", "Estimate"),
    AmountStage.DESIGN_ESTIMATE: text("概算", "Design estimate"),
    AmountStage.BUDGET: text("预算", "Budget"),
    AmountStage.CONTRACT: text("合同价", "Contract price"),
    AmountStage.SETTLEMENT: text("结算", "Settlement"),
    AmountStage.FINAL_ACCOUNT: text("决算", "Final account"),
}

TRACK = {
    Track.GOVERNANCE_SERVICE: text("政府治理和公众服务", "governance and public service"),
    Track.INDUSTRY: text("产业智慧化、智慧产业化和“两化融合”", "industry"),
}
ROLE = {
    Role.OWNER_UNIT: text("建设单位", "owner unit"),
    Role.PROJECT_AUTHORITY: text("项目主管部门", "project authority"),
    Role.DRC: text("县发改部门", "development and reform department"),
    Role.FINANCE: text("财政部门", "finance department"),
    Role.SMART_OFFICE: text("县智慧办", "smart-city office"),
    Role.LEADING_GROUP: text("县领导小组", "county leading group"),
    Role.PLATFORM_OPERATOR: text("全市统一共享平台管理方", "operator of the city's sharing platform"),
    Role.TEST_AGENCY: text("测评机构", "testing agency"),
    Role.EXPERT_COMMITTEE: text("专家咨询委员会", "expert advisory committee"),
    Role.THIRD_PARTY: text("第三方专业评估机构", "third-party evaluator"),
    Role.AUDITOR: text("审计机关、纪检监察机关", "audit or discipline body"),
    Role.ADMINISTRATOR: text("系统管理", "administration"),
    Role.SYS_ADMIN: text("系统管理员", "system administrator"),
    Role.SEC_ADMIN: text("安全管理员", "security administrator"),
    Role.AUDIT_ADMIN: text("审计管理员", "audit administrator"),
}
SOURCE = {
    FundSource.GOV_BUDGET: text("财政预算", "government budget"),
    FundSource.GOV_FIXED_ASSET: text("政府固定资产投资", "government fixed-asset investment"),
    FundSource.DEPT_BUDGET: text("部门预算", "departmental budget"),
    FundSource.GUIDANCE_FUND: text("引导基金", "guidance fund"),
    FundSource.INDUSTRY_FUND: text("产业基金", "industry fund"),
    FundSource.BANK_LOAN: text("银行贷款", "bank loan"),
    FundSource.SOCIAL_CAPITAL: text("社会资本", "social capital"),
    FundSource.OTHER: text("其他渠道", "other source"),
}
MEASURE_EN = {
    Measure.RECTIFICATION: "rectification within a term",
    Measure.CRITICISM: "public criticism",
    Measure.PLAN_SUSPENDED: "investment plan suspended",
    Measure.BUILD_SUSPENDED: "building suspended",
    Measure.TERMINATED: "termination",
}
USE = {
    ResultUse.RECTIFICATION: text("整改", "rectification"),
    ResultUse.BUDGET_EFFECT: text("影响预算安排", "effect on the budget"),
    ResultUse.NOTICE: text("通报", "notice"),
    ResultUse.NONE: text("未运用", "none"),
}
VERDICT = {
    OpinionVerdict.PASS: text("通过", "passed"),
    OpinionVerdict.RETURN: text("退回", "returned"),
    OpinionVerdict.REFUSE: text("不同意", "not agreed"),
}
MATTER = {
    MatterKind.MAJOR_DECISION: text("重大决策", "major decision"),
    MatterKind.MAJOR_MATTER: text("重大事项", "major matter"),
    MatterKind.MAJOR_PROBLEM: text("重大问题", "major problem"),
}


REPLY = {
    CommentReply.AGREED: text("无异议", "agreed with"),
    CommentReply.COMMENTED: text("提出意见", "commented on"),
    CommentReply.NO_REPLY: text("逾期未答复", "gave no reply to"),
}


@singledispatch
def sentence(event: Event) -> Text:
    """What happened, without day and actor: those stand beside it."""
    raise TypeError(f"no sentence for {type(event).__qualname__}")


def _refused(what: Text, judgement: Judgement) -> Text:
    blocking = [f for f in judgement.findings if f.effect is Effect.BLOCKS]
    rules = "、".join(dict.fromkeys(f"{f.rule}「{f.clause.quote}」" for f in blocking))
    return text(f"{what.zh}被拒：{rules}", f"{what.en} refused: {', '.join(judgement.blocking())}")


def _yielded(judgement: Judgement) -> Text:
    used = [f for f in judgement.findings if f.effect is Effect.YIELDS]
    if not used:
        return text("", "")
    rules, papers = "、".join(f.rule for f in used), "、".join(f.exception or "" for f in used)
    return text(f"（{rules}依例外{papers}）", f" ({rules} by exception {papers})")


@sentence.register
def _(event: UnitEnrolled) -> Text:
    return text(f"登记单位{event.name}（{event.uscc}）", f"Unit {event.name} ({event.uscc}) enrolled")


@sentence.register
def _(event: ConnectionObligationSet) -> Text:
    return text(
        f"依{event.requirement_document}，须于{event.due_on}前改造对接“{event.system_name}”",
        f"Obliged by {event.requirement_document} to connect “{event.system_name}” by {event.due_on}",
    )


@sentence.register
def _(event: ConnectionObligationMet) -> Text:
    return text(f"完成第{event.number}项改造对接义务", f"Connection obligation no. {event.number} met")


@sentence.register
def _(event: MeetingHeld) -> Text:
    return text(
        f"召开第{event.number}次联席会议，议题{len(event.agenda)}项（{event.minutes_document}）",
        f"Joint meeting no. {event.number} held, {len(event.agenda)} items ({event.minutes_document})",
    )


@sentence.register
def _(event: DecisionMade) -> Text:
    matter = MATTER[event.kind]
    granted_zh = f"，同意{event.exception_rule}例外" if event.exception_rule else ""
    granted_en = f", granting an exception from {event.exception_rule}" if event.exception_rule else ""
    said_zh, said_en = (f"：{event.content}", f": {event.content}") if event.content else ("", "")
    return text(
        f"第{event.meeting}次联席会议就{matter.zh}作出决定（{event.document_no}）{granted_zh}{said_zh}",
        f"Meeting no. {event.meeting} decided a {matter.en} ({event.document_no}){granted_en}{said_en}",
    )


@sentence.register
def _(event: RoleAssigned) -> Text:
    if event.track is not None:
        led = TRACK[event.track]
        return text(
            f"自{event.since}起由{event.organisation}牵头{led.zh}（{event.document_no}）",
            f"{event.organisation} leads {led.en} from {event.since} ({event.document_no})",
        )
    duty = ROLE[event.role] if event.role is not None else text(event.duty, event.duty)
    return text(
        f"自{event.since}起由{event.organisation}承担“{duty.zh}”（{event.document_no}）",
        f"{event.organisation} acts as {duty.en} from {event.since} ({event.document_no})",
    )


@sentence.register
def _(event: RoleEnded) -> Text:
    next_zh = f"，由{event.successor}承接" if event.successor else ""
    next_en = f", followed by {event.successor}" if event.successor else ""
    return text(
        f"第{event.number}项任职于{event.until}结束{next_zh}：{event.reason}",
        f"Holding no. {event.number} ended on {event.until}{next_en}: {event.reason}",
    )


@sentence.register
def _(event: LogKeyChanged) -> Text:
    log = event.holder is KeyHolder.LOG
    added = event.change is KeyChange.ADDED
    named = event.key.rpartition("+")[0]
    return text(
        f"{'日志' if log else '见证'}密钥{named}{'启用' if added else '停用'}（{event.document_no}）：{event.reason}",
        f"Key {named} of the {'log' if log else 'witness'} {'taken into use' if added else 'retired'} "
        f"({event.document_no}): {event.reason}",
    )


@sentence.register
def _(event: LogRestarted) -> Text:
    return text(
        f"放弃日志{event.abandoned_origin}（{event.abandoned_size}个事件处），改用{event.origin}"
        f"（{event.document_no}）：{event.reason}",
        f"Log {event.abandoned_origin} given up at {event.abandoned_size} events, followed by {event.origin} "
        f"({event.document_no}): {event.reason}",
    )


@sentence.register
def _(event: RescueTold) -> Text:
    named = [(ROLE[role], account) for role, account in zip(event.offices, event.accounts, strict=True)]
    zh, en = "、".join(f"{r.zh}{a}" for r, a in named), ", ".join(f"{r.en} {a}" for r, a in named)
    return text(
        f"在本机救援三员：{zh}；作废当时仍有效的密钥{event.keys_ended}把（{event.document_no}）：{event.reason}",
        f"Administrators rescued on the machine: {en}; {event.keys_ended} keys that were good until then were ended "
        f"({event.document_no}): {event.reason}",
    )


@sentence.register
def _(event: ExpertListed) -> Text:
    return text(
        f"专家{event.number}（{event.field}，{event.organisation}）列入名册",
        f"Expert {event.number} ({event.field}, {event.organisation}) listed",
    )


@sentence.register
def _(event: ExpertDelisted) -> Text:
    return text(f"专家{event.number}移出名册：{event.reason}", f"Expert {event.number} delisted: {event.reason}")


@sentence.register
def _(event: PersonalDataErased) -> Text:
    return text(
        f"依{event.legal_basis}（{event.document_no}）删除人员{event.person}的个人信息：{event.reason}",
        f"Personal data of person {event.person} erased under {event.legal_basis} ({event.document_no}): "
        f"{event.reason}",
    )


@sentence.register
def _(event: MasterKeyRotated) -> Text:
    return text(
        f"个人信息主密钥由{event.before}更换为{event.after}（{event.persons}人）：{event.reason}",
        f"Master key of personal data changed from {event.before} to {event.after} ({event.persons} persons): "
        f"{event.reason}",
    )


@sentence.register
def _(event: HeadAppointed) -> Text:
    end_zh, end_en = (f"至{event.until}", f" until {event.until}") if event.until else ("", "")
    return text(f"一把手：{event.post}，自{event.since}起{end_zh}", f"Head: {event.post}, from {event.since}{end_en}")


@sentence.register
def _(event: ContactNamed) -> Text:
    named = "、".join(part for part in (event.office, event.post) if part)
    return text(f"明确责任机构或专人：{named}，自{event.since}起", f"Contact named: {named}, from {event.since}")


@sentence.register
def _(event: UnitRenamed) -> Text:
    return text(
        f"自{event.since}起更名为{event.name}（{event.document_no}）",
        f"Renamed {event.name} from {event.since} ({event.document_no})",
    )


@sentence.register
def _(event: UnitSucceeded) -> Text:
    return text(
        f"自{event.since}起由{event.successor}（{event.successor_uscc}）承继（{event.document_no}）",
        f"Followed by {event.successor} ({event.successor_uscc}) from {event.since} ({event.document_no})",
    )


@sentence.register
def _(event: UnificationsChecked) -> Text:
    found = {
        "机构 body": event.one_body,
        "规划 plan": event.one_plan,
        "网络 network": event.one_network,
        "软件 software": event.one_software,
    }
    lacking = [name.split() for name, unified in found.items() if not unified]
    return text(
        f"“四统一”检查：{'未统一' + '、'.join(zh for zh, _ in lacking) if lacking else '全部统一'}",
        f"Four unifications checked: {'lacking ' + ', '.join(en for _, en in lacking) if lacking else 'all in place'}",
    )


@sentence.register
def _(event: TaskAssigned) -> Text:
    return text(
        f"下达第{event.number}项任务“{event.item}”，责任人{event.responsible_post}，时限{event.due_on}（{event.document_no}）",
        f"Task no. {event.number} “{event.item}” assigned to {event.responsible_post}, due {event.due_on}"
        f" ({event.document_no})",
    )


@sentence.register
def _(event: TaskExtended) -> Text:
    return text(
        f"第{event.number}项任务延期至{event.due_on}（{event.document_no}）：{event.reason}",
        f"Task no. {event.number} extended to {event.due_on} ({event.document_no}): {event.reason}",
    )


@sentence.register
def _(event: TaskCompleted) -> Text:
    return text(f"完成第{event.number}项任务", f"Task no. {event.number} completed")


@sentence.register
def _(event: SupervisionItemOpened) -> Text:
    return text(
        f"{event.issuer}督办（第{event.number}项，{event.document_no}）：{event.matter}，{event.reply_due}前回复",
        f"Supervision item no. {event.number} of {event.issuer} ({event.document_no}): {event.matter},"
        f" reply due {event.reply_due}",
    )


@sentence.register
def _(event: SupervisionItemReplied) -> Text:
    return text(
        f"回复第{event.number}项督办：{event.reply}", f"Reply to supervision item no. {event.number}: {event.reply}"
    )


@sentence.register
def _(event: SupervisionItemClosed) -> Text:
    if event.accepted:
        return text(f"第{event.number}项督办办结", f"Supervision item no. {event.number} closed")
    return text(
        f"第{event.number}项督办未同意办结，{event.reply_due}前再次回复：{event.reason}",
        f"Reply to supervision item no. {event.number} not accepted, due again {event.reply_due}: {event.reason}",
    )


@sentence.register
def _(event: OversightMeasureTaken) -> Text:
    term_zh, term_en = (f"，期限{event.due_on}", f", due {event.due_on}") if event.due_on else ("", "")
    return text(
        f"采取监管措施：{event.measure.zh}（{event.document_no}）{term_zh}",
        f"Oversight measure taken: {MEASURE_EN[event.measure]} ({event.document_no}){term_en}",
    )


@sentence.register
def _(event: OversightMeasureLifted) -> Text:
    return text(
        f"解除第{event.number}项监管措施（{event.document_no}）",
        f"Oversight measure no. {event.number} lifted ({event.document_no})",
    )


@sentence.register
def _(event: FlagAnswered) -> Text:
    return text(
        f"答复疑点{event.flag}（{event.key}）{f'：{event.answer}' if event.answer else ''}",
        f"Red flag {event.flag} ({event.key}) answered{f': {event.answer}' if event.answer else ''}",
    )


@sentence.register
def _(event: UnfiledProjectFound) -> Text:
    del event
    return text("发现未备案项目", "Unfiled project found")


@sentence.register
def _(event: ProjectFiled) -> Text:
    return text(f"项目备案，备案号{event.number}", f"Project filed under {event.number}")


@sentence.register
def _(event: FilingRefused) -> Text:
    return _refused(text("项目备案", "Filing"), event.judgement)


@sentence.register
def _(event: FilingAmended) -> Text:
    return text(f"修改备案：{event.reason}", f"Filing amended: {event.reason}")


@sentence.register
def _(event: FilingNumberAllotted) -> Text:
    return text(f"分配备案号{event.number}", f"Filing number {event.number} allotted")


@sentence.register
def _(event: SystemListed) -> Text:
    return text(f"登记系统“{event.name}”", f"System “{event.name}” listed")


@sentence.register
def _(event: SystemRegistered) -> Text:
    return text(f"系统“{event.name}”登记在本项目下", f"System “{event.name}” registered for the project")


@sentence.register
def _(event: NoSystemStated) -> Text:
    return text(f"声明项目不含信息系统：{event.reason}", f"Stated that there is no information system: {event.reason}")


@sentence.register
def _(event: SharingDeclared) -> Text:
    needs, provides = len(event.needs), len(event.provides)
    return text(
        f"提交共享声明：需求{needs}项，提供{provides}项",
        f"Sharing declared: {needs} needs, {provides} resources provided",
    )


@sentence.register
def _(event: SharingDeclarationWithdrawn) -> Text:
    return text(f"撤回共享声明：{event.reason}", f"Sharing declaration withdrawn: {event.reason}")


@sentence.register
def _(event: SharingLapsed) -> Text:
    return text(f"共享中断：{event.resource}", f"Sharing lapsed: {event.resource}")


@sentence.register
def _(event: SharingResumed) -> Text:
    return text(f"共享恢复：{event.resource}", f"Sharing resumed: {event.resource}")


@sentence.register
def _(event: ExceptionGranted) -> Text:
    return text(
        f"{event.deciding_body}以{event.document_no}准予{event.rule}例外：{event.reason}",
        f"Exception from {event.rule} granted by {event.deciding_body}, {event.document_no}: {event.reason}",
    )


@sentence.register
def _(event: ExceptionRevoked) -> Text:
    return text(
        f"撤销{event.rule}例外（{event.document_no}）：{event.reason}",
        f"Exception from {event.rule} ({event.document_no}) revoked: {event.reason}",
    )


@sentence.register
def _(event: ReviewOpinionGiven) -> Text:
    verdict = VERDICT[event.verdict]
    return text(f"{event.body}审核意见：{verdict.zh}", f"Opinion of {event.body}: {verdict.en}")


@sentence.register
def _(event: ProjectApproved) -> Text:
    exception = _yielded(event.judgement)
    return text(
        f"{event.approver}以{event.document_no}批准立项{exception.zh}",
        f"Approved by {event.approver}, {event.document_no}{exception.en}",
    )


@sentence.register
def _(event: ApprovalRefused) -> Text:
    return _refused(text("立项审批", "Approval"), event.judgement)


@sentence.register
def _(event: ApprovalRevoked) -> Text:
    return text(f"立项批复被撤销（{event.document_no}）", f"Approval revoked ({event.document_no})")


@sentence.register
def _(event: ContractRecorded) -> Text:
    return text(
        f"签订合同{event.contract_no}，{event.supplier}，{event.amount.zh()}",
        f"Contract {event.contract_no} signed with {event.supplier}, {event.amount.yuan():,} {event.amount.currency}",
    )


@sentence.register
def _(event: ProgressReported) -> Text:
    percent = "" if event.percent is None else f"{event.percent}%"
    return text(
        f"报告进度{percent}{event.summary and '：'}{event.summary}",
        f"Progress reported {percent} {event.summary}".strip(),
    )


@sentence.register
def _(event: ChangeRecorded) -> Text:
    return text(f"登记变更：{event.content or event.reason}", f"Change recorded: {event.content or event.reason}")


@sentence.register
def _(event: SecurityLevelFiled) -> Text:
    number = event.certificate_no or "-"
    return text(f"等保第{event.level}级备案（{number}）", f"Security level {event.level} filed ({number})")


@sentence.register
def _(event: SecurityTested) -> Text:
    return text(
        f"等级测评：{event.conclusion}（{event.template}版，{event.agency}，{event.report_no}）",
        f"Level test: {event.conclusion} (template {event.template}, {event.agency}, {event.report_no})",
    )


@sentence.register
def _(event: ClassifiedSystemTested) -> Text:
    return text(f"涉密系统测评报告{event.report_no}", f"Classified system tested, report {event.report_no}")


@sentence.register
def _(event: InterconnectionTested) -> Text:
    return text(f"与{event.department}互联互通测试通过", f"Interconnection with {event.department} tested")


@sentence.register
def _(event: PlatformSupplyVerified) -> Text:
    return text(
        f"核验向共享平台供数：{event.resource}（{event.platform_code}）",
        f"Supply to the city platform verified: {event.resource} ({event.platform_code})",
    )


@sentence.register
def _(event: ProjectAccepted) -> Text:
    del event
    return text("通过竣工验收", "Completion acceptance passed")


@sentence.register
def _(event: AcceptanceRefused) -> Text:
    return _refused(text("竣工验收", "Acceptance"), event.judgement)


@sentence.register
def _(event: FundsArranged) -> Text:
    purpose = PURPOSE[event.purpose]
    return text(
        f"安排{event.year}年{purpose.zh}经费{event.amount.zh()}（第{event.number}笔）",
        f"{event.amount.yuan():,} CNY of {purpose.en} money arranged for {event.year} (no. {event.number})",
    )


@sentence.register
def _(event: FundsDisbursed) -> Text:
    purpose = PURPOSE[event.purpose]
    return text(
        f"拨付{purpose.zh}经费{event.amount.zh()}（第{event.arrangement}笔安排）",
        f"{event.amount.yuan():,} CNY of {purpose.en} money disbursed (arrangement no. {event.arrangement})",
    )


@sentence.register
def _(event: FundsRefunded) -> Text:
    return text(f"退回经费{event.amount.zh()}", f"{event.amount.yuan():,} CNY given back")


@sentence.register
def _(event: FundsRefused) -> Text:
    return _refused(text("拨款", "Money"), event.judgement)


@sentence.register
def _(event: AmountStated) -> Text:
    stage = AMOUNT_STAGE[event.stage]
    return text(f"{stage.zh}{event.amount.zh()}", f"{stage.en} stated as {event.amount.yuan():,} CNY")


@sentence.register
def _(event: BudgetSet) -> Text:
    purpose, source = PURPOSE[event.purpose], SOURCE[event.source]
    return text(
        f"{event.year}年{purpose.zh}经费预算{event.amount.zh()}（{source.zh}）",
        f"Budget of {event.amount.yuan():,} CNY of {purpose.en} money set for {event.year} ({source.en})",
    )


@sentence.register
def _(event: FundContributed) -> Text:
    return text(
        f"{event.contributor}向引导基金出资{event.amount.zh()}",
        f"{event.amount.yuan():,} CNY contributed to the guidance fund by {event.contributor}",
    )


@sentence.register
def _(event: FundInvested) -> Text:
    return text(
        f"引导基金投资{event.amount.zh()}（第{event.number}笔）",
        f"{event.amount.yuan():,} CNY of the guidance fund invested (no. {event.number})",
    )


@sentence.register
def _(event: InvestmentRefused) -> Text:
    return _refused(text("引导基金投资", "Investment"), event.judgement)


@sentence.register
def _(event: InvestmentReturned) -> Text:
    return text(
        f"回收投资{event.amount.zh()}（第{event.investment}笔投资）",
        f"{event.amount.yuan():,} CNY came back to the guidance fund (investment no. {event.investment})",
    )


@sentence.register
def _(event: PppListed) -> Text:
    return text(f"列入PPP项目库（{event.regime}）", f"Entered into the PPP library ({event.regime})")


@sentence.register
def _(event: PppListingRefused) -> Text:
    return _refused(text("PPP项目入库", "Entry into the PPP library"), event.judgement)


@sentence.register
def _(event: PppDelisted) -> Text:
    return text(f"移出PPP项目库：{event.reason}", f"Left the PPP library: {event.reason}")


@sentence.register
def _(event: OperationReported) -> Text:
    paid = event.user_paid
    zh = f"，使用者付费收入{paid.zh()}" if paid is not None else ""
    en = f", users paid {paid.yuan():,} CNY" if paid is not None else ""
    return text(f"{event.year}年度运营报告{zh}", f"Operation in {event.year} reported{en}")


@sentence.register
def _(event: EvaluatorRegistered) -> Text:
    until = f"{event.valid_until}" if event.valid_until else ""
    return text(
        f"登记评估机构{event.name}（{event.uscc}）{until and f'，资质有效期至{until}'}",
        f"Evaluator {event.name} ({event.uscc}) registered{until and f', qualified until {until}'}",
    )


@sentence.register
def _(event: ConflictStated) -> Text:
    until = f"{event.until}" if event.until else ""
    return text(
        f"声明与{event.unit}的利益冲突（第{event.number}项），自{event.from_on}起{until and f'至{until}止'}",
        f"Conflict of interest no. {event.number} with {event.unit} stated, from {event.from_on}"
        f"{until and f' until {until}'}",
    )


@sentence.register
def _(event: ConflictEnded) -> Text:
    return text(
        f"第{event.number}项利益冲突至{event.until}止",
        f"Conflict of interest no. {event.number} stood until {event.until}",
    )


@sentence.register
def _(event: EvaluationCommissioned) -> Text:
    noted = [f for f in event.judgement.findings if f.effect is Effect.NOTES]
    reasons = text("；".join(f.reason.zh for f in noted), "; ".join(f.reason.en for f in noted))
    return text(
        f"{event.commissioned_by}委托{event.evaluator}评价{event.period}年度"
        f"（方案{event.scheme.id}第{event.scheme.version}版，第{event.number}项委托）"
        f"{reasons.zh and f'。提示：{reasons.zh}'}",
        f"{event.commissioned_by} commissioned {event.evaluator} to evaluate {event.period}"
        f" (scheme {event.scheme.id}, version {event.scheme.version}, commission no. {event.number})"
        f"{reasons.en and f'. Noted: {reasons.en}'}",
    )


@sentence.register
def _(event: CommissionWithdrawn) -> Text:
    return text(
        f"撤回第{event.number}项委托：{event.reason}", f"Commission no. {event.number} withdrawn: {event.reason}"
    )


@sentence.register
def _(event: EvaluationCommented) -> Text:
    reply = REPLY[event.reply]
    said = event.comments
    return text(
        f"{event.unit}对第{event.number}项委托的评价初稿{reply.zh}{said and f'：{said}'}",
        f"{event.unit} {reply.en} the draft under commission no. {event.number}{said and f': {said}'}",
    )


@sentence.register
def _(event: SatisfactionSurveyRecorded) -> Text:
    percent = f"{event.satisfied_bp // 100}.{event.satisfied_bp % 100:02d}"
    return text(
        f"{event.surveyor}{event.period}年度满意度调查：{percent}%满意，有效样本{event.respondents}份",
        f"Survey of {event.period} by {event.surveyor}: {percent} % of {event.respondents} satisfied",
    )


@sentence.register
def _(event: UnitAssessed) -> Text:
    score = f"{event.score}" if event.score else ""
    return text(
        f"{event.assessor}考核{event.year}年度：{event.grade}{score and f'，{score}分'}（{event.scale}）",
        f"Assessed by {event.assessor} for {event.year}: {event.grade}{score and f', {score}'} ({event.scale})",
    )


@sentence.register
def _(event: CountyEvaluated) -> Text:
    draft = text("，方案为草案", ", by a draft scheme") if event.scheme.draft else text("", "")
    return text(
        f"{event.evaluator}评价全县{event.year}年度：{event.score}分{event.grade and f'，{event.grade}'}"
        f"（{event.scale}{draft.zh}）",
        f"County evaluated by {event.evaluator} for {event.year}: {event.score}{event.grade and f', {event.grade}'}"
        f" ({event.scale}{draft.en})",
    )


@sentence.register
def _(event: EvaluationReported) -> Text:
    score = f"，{event.score}分" if event.score else ""
    return text(
        f"{event.evaluator}评价{event.period}年度：{event.grade}{score}（{event.scale}）",
        f"Evaluated by {event.evaluator} for {event.period}: {event.grade} ({event.scale})",
    )


@sentence.register
def _(event: EvaluationUsed) -> Text:
    return text(
        f"第{event.number}项评价结果运用：{USE[event.use].zh}",
        f"Result of evaluation no. {event.number} used: {USE[event.use].en}",
    )


@sentence.register
def _(event: SystemRetired) -> Text:
    return text(f"系统停用：{event.reason}", f"System retired: {event.reason}")


@sentence.register
def _(event: ProjectImported) -> Text:
    origin = event.origin
    return text(
        f"由{origin.source}（{origin.edition}）作为历史导入，{len(event.facts)}项事实",
        f"Brought in as history from {origin.source} ({origin.edition}), {len(event.facts)} facts",
    )


@sentence.register
def _(event: Refused) -> Text:
    return _refused(text(f"办理（{event.step}）", f"Step ({event.step})"), event.judgement)


@sentence.register
def _(event: FactCorrected) -> Text:
    done_zh, done_en = ("替换", "replaced") if event.replacement is not None else ("撤回", "withdrawn")
    return text(
        f"更正：第{event.target_version}号事件被{done_zh}。{event.reason}",
        f"Correction: event no. {event.target_version} {done_en}. {event.reason}",
    )


@sentence.register
def _(event: SharingRiskAssessed) -> Text:
    return text(
        f"共享利用风险评估{event.report_no}：{event.conclusion}",
        f"Risks of sharing assessed, {event.report_no}: {event.conclusion}",
    )


@sentence.register
def _(event: PrivacyImpactAssessed) -> Text:
    return text(
        f"资源“{event.resource}”完成个人信息保护影响评估{event.report_no}",
        f"Privacy impact of “{event.resource}” assessed, {event.report_no}",
    )


@sentence.register
def _(event: CryptoAssessed) -> Text:
    return text(
        f"密码应用安全性评估{event.report_no}，结论“{event.conclusion}”",
        f"Cryptography assessed, {event.report_no}: “{event.conclusion}”",
    )


@sentence.register
def _(event: SecurityMarked) -> Text:
    phase = {"BUILD": text("同建设", "building"), "ASSESSMENT": text("同考核", "assessment")}[event.phase]
    return text(f"网络信息安全{phase.zh}", f"Security went along in {phase.en}")


@sentence.register
def _(event: SystemChanged) -> Text:
    return text(f"系统重大变更：{event.description}", f"Major change of the system: {event.description}")


@sentence.register
def _(event: SecurityIncidentRecorded) -> Text:
    return text(
        f"第{event.number}号安全事件，{event.grade}级", f"Security incident {event.number}, grade {event.grade}"
    )


@sentence.register
def _(event: SecurityIncidentResolved) -> Text:
    return text(f"第{event.number}号安全事件已处置", f"Security incident {event.number} resolved")


@sentence.register
def _(event: SupplyConfirmed) -> Text:
    calls = text("", "") if event.calls is None else text(f"，调用{event.calls}次", f", {event.calls} calls")
    return text(f"资源“{event.resource}”已更新{calls.zh}", f"“{event.resource}” was updated{calls.en}")


@sentence.register
def _(event: ServiceOnboarded) -> Text:
    count = len(event.items)
    return text(f"{count}项政务服务接入{event.platform}", f"{count} services put on {event.platform}")


@sentence.register
def _(event: ServiceRefused) -> Text:
    return _refused(text("政务服务上线", "Putting services online"), event.judgement)


@sentence.register
def _(event: ServiceExempted) -> Text:
    return text(f"豁免接入政务服务平台：{event.legal_basis}", f"Exempt from the service platform: {event.legal_basis}")
