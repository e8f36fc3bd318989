"""The one door for contributed code: what comes from where, and that a broken file ends nothing.

Each test has a process of its own: what is once contributed stays in the registries for as long as a process lives.
"""

from __future__ import annotations

from pathlib import Path

from plugin_help import DOUBLE, MY_COMMAND, plugin, python, run

from vitrine.core.contributions import plugin_folder
from vitrine.core.registry import KINDS, Shelf, discover_all

# -- the tree -------------------------------------------------------------------------------------------------------------------------


def test_nothing_of_the_tree_is_left_out() -> None:
    assert discover_all() == []


def test_every_kind_names_a_package_whose_registry_bears_its_name() -> None:
    discover_all()
    kinds = {kind for kind, package in KINDS.items() if package.startswith("vitrine.")}
    assert {name for name, shelf in Shelf.all.items() if shelf.package.startswith("vitrine.")} == kinds
    assert all(len(Shelf.all[kind]) for kind in kinds)


def test_a_registry_is_found_without_an_import_for_its_side_effect() -> None:
    code = "from vitrine.core.registry import Registry; print(Registry.of('dataset').get('Xor').__module__, 'Spiral' in Registry.of('dataset'))"
    assert run(code).split() == ["vitrine.datasets.xor", "True"]


def test_broken_files_of_the_tree_are_named_and_all_else_works(tmp_path: Path) -> None:
    """As if the files lay in core/layers itself; the command line trains on and says what it left out."""
    faults = {
        "aaa_syntax": "def broken(:\n",
        "aaa_import": "import no_such_module\n",
        "aaa_raises": "1 / 0\n",
        "aaa_leaves": "raise SystemExit('no')\n",
    }
    for name, fault in faults.items():
        (tmp_path / f"{name}.py").write_text("# first line\n" + fault)
    code = f"""
import sys
import vitrine.core.layers
vitrine.core.layers.__path__.append({str(tmp_path)!r})
from vitrine.main import main
sys.exit(main(["train", "xor", "--epochs", "1"]))
"""
    result = python("-c", code)
    assert result.returncode == 0 and "train_loss" in result.stdout, result.stderr
    told = [line for line in result.stderr.splitlines() if "left out" in line]
    assert len(told) == len(faults), result.stderr
    for name in faults:
        assert sum(f"core/layers/{name}.py is left out: {name}.py, line 2" in line for line in told) == 1, (name, result.stderr)
    assert "Traceback" not in result.stderr


# -- the user's folder ---------------------------------------------------------------------------------------------------------------


def test_a_layer_in_the_users_folder_is_used_and_broken_files_are_left_out_one_by_one() -> None:
    plugin("layers/double.py", DOUBLE.format(name="Double"))
    plugin("layers/half_done.py", DOUBLE.format(name="HalfDone") + "\nHalfDone.no_such_thing\n")
    plugin("layers/dense.py", DOUBLE.format(name="Dense"))
    plugin("layers/unmakeable.py", DOUBLE.format(name="Unmakeable") + "\n    def __post_init__(self):\n        raise ValueError('never')\n")
    plugin("layers/_helper.py", "1 / 0")
    plugin("layers/notes.txt", "1 / 0")
    out = run("""
from vitrine.core.layers.base import Layer
from vitrine.core.registry import Registry
print(sorted(n for n in Layer.registry.names() if n in ("Double", "HalfDone", "Unmakeable", "Dense")), Layer.registry.get("Dense").__module__)
for one in Registry.disabled:
    print(one)
try:
    Layer.from_json("HalfDone")
except Exception as error:
    print(type(error).__name__, error)
from vitrine.core.network.gradcheck import check_layer
Double = Layer.registry.get("Double")
assert check_layer(Double(), ((3,),)).worst < 1e-5
assert Double in Layer.registry.groups()["Of my own"]
assert Layer.from_json(Double().to_json()) == Double()
""")
    first, *sentences, refused = out.splitlines()
    assert first == "['Dense', 'Double'] vitrine.core.layers.dense"
    assert [s.split(" (")[0] for s in sentences] == ["dense.py", "half_done.py", "unmakeable.py"]
    assert "left out: line 4: TypeError: two layer types are named Dense" in sentences[0]
    assert (
        f"left out: line {len(DOUBLE.splitlines()) + 2}" in sentences[1]
        and "AttributeError" in sentences[1]
        and str(plugin_folder("layers")) in sentences[1]
    )
    assert "never" in sentences[2]
    assert refused.startswith("SpecError there is no layer named 'HalfDone'") and sentences[1] in refused


