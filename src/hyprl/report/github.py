"""A parity result for GitHub Actions: workflow commands that annotate the run, and a job summary in Markdown."""

from __future__ import annotations

import re

from hyprl.parity.verdict import BROKEN, KEPT, Compared, Gate
from hyprl.report.junit import gate_sentence

_WORDS = {KEPT: "✅ Kept", BROKEN: "❌ Broken"}
_MARKS = {True: "✅", False: "❌", None: "❔"}
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+!|~<>&@:-])")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def annotation_lines(result: Compared, subject: str) -> list[str]:
    """Return one workflow command a line: errors for what broke or could not be assessed, notices for the baseline.

    Ends in a notice or error with the verdict. Text from logs cannot start a command of its own.
    """
    lines = [
        _annotation(gate, subject)
        for gate in result.gates
        if gate.kept is not True or gate.accepted is not None
    ]
    level = "notice" if result.verdict == KEPT else "error"
    verdict = f"{subject}: {result.verdict.replace('_', ' ')} at stage {result.stage}, {_tally(result)}"
    return [*lines, _command(level, "HyprL parity", verdict)]


def job_summary(result: Compared, subject: str) -> str:
    """Return the job summary: verdict, figures, every gate in a table."""
    s = result.main.statistics
    word = _WORDS.get(result.verdict, "❔ Not assessed")
    span = f"{s.first} … {s.last}" if s.first else "no bars"
    gap = "none" if s.combined_gap is None else f"{100.0 * s.combined_gap:.2f} %"
    rows = [_row(gate) for gate in result.gates]
    return "\n".join(
        (
            f"### {word}: {_plain(subject)}, stage {_plain(result.stage)}",
            "",
            f"{_plain(span)} · {s.rows:,} bars · combined gap {gap} · "
            f"{s.decisions.differing_bars:,} bars differ · {_tally(result)}",
            "",
            "| gate | limit | value | |",
            "|:--|--:|--:|:--|",
            *rows,
            "",
            "",
        )
    )


def _annotation(gate: Gate, subject: str) -> str:
    level = "notice" if gate.kept is True else "error"
    prefix = "could not be assessed: " if gate.kept is None else ""
    return _command(level, f"HyprL parity: {gate.metric}", f"{subject}: {prefix}{gate_sentence(gate)}")


def _command(level: str, title: str, message: str) -> str:
    return f"::{level} title={_property(title)}::{_data(message)}"


def _data(text: str) -> str:
    # https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _row(gate: Gate) -> str:
    value = "none" if gate.value is None else f"{gate.value:.6g}"
    words = {True: "kept", False: "broken", None: "not assessed"}[gate.kept]
    if gate.accepted is not None:
        words = f"kept by the baseline ({gate.accepted:.6g})"
    limit = f"{_plain(gate.comparison)} {gate.limit:.6g}"
    return f"| {_plain(gate.metric)} | {limit} | {value} | {_MARKS[gate.kept]} {words} |"


def _tally(result: Compared) -> str:
    kept = [gate.kept for gate in result.gates]
    accepted = sum(gate.accepted is not None for gate in result.gates)
    sentence = f"{kept.count(True)} kept, {kept.count(False)} broken, {kept.count(None)} not assessed"
    return f"{sentence}, {accepted} of the kept by the baseline" if accepted else sentence


def _plain(text: str) -> str:
    """Spell text from a log so that Markdown and HTML show it as it is."""
    return _MARKDOWN.sub(lambda found: f"&#{ord(found[0])};", _CONTROL.sub("\ufffd", text))
