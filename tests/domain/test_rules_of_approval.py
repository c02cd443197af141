"""What else is asked at filing and approval: isolation, networks, plan, security in the plan, the DRC (三、五、二)."""

from __future__ import annotations

import pytest

from domain.faults import BadFieldError
from domain.project import (
    ExemptionGround,
    FundSource,
    NetworkKind,
    ProjectKind,
    SharedResource,
    ShareType,
)
from domain.recorded import Role
from domain.rule import Effect
from domain.steps.approval import ApproveProject, ProjectApproved, approve
from domain.steps.exceptions import ExceptionGranted, GrantException, grant
from domain.steps.filing import ProjectFiled, file
from domain.steps.sharing import SharingDeclared
from tests.given import Dated, Given, given
from tests.stages import CLASSIFIED, ENROLLED, FILING, NEED, RESOURCE, SHARED, filed

APPROVE = ApproveProject(document_no="源审〔2019〕9号", approver="主管部门")
NUMBER = "ZH-370323-2019-000001-7"


def declared(needs: tuple = (), provides: tuple = ()) -> Dated:  # type: ignore[type-arg]
    return "2019-01-20", SharingDeclared(needs=needs, provides=provides)


def excepted(rule: str, on: str = "2019-02-01", **changes: object) -> Dated:
    granted = ExceptionGranted(
        rule=rule,
        ground=ExemptionGround.STATUTE,
        reason="法律规定",
        deciding_body="县领导小组",
        document_no="源智领〔2019〕3号",
    )
    return on, granted.but(**changes)


UPGRADE = FILING.but(kind=ProjectKind.UPGRADE)
WITHHELD = SharedResource(name="内部数据", share_type=ShareType.NOT_SHARED, legal_basis="某法第三条")


@pytest.mark.clause("G11")
@pytest.mark.clause("O12")
class TestG11:
    """原则上不再批准单个部门建设孤立信息系统"""

    def test_one_need_or_one_shared_resource_connects(self) -> None:
        given(filed(UPGRADE), declared(needs=(NEED,))).when(approve, APPROVE).then(ProjectApproved)
        given(filed(UPGRADE), declared(provides=(RESOURCE,))).when(approve, APPROVE).then(ProjectApproved)
        both = declared(needs=(NEED,), provides=(WITHHELD, RESOURCE))
        given(filed(UPGRADE), both).when(approve, APPROVE).then(ProjectApproved)

    def test_only_withheld_resources_and_no_needs_are_an_isolated_system(self) -> None:
        event = given(filed(UPGRADE), declared(provides=(WITHHELD,))).when(approve, APPROVE).refused_by("G11")
        assert "孤立" in event.judgement.findings[-1].reason.zh

    def test_without_a_declaration_it_is_not_judged(self) -> None:
        given(filed(UPGRADE)).when(approve, APPROVE).refused_by("G03", "G06")

    def test_the_exception_yields_for_it_and_for_nothing_else(self) -> None:
        withheld = declared(provides=(WITHHELD,))
        given(filed(UPGRADE), withheld, excepted("G11")).when(approve, APPROVE).then(ProjectApproved)
        event = given(filed(), withheld, excepted("G11")).when(approve, APPROVE).refused_by("G03", "G07")
        yielded = [f for f in event.judgement.findings if f.effect is Effect.YIELDS]
        assert [(f.rule, f.exception) for f in yielded] == [("G11", "源智领〔2019〕3号")]


