"""What validation found, as plain values: offending bars per rule, calendar coverage, splits applied."""

from __future__ import annotations

from dataclasses import dataclass

from hyprl.config import Policy
from hyprl.domain.arrays import Int64Array
from hyprl.domain.instants import iso_utc
from hyprl.errors import BarRuleError

RULE_MEANINGS = {
    "duplicate": "two bars with one timestamp",
    "out_of_order": "an earlier timestamp after a later one",
    "off_grid": "not the open of an hour of a session",
    "missing": "session hours without a bar",
    "non_finite": "an empty, NaN or infinite value",
    "inconsistent_range": "low above, or high below, open or close",
    "non_positive_price": "a price of zero or less",
    "zero_volume": "no volume",
    "negative_volume": "volume below zero",
    "split_jump": "a session opens at a split ratio from the previous close",
    "volume_break": "the volume scale changes for good (a split left out of the volumes?)",
}


@dataclass(frozen=True, slots=True)
class RuleFinding:
    """The bars that broke one rule. `rows` are the source's rows from 1, 0 where no row exists (`missing`).

    `notes` say what was seen, for the first few; times are microseconds UTC.
    """

    rule: str
    policy: Policy
    rows: Int64Array
    open_utc_us: Int64Array
    notes: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """How many bars broke the rule."""
        return len(self.open_utc_us)

    @property
    def refused(self) -> bool:
        """Whether the rule is broken and its policy forbids that."""
        return self.count > 0 and self.policy == "refuse"

    def to_dict(self, most: int = 1000) -> dict[str, object]:
        """Return the finding for JSON, with at most `most` examples."""
        pairs = zip(self.rows[:most].tolist(), self.open_utc_us[:most].tolist(), strict=True)
        examples = [{"row": row or None, "timestamp": shown_utc(us)} for row, us in pairs]
        return {
            "rule": self.rule,
            "meaning": RULE_MEANINGS[self.rule],
            "policy": self.policy,
            "count": self.count,
            "notes": list(self.notes),
            "examples": examples,
        }


@dataclass(frozen=True, slots=True)
class ValidationReport:
    """The whole result of validating one symbol: bars in and out, every rule (also the kept ones), coverage.

    `slots_expected` counts the calendar's hours from the first to the last bar, `slots_present` those filled.
    """

    symbol: str
    source: str
    bars_read: int
    bars_kept: int
    first_open_utc_us: int | None
    last_open_utc_us: int | None
    slots_expected: int
    slots_present: int
    splits: tuple[str, ...]
    findings: tuple[RuleFinding, ...]

    @property
    def refusals(self) -> tuple[RuleFinding, ...]:
        """The findings that forbid using the bars."""
        return tuple(finding for finding in self.findings if finding.refused)

    @property
    def accepted(self) -> bool:
        """Whether every broken rule has a policy that lets the bars through."""
        return not self.refusals

    def finding(self, rule: str) -> RuleFinding:
        """Return the finding of one rule."""
        return next(finding for finding in self.findings if finding.rule == rule)

    def raise_refusals(self) -> None:
        """Raise BarRuleError for the first refused rule, naming its first bar, the count and the key."""
        if self.accepted:
            return
        raise rule_error(self.refusals, self.source, self.bars_read)

    def to_dict(self) -> dict[str, object]:
        """Return the report for JSON."""
        return {
            "symbol": self.symbol,
            "source": self.source,
            "accepted": self.accepted,
            "bars_read": self.bars_read,
            "bars_kept": self.bars_kept,
            "first": shown_utc(self.first_open_utc_us),
            "last": shown_utc(self.last_open_utc_us),
            "coverage": {"expected": self.slots_expected, "present": self.slots_present},
            "splits": list(self.splits),
            "rules": [finding.to_dict() for finding in self.findings],
        }


def rule_error(refusals: tuple[RuleFinding, ...], source: str, total: int) -> BarRuleError:
    """Make the error of the first refused finding; it mentions the others."""
    first = refusals[0]
    row, utc_us = int(first.rows[0]), int(first.open_utc_us[0])
    where = f"row {row}, {shown_utc(utc_us)}" if row else f"{shown_utc(utc_us)}"
    others = "".join(f"; {other.rule} {other.count}" for other in refusals[1:])
    note = f"; {first.notes[0]}" if first.notes else ""
    return BarRuleError(
        f"rule {first.rule} ({RULE_MEANINGS[first.rule]}) is broken {first.count} time(s) in {total} bars, "
        f"first at {where}{note}{others}",
        where=source,
        remedy=_remedy(first),
        rule=first.rule,
        row=row or None,
        open_utc_us=utc_us,
        count=first.count,
        key=f"bars.policy.{first.rule}",
    )


def shown_utc(utc_us: int | None) -> str | None:
    """Return an instant as ISO 8601 with Z, None for None."""
    return None if utc_us is None else iso_utc(utc_us)


def _remedy(finding: RuleFinding) -> str:
    choices = '"keep"' if finding.rule in ("missing", "volume_break") else '"drop" or "keep"'
    otherwise = f"or set bars.policy.{finding.rule} = {choices} in the config"
    if finding.rule in ("split_jump", "volume_break"):
        return f"Declare the split under [[bars.splits]] (symbol, effective, ratio, adjust), {otherwise}."
    if finding.rule == "off_grid":
        return f"Aggregate minute bars with `hyprl bars aggregate`, check --timezone, {otherwise}."
    return f"Mend the bars, {otherwise}."
