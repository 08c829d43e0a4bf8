"""A parity result as JUnit XML: one test case for each gate, so that any CI server can show it.

A broken gate is a failure, one that could not be assessed an error (never skipped: skipped is green). A gate that only
the baseline keeps passes and says so in its output. No clock and no host name, so equal results give equal bytes.
"""

from __future__ import annotations

import re
from xml.sax.saxutils import escape, quoteattr

from hyprl.parity.verdict import Compared, Gate

# What XML 1.0 cannot hold, not even as a reference.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit_xml(result: Compared, subject: str) -> str:
    """Return the document; `subject` is what was compared, such as the symbol."""
    kept = [gate.kept for gate in result.gates]
    # No gate at all is a comparison that could not be assessed: an error of its own.
    cases = [_case(gate, subject) for gate in result.gates] or [_nothing(subject)]
    counts = {
        "tests": len(cases),
        "failures": kept.count(False),
        "errors": kept.count(None) if kept else 1,
        "skipped": 0,
        "time": "0",
    }
    attributes = "".join(f" {name}={_quoted(value)}" for name, value in counts.items())
    suite = _quoted(f"hyprl {result.stage}: {subject}")
    body = "\n".join(("    <properties>", *_properties(result), "    </properties>", *cases))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<testsuites name="hyprl"{attributes}>\n'
        f"  <testsuite name={suite}{attributes}>\n{body}\n  </testsuite>\n</testsuites>\n"
    )


def gate_sentence(gate: Gate) -> str:
    """Return what was measured against what was asked, in one line of plain text."""
    value = "nothing measured" if gate.value is None else f"{gate.value:.6g}"
    sentence = f"{gate.metric} is {value}, must be {gate.comparison} {gate.limit:.6g}"
    return (
        sentence
        if gate.accepted is None
        else f"{sentence}; kept by the baseline, which accepts {gate.accepted:.6g}"
    )


def _properties(result: Compared) -> list[str]:
    s = result.main.statistics
    facts = {
        "verdict": result.verdict,
        "rows": s.rows,
        "first": s.first or "none",
        "last": s.last or "none",
        "combined_gap": s.combined_gap,
        "differing_bars": s.decisions.differing_bars,
    }
    return [f"      <property name={_quoted(name)} value={_quoted(value)}/>" for name, value in facts.items()]


def _case(gate: Gate, subject: str) -> str:
    name = f"name={_quoted(gate.metric)} classname={_quoted(f'hyprl.{gate.stage}.{subject}')}"
    inside = _outcome(gate)
    return f'    <testcase {name} time="0">{inside}</testcase>'


def _nothing(subject: str) -> str:
    name = f'name="gates" classname={_quoted(f"hyprl.{subject}")}'
    return (
        f'    <testcase {name} time="0"><error type="not_assessed" message="no gate was applied"/></testcase>'
    )


def _outcome(gate: Gate) -> str:
    sentence = gate_sentence(gate)
    if gate.kept is None:
        return f'<error type="not_assessed" message={_quoted("could not be assessed: " + sentence)}/>'
    if gate.kept is False:
        return f'<failure type="broken" message={_quoted(sentence)}/>'
    return f"<system-out>{escape(_clean(sentence))}</system-out>"


def _quoted(value: object) -> str:
    return quoteattr(_clean(str(value)))


def _clean(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)
