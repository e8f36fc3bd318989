"""Contributed studies that raise or give nonsense: each ends alone, in words; the panel and the other studies go on."""

from __future__ import annotations

from guest_help import plugin, window

STUDY = """
from vitrine.core.studies.base import Level, Measured, Picture, Points, Progress, Study, Verdict

class {name}(Study):
    def run(self, experiment, build):
        {run}
        yield Measured({{"x": 1, "y": 2.0}})
        yield Verdict("fine", "all <well>", "nothing")

    def picture(self, rows):
        {picture}
"""
SOUND = 'return Picture("x", "y", (Points("a", (1.0,), (2.0,), (0.0,)),), (Level("b", 1.0),))'
DRIVE = """
from vitrine.core.files.project import load_project
window.document.load(load_project(find("circle")).experiment)
until(lambda: window.session.state == "ready")
panel = window.docks.panels["studies"]
window.docks.docks["studies"].show()
window.docks.docks["studies"].raise_()
window.document.set_part("training", window.document.experiment.training.replace(epochs=1))
def study(title):
    at(title)
    panel.kind.setCurrentIndex(panel.kind.findText(title))
    panel.start()
    until(lambda: panel.runner.thread is None)
    panel.grab()
    print(title + ":", panel.words.text(), "|", panel.body.text[:19])
for title in {titles}:
    study(title)
    study(title)
study("Repeated holdout")
window.document.undo_stack.undo()
print("studies" in window.docks.panels, len(panel.rows) > 1, trains())
"""


PICTURES = {
    "RaisesDrawn": "raise ValueError('no picture')",
    "NothingDrawn": "return None",
    "EndlessDrawn": SOUND.replace("(2.0,)", "(float('nan'),)"),
    "HugeDrawn": SOUND.replace("(2.0,)", "(10**400,)"),
    "UnevenDrawn": SOUND.replace("(2.0,)", "(2.0, 3.0)"),
    "TextDrawn": SOUND.replace("1.0)", "'high')"),
    "EmptyDrawn": 'return Picture("x", "y", ())',
}


EVENTS = {
    "NothingYielded": "yield None",
    "HalfYielded": "yield Progress('half', 'at work')",
    "EndlessYielded": "yield Progress(float('nan'), 'at work')",
    "RowsYielded": "yield Measured(5)",
    "WordlessYielded": "yield Verdict('fine', None, None)",
    "RaisesYielded": "raise ValueError('no run')",
    "LeavesYielded": "raise SystemExit(3)",
}


def test_studies_that_break_end_in_words_and_all_else_goes_on() -> None:
    """Each is gone through twice."""
    for name, picture in PICTURES.items():
        plugin(f"studies/{name.lower()}.py", STUDY.format(name=name, run="pass", picture=picture))
    for name, run in EVENTS.items():
        plugin(f"studies/{name.lower()}.py", STUDY.format(name=name, run=run, picture=SOUND))
    plugin("studies/sound.py", STUDY.format(name="Sound", run="yield Progress(0, 'at work')", picture=SOUND))
    titles = [*PICTURES, *EVENTS, "Sound"]
    lines, said = window(DRIVE.format(titles=titles))
    assert not [text for text in said if "inside" in text or "taken out" in text], said
    assert len(lines) == 2 * len(titles) + 2, lines
    told = {name: [line.removeprefix(f"{name}: ") for line in lines if line.startswith(f"{name}: ")] for name in titles}
    for name in PICTURES:
        first, again = told[name]
        assert first.startswith(f"The study {name} is out of order and was disabled: "), (name, told)
        assert first.endswith("| There is no picture"), (name, told)
        assert again == first, f"{name} does not start again"
    assert "raisesdrawn.py, line 11: ValueError: no picture" in told["RaisesDrawn"][0]
    for name in EVENTS:
        assert len(told[name]) == 2 and told[name][0].startswith(f"{name} stopped. The study broke: "), (name, told[name])
    assert told["Sound"][0].startswith("<b>Sound.</b> all &lt;well> <i>nothing</i>"), told
    assert lines[-2].startswith("Repeated holdout: <b>Repeated holdout.</b>") and lines[-1] == "True True True"
