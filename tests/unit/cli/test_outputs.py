"""--page, --junit, --github, --baseline of `hyprl diff` and `hyprl check`, through the command line."""

import json
from pathlib import Path
from xml.etree import ElementTree

import polars as pl
import pytest
from click.testing import CliRunner, Result

from hyprl.cli.diff import diff
from hyprl.errors import ConfigError, OutputError

STAMPS = [f"2024-12-{day:02}T{hour}:30:00Z" for day in range(2, 22) for hour in range(14, 19)]


@pytest.fixture
def logs(tmp_path: Path) -> tuple[str, str]:
    """Write 100 bars of which every fourth emits; on the right four of these are rejected: an 8 % gap."""
    emits = ["emit" if number % 4 == 3 else "reject" for number in range(100)]
    left = pl.DataFrame({"timestamp": STAMPS, "symbol": "NVDA", "decision": emits, "probability_up": 0.5})
    right = left.with_columns(
        decision=pl.when(pl.int_range(pl.len()).is_in([3, 7, 11, 15]))
        .then(pl.lit("reject"))
        .otherwise("decision")
    )
    left.write_csv(tmp_path / "left.csv")
    right.write_csv(tmp_path / "right.csv")
    return str(tmp_path / "left.csv"), str(tmp_path / "right.csv")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Run `hyprl diff` in an empty directory, outside GitHub Actions."""
    monkeypatch.chdir(tmp_path)
    for name in ("GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY"):
        monkeypatch.delenv(name, raising=False)

    def invoke(*arguments: str, **environment: str) -> Result:
        return CliRunner(env=environment).invoke(diff, arguments)

    return invoke


def test_the_page_lies_beside_the_diff_and_its_path_is_printed(run, logs) -> None:
    result = run(*logs, "--json", "out.json")
    page = Path("data/signals/nvda_signal_diff.html")
    assert f"page: {page}" in result.stdout
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert json.loads(Path("out.json").read_bytes())["page"] == str(page)


def test_the_page_goes_where_it_is_told_or_nowhere(run, logs) -> None:
    run(*logs, "--page", "here/page.html", "--out", "a")
    run(*logs, "--no-page", "--out", "b")
    assert Path("here/page.html").is_file()
    assert not list(Path("a").glob("*.html")) + list(Path("b").glob("*.html"))


def test_logs_of_several_symbols_share_a_page(run, logs, tmp_path: Path) -> None:
    both = pl.concat([pl.read_csv(logs[0]), pl.read_csv(logs[0]).with_columns(symbol=pl.lit("MSFT"))])
    both.write_csv(tmp_path / "both.csv")
    run("both.csv", "both.csv", "--out", "o")
    assert [path.name for path in Path("o").glob("*.html")] == ["signal_diff.html"]


def test_a_symbol_that_is_a_path_or_a_script_stays_inside_the_folder(run, tmp_path: Path) -> None:
    log = pl.DataFrame({"timestamp": STAMPS[:2], "symbol": "../../<script>x", "decision": "reject"})
    log.write_csv(tmp_path / "odd.csv")
    assert run("odd.csv", "odd.csv", "--out", "o").exit_code == 3
    (page,) = Path("o").glob("*.html")
    assert page.read_text(encoding="utf-8").count("<script") == 2


@pytest.mark.parametrize("option", ["--page", "--junit"])
def test_what_cannot_be_written_is_refused_before_the_work(run, logs, option: str) -> None:
    result = run(*logs, option, ".", "--out", "o")
    assert isinstance(result.exception, OutputError)
    assert not Path("o").exists()


def test_junit_has_the_broken_gate(run, logs) -> None:
    assert run(*logs, "--junit", "j.xml").exit_code == 1
    root = ElementTree.parse("j.xml").getroot()  # noqa: S314, our own text
    assert root.get("failures") == "1"


def test_a_github_run_is_annotated_by_itself_and_its_summary_appended(run, logs) -> None:
    Path("summary.md").write_text("before\n")
    result = run(*logs, GITHUB_ACTIONS="true", GITHUB_STEP_SUMMARY="summary.md")
    assert "::error title=HyprL parity%3A combined_gap::" in result.stdout
    assert Path("summary.md").read_text().startswith("before\n### ❌ Broken: NVDA")


def test_annotations_leave_json_on_standard_output_alone(run, logs) -> None:
    result = run(*logs, "--json", "-", GITHUB_ACTIONS="true")
    assert json.loads(result.stdout)["verdict"] == "broken"
    assert "::error" in result.stderr


def test_annotations_can_be_asked_for_and_refused(run, logs) -> None:
    assert "::error" in run(*logs, "--github").stdout
    assert "::" not in run(*logs, "--no-github", GITHUB_ACTIONS="true").stdout
    assert "::" not in run(*logs).stdout


def test_a_gap_of_8_percent_goes_down_and_never_up(run, logs) -> None:
    assert run(*logs, "--baseline", "b.toml", "--update-baseline").exit_code == 0
    assert '"combined_gap" = 0.08\n' in Path("b.toml").read_text()
    kept = run(*logs, "--baseline", "b.toml")
    assert kept.exit_code == 0
    assert "KEPT (baselined)" in kept.stdout
    worse = pl.read_csv(logs[1]).with_columns(decision=pl.lit("reject"))
    worse.write_csv("worse.csv")
    before = Path("b.toml").read_bytes()
    assert run(logs[0], "worse.csv", "--baseline", "b.toml", "--update-baseline").exit_code == 1
    assert Path("b.toml").read_bytes() == before
    assert run(logs[0], logs[0], "--baseline", "b.toml", "--update-baseline").exit_code == 0
    assert "combined_gap" not in Path("b.toml").read_text()
    assert run(*logs, "--baseline", "b.toml").exit_code == 1


def test_without_a_baseline_option_the_gap_is_broken(run, logs) -> None:
    assert run(*logs).exit_code == 1


@pytest.mark.parametrize("arguments", [("--update-baseline",), ("--baseline", "absent.toml")])
def test_a_baseline_that_is_not_there_is_named(run, logs, arguments: tuple[str, ...]) -> None:
    assert isinstance(run(*logs, *arguments).exception, ConfigError)


def test_no_baseline_is_made_of_logs_that_cannot_be_compared(run, logs) -> None:
    pl.read_csv(logs[1]).head(50).write_csv("half.csv")
    result = run(logs[0], "half.csv", "--baseline", "b.toml", "--update-baseline")
    assert result.exit_code == 1
    assert "baseline not written" in result.stderr
    assert not Path("b.toml").exists()


def test_the_files_can_be_read_by_others(run, logs) -> None:
    run(*logs, "--page", "p.html")
    assert Path("p.html").stat().st_mode & 0o044
