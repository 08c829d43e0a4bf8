"""How people spell the columns of their files: one list for each field, compared without case, blanks and punctuation.

A spelling is *sure* where the word has no other meaning in such a file: the column is the field, and a cell that it
cannot hold is an error. Any other is *likely*: a reader takes it only where the values are what the field holds. The
field's own name goes before all of them, then the sure ones, then the likely ones, each in this order.
"""

from __future__ import annotations

from dataclasses import dataclass


def spelling(name: str) -> str:
    """Return a column name without case, blanks and punctuation, for comparison; letters of any script stay."""
    return "".join(letter for letter in name.casefold() if letter.isalnum())


@dataclass(frozen=True, slots=True)
class Spellings:
    """The other words for one field, as `spelling` gives them."""

    sure: tuple[str, ...] = ()
    likely: tuple[str, ...] = ()


# The open of a bar, in bar files and logs alike. Words for its close are no words for its open, and stand below.
_OPEN_TIMES = (
    *("timestamputc", "ts", "tsutc", "datetime", "datetimeutc", "timeutc", "utctime", "dateutc"),
    *("opentime", "opentimeutc", "openutc", "baropenutc", "bartime", "bartimestamp", "candletime"),
    *("date", "time"),
)
_PRICES = {
    "open": ("open", "openprice"),
    "high": ("high", "highprice"),
    "low": ("low", "lowprice"),
    "close": ("close", "closeprice"),
    "volume": ("volume",),
}

# The columns of a bar file: nothing else is looked for there, so shorter words have no other meaning.
BAR_COLUMNS: dict[str, tuple[str, ...]] = {
    "timestamp": ("timestamp", *_OPEN_TIMES, "gmttime", "t", "index", "indexlevel0", "unnamed0"),
    "symbol": ("symbol", "ticker", "sym"),
    "open": (*_PRICES["open"], "o"),
    "high": (*_PRICES["high"], "h"),
    "low": (*_PRICES["low"], "l"),
    "close": (*_PRICES["close"], "c", "last"),
    "volume": (*_PRICES["volume"], "v", "vol"),
}
# The columns of a file of instants and numbers: when a score was published, when an equity was measured.
INSTANTS = ("publishedat", "published", "publishedutc", "timestamp", *_OPEN_TIMES)
SCORES = ("score", "sentiment", "sentimentscore")
EQUITIES = ("equity", "equityusd", "accountequity")

# The fields of a signal log, and of the trace: what every bar was decided from. A log must have the first three, so
# there any of their words is sure.
LOG_FIELDS: dict[str, Spellings] = {
    "timestamp": Spellings(sure=_OPEN_TIMES),
    "symbol": Spellings(sure=("ticker", "sym", "pair", "instrument", "instrumentid", "security", "asset")),
    "decision": Spellings(sure=("action", "signal", "tradesignal", "tradeaction", "side", "orderside")),
    "direction": Spellings(likely=("tradedirection", "signaldirection", "dir", "side")),
    "reason": Spellings(sure=("rejectreason", "rejectionreason", "decisionreason")),
    "probability_up": Spellings(
        sure=("prob", "probability", "pup"),
        likely=(
            *(
                "proba",
                "probup",
                "probaup",
                "upprob",
                "upproba",
                "upprobability",
                "probabilitylong",
                "problong",
            ),
            *("probalong", "plong", "predproba", "predictedprobability", "score", "modelscore"),
        ),
    ),
    "expected_pnl": Spellings(
        sure=("ev",), likely=("expectedvalue", "expectedprofit", "exppnl", "expectedpnlusd", "evusd")
    ),
    "position_size": Spellings(
        sure=("size",),
        likely=(
            *("qty", "quantity", "shares", "units", "contracts", "lots", "positionqty", "positionquantity"),
            *("orderqty", "orderquantity", "ordersize", "tradesize", "numshares"),
        ),
    ),
    "risk_amount": Spellings(likely=("risk", "riskusd", "riskamountusd", "amountatrisk", "dollarrisk")),
    "threshold_long": Spellings(
        sure=("thresholdslong",),
        likely=(
            *(
                "longthreshold",
                "thresholdup",
                "upthreshold",
                "upperthreshold",
                "thresholdupper",
                "buythreshold",
            ),
            *("thresholdbuy", "longthresh", "threshlong", "thrlong", "longthr"),
        ),
    ),
    "threshold_short": Spellings(
        sure=("thresholdsshort",),
        likely=(
            *("shortthreshold", "thresholddown", "downthreshold", "lowerthreshold", "thresholdlower"),
            *("sellthreshold", "thresholdsell", "shortthresh", "threshshort", "thrshort", "shortthr"),
        ),
    ),
    "equity": Spellings(
        likely=(
            *(
                "equityusd",
                "accountequity",
                "totalequity",
                "accountvalue",
                "portfoliovalue",
                "netliquidation",
            ),
            *("netliquidationvalue", "netliq", "nav"),
        )
    ),
    **{f"bar.{name}": Spellings(likely=words) for name, words in _PRICES.items()},
    "risk_inputs.equity": Spellings(likely=("sizingequity",)),
    "risk_inputs.atr": Spellings(likely=("atr",)),
    "risk_inputs.price": Spellings(likely=("price",)),
    "risk_inputs.risk_fraction": Spellings(likely=("riskfraction",)),
    "risk_inputs.atr_multiplier": Spellings(likely=("atrmultiplier", "atrmult")),
    "risk_inputs.reward_multiple": Spellings(likely=("rewardmultiple",)),
    "account.position_open": Spellings(likely=("positionopen", "inposition", "hasposition")),
    "account.session_start_equity": Spellings(likely=("sessionstartequity",)),
    "account.gross_exposure": Spellings(likely=("grossexposure",)),
    "account.trades_today": Spellings(likely=("tradestoday",)),
    "account.bars_since_entry": Spellings(likely=("barssinceentry",)),
    "bar_hash": Spellings(),
    "feature_hash": Spellings(sure=("featureshash",)),
    "model_params_hash": Spellings(),
    "config_hash": Spellings(),
    "data_flaws": Spellings(),
    "trend_ok": Spellings(),
    "sentiment": Spellings(),
    "sentiment_ok": Spellings(),
    "sentiment_score": Spellings(),
    "schema_version": Spellings(),
}

# Features keep their own names; what stands before them says that they are features.
FEATURE_PREFIX = "indicator."
FEATURE_PREFIXES = ("indicators.", "features.", "feature.")

# Times of a bar's close: they name a bar, but not by its open, so no reader may take them for it unasked.
CLOSE_TIMES = (
    *(
        "barclose",
        "closetime",
        "barclosetime",
        "barcloseutc",
        "closetimeutc",
        "candleclose",
        "closetimestamp",
    ),
    *("barend", "endtime"),
)
