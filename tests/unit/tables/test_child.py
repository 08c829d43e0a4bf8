import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hyprl.errors import BarFileError
from hyprl.tables.child import Child, ChildDiedError


@pytest.fixture
def child() -> Iterator[Child]:
    one = Child(memory_bytes=2**30)
    yield one
    one.stop()


def fail_by_name() -> None:
    raise BarFileError("is empty", where="x.csv", remedy="Write it again.", row=3)


def shout() -> str:
    os.write(1, b"native noise on standard output")
    os.write(2, b"and on standard error")
    return "heard"


def fill_memory() -> int:
    return sum(len(block) for block in [b"\1" * 2**28 for _ in range(64)])


def is_gone(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    state = Path(f"/proc/{process}/stat")
    return state.exists() and state.read_text().rsplit(")", 1)[1].split()[0] == "Z"


def test_one_child_answers_call_after_call(child) -> None:
    first, second = child.call(os.getpid), child.call(os.getpid)
    assert first == second != os.getpid()
    assert child.call(len, "four") == 4


def test_it_works_in_the_directory_of_its_parent(child, tmp_path, monkeypatch) -> None:
    child.call(os.getcwd)
    monkeypatch.chdir(tmp_path)
    assert child.call(os.getcwd) == str(tmp_path)


def test_what_it_raises_comes_back_as_it_is(child) -> None:
    with pytest.raises(BarFileError, match=r"x\.csv: is empty") as caught:
        child.call(fail_by_name)
    assert (caught.value.remedy, caught.value.row) == ("Write it again.", 3)
    assert "fail_by_name" in caught.value.__notes__[0]


def test_an_abort_is_survived_and_named_and_the_next_call_answered(child) -> None:
    before = child.call(os.getpid)
    with pytest.raises(ChildDiedError, match="SIGABRT"):
        child.call(os.abort)
    assert child.call(os.getpid) not in (before, os.getpid())


def test_a_call_that_does_not_end_is_ended(child) -> None:
    child.call(os.getpid)
    started = time.monotonic()
    with pytest.raises(ChildDiedError, match="no answer within 0 s"):
        child.call(time.sleep, 600, seconds=0.2)
    assert time.monotonic() - started < 60


def test_a_call_that_takes_too_much_memory_ends_the_child_alone(child) -> None:
    with pytest.raises(ChildDiedError):
        child.call(fill_memory)
    assert child.call(len, "abc") == 3


def test_what_native_code_prints_is_lost_and_disturbs_nothing(child, capfd) -> None:
    assert child.call(shout) == "heard"
    assert capfd.readouterr() == ("", "")


def test_ctrl_c_reaches_the_parent_alone(child) -> None:
    assert child.call(os.getsid, 0) != os.getsid(0)


def test_an_interrupted_call_leaves_no_child_behind(run_python) -> None:
    done = run_python(
        "-c",
        "import os, signal, threading, time\n"
        "from hyprl.tables.child import Child\n"
        "child = Child()\n"
        "print(child.call(os.getpid), flush=True)\n"
        "threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()\n"
        "try:\n    child.call(time.sleep, 600)\n"
        "except KeyboardInterrupt:\n    print('stopped')\n",
    )
    child, said = done.stdout.split()
    assert (said, done.returncode, done.stderr) == ("stopped", 0, "")
    assert is_gone(int(child))


@pytest.mark.parametrize("ending", ["pass", "os.kill(os.getpid(), 9)", "raise SystemExit(3)"])
def test_a_busy_child_ends_with_its_parent(run_python, ending) -> None:
    done = run_python(
        "-c",
        "import os, threading, time\n"
        "from hyprl.tables.child import Child\n"
        "child = Child()\n"
        "print(child.call(os.getpid), flush=True)\n"
        "threading.Thread(target=child.call, args=(time.sleep, 600), daemon=True).start()\n"
        f"time.sleep(0.3)\n{ending}\n",
    )
    for _ in range(200):
        if is_gone(int(done.stdout)):
            return
        time.sleep(0.05)
    pytest.fail("the child lives on")