@pytest.mark.clause("G12")
class TestG12:
    """坚持联网通办是原则，孤网是例外"""

    ISOLATED = FILING.but(network=NetworkKind.ISOLATED)

    @pytest.mark.parametrize("kind", [None, *(k for k in NetworkKind if k is not NetworkKind.ISOLATED)])
    def test_any_connected_network_passes(self, kind: NetworkKind | None) -> None:
        given(filed(FILING.but(network=kind)), SHARED).when(approve, APPROVE).then(ProjectApproved)

    def test_an_isolated_network_is_refused(self) -> None:
        given(filed(self.ISOLATED), SHARED).when(approve, APPROVE).refused_by("G12")

    def test_it_yields_to_an_exception_in_force_and_not_to_an_expired_or_later_one(self) -> None:
        given(filed(self.ISOLATED), SHARED, excepted("G12")).when(approve, APPROVE).then(ProjectApproved)
        expired = excepted("G12", expires_on="2019-05-31")
        given(filed(self.ISOLATED), SHARED, expired).when(approve, APPROVE).refused_by("G12")
        later = excepted("G12", "2019-06-02")
        given(filed(self.ISOLATED), SHARED, later).when(approve, APPROVE).refused_by("G12")

    def test_its_exception_names_the_kind_of_ground(self) -> None:
        bare = GrantException(rule="G12", reason="专线", deciding_body="县领导小组", document_no="源智领〔2019〕3号")
        with pytest.raises(BadFieldError, match="ground"):
            given(filed(self.ISOLATED)).when(grant, bare)
        grounded = bare.but(ground=ExemptionGround.SECRECY)
        given(filed(self.ISOLATED)).when(grant, grounded).then(ExceptionGranted)


@pytest.mark.clause("G18")
class TestG18AtApproval:
    """将网络信息安全建设与新型智慧城市建设同规划、同建设、同考核"""

    def test_security_is_in_the_plan(self) -> None:
        given(filed(), SHARED).when(approve, APPROVE).then(ProjectApproved)
        unplanned = FILING.but(security_planned=False)
        given(filed(unplanned), SHARED).when(approve, APPROVE).refused_by("G18")

    def test_a_classified_project_is_asked_too(self) -> None:
        given(filed(CLASSIFIED.but(security_planned=False))).when(approve, APPROVE).refused_by("G18")


@pytest.mark.clause("G22")
class TestG22:
    """在全县新型智慧城市总体规划框架下，加快推进新型智慧城市建设"""

    OUTSIDE = FILING.but(plan_item=None, outside_plan_reason="上级临时部署")
    NEITHER = FILING.but(plan_item=None)

    def filing(self, filing: object) -> Given:
        return given(unit=(ENROLLED,)).filing(filing)  # type: ignore[arg-type]

    def test_a_plan_item_or_a_reason_is_filed(self) -> None:
        self.filing(FILING).when(file, FILING, NUMBER).then(ProjectFiled)
        self.filing(self.OUTSIDE).when(file, self.OUTSIDE, NUMBER).then(ProjectFiled)

    def test_neither_is_refused_at_filing_and_at_approval(self) -> None:
        self.filing(self.NEITHER).when(file, self.NEITHER, NUMBER).refused_by("G22")
        given(filed(self.NEITHER), SHARED).when(approve, APPROVE).refused_by("G22")

    def test_a_classified_project_cannot_say_it_here(self) -> None:
        self.filing(CLASSIFIED).when(file, CLASSIFIED, NUMBER).then(ProjectFiled)


@pytest.mark.clause("G23")
class TestG23:
    """共享相关项目建设资金纳入政府固定资产投资，由县发改部门实行项目立项审批管理"""

    RELATED = FILING.but(sharing_related=True, fund_source=FundSource.GOV_FIXED_ASSET)

    def approved_as(self, role: Role | None, filing: object = RELATED) -> object:
        situation = given(filed(filing), SHARED)  # type: ignore[arg-type]
        return situation.acting_as(role).when(approve, APPROVE)

    def test_the_drc_approves_it(self) -> None:
        self.approved_as(Role.DRC).then(ProjectApproved)  # type: ignore[attr-defined]

    def test_the_project_authority_does_not(self) -> None:
        self.approved_as(Role.PROJECT_AUTHORITY).refused_by("G23")  # type: ignore[attr-defined]

    def test_its_money_is_fixed_asset_investment(self) -> None:
        other = self.RELATED.but(fund_source=FundSource.GOV_BUDGET)
        self.approved_as(Role.DRC, other).refused_by("G23")  # type: ignore[attr-defined]

    def test_other_projects_are_approved_by_their_authority(self) -> None:
        self.approved_as(Role.PROJECT_AUTHORITY, FILING).then(ProjectApproved)  # type: ignore[attr-defined]

    def test_who_only_asks_what_is_missing_has_no_role_yet(self) -> None:
        self.approved_as(None).then(ProjectApproved)  # type: ignore[attr-defined]
