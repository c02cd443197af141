"""The county: joint meetings and their decisions, holders of roles, the expert roster."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest
from pydantic import ValidationError

from domain.county import County
from domain.dates import CivilDate, HalfYear
from domain.evolve import fold
from domain.faults import ActError, BadFieldError
from domain.meeting import AgendaItem, Attendee, MatterKind
from domain.personal import Person
from domain.project import Project, Track
from domain.recorded import Role
from domain.steps.experts import DelistExpert, ExpertDelisted, ExpertListed, ListExpert, delist, enlist
from domain.steps.meetings import DecisionMade, HoldMeeting, MeetingHeld, RecordDecision, hold, resolve
from domain.steps.roles import AssignRole, EndRole, RoleAssigned, RoleEnded, assign, end
from domain.streams import StreamKind
from tests.folding import county
from tests.given import PROJECT, Dated, history
from tests.stages import CLASSIFIED, OTHER, OWNER, filed

FIRST_DAY = date(2018, 9, 19)
HOLD = HoldMeeting(
    attendees=(Attendee(organisation="县政府办公室"), Attendee(organisation="县财政局", uscc=OWNER)),
    agenda=(AgendaItem(kind=MatterKind.MAJOR_PROBLEM, title="信息孤岛"),),
    minutes_document="源智领纪〔2018〕1号",
)


def met(on: str, number: int = 1) -> Dated:
    return on, MeetingHeld(number=number, **dict(HOLD))


def decide(**changes: object) -> RecordDecision:
    asked = {"meeting": 1, "kind": "MAJOR_MATTER", "document_no": "源智领〔2018〕1号", "content": "同意"}
    return RecordDecision.model_validate({**asked, **changes})


class TestMeetings:
    """县领导小组实行联席会议制度，每半年召开1次会议"""

    def missed(self, on: str, *events: Dated) -> list[str]:
        found = county(*events).half_years(FIRST_DAY, date.fromisoformat(on))
        return [str(h.half) for h in found if h.missed]

    @pytest.mark.clause("O01")
    def test_a_half_year_without_a_meeting_is_missed_once_it_has_ended(self) -> None:
        assert self.missed("2018-12-31") == []
        assert self.missed("2019-01-01") == ["2018H2"]
        assert self.missed("2020-07-01") == ["2018H2", "2019H1", "2019H2", "2020H1"]

    @pytest.mark.clause("O01")
    def test_one_meeting_serves_its_half_year_and_no_other(self) -> None:
        assert self.missed("2020-01-01", met("2018-12-31"), met("2019-07-01", 2)) == ["2019H1"]
        assert self.missed("2019-07-01", met("2018-12-31"), met("2019-06-30", 2)) == []

    @pytest.mark.clause("O01")
    def test_a_day_known_to_the_month_serves_and_one_known_to_the_year_does_not(self) -> None:
        assert self.missed("2019-01-01", met("2018-12")) == []
        assert self.missed("2020-01-01", met("2018-12"), met("2019", 2)) == ["2019H1", "2019H2"]

    def test_what_is_not_yet_held_on_the_day_does_not_count(self) -> None:
        (half,) = county(met("2018-11-20")).half_years(FIRST_DAY, date(2018, 11, 19))
        assert (half.half, half.meetings, half.ended) == (HalfYear(year=2018, half=2), (), False)

    def test_meetings_are_numbered(self) -> None:
        assert hold(county(), HOLD).number == 1
        assert hold(county(met("2018-11-20")), HOLD).number == 2

    @pytest.mark.parametrize("field", ["attendees", "agenda", "minutes_document"])
    def test_a_meeting_has_attendees_agenda_and_minutes(self, field: str) -> None:
        with pytest.raises(ValidationError, match=field):
            HoldMeeting.model_validate({**HOLD.model_dump(), field: "" if field == "minutes_document" else ()})


class TestDecisions:
    """主要对重大决策、重大事项、重大问题等进行集体研究和决策部署"""

    HELD = met("2018-11-20")
    ON = CivilDate.parse("2018-11-21")

    @pytest.mark.clause("O02")
    @pytest.mark.parametrize("kind", list(MatterKind))
    def test_a_decision_of_each_kind_is_of_a_meeting(self, kind: MatterKind) -> None:
        event = resolve(county(self.HELD), decide(kind=kind), [], self.ON)
        state = county(self.HELD, ("2018-11-21", event))
        decision = state.decision(1)
        assert decision is not None
        assert (decision.meeting, decision.kind, decision.decided_on) == (1, kind, self.ON)
        assert resolve(state, decide(), [], self.ON).number == 2

    @pytest.mark.clause("O02")
    def test_there_is_no_decision_without_a_meeting(self) -> None:
        with pytest.raises(BadFieldError, match="没有此序号的会议"):
            resolve(county(), decide(), [], self.ON)

    def test_a_decision_is_not_older_than_its_meeting(self) -> None:
        with pytest.raises(BadFieldError, match="早于会议日期") as refused:
            resolve(county(self.HELD), decide(), [], CivilDate.parse("2018-11-19"))
        assert refused.value.pointer == "/happened_on"
        resolve(county(self.HELD), decide(), [], CivilDate.parse("2018-11"))

    def test_an_exception_names_its_projects(self) -> None:
        with pytest.raises(BadFieldError, match="涉及项目"):
            resolve(county(self.HELD), decide(exception_rule="G02"), [], self.ON)
        with pytest.raises(ValidationError, match="exception_rule"):
            decide(exception_rule="G03", projects=[PROJECT])

    def test_content_is_needed_but_never_told_of_a_classified_project(self) -> None:
        with pytest.raises(BadFieldError, match="请填写决定内容"):
            resolve(county(self.HELD), decide(content=""), [], self.ON)
        secret = fold(Project(id=PROJECT), history(StreamKind.PROJECT, PROJECT, filed(CLASSIFIED)))
        with pytest.raises(BadFieldError, match="涉密"):
            resolve(county(self.HELD), decide(projects=[PROJECT]), [secret], self.ON)
        bare = resolve(county(self.HELD), decide(projects=[PROJECT], content=""), [secret], self.ON)
        assert bare == DecisionMade(
            number=1,
            meeting=1,
            kind=MatterKind.MAJOR_MATTER,
            document_no="源智领〔2018〕1号",
            content="",
            projects=(PROJECT,),
        )


OFFICE = AssignRole(
    role=Role.SMART_OFFICE, organisation="县政府办公室", since=FIRST_DAY, document_no="源政发〔2018〕16号"
)


class TestRoles:
    """县智慧办设在县政府办公室"""

    def test_exactly_one_of_role_duty_and_track_is_named(self) -> None:
        for named in ({"role": None}, {"duty": "组长单位"}, {"track": Track.INDUSTRY}):
            with pytest.raises(BadFieldError, match="只须填写一项"):
                assign(county(), OFFICE.but(**named))

    @pytest.mark.clause("O03")
    def test_the_office_is_held_from_a_day_by_a_document(self) -> None:
        state = county(("2018-09-19", assign(county(), OFFICE)))
        assert state.holder(Role.SMART_OFFICE, date(2018, 9, 18)) is None
        holding = state.holder(Role.SMART_OFFICE, date(2026, 1, 1))
        assert holding is not None
        assert (holding.organisation, holding.document_no) == ("县政府办公室", "源政发〔2018〕16号")
        assert state.holder(Role.FINANCE, date(2026, 1, 1)) is None

    @pytest.mark.clause("O03")
    def test_a_sole_role_has_one_holder_at_a_time(self) -> None:
        state = county(("2018-09-19", assign(county(), OFFICE)))
        other = OFFICE.but(organisation="县大数据局", since=date(2020, 1, 1))
        with pytest.raises(ActError, match="请先登记其结束"):
            assign(state, other)
        with pytest.raises(ActError, match="请先登记其结束"):
            assign(state, other.but(since=date(2018, 1, 1)))
        ended = end(state, EndRole(holding=1, until=date(2019, 12, 31), reason="机构改革", successor="县大数据局"))
        state = county(("2018-09-19", assign(county(), OFFICE)), ("2020-01-02", ended))
        with pytest.raises(ActError, match="请先登记其结束"):
            assign(state, other.but(since=date(2019, 12, 31)))
        state = county(
            ("2018-09-19", assign(county(), OFFICE)), ("2020-01-02", ended), ("2020-01-02", assign(state, other))
        )
        before, after = (state.holder(Role.SMART_OFFICE, day) for day in (date(2019, 12, 31), date(2020, 1, 1)))
        assert before is not None
        assert after is not None
        assert (before.organisation, before.successor, after.organisation) == (
            "县政府办公室",
            "县大数据局",
            "县大数据局",
        )

    def test_a_named_duty_is_sole_and_a_role_of_many_is_not(self) -> None:
        duty = OFFICE.but(role=None, duty="县领导小组组长单位")
        state = county(("2018-09-19", assign(county(), duty)))
        assert state.holder("县领导小组组长单位", FIRST_DAY) is not None
        assert state.holder(Role.SMART_OFFICE, FIRST_DAY) is None
        with pytest.raises(ActError):
            assign(state, duty.but(organisation="另一单位"))
        agency = OFFICE.but(role=Role.TEST_AGENCY, organisation="测评甲")
        state = county(("2018-09-19", assign(county(), agency)))
        assert assign(state, agency.but(organisation="测评乙")).number == 2
        with pytest.raises(ActError):
            assign(state, agency)

    @pytest.mark.clause("O10")
    def test_the_governance_track_has_two_leads_and_the_industry_track_its_successor(self) -> None:
        """县政府办公室、县政务服务中心管理办公室牵头…县经济和信息化局牵头"""
        lead = OFFICE.but(role=None, track=Track.GOVERNANCE_SERVICE)
        events: list[Dated] = []
        for act in (
            lead,
            lead.but(organisation="县政务服务中心管理办公室"),
            lead.but(organisation="县经济和信息化局", track=Track.INDUSTRY),
        ):
            events.append(("2018-09-19", assign(county(*events), act)))
        renamed = EndRole(
            holding=3,
            until=date(2019, 1, 31),
            reason="机构改革更名",
            successor="县工业和信息化局",
            successor_uscc=OTHER,
        )
        events.append(("2019-02-01", end(county(*events), renamed)))
        follower = lead.but(organisation="县工业和信息化局", track=Track.INDUSTRY, since=date(2019, 2, 1))
        events.append(("2019-02-01", assign(county(*events), follower)))
        state = county(*events)

        def leads(track: Track, day: date) -> list[str]:
            return [h.organisation for h in state.lead_bodies(track, day)]

        assert leads(Track.GOVERNANCE_SERVICE, FIRST_DAY) == ["县政府办公室", "县政务服务中心管理办公室"]
        assert leads(Track.INDUSTRY, date(2019, 1, 31)) == ["县经济和信息化局"]
        assert leads(Track.INDUSTRY, date(2019, 2, 1)) == ["县工业和信息化局"]

    def test_only_a_standing_holding_ends_and_not_before_it_began(self) -> None:
        state = county(("2018-09-19", assign(county(), OFFICE)))
        with pytest.raises(BadFieldError, match="没有此序号"):
            end(state, EndRole(holding=2, until=FIRST_DAY, reason="?"))
        with pytest.raises(BadFieldError, match="早于开始日期"):
            end(state, EndRole(holding=1, until=date(2018, 9, 18), reason="?"))
        gone = ("2019-01-01", RoleEnded(number=1, until=date(2018, 12, 31), reason="撤销"))
        with pytest.raises(ActError, match="已于2018-12-31结束"):
            end(county(("2018-09-19", assign(county(), OFFICE)), gone), EndRole(holding=1, until=FIRST_DAY, reason="?"))

    def test_an_event_that_names_an_unknown_holding_changes_nothing(self) -> None:
        assert county(("2019-01-01", RoleEnded(number=9, until=FIRST_DAY, reason="?"))).roles == ()


class TestExperts:
    """成立沂源县新型智慧城市专家咨询委员会"""

    LISTED: Dated = ("2019-03-01", ExpertListed(number="ZJ-001", field="网络安全", organisation="某高校"))
    GONE: Dated = ("2020-03-01", ExpertDelisted(number="ZJ-001", reason="任期届满"))

    @pytest.mark.clause("O24")
    def test_the_roster_of_a_day(self) -> None:
        state = county(self.LISTED, self.GONE)
        days = {"2019-02-28": 0, "2019-03-01": 1, "2020-02-29": 1, "2020-03-01": 0}
        assert {d: len(state.listed_experts(date.fromisoformat(d))) for d in days} == days

    @pytest.mark.clause("O24")
    def test_the_roster_holds_a_number_and_a_name_only_sealed(self) -> None:
        with pytest.raises(ValidationError, match="number"):
            ListExpert(number="张三", field="网络安全", organisation="某高校")
        plain = ListExpert(number="ZJ-001", field="网络安全", organisation="某高校", person=Person(name="张三"))
        with pytest.raises(ValidationError, match="person"):
            enlist(county(), plain)
        assert set(ExpertListed.model_fields) == {"number", "field", "organisation", "person"}

    def test_a_number_stands_for_one_expert_for_good(self) -> None:
        command = ListExpert(number="ZJ-001", field="法律", organisation="某所")
        assert enlist(county(), command).number == "ZJ-001"
        with pytest.raises(ActError, match="已使用过"):
            enlist(county(self.LISTED, self.GONE), command)

    def test_only_a_listed_expert_is_delisted(self) -> None:
        command = DelistExpert(number="ZJ-001", reason="任期届满")
        assert delist(county(self.LISTED), command) == self.GONE[1]
        with pytest.raises(BadFieldError, match="没有此编号"):
            delist(county(), command)
        with pytest.raises(ActError, match="已移出"):
            delist(county(self.LISTED, self.GONE), command)


def test_the_half_years_follow_each_other() -> None:
    half = HalfYear(year=2018, half=2)
    assert str(half) == "2018H2"
    assert half.next() == HalfYear(year=2019, half=1)
    assert half.next().next() == HalfYear(year=2019, half=2)


def test_a_county_without_events_is_empty() -> None:
    assert County(id=UUID(int=4)).half_years(date(2019, 1, 1), FIRST_DAY) == ()


def test_a_role_of_the_list_is_kept_by_its_name() -> None:
    assert RoleAssigned.model_validate(OFFICE.model_dump() | {"number": 1}).role is Role.SMART_OFFICE
