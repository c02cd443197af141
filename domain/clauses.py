"""条款落点 Where each clause of the document acts in this record, apart from the gates (those are the table GATES).

`RECORDED` names the events by which a clause is kept track of; counting them is its report. `REPORTS` names the
lists that are made for it. `OUTSIDE` names what this record does not do about a clause, and why.
"""

from __future__ import annotations

from domain.event import Event
from domain.rule import text
from domain.steps import BY_TOPIC
from domain.texts import Text

RECORDED: dict[str, tuple[str, ...]] = {
    "C01": ("system.crypto_assessed",),
    "C02": ("project.change_recorded",),
    "G01": ("project.filed", "project.unfiled_found", "register.number_allotted"),
    "G02": ("project.exception_granted", "project.exception_revoked"),
    "G03": ("project.sharing_declared", "project.sharing_declaration_withdrawn"),
    "G04": ("system.platform_supply_verified",),
    "G05": ("project.sharing_lapsed", "project.sharing_resumed", "system.supply_confirmed"),
    "G06": ("project.sharing_declared",),
    "G07": ("project.sharing_declared",),
    "G08": ("system.interconnection_tested",),
    "G09": ("system.platform_supply_verified",),
    "G10": ("unit.connection_obligation_set", "unit.connection_obligation_met"),
    "G11": ("project.exception_granted",),
    "G12": ("project.exception_granted",),
    "G13": ("project.service_onboarded", "project.service_exempted"),
    "G14": ("system.security_level_filed", "system.security_tested"),
    "G15": ("system.classified_tested",),
    "G16": ("project.sharing_risk_assessed",),
    "G17": ("project.privacy_impact_assessed",),
    "G18": ("project.security_marked",),
    "G19": (
        "system.changed",
        "system.security_incident_recorded",
        "system.security_incident_resolved",
        "system.security_level_filed",
    ),
    "G20": ("system.interconnection_tested",),
    "G21": ("project.service_onboarded",),
    "G22": ("project.filed",),
    "G23": ("project.approved",),
    "F01": (
        "project.amount_stated",
        "project.budget_set",
        "project.funds_arranged",
        "project.funds_disbursed",
        "project.funds_refunded",
    ),
    "F06": ("guidance_fund.contributed", "guidance_fund.invested", "guidance_fund.investment_returned"),
    "F07": ("guidance_fund.invested",),
    "F08": ("guidance_fund.invested",),
    "F11": ("project.contract_recorded",),
    "F12": ("project.ppp_listed", "project.ppp_delisted"),
    "O01": ("county.meeting_held",),
    "O02": ("county.decision_made",),
    "O03": ("county.role_assigned", "county.role_ended"),
    "O04": ("unit.unifications_checked",),
    "O05": ("unit.contact_named",),
    "O06": ("unit.head_appointed",),
    "O07": ("unit.task_assigned", "unit.task_extended", "unit.task_completed"),
    "O08": ("unit.task_assigned", "unit.task_completed"),
    "O09": ("unit.assessed",),
    "O10": ("county.role_assigned",),
    "O11": ("system.interconnection_tested",),
    "O13": ("project.service_onboarded",),
    "O18": (
        "unit.supervision_item_opened",
        "unit.supervision_item_replied",
        "unit.supervision_item_closed",
        "project.oversight_measure_taken",
        "project.oversight_measure_lifted",
        "project.flag_answered",
    ),
    "O19": (
        "project.evaluation_commissioned",
        "project.evaluation_commission_withdrawn",
        "project.evaluation_reported",
    ),
    "O20": ("project.evaluation_used",),
    "O22": ("unit.task_assigned", "unit.task_completed"),
    "O23": ("project.review_opinion_given", "project.evaluation_reported", "unit.assessed", "county.evaluated"),
    "O24": ("county.expert_listed", "county.expert_delisted"),
    "O25": ("project.evaluation_reported",),
    "O26": ("unit.head_appointed",),
    "O28": ("project.satisfaction_survey_recorded",),
    "O29": ("project.service_onboarded", "project.service_exempted"),
    "O31": ("system.supply_confirmed",),
    "O32": ("project.operation_reported",),
    "O33": (
        "evaluator.registered",
        "evaluator.conflict_stated",
        "evaluator.conflict_ended",
        "project.evaluation_commissioned",
        "project.evaluation_commented",
    ),
    "O34": ("project.satisfaction_survey_recorded",),
    "O35": ("unit.task_assigned",),
}

REPORTS: dict[str, tuple[str, ...]] = {
    "G02": ("/v1/supervision/exceptions",),
    "G10": ("/v1/supervision/sanctioned-units",),
    "F01": ("/v1/money/lines", "/v1/money/drifts"),
    "F02": ("/v1/money/lines",),
    "F03": ("/v1/money/sources",),
    "F04": ("/v1/money/sources",),
    "F06": ("/v1/money/fund", "/v1/money/fund/movements"),
    "F07": ("/v1/money/fund/movements",),
    "F08": ("/v1/money/fund/movements",),
    "F09": ("/v1/money/operation-shares",),
    "F10": ("/v1/money/sources",),
    "F12": ("/v1/money/ppp",),
    "F13": ("/v1/money/sources",),
    "O01": ("/v1/county/half-years", "/v1/supervision/missed-meetings", "/v1/reminders"),
    "O03": ("/v1/county",),
    "O04": ("/v1/reminders", "/v1/units/{uscc}/responsibility"),
    "O05": ("/v1/reminders", "/v1/units/{uscc}/responsibility"),
    "O06": ("/v1/reminders", "/v1/units/{uscc}/responsibility"),
    "O07": ("/v1/supervision/tasks", "/v1/reminders", "/v1/units/{uscc}/responsibility"),
    "O09": ("/v1/performance/assessments",),
    "O10": ("/v1/county", "/v1/sharing/themes"),
    "O12": ("/v1/sharing/systems",),
    "O14": ("/v1/sharing/themes",),
    "O15": ("/v1/sharing/resources",),
    "O16": ("/v1/sharing/themes", "/v1/sharing/resources"),
    "O17": ("/v1/sharing/themes",),
    "O18": ("/v1/supervision/supervision-items", "/v1/reminders"),
    "O20": ("/v1/reminders",),
    "O21": ("/v1/projects/{project_id}",),
    "O23": ("/v1/performance/projects", "/v1/performance/assessments"),
    "O26": ("/v1/units/{uscc}/responsibility",),
    "O27": ("/v1/rule-sets/{rule_set_id}",),
    "O28": ("/v1/performance/projects",),
    "O30": ("/v1/sharing/themes",),
    "O32": ("/v1/money/ppp",),
}

OUTSIDE: dict[str, Text] = {
    "O16": text(
        "大数据产业本身不在此记录；只统计项目的主题标签",
        "the data industry itself is not recorded here, only themes are",
    ),
    "O24": text("人才政策不在此办理；只登记专家名册", "talent policy is not handled here, only the roster of experts"),
    "O25": text(
        "宣传不在此办理；媒体材料可作媒体监督评价的证据",
        "publicity is not handled here; media papers may support a media evaluation",
    ),
}


def rules_of(event: type[Event]) -> tuple[str, ...]:
    """The clauses that an event keeps track of."""
    return _RULES_OF.get(event.TOPIC, ())


_RULES_OF: dict[str, tuple[str, ...]] = {
    topic: tuple(rule for rule, topics in RECORDED.items() if topic in topics) for topic in BY_TOPIC
}
