"""谁可以办理 Which roles may record which step. What is not listed here is closed."""

from __future__ import annotations

from domain.recorded import RECORDING_ROLES, Role

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
