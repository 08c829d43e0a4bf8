"""The scoreboard: how much of what was planted the parity lab found, and every miss by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from hyprl.lab.judge import CONTROL, FAULT, PAIR, CaseResult, Expectation

Predicate = Callable[[CaseResult], bool]


@dataclass(frozen=True, slots=True)
class Score:
    """One line of the board: `hits` of `cases`, and the limit that acceptance asks for.

    `at_most` marks a count of what must not happen: then `limit` is the largest allowed number of hits.
    """

    name: str
    hits: int
    cases: int
    limit: float
    at_most: bool = False

    @property
    def share(self) -> float | None:
        """Return hits / cases, None without cases."""
        return self.hits / self.cases if self.cases else None

    @property
    def kept(self) -> bool | None:
        """Tell whether the limit holds, None without cases."""
        if not self.cases:
            return None
        return self.hits <= self.limit if self.at_most else self.hits / self.cases >= self.limit


@dataclass(frozen=True, slots=True)
class _Line:
    name: str
    kind: tuple[str, ...]
    hit: Predicate
    limit: float
    at_most: bool = False


_LINES = (
    _Line("detected", (FAULT, PAIR), lambda case: case.broken, 1.0),
    _Line("first bar and stage", (FAULT, PAIR), lambda case: case.located, 1.0),
    _Line("top cause", (FAULT,), lambda case: case.named, 0.95),
    _Line("both causes of a pair", (PAIR,), lambda case: case.named, 0.90),
    _Line("false alarms", (CONTROL,), lambda case: case.false_alarm, 0.0, at_most=True),
    _Line("top cause, plain log", (FAULT,), lambda case: case.plain.top in case.expected.causes, 0.60),
    _Line(
        "causes stated on a control, plain log", (CONTROL,), lambda case: case.plain_alarm, 0.0, at_most=True
    ),
)


@dataclass(frozen=True, slots=True)
class Scoreboard:
    """Every case, and what they come to. A fault without effect on the bars counts nowhere."""

    cases: tuple[CaseResult, ...]

    @property
    def symbols(self) -> tuple[str, ...]:
        """Return the symbols in the order of the cases."""
        return tuple(dict.fromkeys(case.symbol for case in self.cases))

    def scores(self, symbol: str | None = None) -> tuple[Score, ...]:
        """Return the board's lines, of one symbol or of all."""
        counted = [case for case in self.cases if case.counts and symbol in (None, case.symbol)]
        return tuple(
            Score(line.name, sum(map(line.hit, cases)), len(cases), line.limit, line.at_most)
            for line in _LINES
            for cases in [[case for case in counted if case.expected.kind in line.kind]]
        )

    @property
    def without_effect(self) -> tuple[CaseResult, ...]:
        """Return the cases whose plants changed nothing on these bars."""
        return tuple(case for case in self.cases if not case.counts)

    @property
    def unseen_in_plain_logs(self) -> tuple[CaseResult, ...]:
        """Return the faults that leave no trace at all in what a plain bot logs."""
        faults = [case for case in self.cases if case.expected.kind == FAULT and case.counts]
        return tuple(case for case in faults if not case.plain_visible)

    @property
    def exit_code(self) -> int:
        """0 every limit holds, 1 one does not, 3 there was no case."""
        kept = [score.kept for score in self.scores()]
        if not any(case.counts for case in self.cases):
            return 3
        return 1 if False in kept else 0

    def misses(self) -> Iterator[tuple[CaseResult, str]]:
        """Yield every case that went wrong, with what did."""
        for case in self.cases:
            if case.counts:
                yield from ((case, miss) for miss in _misses_of(case))

    def as_json_dict(self) -> dict[str, Any]:
        """Return JSON values: scores of all and by symbol, misses, every case."""
        return {
            "scores": _scores_json(self.scores()),
            "symbols": {symbol: _scores_json(self.scores(symbol)) for symbol in self.symbols},
            "misses": [{**_name_of(case), "miss": miss} for case, miss in self.misses()],
            "without_effect": [
                {**_name_of(case), "plants": list(case.expected.without_effect), "reason": case.error}
                for case in self.without_effect
            ],
            "cases": self.rows(),
        }

    def rows(self) -> list[dict[str, Any]]:
        """Return one flat row per case, as the CSV has them."""
        return [_row(case) for case in self.cases]


def _misses_of(case: CaseResult) -> Iterator[str]:
    expected, answer = case.expected, case.answer
    if case.error is not None:
        yield f"refused: {case.error}"
        return
    if expected.kind == CONTROL:
        if case.false_alarm:
            yield f"false alarm: {answer.first_bar} {answer.step} {answer.column} {_listed(answer.stated)}"
        if case.plain_alarm:
            yield f"plain log, stated on a control: {_listed(case.plain.stated)}"
        return
    if not case.broken:
        yield "not detected"
    if not case.located:
        yield f"located at {answer.first_bar} {answer.step} ({answer.column}), planted at {_place(expected)}"
    if not case.named:
        named = answer.stated if expected.kind == PAIR else answer.causes
        yield f"named {_listed(named)}, planted {_listed(expected.causes)}: {answer.evidence}"
    elif case.wrongly_stated:
        yield f"also stated {_listed(case.wrongly_stated)}"
    if expected.kind == FAULT and case.plain.top not in expected.causes:
        plainly = f"named {_listed(case.plain.causes)}" if case.plain_visible else "nothing differs"
        yield f"plain log: {plainly}, planted {_listed(expected.causes)}"


def _place(expected: Expectation) -> str:
    return f"{expected.first_bar} {expected.step}"


def _listed(causes: Sequence[str]) -> str:
    return ", ".join(causes) if causes else "nothing"


def _name_of(case: CaseResult) -> dict[str, str]:
    return {"symbol": case.symbol, "kind": case.expected.kind, "case": case.expected.name}


def _scores_json(scores: Sequence[Score]) -> list[dict[str, Any]]:
    return [
        {
            "name": score.name,
            "hits": score.hits,
            "cases": score.cases,
            "share": score.share,
            "limit": score.limit,
            "comparison": "<=" if score.at_most else ">=",
            "kept": score.kept,
        }
        for score in scores
    ]


def _row(case: CaseResult) -> dict[str, Any]:
    expected, answer = case.expected, case.answer
    return {
        **_name_of(case),
        "effect": case.counts,
        "causes": "+".join(expected.causes),
        "detected": case.broken,
        "first_bar": expected.first_bar,
        "first_bar_found": answer.first_bar,
        "stage": expected.step,
        "stage_found": answer.step,
        "column_found": answer.column,
        "causes_found": "+".join(answer.causes),
        "causes_stated": "+".join(answer.stated),
        "plain_causes_found": "+".join(case.plain.causes),
        "plain_causes_stated": "+".join(case.plain.stated),
        "seconds": round(case.seconds, 4),
        "error": case.error,
    }
