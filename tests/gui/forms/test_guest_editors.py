"""Contributed editors and previews that misbehave: the form stands, what is typed elsewhere counts, and Save and Run go on."""

from __future__ import annotations

from guest_help import plugin, window

EDITOR = """
from PySide6.QtWidgets import QLabel
from vitrine.gui.forms.editor import Editor

class {name}(Editor):
    kinds = {kinds}
    rank = {rank}

    def __init__(self, field, name, parent=None):
        super().__init__(field, name, parent)
        {init}
        self.hold(QLabel())

    def display(self, value):
        {display}

    def finish(self):
        {finish}
"""
PREVIEW = """
from vitrine.gui.forms.preview import Preview

class Broken(Preview):
    of = "{of}"

    def __init__(self, parent=None):
        super().__init__(parent)
        {init}

    def set_spec(self, spec):
        raise ValueError("no picture")
"""


def editor(file: str, name: str, kinds: str, rank: int = 1, init: str = "pass", display: str = "pass", finish: str = "pass") -> None:
    text = EDITOR.format(name=name, kinds=kinds, rank=rank, init=init, display=display, finish=finish)
    plugin(f"forms/{file}.py", text)


def test_editors_and_previews_that_break_give_way_and_keep_nobody_from_saving_and_running() -> None:
    editor("never", "Never", "('float', 'int')", init="1 / 0")
    editor("number", "Number", "5")
    editor("rude", "Rude", "('float',)", rank=2, display="raise ValueError('no number')", finish="raise ValueError('never done')")
    plugin("forms/drawn.py", PREVIEW.format(of="optimizer", init="pass"))
    plugin("forms/unmade.py", PREVIEW.format(of="initializer", init="1 / 0").replace("Broken", "Unmade"))
    lines, said = window("""
import pathlib, tempfile
from vitrine.gui.forms.editor import make_editor
fields = {field.name: field for field in type(window.document.experiment.training).fields()}
print(type(make_editor(fields["epochs"], "epochs", window)).__module__.startswith("vitrine.gui.forms."), trains())
window.document.select([window.document.graph.nodes[-1].id])
for_ms(50)
window.document.select([])
for_ms(50)
path = pathlib.Path(tempfile.mkdtemp()) / "kept.vitrine"
window.document.path = path
window.session.set_learning_rate(0.5)
window.commands["save"].trigger()
until(lambda: path.exists() and not window.document.dirty)
before = window.session.runs.step
window.commands["run"].trigger()
until(lambda: window.session.runs.step > before + 3)
print("saved and running")
""")
    assert lines == ["True True", "saved and running"]
    assert [text for text in said if "The editor Never is left out: never.py, line 11: ZeroDivisionError" in text], said
    assert [text for text in said if "number.py" in text and "kinds must be texts, not 5" in text], said
    assert [text for text in said if "rude.py" in text and "no number" in text], said
    assert [text for text in said if "drawn.py" in text and "no picture" in text], said
