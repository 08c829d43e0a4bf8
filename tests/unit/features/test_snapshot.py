"""A frozen pipeline goes on to the bit; a foreign or damaged snapshot is refused."""

import base64
import json
import struct
from dataclasses import replace
from hashlib import sha256

import pytest

from hyprl.errors import FeatureError
from hyprl.features.pipeline import FeatureFrameSnapshot, FeaturePipeline, chain_bar
from hyprl.features.registry import NVDA_V2


def feed(pipeline, series, first, stop):
    rows = []
    for index in range(first, stop):
        pipeline.update(series.bar(index))
        rows.append(struct.pack(f"{len(pipeline.row)}d", *pipeline.row))
    return rows


@pytest.fixture(params=[False, True], ids=["interpreted", "compiled"])
def kernel(request, link):
    return link(*NVDA_V2, compiled=request.param)


@pytest.fixture
def frozen(kernel, embedded):
    pipeline = FeaturePipeline(kernel)
    feed(pipeline, embedded, 0, 200)
    return pipeline.snapshot("NVDA")


@pytest.mark.parametrize("cut", [0, 1, 5, 72, 200, 333])
def test_a_restored_pipeline_goes_on_to_the_bit(cut, kernel, embedded):
    undisturbed, first, second = (FeaturePipeline(kernel) for _ in range(3))
    expected = feed(undisturbed, embedded, 0, 400)
    feed(first, embedded, 0, cut)
    written = json.dumps(first.snapshot("NVDA").as_dict())
    second.restore(FeatureFrameSnapshot.from_dict(json.loads(written)))
    assert feed(second, embedded, cut, 400) == expected[cut:]
    assert second.snapshot("NVDA") == undisturbed.snapshot("NVDA")


def test_an_interpreted_snapshot_continues_in_a_compiled_engine(link, embedded):
    interpreted, compiled = (FeaturePipeline(link(*NVDA_V2, compiled=c)) for c in (False, True))
    expected = feed(interpreted, embedded, 0, 300)
    other = FeaturePipeline(link(*NVDA_V2))
    feed(other, embedded, 0, 120)
    compiled.restore(other.snapshot("NVDA"))
    assert feed(compiled, embedded, 120, 300) == expected[120:]


def test_a_snapshot_names_the_bars_that_made_it(frozen, embedded):
    chained = "0" * 64
    for index in range(200):
        closed = embedded.bar(index)
        packed = struct.pack("<q5d", closed.open_utc_us, *closed.bar)
        chained = sha256(chained.encode() + packed).hexdigest()
    assert (frozen.symbol, frozen.bars_seen) == ("NVDA", 200)
    assert frozen.bars_sha256 == chained
    assert frozen.last_open_utc_us == int(embedded.open_utc_us[199])


def test_one_changed_bit_of_one_bar_changes_the_hash(embedded):
    closed = embedded.bar(0)
    nudged = closed._replace(bar=closed.bar._replace(volume=closed.bar.volume + 2**-20))
    assert chain_bar("", closed) != chain_bar("", nudged)


def test_a_snapshot_of_other_columns_is_refused(frozen, link):
    with pytest.raises(FeatureError, match="19 columns, this run needs `test` with 1"):
        FeaturePipeline(link("atr_14")).restore(frozen)


def test_a_snapshot_of_other_parameters_is_refused(frozen, kernel):
    with pytest.raises(FeatureError, match="other parameters"):
        FeaturePipeline(kernel).restore(replace(frozen, layout_sha256="0" * 64))


@pytest.mark.parametrize("states", ["", "!", "AAAA", base64.b64encode(bytes(8)).decode(), None])
def test_states_of_another_size_are_refused(states, frozen, kernel):
    with pytest.raises(FeatureError, match="damaged"):
        FeaturePipeline(kernel).restore(replace(frozen, states=states))


def test_every_changed_member_is_noticed(frozen):
    members = frozen.as_dict()
    for name, value in members.items():
        changed = value[::-1] + value[:1] if isinstance(value, (str, list)) else int(str(value)) + 1
        with pytest.raises(FeatureError, match="snapshot"):
            FeatureFrameSnapshot.from_dict({**members, name: changed})
        with pytest.raises(FeatureError, match="snapshot"):
            FeatureFrameSnapshot.from_dict({key: v for key, v in members.items() if key != name})


@pytest.mark.parametrize("members", [{}, {"columns": 3}, {"foreign": 1}, {"columns": []}])
def test_other_json_is_not_a_snapshot(members):
    with pytest.raises(FeatureError, match="not a feature snapshot"):
        FeatureFrameSnapshot.from_dict(members)
