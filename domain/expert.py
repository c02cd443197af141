"""专家名册 Members of the expert advisory committee by pseudonymous number. 源政发〔2018〕16号 五（三） (O23, O24)."""

from __future__ import annotations

from datetime import date

from domain.dates import CivilDate
from domain.event import Value
from domain.personal import Sealed, ShownPerson


class Expert(Value):
    """专家 One place on the roster: a number, a field and an organisation; the person only sealed."""

    number: str
    field: str
    organisation: str
    listed_on: CivilDate
    delisted_on: CivilDate | None = None
    person: Sealed | ShownPerson | None = None

    def listed(self, day: date) -> bool:
        """Is the expert on the roster on this day? The day of delisting is not."""
        gone = self.delisted_on is not None and self.delisted_on.possibly_on_or_before(day)
        return self.listed_on.certainly_on_or_before(day) and not gone
