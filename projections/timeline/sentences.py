"""事件句 One plain sentence per event, in both languages."""

from __future__ import annotations

from functools import singledispatch

from domain.correction import FactCorrected
from domain.event import Event
from domain.project import AmountStage, FundPurpose
from domain.refusal import Refused
from domain.rule import Effect, Judgement, text
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
from domain.steps.sharing import SharingDeclarationWithdrawn, SharingDeclared, SharingLapsed, SharingResumed
from domain.steps.systems import NoSystemStated, SystemListed, SystemRegistered, SystemRetired
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
    verdict = {"PASS": "通过", "RETURN": "退回", "REFUSE": "不同意"}[event.verdict]
    return text(f"{event.body}审核意见：{verdict}", f"Opinion of {event.body}: {event.verdict}")


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
    purpose = PURPOSE[event.purpose]
    return text(
        f"{event.year}年{purpose.zh}经费预算{event.amount.zh()}（{event.source}）",
        f"Budget of {event.amount.yuan():,} CNY of {purpose.en} money set for {event.year} ({event.source})",
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
def _(event: EvaluationReported) -> Text:
    score = f"，{event.score}分" if event.score else ""
    return text(
        f"{event.evaluator}评价{event.period}年度：{event.grade}{score}（{event.scale}）",
        f"Evaluated by {event.evaluator} for {event.period}: {event.grade} ({event.scale})",
    )


@sentence.register
def _(event: EvaluationUsed) -> Text:
    return text(
        f"第{event.number}项评价结果运用：{event.use}", f"Result of evaluation no. {event.number} used: {event.use}"
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
