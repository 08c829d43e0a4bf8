"""Codes and their names, in the order of the gates."""

from hyprl.domain import decisions


def test_reasons_are_named_in_the_order_of_the_gates():
    assert " ".join(decisions.REASON_NAMES) == (
        "warmup data position_open threshold trend sentiment ev size risk emit"
    )
    for code, name in enumerate(decisions.REASON_NAMES):
        assert getattr(decisions, name.upper()) == code


def test_every_exit_has_its_name():
    for code, name in enumerate(decisions.EXIT_NAMES):
        assert getattr(decisions, f"EXIT_{name.upper()}") == code
