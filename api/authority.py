"""谁可以办理 Which roles may record which step. What is not listed here is closed."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from domain.recorded import ADMINISTRATORS, RECORDING_ROLES, Role

OWNER, AUTHORITY, DRC, FINANCE = Role.OWNER_UNIT, Role.PROJECT_AUTHORITY, Role.DRC, Role.FINANCE
SYS, SEC, AUDIT = Role.SYS_ADMIN, Role.SEC_ADMIN, Role.AUDIT_ADMIN
OFFICE, GROUP, PLATFORM = Role.SMART_OFFICE, Role.LEADING_GROUP, Role.PLATFORM_OPERATOR

# In the order of preference: a token that holds several of the roles acts in the first.
STEP_ROLES: dict[str, tuple[Role, ...]] = {
    "enrolment": (OFFICE,),
    "connection": (OFFICE, PLATFORM),
    "meetings": (GROUP, OFFICE),
    "roles": (GROUP, OFFICE),
    "experts": (GROUP, OFFICE),
    "responsibility": (OFFICE, GROUP, OWNER),
    "tasks": (GROUP, OFFICE),
    "task-completion": (OWNER, OFFICE),
    "supervision": (GROUP, OFFICE),
    "supervision-reply": (OWNER, OFFICE),
    "filing": (OWNER, OFFICE),
    "unfiled": (OFFICE, AUTHORITY, Role.AUDITOR),
    "systems": (OWNER,),
    "sharing": (OWNER,),
    "sharing-upkeep": (PLATFORM, OFFICE),
    "exceptions": (GROUP, AUTHORITY),
    "review": (Role.EXPERT_COMMITTEE, AUTHORITY, FINANCE, OFFICE),
    "approval": (AUTHORITY, DRC),
    "procurement": (OWNER,),
    "building": (OWNER,),
    "security": (OWNER, Role.TEST_AGENCY),
    "security-marks": (OWNER,),
    "incidents": (OWNER, PLATFORM),
    "risk": (OWNER, Role.THIRD_PARTY),
    "service": (OWNER,),
    "interconnection": (PLATFORM, OFFICE),
    "acceptance": (AUTHORITY,),
    "funding": (FINANCE,),
    "amounts": (OWNER,),
    "guidance-fund": (FINANCE,),
    "ppp": (DRC, FINANCE),
    "ppp-operation": (OWNER, DRC, FINANCE),
    "answering": (OWNER, OFFICE),
    "oversight": (GROUP, OFFICE, AUTHORITY, DRC),
    "evaluation": (Role.THIRD_PARTY, Role.EXPERT_COMMITTEE, Role.AUDITOR, FINANCE, OWNER, OFFICE),
    "commissioning": (FINANCE, AUTHORITY, OFFICE),
    "evaluation-comments": (OWNER, OFFICE),
    "satisfaction": (OFFICE, Role.THIRD_PARTY, OWNER),
    "evaluators": (OFFICE, FINANCE),
    "evaluator-conflicts": (Role.THIRD_PARTY, OFFICE, FINANCE),
    "assessment": (OFFICE, GROUP),
    "log-keeping": (OFFICE, Role.SYS_ADMIN),
    "correcting": (OFFICE, AUTHORITY, OWNER),
    "erasure": (OFFICE,),
    "importing": (OFFICE,),
    "accounts": (SYS,),
    "grants": (SEC,),
    "account-keys": (SEC, SYS, AUDIT),
    "account-keys-revoked": (SEC, SYS, AUDIT, *sorted(RECORDING_ROLES), Role.AUDITOR),
    "emergencies": (SYS, SEC),
}

SEES_PERSONAL = frozenset({OFFICE, AUTHORITY, Role.AUDITOR})
"""Roles that see personal data. Others are told that they are sealed."""
SEES_CLASSIFIED = frozenset({OFFICE, AUTHORITY, Role.AUDITOR})
"""Roles that see the placeholders of classified projects in views."""

EVERY_ROLE = frozenset(Role) - {Role.ADMINISTRATOR}
TAKING_PART = RECORDING_ROLES | {Role.AUDITOR}
"""Roles that see what becomes of projects. Those of 三员 do not: the system and the security administrator never."""
WATCHING = TAKING_PART | {AUDIT}
"""The same, and whoever watches over the trail itself."""


@dataclass(frozen=True)
class RouteRule:
    """Who may use the routes under a path, and what of it they see."""

    roles: frozenset[Role]
    zh: str
    en: str


_OWN = (
    "建设单位只及本单位的，评价机构只及受托的，其余按区划前缀",
    "an owner unit its own, an evaluator what it is commissioned for, others by division",
)
_LISTS = ("全部行；涉密占位符和个人信息另按角色", "all rows; classified placeholders and persons by role")
_COMMON = ("全部", "everything")

ROUTES: dict[tuple[str, ...], RouteRule] = {
    ("projects",): RouteRule(WATCHING, *_OWN),
    ("systems",): RouteRule(WATCHING, *_OWN),
    ("units",): RouteRule(WATCHING, *_OWN),
    ("timeline",): RouteRule(WATCHING, *_OWN),
    ("feed",): RouteRule(WATCHING, *_OWN),
    ("webhooks",): RouteRule(WATCHING, "本账户的；内容同变更流", "its own; content as in the feed"),
    ("log", "events"): RouteRule(WATCHING, *_OWN),
    ("log", "evidence"): RouteRule(WATCHING, *_OWN),
    ("documents",): RouteRule(
        WATCHING, "本账户提交的，及可看的历史所附的", "those handed in, and those of histories seen"
    ),
    ("PUT", "documents"): RouteRule(TAKING_PART, "提交材料", "to hand in"),
    ("red-flags",): RouteRule(WATCHING, *_LISTS),
    ("stages",): RouteRule(WATCHING, *_LISTS),
    ("evaluators",): RouteRule(WATCHING, *_LISTS),
    ("county",): RouteRule(WATCHING, *_LISTS),
    ("register",): RouteRule(WATCHING, *_LISTS),
    ("supervision",): RouteRule(WATCHING, *_LISTS),
    ("performance",): RouteRule(WATCHING, *_LISTS),
    ("sharing",): RouteRule(WATCHING, *_LISTS),
    ("security",): RouteRule(WATCHING, *_LISTS),
    ("money",): RouteRule(WATCHING, *_LISTS),
    ("clauses",): RouteRule(WATCHING, *_LISTS),
    ("reminders",): RouteRule(WATCHING, *_LISTS),
    ("trace",): RouteRule(WATCHING, *_LISTS),
    ("persons",): RouteRule(WATCHING, "有无、已否删除；内容只给可见个人信息的角色", "whether known or erased"),
    ("batch",): RouteRule(EVERY_ROLE, "每行按其办理", "each row as its act by itself"),
    ("imports",): RouteRule(frozenset(STEP_ROLES["importing"]), *_COMMON),
    ("imports", "mappings"): RouteRule(WATCHING, *_COMMON),
    ("rule-sets",): RouteRule(EVERY_ROLE, *_COMMON),
    ("evaluation-schemes",): RouteRule(EVERY_ROLE, *_COMMON),
    ("event-types",): RouteRule(EVERY_ROLE, *_COMMON),
    ("projections",): RouteRule(frozenset({SYS}), "视图的运行，不含内容", "how the views run, no content"),
    ("access-log",): RouteRule(
        frozenset({AUDIT, Role.AUDITOR}), "谁读了什么，不含内容", "who read what, without the content"
    ),
    ("accounts",): RouteRule(ADMINISTRATORS, "账户、授权、密钥摘要", "accounts, grants, digests of keys"),
    ("accounts", "history"): RouteRule(frozenset({AUDIT}), *_COMMON),
    ("log",): RouteRule(EVERY_ROLE, "承诺，不含内容；设为公开时不须令牌", "commitments, no content; public by setting"),
}
"""Who may use what is no act, by the beginning of its path, after its method where only that is meant.

The longest that fits counts. What fits none is closed.
"""

_OF_SUBJECTS = frozenset({"projects", "systems", "timeline", "units"})


def rule_of(method: str, path: str) -> RouteRule | None:
    """The rule of a route that is no act, by its path with or without values in it; None when it is closed."""
    parts = path.split("/")
    if parts[1] != "v1":
        return None
    two, one = tuple(parts[2:4]), tuple(parts[2:3])
    return next((ROUTES[key] for key in ((method, *two), (method, *one), two, one) if key in ROUTES), None)


def named_in(path: str) -> UUID | str | None:
    """The project, system or unit that a path names, which its reader must reach; None for a path that names none."""
    parts = path.split("/")
    if len(parts) < 4 or parts[2] not in _OF_SUBJECTS:
        return None
    if parts[2] == "units":
        return parts[3]
    try:
        return UUID(parts[3])
    except ValueError:
        return parts[3] if parts[2] == "timeline" else None  # the route says that it is none
