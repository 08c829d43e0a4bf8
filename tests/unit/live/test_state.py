"""The saved state: exact round trip, and every damage or foreign state a named error that loses nothing."""

import subprocess
import sys
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import orjson
import pytest

from hyprl.domain.trades import Trade
from hyprl.errors import OutputError, StateError
from hyprl.features.pipeline import FeatureFrameSnapshot
from hyprl.live.engine import Progress
from hyprl.live.state import EngineState, StateFile, locked

SNAPSHOT = FeatureFrameSnapshot(
    "nvda_v2", ("ret_1h",), "NVDA", 7, 1_736_953_800_000_000, "ab" * 32, "12" * 32, "AAAA"
)
TRADE = Trade(3, 9, -1, 400.330136, 96.14148489, 98.63942323885685, -1003.8988322895491, 1)
PROGRESS = Progress(5, 1_736_953_800_000_000, "cd" * 32, 0.1 + 0.2, [TRADE], 1e-300, 4)
STATE = EngineState("run1", PROGRESS, SNAPSHOT, (0.1, -0.0, -1e18, 5e-324), 2, 1234, "ef" * 32)
HOLD = """
import sys
from pathlib import Path
from hyprl.live.state import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    StateFile(tmp_path).save(STATE)
    return tmp_path / "state.json"


def test_a_state_comes_back_to_the_bit(saved):
    loaded = StateFile(saved.parent).load("run1")
    assert loaded == STATE
    assert str(loaded.account[1]) == "-0.0"


def test_no_state_yet_is_none(tmp_path):
    assert StateFile(tmp_path).load("run1") is None


def test_equal_states_are_equal_bytes(saved, tmp_path):
    before = saved.read_bytes()
    StateFile(tmp_path).save(STATE)
    assert saved.read_bytes() == before


def test_any_changed_byte_is_noticed(saved):
    good = saved.read_bytes()
    for position in range(len(good)):
        saved.write_bytes(good[:position] + bytes([good[position] ^ 1]) + good[position + 1 :])
        with pytest.raises(StateError, match="is damaged"):
            StateFile(saved.parent).load("run1")


def test_any_truncation_is_noticed(saved):
    good = saved.read_bytes()
    for length in range(len(good)):
        saved.write_bytes(good[:length])
        with pytest.raises(StateError, match="is damaged"):
            StateFile(saved.parent).load("run1")


@pytest.mark.parametrize(
    "text", [b"[]", b"null", b"3", b'{"state":{}}', b'{"sha256":1,"state":[]}', b"\xff\xfe"]
)
def test_json_of_another_shape_is_damage(saved, text):
    saved.write_bytes(text)
    with pytest.raises(StateError, match="is damaged"):
        StateFile(saved.parent).load("run1")


def test_a_well_sealed_state_of_another_version_is_refused(saved):
    text = orjson.dumps({**orjson.loads(saved.read_bytes())["state"], "version": 99})
    seal = sha256(text).hexdigest().encode()
    saved.write_bytes(b'{"sha256":"%b","state":%b}' % (seal, text))
    with pytest.raises(StateError, match="its version is 99"):
        StateFile(saved.parent).load("run1")


def test_the_state_of_another_run_is_refused_and_kept(saved):
    before = saved.read_bytes()
    with pytest.raises(StateError, match="belongs to run run1, this is run run2") as caught:
        StateFile(saved.parent).load("run2")
    assert "Remove the state directory" in caught.value.remedy
    assert saved.read_bytes() == before


def test_a_state_that_is_a_directory_is_a_named_error(tmp_path):
    (tmp_path / "state.json").mkdir()
    with pytest.raises(StateError, match="cannot be read"):
        StateFile(tmp_path).load("run1")


def test_a_save_that_fails_keeps_the_earlier_state_and_leaves_no_temporary(saved):
    before = saved.read_bytes()
    saved.parent.joinpath("state.json.tmp").mkdir()
    with pytest.raises(OutputError, match="cannot be written"):
        StateFile(saved.parent).save(replace(STATE, trace_bytes=9))
    assert saved.read_bytes() == before


def test_a_temporary_left_by_a_killed_process_is_replaced(saved):
    saved.with_name("state.json.tmp").write_bytes(b'{"sha256":"to')
    StateFile(saved.parent).save(replace(STATE, trace_bytes=9))
    assert StateFile(saved.parent).load("run1").trace_bytes == 9
    assert [path.name for path in saved.parent.iterdir()] == ["state.json"]


def test_a_lock_file_left_by_a_killed_process_holds_nobody_up(tmp_path):
    (tmp_path / "lock").write_bytes(b"")
    with locked(tmp_path):
        pass


def test_a_directory_is_free_again_after_use(tmp_path):
    for _ in range(2):
        with locked(tmp_path / "state"):
            pass


def test_a_directory_held_by_another_process_is_refused(tmp_path):
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(StateError, match="in use by another process"), locked(tmp_path):
            pass
        other.communicate(b"")
    with locked(tmp_path):
        pass


def test_a_directory_that_cannot_be_made_is_a_named_error(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match="a file is where a directory is needed"), locked(tmp_path / "file"):
        pass
