"""Put the page together: one file, no request, nothing runs but its own script.

The content security policy names the style and the script by their hashes, so that markup from a log could not run
even if it were not escaped.
"""

from __future__ import annotations

import json
from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib.resources import files

import numpy as np

from hyprl import __version__
from hyprl.parity.verdict import Compared
from hyprl.parity.worst import WorstBar, unequal_masks, worst_bars
from hyprl.report.page.bars import bars_list
from hyprl.report.page.causes import causes
from hyprl.report.page.content import PageContent
from hyprl.report.page.equity import equity_charts
from hyprl.report.page.hints import hints
from hyprl.report.page.identity import identity
from hyprl.report.page.markup import Markup, el, join
from hyprl.report.page.matrix import decision_matrix
from hyprl.report.page.numbers import clipped, instant
from hyprl.report.page.scatter import scatter
from hyprl.report.page.series import Series, series_of
from hyprl.report.page.timeline import timeline
from hyprl.report.page.unassessed import unassessed
from hyprl.report.page.verdict import gates_table, verdict_of_page

_SECTIONS = {
    "gates": "Gates",
    "time": "Over time",
    "probability": "Probability",
    "decisions": "Decisions",
    "causes": "Causes",
    "equity": "Equity",
    "bars": "Worst bars",
    "identity": "Identity",
    "unassessed": "Not assessed",
}


def render_page(content: PageContent) -> str:
    """Return the whole page as one HTML document. Equal content gives equal text."""
    diff = content.result.main.diff
    series = series_of(diff)
    worst = worst_bars(diff)
    style, script = _asset("page.css"), _asset("page.js")
    data = embedded_json(hints(diff, series, worst))
    body = el(
        "body",
        el("a", "Skip to the verdict", href="#verdict", class_="skip"),
        _masthead(content),
        el("main", verdict_of_page(content), _sections(content, series, worst), id="main"),
        el(
            "footer",
            el("p", f"HyprL {__version__}. This file is complete in itself: it asks no server for anything."),
        ),
        el("div", id="tip", role="status", aria_live="polite", hidden=True),
        Markup(f'<script type="application/json" id="hints">{data}</script><script>{script}</script>'),
    )
    return f'<!doctype html>\n<html lang="en">{_head(content, style, script)}{body}</html>\n'


def embedded_json(value: object) -> str:
    """Return JSON that no HTML parser can take for markup."""
    spelled = json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return spelled.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _head(content: PageContent, style: str, script: str) -> Markup:
    policy = (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    verdict = content.result.verdict.replace("_", " ")
    return el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", http_equiv="Content-Security-Policy", content=policy),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("meta", name="color-scheme", content="light dark"),
        el("meta", name="referrer", content="no-referrer"),
        el(
            "title",
            f"{clipped(content.subject, 120)}: {verdict} ({content.result.stage}) · hyprl {content.command}",
        ),
        el("link", rel="icon", href="data:,"),
        Markup(f"<style>{style}</style>"),
    )


def _masthead(content: PageContent) -> Markup:
    s = content.result.main.statistics
    span = f"{instant(s.first)} … {instant(s.last)}" if s.first else "no bars"
    links = [el("li", el("a", title, href=f"#{name}")) for name, title in _SECTIONS.items()]
    toggle = el("button", "Dark", type="button", id="theme", hidden=True, aria_pressed="false")
    return el(
        "header",
        el(
            "div",
            el("p", el("b", clipped(content.subject, 120)), " ", el("span", span)),
            toggle,
            class_="split",
        ),
        el(
            "p",
            f"hyprl {content.command}: {content.sides[0].name} against {content.sides[1].name}",
            class_="quiet",
        ),
        el("nav", el("ul", links), aria_label="Sections"),
    )


def _sections(content: PageContent, series: Series, worst: tuple[WorstBar, ...]) -> Markup:
    result, diff = content.result, content.result.main.diff
    inside = {
        "gates": el("div", gates_table(result.gates), class_="scroll"),
        "time": timeline(result, series),
        "probability": scatter(diff, series),
        "decisions": decision_matrix(diff),
        "causes": causes(content.explanation, differs=bool(worst)),
        "equity": equity_charts(diff),
        "bars": bars_list(worst, _differing(result)),
        "identity": identity(content),
        "unassessed": unassessed(content),
    }
    made = {name: el("section", el("h2", title), inside[name], id=name) for name, title in _SECTIONS.items()}
    beside = el("div", made.pop("probability"), made.pop("decisions"), class_="beside")
    return join((made.pop("gates"), made.pop("time"), beside, *made.values()))


def _differing(result: Compared) -> int:
    diff = result.main.diff
    differs = (diff["_merge"] != "both").to_numpy()
    for mask in unequal_masks(diff).values():
        differs = np.logical_or(differs, mask)
    return int(differs.sum())


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


@cache
def _asset(name: str) -> str:
    return files("hyprl.report.page").joinpath(name).read_text(encoding="utf-8")
