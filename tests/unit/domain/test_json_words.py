import math

import pytest

from hyprl.domain.json_words import finite_or_none, number_or_word


@pytest.mark.parametrize(
    ("value", "word"), [(math.nan, "NaN"), (math.inf, "Infinity"), (-math.inf, "-Infinity")]
)
def test_what_json_has_no_number_for_becomes_a_word_or_nothing(value, word):
    assert number_or_word(value) == word
    assert repr(float(word)) == repr(value)
    assert finite_or_none(value) is None


@pytest.mark.parametrize("value", [0.0, -0.0, 1e308, 5e-324])
def test_a_finite_number_stays(value):
    assert math.copysign(1.0, number_or_word(value)) == math.copysign(1.0, value)
    assert finite_or_none(value) == number_or_word(value) == value
