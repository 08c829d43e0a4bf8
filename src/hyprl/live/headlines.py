"""Sentiment as the live engine sees it: only what was published by the bar's close."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence


class HeadlineFeed:
    """Published scores in time order; `score_at` never looks past the time it is given.

    `advance` and `score` are the kernel's functions, which the batch driver runs too.
    """

    __slots__ = ("_advance", "_any", "_max_age_us", "_published_utc_us", "_score", "_scores", "cursor")

    def __init__(
        self,
        published_utc_us: Sequence[int],
        scores: Sequence[float],
        max_age_us: int,
        functions: tuple[Callable[..., int], Callable[..., float]],
    ) -> None:
        self._published_utc_us = published_utc_us
        self._any = len(published_utc_us) > 0
        self._scores = scores
        self._max_age_us = max_age_us
        self._advance, self._score = functions
        self.cursor = 0

    def score_at(self, close_utc_us: int) -> float:
        """Return the latest score published at or before the close, NaN without one or if it is too old."""
        if not self._any:
            return math.nan
        self.cursor = self._advance(self._published_utc_us, self.cursor, close_utc_us)
        return self._score(self._published_utc_us, self._scores, self.cursor, close_utc_us, self._max_age_us)
