"""Installed, the app owns one name, holds all it needs, and works from any folder; a plain clone works without an install."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("core", "datasets", "examples", "gui")
NOT_OURS = (".*", "__pycache__", "build", "dist", "*.egg-info", "result*.json", "*.vitrine")
DATA = {".json", ".svg", ".png", ".qss", ".csv", ".txt"}


def run(*command: str | Path, cwd: Path, **environment: str) -> str:
    """Its output. Fails the test, with what it said, if the command fails."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, env=clean | environment, capture_output=True, encoding="utf-8", timeout=240
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The checkout as somebody else would have it, in a folder of another name."""
    folder = tmp_path_factory.mktemp("clone") / "some-name"
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*NOT_OURS, "tests"))
    return folder


@pytest.fixture(scope="module")
def wheel(clone: Path) -> Path:
    if importlib.util.find_spec("pip") is None or importlib.util.find_spec("setuptools") is None:
        pytest.skip("building a wheel needs pip and setuptools: the `test` extra brings setuptools")
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel", "--quiet")
    run(*pip, "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", clone.parent, ".", cwd=clone)
    (built,) = clone.parent.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as site-packages would be."""
    target = tmp_path_factory.mktemp("installed") / "site"
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet")
    run(*pip, "--no-deps", "--no-index", "--no-compile", "--target", target, wheel, cwd=target.parent)
    return target


@pytest.mark.slow
def test_the_wheel_holds_one_name_and_every_file(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    tops = {name.split("/")[0] for name in names}
    assert "vitrine" in tops and all(top.startswith("vitrine-") and top.endswith(".dist-info") for top in tops - {"vitrine"})
    wanted = {
        f"vitrine/{path.relative_to(ROOT).as_posix()}"
        for room in ROOMS
        for path in (ROOT / room).rglob("*")
        if path.suffix in {".py", *DATA} and "__pycache__" not in path.parts
    } | {"vitrine/main.py"}
    assert {name for name in names if name.startswith("vitrine/")} == wanted


@pytest.mark.slow
def test_an_installed_app_works_from_any_folder(installed: Path, tmp_path: Path) -> None:
    assert {entry.name.split("-")[0] for entry in installed.iterdir()} <= {"vitrine", "bin", "Scripts"}
    script = next(path for path in (installed / "bin" / "vitrine", installed / "Scripts" / "vitrine.exe") if path.exists())
    path = {"PYTHONPATH": str(installed)}
    assert "digits_cnn" in run(script, "examples", cwd=tmp_path, **path)
    run(script, "train", "xor", "--epochs", "5", "--result", "result.json", "--save", "xor.vitrine", cwd=tmp_path, **path)
    assert json.loads((tmp_path / "result.json").read_text(encoding="utf-8"))["epochs"] == 5
    run(script, "train", "xor.vitrine", "--epochs", "6", "--result", "result.json", cwd=tmp_path, **path)
    assert json.loads((tmp_path / "result.json").read_text(encoding="utf-8"))["epochs"] == 6


WINDOW = """
from PySide6.QtWidgets import QApplication
app = QApplication([])
import vitrine.core, vitrine.gui
from vitrine.gui.look import theme
from vitrine.gui.app import make_window
theme.apply(app, "light")
window = make_window()
window.show()
app.processEvents()
from pathlib import Path
from vitrine.gui.look import icons
assert list((Path(theme.__file__).parent / "arrows").glob("*.svg"))
print(Path(vitrine.gui.__file__).parents[2])
"""


@pytest.mark.slow
def test_an_installed_app_opens_its_window(installed: Path, tmp_path: Path) -> None:
    home = {name: str(tmp_path / name) for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME")}
    told = run(sys.executable, "-c", WINDOW, cwd=tmp_path, PYTHONPATH=str(installed), **home)
    assert Path(told.strip()) == installed, "the window is made of what was installed"


def test_a_clone_works_without_an_install(clone: Path, tmp_path: Path) -> None:
    """And it runs its own code, whatever else is installed."""
    example = json.loads((clone / "examples" / "xor.json").read_text(encoding="utf-8"))
    added = clone / "examples" / "only_in_the_clone.json"
    added.write_text(json.dumps(example), encoding="utf-8")
    try:
        assert "only_in_the_clone" in run(sys.executable, clone / "main.py", "examples", cwd=tmp_path)
    finally:
        added.unlink()  # a wheel may yet be built of the clone


@pytest.mark.slow
def test_a_datasets_package_of_somebody_else_is_left_alone(installed: Path, tmp_path: Path) -> None:
    """Hugging Face's is called `datasets`: it stays importable beside ours, and ours beside it."""
    (tmp_path / "datasets").mkdir()
    (tmp_path / "datasets" / "__init__.py").write_text("whose = 'theirs'\n", encoding="utf-8")
    code = "import datasets, vitrine.datasets.base; print(datasets.whose, vitrine.datasets.base.DatasetSpec.__module__)"
    told = run(sys.executable, "-c", code, cwd=tmp_path, PYTHONPATH=os.pathsep.join((str(installed), str(tmp_path))))
    assert told.split() == ["theirs", "vitrine.datasets.base"]
