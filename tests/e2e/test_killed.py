"""kill -9 of the terminal or of the sync agent, anywhere: no receipt without its case, no case twice."""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kiosk.demo.stack import Stack

TRIALS = 20
SEED = 20261123
SESSION_DEADLINE_S = 240.0
DRAIN_DEADLINE_S = 120.0


def start(stack: Stack) -> subprocess.Popen[str]:
    """Start a terminal with nobody before it, an empty mat and the line down."""
    for path in ("/v1/network/cut", "/v1/id_card/lift", "/v1/camera/clear"):
        stack.control(path, {})
    script = Path(__file__).with_name("quick_kiosk.py")
    with (stack.work / "quick_kiosk.log").open("a") as log:
        return subprocess.Popen(
            [sys.executable, str(script), str(stack.work)], stdout=subprocess.PIPE, stderr=log, text=True
        )


def printed_code(stack: Stack, before: int) -> str | None:
    """Return the case code of the receipt that came out since `before` receipts, if a whole one did."""
    if stack.control("/v1/state")["receipt_printer"]["printed"] == before:
        return None
    found = re.search(r"KF[0-9A-Z]{10}", "".join(stack.control("/v1/receipt_printer/last.txt").decode().split()))
    assert found is not None
    return found.group()


@pytest.mark.e2e
@pytest.mark.timeout(1500)
def test_twenty_kills_lose_no_receipt_and_make_no_second_case(stack: Stack) -> None:
    """It should hold for the terminal and the agent, killed in turn at random moments of a whole session."""
    rng = random.Random(SEED)
    cases_before = {case["code"] for case in json.loads(stack.central("cases", "--json"))}
    received_before = json.loads(stack.kiosk("outbox", "stats", "--json"))["received"]  # withdrawals are received too
    begun = time.monotonic()
    whole = start(stack)
    output, _ = whole.communicate(timeout=SESSION_DEADLINE_S)
    assert whole.returncode == 0, (stack.work / "quick_kiosk.log").read_text()[-3000:]
    length_s = time.monotonic() - begun
    receipts = {output.strip()}
    for trial in range(TRIALS):
        printed = stack.control("/v1/state")["receipt_printer"]["printed"]
        kiosk = start(stack)
        try:
            kiosk.wait(rng.uniform(0.1, length_s))
        except subprocess.TimeoutExpired:
            if trial % 2:
                stack.kill("sync")
                stack.start_sync()
                kiosk.wait(SESSION_DEADLINE_S)
                assert kiosk.returncode == 0, (stack.work / "quick_kiosk.log").read_text()[-3000:]
            else:
                kiosk.kill()
                kiosk.wait(10)
        assert kiosk.stdout is not None
        kiosk.stdout.close()
        code = printed_code(stack, printed)
        if code is not None:
            receipts.add(code)
    stack.control("/v1/network/restore", {})
    deadline = time.monotonic() + DRAIN_DEADLINE_S
    while json.loads(stack.kiosk("outbox", "stats", "--json"))["waiting"]:
        assert time.monotonic() < deadline, stack.log_tail("sync")
    codes = [case["code"] for case in json.loads(stack.central("cases", "--json")) if case["code"] not in cases_before]
    assert len(codes) == len(set(codes))
    assert receipts <= set(codes)
    counts = json.loads(stack.kiosk("outbox", "stats", "--json"))
    assert counts["parked"] == 0
    assert counts["received"] == received_before + len(codes)
