"""任务 One item of a unit's responsibility list, with its timetable. 源政发〔2018〕16号 二（三）2、五（一）.

The same form serves the unit's own list (O07), the integration tasks of 2018 (O08) and the tasks that departments
split off with deadlines (O22).
"""

from __future__ import annotations

from datetime import date

from domain.dates import CivilDate
from domain.event import Value


class TaskExtension(Value):
    """延期 A later due day, decided by a document."""

    due_on: date
    document_no: str
    reason: str
    extended_on: CivilDate


class Task(Value):
    """任务 What is to be done, by which post, until which day."""

    number: int
    group: str
    item: str
    responsible_post: str
    due_on: date
    """As first set; `due` gives the day in force."""
    milestone: str
    issuer: str
    document_no: str
    assigned_on: CivilDate
    completed_on: CivilDate | None = None
    extensions: tuple[TaskExtension, ...] = ()

    def due(self, day: date) -> date:
        """The due day as it stood on a day: an extension decided later does not excuse an earlier delay."""
        granted = [e.due_on for e in self.extensions if e.extended_on.certainly_on_or_before(day)]
        return granted[-1] if granted else self.due_on

    def completed(self, day: date) -> bool:
        """Was it completed for certain by this day?"""
        return self.completed_on is not None and self.completed_on.certainly_on_or_before(day)

    def overdue_days(self, day: date) -> int:
        """Days past the due day while it is not completed. The due day itself is in time; completed gives 0."""
        if self.completed(day) or not self.assigned_on.certainly_on_or_before(day):
            return 0
        return max(0, (day - self.due(day)).days)

    def late_days(self) -> int:
        """Days by which it was completed too late, counted to the last possible day; 0 in time or not completed."""
        if self.completed_on is None:
            return 0
        done = self.completed_on.latest
        return max(0, (done - self.due(done)).days)
