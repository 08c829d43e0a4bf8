"""The columns that a signal log must have, what its fields hold, and what each decision word means here.

How people spell the columns is in `tables.spellings`. A blank or null decision is undecided: it is neither `emit` nor
`reject` and never matches anything. An unknown word is an error, because guessing a decision is how a gate fails open.
"""

from __future__ import annotations

KEYS = ("timestamp", "symbol")
REQUIRED = (*KEYS, "decision")

# Values that statistics and gates compute with; anything in them that is no number is an error.
NUMERIC = (
    "probability_up",
    "expected_pnl",
    "position_size",
    "risk_amount",
    "threshold_long",
    "threshold_short",
)
NEED_A_DIRECTION = ("expected_pnl", "position_size", "risk_amount")

# They tell two runs apart, so they differ between two engines that agree.
NOT_COMPARED = ("run_id", "source", "record_hash")

# On a bar that both sides reject for one of these reasons nothing could be computed, so nothing is missing.
REASONS_WITHOUT_VALUES = ("warmup", "data")

EMIT, REJECT = "emit", "reject"
LONG, SHORT, NO_DIRECTION = "long", "short", "none"

# word -> (decision, direction); direction None: the word does not say.
DECISION_WORDS: dict[str, tuple[str, str | None]] = {
    "emit": (EMIT, None),
    "emitted": (EMIT, None),
    "true": (EMIT, None),
    "reject": (REJECT, None),
    "rejected": (REJECT, None),
    "false": (REJECT, None),
    "long": (EMIT, LONG),
    "buy": (EMIT, LONG),
    "1": (EMIT, LONG),
    "+1": (EMIT, LONG),
    "1.0": (EMIT, LONG),
    "short": (EMIT, SHORT),
    "sell": (EMIT, SHORT),
    "-1": (EMIT, SHORT),
    "-1.0": (EMIT, SHORT),
    "flat": (REJECT, None),
    "hold": (REJECT, None),
    "none": (REJECT, None),
    "neutral": (REJECT, None),
    "0": (REJECT, None),
    "0.0": (REJECT, None),
    "-0.0": (REJECT, None),
}
WORDS_WITHOUT_DIRECTION = ("emit", "emitted", "true", "reject", "rejected", "false")
DIRECTION_WORDS: dict[str, str] = {
    "long": LONG,
    "buy": LONG,
    "up": LONG,
    "1": LONG,
    "+1": LONG,
    "1.0": LONG,
    "short": SHORT,
    "sell": SHORT,
    "down": SHORT,
    "-1": SHORT,
    "-1.0": SHORT,
    "none": NO_DIRECTION,
    "flat": NO_DIRECTION,
    "hold": NO_DIRECTION,
    "neutral": NO_DIRECTION,
    "0": NO_DIRECTION,
    "0.0": NO_DIRECTION,
    "-0.0": NO_DIRECTION,
}
UNDECIDED_WORDS = ("", "nan", "null", "<na>")