def test_the_window_opens_beside_broken_plugins_and_says_so() -> None:
    plugin("layers/double.py", DOUBLE.format(name="Double"))
    plugin("layers/broken.py", "x = = 1\n")
    plugin("panels/broken_panel.py", "raise RuntimeError('no panel today')\n")
    plugin("monitors/broken_monitor.py", "import nowhere\n")
    plugin("commands/mine.py", MY_COMMAND)
    out = run("""
from PySide6.QtCore import QDeadlineTimer, QEventLoop, QTimer
from PySide6.QtWidgets import QApplication
app = QApplication([])
pulse = QTimer(interval=10)  # what other threads do wakes no event loop
pulse.start()
from vitrine.gui.app import make_window
from vitrine.gui.window.about import AboutDialog
window = make_window()
window.show()
window.fill()
deadline = QDeadlineTimer(60_000)
bar, told = window.messages, []
while not (len(told) >= 3 and window.session.state == "ready") and not deadline.hasExpired():
    app.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
    if bar.isVisible() and "left out" in bar.label.text():
        told.append(bar.label.text())
        bar.dismiss()
print(window.session.state)
for text in told:
    print(text)
print("in About:", sum(text in AboutDialog(window).plugins.text() for text in told))
window.palette_.search.setText("Double")
print("in the palette:", [row.text(0) for row in window.palette_.tree.entries()])
window.palette_.append_first()
print("on the canvas:", "double_1" in window.canvas.network.cards)
mine = next(action for action in window.menus["Edit"].actions() if action.objectName() == "mine")
mine.trigger()
print("said:", window.messages.label.text())
window._leaving = True
window.close()
""")
    state, *told, in_about, in_palette, on_canvas, said = out.splitlines()
    assert state == "ready"
    assert len(told) == 3 and sorted(t.split(" (")[0] for t in told) == ["broken.py", "broken_monitor.py", "broken_panel.py"]
    assert any("no panel today" in t for t in told) and any("line 1: invalid syntax" in t for t in told)
    assert in_about == "in About: 3"
    assert in_palette == "in the palette: ['Double']" and on_canvas == "on the canvas: True"
    assert said == "said: 1 experiment"


# -- installed packages --------------------------------------------------------------------------------------------------------------


def test_entry_points_of_installed_packages(tmp_path: Path) -> None:
    """One whose entry points are damaged has nothing to do with Vitrine and costs nothing; all layers were missing for it."""
    site = tmp_path / "site"
    packages = {
        "acme": b"[vitrine.layers]\ndouble = acme_layers\nworse = acme_worse:Worse\n",
        "other": b"[console_scripts]\nno such line\xff\n",
    }
    for name, points in packages.items():
        info = site / f"{name}-1.0.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_bytes(points)
    (site / "acme_layers.py").write_text(DOUBLE.format(name="Double"))
    (site / "acme_worse.py").write_text("1 / 0\n")
    out = run(
        """
from vitrine.core.layers.base import Layer
from vitrine.core.registry import Registry
print(Layer.registry.get("Double").__module__, Layer.registry.get("Dense").__name__)
print(*Registry.disabled)
""",
        extra_path=str(site),
    )
    found, told = out.splitlines()
    assert found == "acme_layers Dense"
    assert told.startswith("acme_worse:Worse of the package acme is left out: acme_worse.py, line 1: ZeroDivisionError")
