"""The page in a real browser: what it asks for, what runs, what can be reached, read and seen."""

from dataclasses import replace
from pathlib import Path

import pytest

from frames import assess
from hyprl.parity.verdict import compare_windows
from hyprl.report.page import render_page

CHARTS = ("time", "scatter", "equity-0")
TAB, ENTER, PAGE_DOWN, ARROW_RIGHT = ("Tab", 9), ("Enter", 13), ("PageDown", 34), ("ArrowRight", 39)

# Every text node's colour against the nearest opaque background behind it, as WCAG 2.2 computes it.
CONTRASTS = """
(() => {
  const parts = (text) => (text.match(/[\\d.]+/g) || []).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((c) => c / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, n) => sum + c * [0.2126, 0.7152, 0.0722][n], 0);
  const ground = (node) => {
    for (let at = node; at; at = at.parentElement) {
      const colour = parts(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || node.matches("script, style") || !node.checkVisibility()) continue;
    const style = getComputedStyle(node);
    const ink = light(parts(node instanceof SVGElement ? style.fill : style.color));
    const paper = light(ground(node));
    const ratio = (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
    found.push([ratio, walker.currentNode.data.trim().slice(0, 40)]);
  }
  return found;
})()
"""
FOCUSED = "document.activeElement.tagName + '#' + document.activeElement.id"


def problems(browser) -> list[object]:
    kinds = ("Log.entryAdded", "Runtime.exceptionThrown", "Runtime.consoleAPICalled")
    return [event["params"] for event in browser.events if event["method"] in kinds]


@pytest.mark.parametrize("dark", [False, True])
def test_it_asks_for_nothing_and_reports_no_error(browser, broken_page: Path, dark: bool) -> None:
    browser.open(broken_page, dark=dark)
    asked = [
        e["params"]["request"]["url"] for e in browser.events if e["method"] == "Network.requestWillBeSent"
    ]
    assert asked == [broken_page.as_uri()]
    assert problems(browser) == []


def test_a_console_error_would_be_seen(browser, tmp_path: Path) -> None:
    page = tmp_path / "bad.html"
    page.write_text("<!doctype html><script>throw new Error('planted')</script>")
    browser.open(page)
    assert problems(browser)


def test_a_script_in_a_symbol_does_not_run(browser, broken_page: Path) -> None:
    browser.open(broken_page)
    assert browser.run("window.ran") is None
    assert "<script>window.ran=1</script>" in browser.run("document.querySelector('header').innerText")


def test_the_policy_stops_markup_that_is_not_escaped(browser, broken_page: Path, tmp_path: Path) -> None:
    page = tmp_path / "injected.html"
    text = broken_page.read_text(encoding="utf-8")
    page.write_text(
        text.replace("<main", "<script>window.ran=1</script><img src=x onerror=window.ran=1><main", 1)
    )
    browser.open(page)
    assert browser.run("window.ran") is None
    assert problems(browser)


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_every_chart_is_drawn(browser, broken_page: Path, scripts: bool) -> None:
    browser.open(broken_page, scripts=scripts)
    document = browser.call("DOM.getDocument")["root"]["nodeId"]
    for chart in CHARTS:
        wanted = f"#chart-{chart} .drawing path"
        nodes = browser.call("DOM.querySelectorAll", nodeId=document, selector=wanted)["nodeIds"]
        assert nodes, chart
        box = browser.call("DOM.getBoxModel", nodeId=nodes[0])["model"]
        assert box["width"] > 50, chart


@pytest.mark.parametrize("width", [360, 768, 1100])
def test_nothing_overflows_sideways(browser, broken_page: Path, width: int) -> None:
    browser.open(broken_page, width=width)
    browser.run("document.querySelectorAll('details').forEach((bar) => (bar.open = true))")
    assert browser.run("document.documentElement.scrollWidth") <= width


def test_gates_of_two_windows_fit_a_phone(browser, tmp_path: Path, make_log, part, make_content) -> None:
    log = make_log(400)
    whole, short = assess(log, part(log, [5])), assess(log.head(40), part(log, [5]).head(40))
    content = replace(make_content(log, log), result=compare_windows("exact", whole, short))
    page = tmp_path / "two.html"
    page.write_text(render_page(content), encoding="utf-8")
    browser.open(page, width=360)
    wide = (
        "[...document.querySelectorAll('.scroll')].filter((n) => n.scrollWidth > n.clientWidth)"
        ".map((n) => n.innerText)"
    )
    assert browser.run("document.querySelectorAll('.gates thead th').length") == 4
    assert [text for text in browser.run(wide) if text.startswith("gate")] == []


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [360, 1100])
def test_contrast_is_aa(browser, broken_page: Path, dark: bool, width: int) -> None:
    browser.open(broken_page, dark=dark, width=width)
    browser.run("document.querySelector('details').open = true")
    measured = browser.run(CONTRASTS)
    assert len(measured) > 100
    assert [(ratio, text) for ratio, text in measured if ratio < 4.5] == []


