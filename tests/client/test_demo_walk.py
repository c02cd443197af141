"""What the demo does with the client."""

from __future__ import annotations

from datetime import date
from threading import Timer

from api.demo_walk import walk
from domain.recorded import RECORDING_ROLES
from infrastructure.bootstrap import Liuhen
from infrastructure.issuer import Holder, Issuer
from infrastructure.tlog.operator_key import operator_verifiers
from liuhen_client import Client
from tests.client.test_client import FILING, UNIT
from tests.serving import serving


def test_it_tells_a_refusal_and_checks_a_receipt_and_records_nothing(liuhen: Liuhen) -> None:
    told: list[str] = []
    token = Issuer(liuhen.settings.data_dir).issue(Holder("demo", "演示", RECORDING_ROLES), days=1)
    with serving(liuhen) as address, Client(address, token) as client:
        client.enrol_unit(UNIT, happened_on="2018-10-01")
        client.file_project(FILING, happened_on="2019-01-05")
        liuhen.sequencer.catch_up()
        behind = Timer(0.3, liuhen.engine.catch_up)  # as when a new demo starts: its views are still to be made
        behind.start()
        before = liuhen.ledger.position()
        keys = [str(v) for v in operator_verifiers(liuhen.settings.data_dir, liuhen.settings.division)]
        walk(address, token, keys, date(2019, 2, 1), told.append)
        behind.join()
    assert "would_refuse G03、G06、G07" in told[0]
    assert "receipt checked: 位置 position 2" in told[1]
    assert liuhen.ledger.position() == before


def test_a_service_that_is_away_is_told(liuhen: Liuhen) -> None:
    told: list[str] = []
    walk("http://127.0.0.1:9", "x", [], date(2019, 2, 1), told.append)
    assert "could not finish" in told[0]
