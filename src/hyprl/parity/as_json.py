"""Statistics as the JSON object that `hyprl diff` and `hyprl check` promise; what cannot be computed is null."""

from __future__ import annotations

from typing import Any

from hyprl.domain.json_words import finite_or_none
from hyprl.parity.statistics import Statistics, ValueGap, share


def statistics_json(statistics: Statistics) -> dict[str, Any]:
    """Return the documented keys first, then informational ones; no NaN or infinity anywhere."""
    counts, probability = statistics.decisions, statistics.probability
    hashes_compared, hashes_unequal = statistics.hashes
    promised = {
        "rows": statistics.rows,
        "merge": {
            "both": statistics.both,
            "left_only": statistics.left_only,
            "right_only": statistics.right_only,
        },
        "bt_only": counts.bt_only,
        "replay_only": counts.replay_only,
        "diverging": counts.diverging,
        "combined_gap": statistics.combined_gap,
        "differing_bars": counts.differing_bars,
        "emitted_bt": counts.emitted_bt,
        "emitted_bt_rejected": counts.emitted_bt_rejected,
        "probability": {
            **_pick(probability, "compared", "missing", "mean", "max"),
            "share_above_1e-3": statistics.share_above_1e_3,
            "mean_diverging": finite_or_none(statistics.mean_diverging),
        },
        "expected_pnl": _pick(statistics.expected_pnl, "compared", "missing", "mean", "max"),
        "position_size": _pick(statistics.position_size, "compared", "missing", "max", "max_relative"),
        "risk_amount": _pick(statistics.risk_amount, "compared", "missing", "max", "max_relative"),
        "thresholds": {"max": finite_or_none(statistics.thresholds_max)},
        "hashes": {"compared": hashes_compared, "unequal": hashes_unequal},
    }
    return promised | _informational(statistics)


def _informational(statistics: Statistics) -> dict[str, Any]:
    counts, first = statistics.decisions, statistics.first_difference
    rows, both = statistics.rows, statistics.both
    return {
        "shares": {
            "both": share(both, rows),
            "left_only": share(statistics.left_only, rows),
            "right_only": share(statistics.right_only, rows),
            "bt_only": share(counts.bt_only, rows),
            "replay_only": share(counts.replay_only, rows),
            "diverging": share(counts.diverging, both),
            "emitted_bt_rejected": share(counts.emitted_bt_rejected, counts.emitted_bt),
        },
        "diverging_ways": {
            "emit_bt_reject_replay": counts.emitted_bt_rejected,
            "reject_bt_emit_replay": counts.emitted_replay_rejected,
            "opposite": counts.opposite,
            "undecided": counts.undecided,
        },
        "emitted_bt_all": counts.emitted_bt_all,
        "emitted_replay": counts.emitted_replay,
        "emitted_replay_all": counts.emitted_replay_all,
        "emitted_replay_rejected": counts.emitted_replay_rejected,
        "emitted_without_ev": counts.emitted_without_ev,
        "fields": {
            count.name: {"compared": count.compared, "unequal": count.unequal}
            for count in statistics.field_counts
        },
        "not_comparable": list(statistics.not_comparable),
        "span": {
            "first": statistics.first,
            "last": statistics.last,
            "first_common": statistics.first_common,
            "last_common": statistics.last_common,
        },
        "first_difference": None
        if first is None
        else {
            "timestamp": first.timestamp,
            "symbol": first.symbol,
            "field": first.field,
            "bt": _shown(first.bt),
            "replay": _shown(first.replay),
        },
    }


def _pick(gap: ValueGap, *names: str) -> dict[str, Any]:
    return {name: finite_or_none(getattr(gap, name)) for name in names}


def _shown(value: object) -> object:
    if isinstance(value, float) and finite_or_none(value) is None:
        return str(value)
    return value if isinstance(value, (str, int, float, bool)) or value is None else str(value)
