"""The newcomer's script, as it stands in the documents."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from domain.recorded import RECORDING_ROLES
from infrastructure.bootstrap import Liuhen
from infrastructure.issuer import Holder, Issuer
from tests.serving import serving

SCRIPT = Path(__file__).parents[2] / "docs" / "examples" / "first_project.py"


def test_a_newcomers_project_goes_from_filing_to_funding(liuhen: Liuhen) -> None:
    assert len(SCRIPT.read_text(encoding="utf-8").splitlines()) < 40
    issuer = Issuer(liuhen.settings.data_dir)
    tokens = {
        role: issuer.issue(Holder(f"of-{role}", f"单位{role}", frozenset({role})), days=1) for role in RECORDING_ROLES
    }
    with serving(liuhen) as address:
        ran = subprocess.run(
            [sys.executable, SCRIPT],
            env={**os.environ, "LIUHEN": address, "LIUHEN_TOKENS": json.dumps(tokens)},
            check=False,
            capture_output=True,
            text=True,
            timeout=120,
        )
    assert ran.returncode == 0, ran.stderr[:500]
    assert f"paid: {liuhen.ledger.position()}" in ran.stdout
