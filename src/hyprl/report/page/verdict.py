"""The head of the page: the verdict in one word, the figures that matter, every gate."""

from __future__ import annotations

from hyprl.parity.statistics import Statistics
from hyprl.parity.verdict import BROKEN, KEPT, Compared, Gate
from hyprl.report.page.content import PageContent
from hyprl.report.page.markup import Markup, el
from hyprl.report.page.numbers import brief, count, exact, instant, percent

_WORDS = {KEPT: ("Kept", "kept"), BROKEN: ("Broken", "broken")}
_MARKS = {
    True: ("kept", "✓", "kept"),
    False: ("broken", "✗", "broken"),
    None: ("unknown", "?", "not assessed"),
}
_SYMBOLS = {"<=": "≤", ">=": "≥"}
_MEANINGS = {
    "bars_bt": "bars in the backtest",
    "bars_replay": "bars in the replay",
    "coverage": "bars that both sides have",
    "decision_present": "decision present on both sides",
    "decisions_identical": "bars with identical decisions",
    "combined_gap": "combined gap",
    "bt_only_share": "emitted by the backtest only",
    "replay_only_share": "emitted by the replay only",
    "unpaired_bars": "bars on one side only",
    "fields_not_comparable": "fields on one side only",
    "unequal_values": "values that differ in a bit",
    "unequal_hashes": "hashes that differ",
    "emitted_without_expected_pnl": "signals without expected P&L",
}
_QUANTITIES = {
    "probability_up": "probability",
    "expected_pnl": "expected P&L",
    "position_size": "position size",
    "risk_amount": "risk amount",
}
_SHARES = (
    "coverage",
    "decision_present",
    "decisions_identical",
    "combined_gap",
    "bt_only_share",
    "replay_only_share",
)


def verdict_of_page(content: PageContent) -> Markup:
    """Return the verdict with its reason in a sentence and the five figures."""
    result = content.result
    word, style = _WORDS.get(result.verdict, ("Not assessed", "unknown"))
    if result.verdict == KEPT and any(gate.accepted is not None for gate in result.gates):
        word, style = "Kept, baselined", "unknown"
    return el(
        "section",
        el("p", f"Stage {result.stage}", class_="quiet"),
        el("h1", word),
        el("p", _reason(result), class_="lead"),
        el(
            "dl",
            (el("div", el("dt", label), el("dd", value)) for label, value in _figures(result)),
            class_="figures",
        ),
        el("ul", (el("li", note) for note in content.notes), class_="notes") if content.notes else None,
        class_=f"verdict {style}",
        id="verdict",
    )


def gates_table(gates: tuple[Gate, ...]) -> Markup:
    """Return one row for each rule, with a value for each window that it was applied to; broken rows first."""
    windows = list(dict.fromkeys(_window(gate) for gate in gates))
    rules: dict[tuple[str, str, float], dict[str, Gate]] = {}
    for gate in gates:
        rules.setdefault((_metric(gate), gate.comparison, gate.limit), {})[_window(gate)] = gate
    ordered = sorted(rules.items(), key=lambda item: min(_rank(gate) for gate in item[1].values()))
    head = el(
        "tr",
        el("th", "gate", scope="col"),
        el("th", "limit", scope="col", class_="limit"),
        (_head(name) for name in windows),
    )
    rows = [_row(rule, by_window, windows) for rule, by_window in ordered]
    return el("table", el("thead", head), el("tbody", rows), class_="gates")


def gate_title(gate: Gate) -> str:
    """Return a gate's metric in words, its window first."""
    window, words = _window(gate), meaning(_metric(gate))
    return f"{window}: {words}" if window else words


def meaning(metric: str) -> str:
    """Return a metric's name in words."""
    if metric in _MEANINGS:
        return _MEANINGS[metric]
    for prefix, words in (("max_abs_diff_", "largest |Δ {}|"), ("mean_abs_diff_", "mean |Δ {}|")):
        if metric.startswith(prefix):
            return words.format(_quantity(metric.removeprefix(prefix)))
    if metric.endswith("_present"):
        return f"{_quantity(metric.removesuffix('_present'))} present on both sides"
    return metric.replace("_", " ")


def _quantity(name: str) -> str:
    return _QUANTITIES.get(name, name.replace("_", " "))


def _reason(result: Compared) -> str:
    kept = [gate.kept for gate in result.gates]
    accepted = sum(gate.accepted is not None for gate in result.gates)
    if result.verdict == KEPT and accepted:
        return f"Every gate holds, {count(accepted)} of them only because the baseline accepts a gap for now."
    if result.verdict == KEPT:
        return f"All {count(len(kept))} gates of the stage hold."
    failings = (
        [f"{count(kept.count(False))} of {count(len(kept))} gates do not hold"] if False in kept else []
    )
    if None in kept:
        failings.append(f"{count(kept.count(None))} could not be assessed")
    first = result.main.statistics.first_difference
    where = "" if first is None else f" The sides first part at {instant(first.timestamp)} in {first.field}."
    return ", ".join(failings or ["no gate could be applied"]).capitalize() + "." + where


def _figures(result: Compared) -> list[tuple[str, str]]:
    s = result.main.statistics
    return [
        ("combined gap", percent(s.combined_gap)),
        ("bars that differ", f"{count(s.decisions.differing_bars)} of {count(s.rows)}"),
        ("largest |Δp|", brief(s.probability.max)),
        ("mean |Δp|", brief(s.probability.mean)),
        ("unequal values", _unequal(s)),
        ("coverage", percent(result.main.coverage)),
    ]


def _unequal(s: Statistics) -> str:
    return count(s.unequal_values) if s.field_counts else "none compared"


def _head(window: str) -> Markup:
    return el("th", window or "value", scope="col")


def _row(rule: tuple[str, str, float], by_window: dict[str, Gate], windows: list[str]) -> Markup:
    metric, comparison, limit = rule
    wanted = f"{_SYMBOLS.get(comparison, comparison)} {_spelled(metric, limit)}"
    beneath = el("small", wanted, class_="narrow", aria_hidden="true")
    name = el("th", el("span", meaning(metric)), el("code", metric, class_="quiet"), beneath, scope="row")
    worst = min((_rank(gate), _MARKS[gate.kept][0]) for gate in by_window.values())[1]
    cells = [_cell(metric, by_window.get(window)) for window in windows]
    return el("tr", name, el("td", wanted, class_="limit"), cells, class_=worst)


def _cell(metric: str, gate: Gate | None) -> Markup:
    if gate is None:
        return el("td")
    style, mark, words = _MARKS[gate.kept]
    value = "none" if gate.value is None else _spelled(metric, gate.value)
    if gate.accepted is not None:
        style, words = "accepted", f"kept by the baseline, which accepts {_spelled(metric, gate.accepted)}"
    badge = el("span", mark, class_=f"mark {style}", role="img", aria_label=words, title=words)
    note = el("small", f"baseline {_spelled(metric, gate.accepted)}") if gate.accepted is not None else None
    return el("td", el("span", value, title=exact(gate.value)), " ", badge, note)


def _spelled(metric: str, value: float) -> str:
    return percent(value) if metric in _SHARES or metric.endswith("_present") else brief(value)


def _rank(gate: Gate) -> int:
    return {False: 0, None: 1, True: 2 if gate.accepted is not None else 3}[gate.kept]


def _window(gate: Gate) -> str:
    return gate.metric.partition(": ")[0] if ": " in gate.metric else ""


def _metric(gate: Gate) -> str:
    return gate.metric.rpartition(": ")[2]
