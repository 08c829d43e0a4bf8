import json
import re
from base64 import b64encode
from collections.abc import Callable
from hashlib import sha256
from html.parser import HTMLParser

import polars as pl
import pytest

from hyprl.report.page import PageContent, render_page
from hyprl.report.page.document import embedded_json
from hyprl.report.page.markup import Markup, el
from hyprl.report.worded import WordedExplanation

Make = Callable[..., PageContent]
Log = Callable[..., pl.DataFrame]
VOID = ("meta", "link", "br", "hr")
HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(1)>'


class Reader(HTMLParser):
    """Collects elements and checks that each is closed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.raw: dict[str, list[str]] = {"style": [], "script": []}
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in self.raw:
            self.raw[self.open[-1]].append(data)
        else:
            self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())

    def all(self, tag: str, **wanted: str) -> list[dict[str, str | None]]:
        return [a for t, a in self.elements if t == tag and all(a.get(k) == v for k, v in wanted.items())]


@pytest.fixture
def broken(make_log: Log, part: Log, make_content: Make) -> PageContent:
    log = make_log(200)
    return make_content(log, part(log, [5, 25]), "exact")


def test_every_element_is_closed_and_every_link_has_its_target(broken: PageContent, explanation) -> None:
    page = Reader(render_page(broken))
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert not page.open
    assert len(ids) == len(set(ids))
    assert {a["href"] for a in page.all("a")} <= {f"#{name}" for name in ids}


def test_nothing_is_fetched(broken: PageContent) -> None:
    page = render_page(broken)
    addresses = [
        a[k] for _, a in Reader(page).elements for k in ("src", "href", "action", "data", "poster") if k in a
    ]
    assert all(address.startswith("#") or address == "data:," for address in addresses)
    assert not re.search(r"url\(|@import|https?://", page)


def test_the_policy_allows_only_the_pages_own_style_and_script(broken: PageContent) -> None:
    page = Reader(render_page(broken))
    policy = page.all("meta", **{"http-equiv": "Content-Security-Policy"})[0]["content"]
    style, (data, script) = page.raw["style"][0], page.raw["script"]
    for text in (style, script):
        assert b64encode(sha256(text.encode()).digest()).decode() in policy
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert json.loads(data)["charts"]
    assert not [a for _, a in page.elements if "style" in a or any(name.startswith("on") for name in a)]


@pytest.mark.parametrize("field", ["symbol", "reason", "note", "origin", "column"])
def test_text_from_logs_is_shown_and_never_markup(
    field: str, make_log: Log, part: Log, make_content: Make
) -> None:
    left = make_log(30)
    if field == "column":
        left = left.with_columns(pl.lit(1.0).alias(HOSTILE))
    elif field in ("symbol", "reason"):
        left = left.with_columns(pl.lit(HOSTILE).alias(field))
    content = make_content(left, part(left, [5]).drop("risk_amount"), "live-ready")
    if field == "note":
        content = PageContent("diff", "NVDA", content.result, content.sides, (), (HOSTILE,))
    page = Reader(render_page(content))
    assert len(page.all("script")) == 2
    assert not page.all("img")
    if field in ("symbol", "note", "column"):
        assert HOSTILE in page.text


def test_embedded_json_holds_no_markup_and_reads_back() -> None:
    spelled = embedded_json({"a": "</script><!--&\u2028"})
    assert not set("<>&\u2028") & set(spelled)
    assert json.loads(spelled) == {"a": "</script><!--&\u2028"}


def test_characters_that_cannot_be_shown_are_replaced() -> None:
    assert (
        el("p", "a\x00b\u202ec\ud800", title="<\x01>")
        == '<p title="&lt;\ufffd&gt;">a\ufffdb\ufffdc\ufffd</p>'
    )
    assert el("p", Markup("<b>x</b>"), None, ["<", 1]) == "<p><b>x</b>&lt;1</p>"


def test_a_year_stays_below_two_megabytes_and_only_the_worst_50_bars_carry_fields(
    make_log: Log, make_content: Make
) -> None:
    left = make_log(1_700)
    right = left.with_columns(pl.col("^indicator.*$") * 1.001, probability_up=pl.col("probability_up") + 1e-3)
    page = render_page(make_content(left, right, "exact"))
    assert len(page.encode()) < 2_000_000
    assert len(Reader(page).all("details")) == 50


@pytest.mark.parametrize("what", ["long cells", "many columns"])
def test_a_log_that_is_vast_sideways_stays_below_two_megabytes(
    what: str, make_log: Log, make_content: Make
) -> None:
    left = make_log(300).with_columns(symbol=pl.lit("S" * 50_000), reason=pl.lit("r" * 50_000))
    if what == "many columns":
        left = make_log(300).with_columns(pl.lit(1.0).alias(f"column {place}") for place in range(2_000))
    right = left.with_columns(probability_up=pl.col("probability_up") + 0.1)
    page = render_page(make_content(left, right, "exact"))
    assert len(page.encode()) < 2_000_000
    assert "…" in page or "more fields in the diff" in page


def test_equal_content_gives_equal_text(broken: PageContent) -> None:
    assert render_page(broken) == render_page(broken)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda log: log, "Kept"),
        (lambda log: log.with_columns(probability_up=pl.lit(0.9)), "Broken"),
        (lambda log: log.drop("probability_up"), "Not assessed"),
    ],
)
def test_the_verdict_stands_first(change: Log, word: str, make_log: Log, make_content: Make) -> None:
    page = Reader(render_page(make_content(make_log(50), change(make_log(50)))))
    assert page.all("section")[0]["id"] == "verdict"
    assert f"Stage live-ready {word}" in page.text


def test_the_matrix_counts_both_sides_and_the_page_names_the_worst_bar(broken: PageContent) -> None:
    text = Reader(render_page(broken)).text
    # 200 bars: 20 emit, 10 of them long; rows 5 and 25 are long, the replay rejects both.
    assert "backtest ↓ replay → long short reject long 8 0 2 short 0 10 0 reject 0 0 180" in text
    assert "the replay says: risk 2" in text
    assert "2024-12-12 19:30Z NVDA long → reject (risk) |Δp| 0.01" in text


def test_causes_carry_shares_evidence_and_advice(
    make_log: Log, part: Log, make_content: Make, explanation: WordedExplanation
) -> None:
    log = make_log(50)
    text = Reader(render_page(make_content(log, part(log, [5]), "exact", explanation))).text
    for said in (
        "warmup 75.00 %",
        "decays by half",
        "load a snapshot",
        "share not measured",
        "not explained −25.00 %",
    ):
        assert said in text
    assert "bars were not recorded" in text


def test_the_bars_of_a_waterfall_have_a_colour_each(
    make_log: Log, part: Log, make_content: Make, explanation: WordedExplanation
) -> None:
    log = make_log(50)
    page = render_page(make_content(log, part(log, [5]), "exact", explanation))
    drawn = re.findall(r'<svg class="share".*?</svg>', page, re.DOTALL)
    styles = {
        style for bar in drawn for names in re.findall(r'class="([^"]*)"', bar) for style in names.split()
    }
    assert {"track", "sure", "rest"} <= styles
    assert all(f".share .{style} {{ fill" in page for style in styles - {"share"})


def test_without_an_explanation_the_page_says_how_to_get_one(broken: PageContent) -> None:
    assert "Causes were not looked for here; hyprl explain" in Reader(render_page(broken)).text


@pytest.mark.parametrize(
    ("left", "right"),
    [(0, 0), (30, 0), (0, 30), (1, 1)],
    ids=["empty", "no replay", "no backtest", "one bar"],
)
def test_logs_with_little_in_them_are_drawn(left: int, right: int, make_log: Log, make_content: Make) -> None:
    page = Reader(render_page(make_content(make_log(30).head(left), make_log(30).head(right), "exact")))
    assert not page.open
    assert ("Kept" in page.text) is (left == right == 1)


def test_a_bare_log_is_drawn_and_says_what_it_lacks(make_log: Log, make_content: Make) -> None:
    bare = make_log(30).select("timestamp", "symbol", "decision")
    text = Reader(render_page(make_content(bare, bare))).text
    assert "Neither log has a column equity" in text.replace("`", "")
    assert "The probability is not a number in both logs" in text
    assert "No column of hashes in both logs" in text


@pytest.mark.parametrize("value", [1e308, -1e308, float("inf"), float("nan"), 5e-324, None])
def test_absurd_values_are_drawn_and_shown(value: float | None, make_log: Log, make_content: Make) -> None:
    left = make_log(30)
    here = pl.int_range(pl.len()) == 7
    absurd = {
        name: pl.when(here).then(pl.lit(value)).otherwise(name) for name in ("probability_up", "equity")
    }
    page = render_page(make_content(left, left.with_columns(**absurd), "exact"))
    paths = [a["d"] for a in Reader(page).all("path")]
    assert paths
    assert not any(word in path for path in paths for word in ("nan", "inf", "e+"))
    assert ("missing" if value is None else re.sub("^-", "−", str(value))) in page


def test_missing_probabilities_are_marked_not_hidden(make_log: Log, make_content: Make) -> None:
    left = make_log(30)
    here = pl.int_range(pl.len()).is_in([7, 8])
    right = left.with_columns(probability_up=pl.when(here).then(float("nan")).otherwise("probability_up"))
    page = Reader(render_page(make_content(left, right)))
    marks = page.all("path", **{"class": "dots lacking"})
    assert len(marks) == 1
    assert marks[0]["d"].count("M") == 2
    assert "No probability on a side (NaN or missing): 2 bars." in page.text


def test_thinning_keeps_the_one_divergence_of_many_bars(make_log: Log, part: Log, make_content: Make) -> None:
    log = make_log(9_000)
    page = Reader(render_page(make_content(log, part(log, [4_005]), "exact")))
    differs = page.all("path", **{"class": "tick differs"})
    assert [a["d"].count("M") for a in differs] == [1]
    assert "Each of 2,000 intervals is drawn by its worst bar" in page.text


def test_several_symbols_have_an_equity_chart_each(make_log: Log, make_content: Make) -> None:
    logs = pl.concat([make_log(20, symbol) for symbol in ("A", "B", "C", "D", "E")])
    page = Reader(render_page(make_content(logs, logs)))
    assert len([a for a in page.all("figure") if str(a.get("id")).startswith("chart-equity")]) == 4
    assert "Not drawn: 1 more symbol." in page.text
