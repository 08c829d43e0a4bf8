"""Atomic writing: whole or not at all, nothing left behind, every refusal an OutputError that names the path."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from hyprl.errors import OutputError
from hyprl.files import (
    atomic_path,
    atomic_write_bytes,
    atomic_write_text,
    require_directory,
    require_writable,
)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_what_is_written_is_there_whole(tmp_path):
    atomic_write_text(tmp_path / "a" / "b.txt", "µ\n")
    assert (tmp_path / "a" / "b.txt").read_bytes() == b"\xc2\xb5\n"
    assert names(tmp_path / "a") == ["b.txt"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, MemoryError])
def test_a_block_that_fails_leaves_the_earlier_file_and_no_other(tmp_path, error):
    path = tmp_path / "a.txt"
    path.write_text("earlier")
    with pytest.raises(error), atomic_path(path) as temporary:
        temporary.write_text("half")
        raise error
    assert path.read_text() == "earlier"
    assert names(tmp_path) == ["a.txt"]


def test_a_directory_in_the_place_of_the_file_is_refused_and_left(tmp_path):
    with pytest.raises(OutputError, match=r"cannot be written \(Is a directory\)"):
        atomic_write_bytes(tmp_path, b"x")
    assert names(tmp_path) == []


def test_a_file_in_the_place_of_a_directory_is_refused(tmp_path):
    (tmp_path / "file").write_text("mine")
    for path in (tmp_path / "file" / "a.txt", tmp_path / "file" / "deep" / "a.txt"):
        with pytest.raises(OutputError, match="a file is where a directory is needed") as caught:
            atomic_write_bytes(path, b"x")
        assert str(path) in str(caught.value)
    assert (tmp_path / "file").read_text() == "mine"


def test_a_link_is_followed_and_stays_a_link(tmp_path):
    (tmp_path / "target.txt").write_text("earlier")
    (tmp_path / "link.txt").symlink_to("target.txt")
    atomic_write_text(tmp_path / "link.txt", "new")
    assert (tmp_path / "link.txt").is_symlink()
    assert (tmp_path / "target.txt").read_text() == "new"


def test_a_pipe_is_written_and_not_replaced(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    atomic_write_text(tmp_path / "pipe", "hello")
    assert os.read(reader, 99) == b"hello"
    os.close(reader)
    assert not (tmp_path / "pipe").is_file()


def test_a_full_device_is_a_named_error():
    with pytest.raises(OutputError, match="No space left on device"):
        atomic_write_text(Path("/dev/full"), "x")


def test_a_disk_that_fills_up_leaves_the_earlier_file_and_no_other(tmp_path):
    (tmp_path / "a.txt").write_text("earlier")
    code = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))
from pathlib import Path
from hyprl.errors import OutputError
from hyprl.files import atomic_write_bytes
try:
    atomic_write_bytes(Path(sys.argv[1]), b"x" * 100_000)
except OutputError as error:
    print(error)
"""
    done = subprocess.run(
        [sys.executable, "-c", code, tmp_path / "a.txt"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "a.txt: cannot be written (File too large)" in done.stdout
    assert (tmp_path / "a.txt").read_text() == "earlier"
    assert names(tmp_path) == ["a.txt"]


def test_the_file_gets_the_rights_that_the_umask_leaves(tmp_path):
    before = os.umask(0o027)
    try:
        atomic_write_text(tmp_path / "a.txt", "x")
    finally:
        os.umask(before)
    assert (tmp_path / "a.txt").stat().st_mode & 0o777 == 0o640


def test_asking_early_makes_the_directory_and_not_the_file(tmp_path):
    require_writable(tmp_path / "new" / "a.txt")
    require_directory(tmp_path / "other")
    assert names(tmp_path) == ["new", "other"]
    assert names(tmp_path / "new") == []


@pytest.mark.parametrize("ask", [require_writable, require_directory])
def test_asking_early_refuses_what_would_fail_later(tmp_path, ask):
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError):
        ask(tmp_path / "file" / "a")
    with pytest.raises(OutputError):
        ask(Path("/proc/nowhere/a"))


def test_asking_early_refuses_a_directory_for_a_file(tmp_path):
    with pytest.raises(OutputError, match="it is a directory"):
        require_writable(tmp_path)
