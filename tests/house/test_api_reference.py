"""The API reference: every public module of the engine, nothing private, links that lead somewhere, and no warning."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


class Page(HTMLParser):
    """Anchors and links of one page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.links: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.anchors.add(found.get("id") or "")
        link = found.get("href")
        if tag == "a" and link and not link.startswith("https://pdoc.dev"):
            self.links.append(link)


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> dict[Path, str]:
    pytest.importorskip("pdoc", reason="pdoc is not installed; the `docs` extra brings it")
    folder = tmp_path_factory.mktemp("api")
    paths = os.pathsep.join((os.environ.get("PYTHONPATH", ""), str(ROOT)))
    env = os.environ | {"PYTHONPATH": paths, "SAME": "gradient descent"}  # a title has this value, too
    command = [sys.executable, str(ROOT / "tools" / "api_reference.py"), str(folder)]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, encoding="utf-8", timeout=250)
    assert (done.returncode, done.stderr) == (0, "")
    return {path: path.read_text(encoding="utf-8") for path in folder.rglob("*.*")}


@pytest.mark.slow
def test_every_module_is_there_and_nothing_else(texts: dict[Path, str]) -> None:
    index = next(path for path in texts if path.name == "index.html")
    pages = {path.relative_to(index.parent).with_suffix("").as_posix() for path in texts if path.suffix == ".html"}
    wanted = {
        f"vitrine/{(path.parent if path.stem == '__init__' else path.with_suffix('')).relative_to(ROOT).as_posix()}"
        for room in ("core", "datasets")
        for path in (ROOT / room).rglob("*.py")
    }
    assert pages == wanted | {"index"}


@pytest.mark.slow
def test_nothing_private_nor_of_this_machine(texts: dict[Path, str]) -> None:
    for path, text in texts.items():
        assert ROOT.as_posix() not in text and "vitrine.tests" not in text, path
        private = [a for a in Page(text).anchors if re.search(r"(^|\.)_[a-z]", a)]
        assert not private, path


@pytest.mark.slow
def test_links_lead_somewhere_and_back(texts: dict[Path, str]) -> None:
    pages = {path: Page(text) for path, text in texts.items() if path.suffix == ".html"}
    index = next(path for path in pages if path.name == "index.html")
    to: dict[Path, set[Path]] = {}
    for path, page in pages.items():
        for link in page.links:
            file, _, anchor = link.partition("#")
            there = Path(os.path.normpath(path.parent / file)) if file else path
            assert there in pages and (not anchor or anchor in pages[there].anchors), f"{path}: {link}"
            to.setdefault(there, set()).add(path)
    back, todo = {index}, [index]
    while todo:
        new = to.get(todo.pop(), set()) - back
        back |= new
        todo += new
    assert back == set(pages), "from every page one comes back to the index"
