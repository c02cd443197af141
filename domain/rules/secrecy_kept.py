"""G15 凡涉及国家秘密的，应当严格遵守有关保密法律法规规定: a classified project is a placeholder, at every step.

源政发〔2018〕16号 五（四）. Project number, unit and the secrecy office's document number may be recorded; free text,
papers, catalogue items and test findings may not, and a refusal names the fields without repeating their content.
"""

from __future__ import annotations

from domain.case import Case
from domain.check import Failing, Rule
from domain.rule import Gate, facts, text


def check(gate: Gate, case: Case) -> list[Failing]:
    """A classified project has its secrecy document, and the step carries no text or paper."""
    filing = case.proposal.filing if gate is Gate.FILE else case.project.filing
    if filing is None or not filing.classified:
        return []
    failings = []
    if not filing.secrecy_document_no:
        failings.append(
            Failing(
                text("涉密项目没有保密部门文号", "a classified project without the secrecy office's document"),
                text("填写保密部门文号（secrecy_document_no）", "give its number (secrecy_document_no)"),
            )
        )
    carried = (*(filing.free_text() if gate is Gate.FILE else ()), *case.proposal.free_text)
    told = [name for name in ("found_unfiled", "origin") if getattr(case.project, name)]
    if gate is Gate.FILE and told:
        failings.append(
            Failing(
                text(
                    f"该标识下已有文字记录（{'、'.join(told)}），不能再作涉密项目备案",
                    f"text stands under this identity ({', '.join(told)}): it cannot become classified",
                ),
                text("以新标识备案占位记录（POST /v1/projects）", "file the placeholder anew (POST /v1/projects)"),
                facts(recorded=",".join(told)),
            )
        )
    if carried:
        failings.append(
            Failing(
                text(
                    f"涉密项目不得填写文字或附件：{'、'.join(carried)}",
                    f"a classified project must not carry text or papers: {', '.join(carried)}",
                ),
                text("清空这些字段后重新办理", "leave these fields empty and try again"),
                facts(fields=",".join(carried)),
            )
        )
    return failings


SECRECY_KEPT = Rule("G15", check)
