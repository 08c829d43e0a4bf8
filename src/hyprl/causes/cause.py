"""The nine causes that an explanation can name: the remediation plan's five, and four that field reports add."""

from __future__ import annotations

from enum import StrEnum


class Cause(StrEnum):
    """Why two engines part. Of two findings that are equally strong the cause that stands first here leads."""

    FEATURE_MISALIGNMENT = "feature_misalignment"
    WARMUP = "warmup"
    MODEL_PATH = "model_path"
    SIZING_EQUITY = "sizing_equity"
    FLOATING_POINT = "floating_point"
    DATA_REVISION = "data_revision"
    BAR_TIMING = "bar_timing"
    CONFIGURATION = "configuration"
    STATE_LOST = "state_lost"
