"""The page of the house is the house: its rooms, their sentences, and the layers that hold them."""

import ast
import configparser
import re
from pathlib import Path

import hyprl

ROOT = Path(__file__).parents[2]
PACKAGE = Path(hyprl.__file__).parent
PAGE = (ROOT / "docs" / "architecture.md").read_text("utf-8")


def charter(room: str) -> str:
    package = PACKAGE / room / "__init__.py"
    path = package if package.exists() else PACKAGE / f"{room}.py"
    first = (ast.get_docstring(ast.parse(path.read_text("utf-8"))) or "").split("\n\n")[0]
    return " ".join(first.split())


def rooms_on_the_page() -> dict[str, str]:
    return dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", PAGE.partition("## How a log flows")[0], re.MULTILINE))


def test_every_room_s_sentence_on_the_page_is_its_charter() -> None:
    on_page = rooms_on_the_page()
    assert on_page == {room: charter(room) for room in on_page}


def test_the_page_has_the_rooms_of_the_import_contract() -> None:
    contracts = configparser.ConfigParser()
    contracts.read(ROOT / ".importlinter")
    layers = re.findall(r"\w+", contracts["importlinter:contract:layers"]["layers"])
    assert list(rooms_on_the_page()) == [room for room in layers if room != "__main__"]


def test_a_charter_is_one_sentence() -> None:
    for sentence in rooms_on_the_page().values():
        assert sentence.endswith(".")
        assert ". " not in sentence


def test_modules_that_the_page_names_exist() -> None:
    for name in re.findall(r"`([a-z_]+(?:/[a-z_]+)*\.py)`", PAGE):
        assert (PACKAGE / name).exists() or (ROOT / name).exists(), name
