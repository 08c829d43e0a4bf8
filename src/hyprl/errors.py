"""The named errors: what, where, and what to do.

HyprLError
├── DataError          market bars, sentiment files, signal logs
│   ├── BarFileError       a bar file cannot be read as bars
│   ├── BarRuleError       bars broke a validation rule whose policy is "refuse"
│   ├── CalendarError      a date lies outside the session table
│   └── SignalLogError     a signal log cannot be read or compared
├── FeatureError       unknown preset or feature, snapshot of another preset
├── ArtifactError      a model file is not what it says, or does not fit the run
├── ConfigError        unknown key, impossible value, contradicting options
├── RiskError          equity missing for a bar, impossible risk input
├── BrokerError        a venue refused, or the simulated one was misused
├── TraceError         a trace was cut, edited, reordered or cannot be parsed
├── StateError         a state directory is of another run, or damaged
├── OutputError        a file or directory cannot be written
└── MissingExtraError  an optional dependency is not installed
"""

from __future__ import annotations


class HyprLError(Exception):
    """A problem that the user can act on.

    `what` is the fact, `where` the file, key or bar, `remedy` the next step. Further facts become attributes.
    """

    def __init__(self, what: str, *, where: str = "", remedy: str = "", **facts: object) -> None:
        self.what = what
        self.where = where
        self.remedy = remedy
        self.facts = facts
        for name, value in facts.items():
            setattr(self, name, value)
        super().__init__(what)

    def __str__(self) -> str:
        head = f"{self.where}: {self.what}" if self.where else self.what
        return f"{head}\n  {self.remedy}" if self.remedy else head


class DataError(HyprLError):
    """Market bars, sentiment or signal logs are not usable."""


class BarFileError(DataError):
    """A bar file cannot be read as bars."""


class BarRuleError(DataError):
    """Bars broke a validation rule whose policy is `refuse`."""


class CalendarError(DataError):
    """A date lies outside the exchange session table."""


class SignalLogError(DataError):
    """A signal log cannot be read or compared."""


class FeatureError(HyprLError):
    """An unknown feature or preset, or a snapshot that belongs to another one."""


class ArtifactError(HyprLError):
    """A model file is damaged, hostile, or does not fit the run."""


class ConfigError(HyprLError):
    """An unknown configuration key, an impossible value or contradicting options."""


class RiskError(HyprLError):
    """A risk input is missing or impossible."""


class BrokerError(HyprLError):
    """A venue refused an order, or the simulated one was misused."""


class TraceError(HyprLError):
    """A trace was cut, edited or reordered, or cannot be parsed."""


class StateError(HyprLError):
    """A state directory belongs to another run or is damaged."""


class OutputError(HyprLError):
    """A file or directory cannot be written."""


class MissingExtraError(HyprLError):
    """An optional dependency is not installed."""
