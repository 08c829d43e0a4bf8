"""What to do, where several kinds of evidence ask for the same."""

from __future__ import annotations

KEEP_BARS = (
    "Keep the bars that were decided on, compare them with today's, pin vendor and adjustment on both sides."
)
JOIN_WITHOUT_SHIFT = (
    "Join features to bars by the bar's open on both sides; look for a shift() or a cache "
    "written after it is read."
)
ONE_CONFIG = (
    "Let both engines read one file, fail on a key that one of them does not know, and record its hash."
)
ONE_ACCOUNT = (
    "Size from an injected equity curve on both sides (`parity_equity`), not from a balance read at the time."
)