def test_the_contrast_measure_finds_faint_text(browser, tmp_path: Path) -> None:
    page = tmp_path / "faint.html"
    page.write_text("<!doctype html><body style='background:#fff;color:#777'>faint</body>")
    browser.open(page)
    ((ratio, _),) = browser.run(CONTRASTS)
    assert ratio == pytest.approx(4.48, abs=0.01)  # the textbook case just below 4.5


def test_tab_reaches_toggle_links_charts_and_bars_in_order(browser, broken_page: Path) -> None:
    browser.open(broken_page)
    reached = []
    for _ in range(30):
        browser.press(*TAB)
        reached.append(browser.run(FOCUSED))
    kinds = [name.partition("#")[0] for name in reached]
    assert kinds[0] == "A"  # skip link
    assert kinds[1] == "BUTTON"
    assert kinds[2:11] == ["A"] * 9
    beyond = [kind for kind in kinds[11:] if kind != "DIV"]  # a table that overflows is a stop of its own
    assert beyond[:3] == ["svg"] * 3
    assert beyond[3:7] == ["SUMMARY"] * 4


def test_focus_is_visible(browser, broken_page: Path) -> None:
    browser.open(broken_page)
    for _ in range(3):
        browser.press(*TAB)
    style = "getComputedStyle(document.activeElement)"
    assert browser.run(f"{style}.outlineStyle") == "solid"
    assert browser.run(f"{style}.outlineWidth") == "2px"


def test_keys_walk_a_chart_and_open_a_bar(browser, broken_page: Path) -> None:
    browser.open(broken_page)
    browser.run("document.querySelector('#chart-time .plot').focus()")
    browser.press("Home", 36)
    first = browser.run("document.getElementById('tip').innerText")
    browser.press(*ARROW_RIGHT)
    second = browser.run("document.getElementById('tip').innerText")
    browser.press(*PAGE_DOWN)
    browser.press(*ENTER)
    assert first.startswith("2024-12-12 14:30Z")
    assert second.startswith("2024-12-12 15:30Z")
    assert browser.run("document.querySelector('details[open]').id") == "bar-5"


def test_pointing_at_a_dot_shows_its_bar(browser, broken_page: Path) -> None:
    browser.open(broken_page)
    spot = browser.run(
        "(() => { const plot = document.querySelector('#chart-time .plot'); plot.scrollIntoView({block: 'center', "
        "behavior: 'instant'}); const box = plot.getBoundingClientRect(); return [box.right - 1, box.top + 20]; })()"
    )
    browser.call("Input.dispatchMouseEvent", type="mouseMoved", x=spot[0], y=spot[1])
    assert "backtest" in browser.run("document.getElementById('tip').innerText")
    assert browser.run("document.getElementById('tip').getBoundingClientRect().right <= innerWidth")


def test_the_toggle_turns_light_into_dark_and_back(browser, broken_page: Path) -> None:
    browser.open(broken_page)
    ground = "getComputedStyle(document.body).backgroundColor"
    light = browser.run(ground)
    browser.run("document.getElementById('theme').click()")
    dark = browser.run(ground)
    browser.run("document.getElementById('theme').click()")
    assert light != dark
    assert browser.run(ground) == light
    browser.run("localStorage.clear()")


def test_bars_open_without_scripts(browser, broken_page: Path) -> None:
    browser.open(broken_page, scripts=False)
    document = browser.call("DOM.getDocument")["root"]["nodeId"]
    assert browser.call("DOM.querySelectorAll", nodeId=document, selector="details table tbody tr")["nodeIds"]


def test_motion_is_off_where_it_is_not_wanted(browser, broken_page: Path) -> None:
    browser.open(broken_page)
    browser.call(
        "Emulation.setEmulatedMedia", features=[{"name": "prefers-reduced-motion", "value": "reduce"}]
    )
    assert browser.run("getComputedStyle(document.documentElement).scrollBehavior") == "auto"
    moving = "[...document.querySelectorAll('*')].filter((n) => parseFloat(getComputedStyle(n).transitionDuration) > 0)"
    assert browser.run(f"{moving}.length") == 0


def test_print_is_light_and_leaves_the_controls_out(browser, broken_page: Path) -> None:
    browser.open(broken_page, dark=True)
    browser.call("Emulation.setEmulatedMedia", media="print")
    assert browser.run("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert browser.run("document.querySelector('nav').checkVisibility()") is False
    browser.call("Emulation.setEmulatedMedia", media="")
