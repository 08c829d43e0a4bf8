from xml.etree import ElementTree

import polars as pl
import pytest

from frames import compare
from hyprl.parity.baseline import apply_baseline, baseline_from
from hyprl.parity.verdict import Compared, Gate
from hyprl.report.junit import junit_xml

STAMPS = ["2024-12-12T14:30:00Z", "2024-12-12T15:30:00Z"]
LEFT = pl.DataFrame(
    {"timestamp": STAMPS, "symbol": "NVDA", "decision": ["emit", "reject"], "prob": [0.6, 0.5]}
)
RIGHT = LEFT.with_columns(decision=pl.lit("reject"), prob=pl.lit(0.5))


def suite(result: Compared, subject: str = "NVDA") -> ElementTree.Element:
    root = ElementTree.fromstring(junit_xml(result, subject))  # noqa: S314, our own text
    assert root.tag == "testsuites"
    return root[0]


def test_each_gate_is_a_test_case() -> None:
    result = compare(LEFT, LEFT, "live-ready")
    cases = suite(result).findall("testcase")
    assert [case.get("name") for case in cases] == [gate.metric for gate in result.gates]
    assert suite(result).get("failures") == suite(result).get("errors") == "0"


def test_a_broken_gate_is_a_failure() -> None:
    found = suite(compare(LEFT, RIGHT, "live-ready"))
    messages = [failure.get("message") for failure in found.iter("failure")]
    assert found.get("failures") == str(len(messages)) == "3"
    assert messages[0] == "combined_gap is 1, must be < 0.02"


def test_what_could_not_be_assessed_is_an_error_never_skipped() -> None:
    found = suite(compare(LEFT, LEFT.drop("prob"), "live-ready"))
    assert int(found.get("errors", 0)) == len(list(found.iter("error"))) == 3
    assert found.get("skipped") == "0"
    assert not list(found.iter("skipped"))


def test_no_gates_at_all_is_an_error() -> None:
    kept = compare(LEFT, LEFT, "live-ready")
    found = suite(Compared("live-ready", "not_assessed", (), kept.assessments))
    assert (found.get("tests"), found.get("errors")) == ("1", "1")


def test_a_gate_that_the_baseline_keeps_passes_and_says_so() -> None:
    broken = compare(LEFT, RIGHT, "live-ready")
    found = suite(apply_baseline(broken, baseline_from(broken), "file"))
    assert found.get("failures") == "0"
    assert "kept by the baseline, which accepts 1" in "".join(found.itertext())


@pytest.mark.parametrize("subject", ["<&\"'>", "a\x00b\x1b", "]]>", "\ufffe\U0001f600"])
def test_any_text_gives_xml_that_parses(subject: str) -> None:
    assert suite(compare(LEFT, LEFT, "live-ready"), subject).get("name", "").startswith("hyprl live-ready: ")


def test_equal_results_give_equal_bytes_and_a_nan_value_is_a_failure() -> None:
    result = compare(LEFT, LEFT, "live-ready")
    assert junit_xml(result, "NVDA") == junit_xml(result, "NVDA")
    gate = Gate("live-ready", "combined_gap", "<", 0.02, float("nan"), False)
    found = suite(Compared("live-ready", "broken", (gate,), result.assessments))
    assert [failure.get("message") for failure in found.iter("failure")] == [
        "combined_gap is nan, must be < 0.02"
    ]
