"""G13 政务服务均应纳入政务服务平台办理: services are on the platform before acceptance, or lawfully exempt.

源政发〔2018〕16号 三（一）. Only for projects filed as serving the public; an exemption names its basis.
"""

from __future__ import annotations

from domain.case import Case
from domain.check import Failing, Rule
from domain.rule import Gate, facts, text


def check(gate: Gate, case: Case) -> list[Failing]:
    """A project that serves the public has its services onboarded by the day, or an exemption."""
    del gate
    project = case.project
    if project.filing is None or not project.filing.serves_public or case.secrecy_exempt:
        return []
    exemption = project.service_exemption
    if exemption is not None and exemption.exempted_on.certainly_on_or_before(case.decided_on):
        return []
    if any(s.onboarded_on.certainly_on_or_before(case.decided_on) for s in project.services):
        return []
    return [
        Failing(
            text("涉及政务服务而未纳入政务服务平台", "it serves the public and is not on the service platform"),
            text(
                "接入政务服务平台并登记（services），或登记豁免及其法律依据（services/exemption）",
                "put the services on the platform (services), or record an exemption (services/exemption)",
            ),
            facts(onboarded=len(project.services)),
        )
    ]


SERVICES_ON_PLATFORM = Rule("G13", check)
