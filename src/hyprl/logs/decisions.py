"""Read decisions and directions: many words to emit or reject, and to long, short or none.

Words that are canonical already, the usual case, are recognised by comparing them, which is ten times as fast as
reading them.
"""

from __future__ import annotations

import polars as pl

from hyprl.logs import vocabulary as words
from hyprl.logs.cells import words_of
from hyprl.logs.refusals import Refusal

_DECISIONS = (words.EMIT, words.REJECT)
_DIRECTIONS = (words.LONG, words.SHORT, words.NO_DIRECTION)


def read_decisions(
    decision: pl.Series, direction: pl.Series | None, speaks: bool, refusal: Refusal
) -> list[pl.Series]:
    """Return decision and, where the log `speaks` of directions, direction, in canonical words.

    Raises SignalLogError for an unknown word, and for a direction that contradicts its decision.
    """
    if _is_plain(decision, _DECISIONS) and (direction is None or _is_plain(direction, _DIRECTIONS)):
        if direction is not None:
            return [decision, direction]
        blank = pl.Series("direction", [None], pl.String).new_from_index(0, len(decision))
        return [decision, blank] if speaks else [decision]
    spoken = words_of(decision)
    refusal.rows(
        ~spoken.is_in(list(words.DECISION_WORDS)) & spoken.is_not_null(), decision, "is no known decision"
    )
    decided, implied = _meanings(spoken)
    if direction is None:
        return [decided, implied] if speaks else [decided]
    stated_words = words_of(direction)
    unknown = ~stated_words.is_in(list(words.DIRECTION_WORDS)) & stated_words.is_not_null()
    refusal.rows(unknown, direction, "is no known direction")
    stated = _stated(stated_words)
    refusal.rows(implied != stated, direction, "contradicts the decision")
    return [decided, pl.select(pl.coalesce(stated, implied).alias("direction")).to_series()]


def speaks_of_direction(decision: pl.Series) -> bool:
    """Tell whether a decision word says which way, or is one that may."""
    if _is_plain(decision, _DECISIONS):
        return False
    return not words_of(decision).is_in(words.WORDS_WITHOUT_DIRECTION).fill_null(True).all()


def are_directions(values: pl.Series) -> bool:
    """Tell whether every value is a direction word or blank."""
    stated = words_of(values)
    return bool((stated.is_in(list(words.DIRECTION_WORDS)) | stated.is_null()).all())


def _meanings(spoken: pl.Series) -> tuple[pl.Series, pl.Series]:
    meanings = words.DECISION_WORDS.items()
    decided = spoken.replace_strict({word: meaning[0] for word, meaning in meanings}, default=None)
    implied = spoken.replace_strict({word: meaning[1] for word, meaning in meanings}, default=None)
    return decided.cast(pl.String).alias("decision"), implied.cast(pl.String).alias("direction")


def _stated(spoken: pl.Series) -> pl.Series:
    return spoken.replace_strict(words.DIRECTION_WORDS, default=None).cast(pl.String)


def _is_plain(series: pl.Series, canonical: tuple[str, ...]) -> bool:
    # A blank is undecided under either reading, and `all` passes it over.
    if series.dtype != pl.String:
        return False
    found = series == canonical[0]
    for word in canonical[1:]:
        found |= series == word
    return found.all()
