"""Whatever a Parquet file holds, it gives a table or a named error, and no process ends but the one that decodes it.

The mutants are the same in every run: bytes changed, cuts, and both, of three files that `tests/fixtures/parquet`
keeps. Each is read once, and what comes of it is taken for bars and for a log.
"""

import random
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from hyprl.bars.columns import bar_source, raw_bars
from hyprl.bars.read import read_bars
from hyprl.bars.validate import validate
from hyprl.config import BarsConfig
from hyprl.errors import BarFileError, HyprLError, SignalLogError
from hyprl.logs.load import load_log, log_of_frame
from hyprl.parity.streamed import compare_apart
from hyprl.tables.child import Child, ChildDiedError
from hyprl.tables.parquet import read_parquet

FILES = sorted((Path(__file__).parents[2] / "fixtures" / "parquet").glob("*.parquet"))
MUTANTS_A_FILE = 800
SOURCE = bar_source("mutant.parquet")


class Doomed(Child):
    """A child that always dies before it answers."""

    def call(self, function, *arguments, seconds=0.0):
        raise ChildDiedError("SIGABRT")


@pytest.fixture(scope="module")
def child() -> Iterator[Child]:
    one = Child(memory_bytes=2 * 2**30)
    yield one
    one.stop()


def mutants(whole: bytes) -> Iterator[bytes]:
    draw = random.Random(20250115)
    for number in range(MUTANTS_A_FILE):
        data = bytearray(whole)
        if number % 4 == 0:
            del data[draw.randrange(len(data)) :]
        for _ in range((1, 1, 1, 4)[number % 4] if data else 0):
            data[draw.randrange(len(data))] = draw.randrange(256)
        yield bytes(data)


def as_bars(table: pl.DataFrame) -> None:
    validate(raw_bars(table, "NVDA", "UTC", SOURCE), BarsConfig())


def as_log(table: pl.DataFrame) -> None:
    log_of_frame(table, "mutant.parquet")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_mutant_is_read_or_refused_by_name(tmp_path, file, child, capfd) -> None:
    path, whole, read = tmp_path / "mutant.parquet", file.read_bytes(), 0
    for data in mutants(whole):
        path.write_bytes(data)
        try:
            table = read_parquet(path, SOURCE, child)
        except BarFileError as error:
            assert "mutant.parquet: is not a readable Parquet file (" in str(error)
            continue
        read += 1
        for use in (as_bars, as_log):
            try:
                use(table)
            except HyprLError as error:
                assert error.remedy
    assert 0 < read < MUTANTS_A_FILE
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_whole_file_is_bars_and_a_log(file) -> None:
    assert len(read_bars(file, "NVDA", BarsConfig()).series) == 63
    assert load_log(file).frame["decision"].value_counts(sort=True)["count"].to_list() == [48, 15]


def test_a_file_that_ends_its_decoder_is_a_named_error() -> None:
    with pytest.raises(
        BarFileError, match=r"is not a readable Parquet file \(it ended its decoder: SIGABRT\)"
    ):
        read_parquet(FILES[0], SOURCE, Doomed())


def test_a_comparison_whose_process_ends_is_left_to_the_one_in_memory() -> None:
    declined = compare_apart(FILES[0], FILES[1], "exact", child=Doomed())
    assert "cannot be read in batches (SIGABRT)" in str(declined)


def test_a_packed_file_is_decoded_apart_too(tmp_path) -> None:
    import gzip

    (tmp_path / "bars.gz").write_bytes(gzip.compress(FILES[0].read_bytes()))
    assert load_log(tmp_path / "bars.gz").frame.equals(load_log(FILES[0]).frame)
    (tmp_path / "cut.gz").write_bytes(gzip.compress(FILES[0].read_bytes()[:-9]))
    with pytest.raises(SignalLogError, match="not a readable Parquet file"):
        load_log(tmp_path / "cut.gz")
