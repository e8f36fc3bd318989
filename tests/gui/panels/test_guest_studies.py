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
panel = window.docks.panels["studies"]
window.docks.docks["studies"].show()
window.docks.docks["studies"].raise_()
window.document.set_part("training", window.document.experiment.training.replace(epochs=1))
def study(title):
    panel.kind.setCurrentIndex(panel.kind.findText(title))
    panel.start()
    until(lambda: panel.runner.thread is None)
    panel.grab()
    print(panel.words.text(), "|", panel.body.text[:19])
for title in {titles}:
    study(title)
    study(title)
study("Repeated holdout")
print("studies" in window.docks.panels, len(panel.rows) > 1, trains())
"""


def go_through(titles: list[str]) -> list[str]:
    """What is said of each, twice; all else goes on."""
    lines, said = window(DRIVE.format(titles=titles))
    assert not [text for text in said if "inside" in text or "taken out" in text], said
    assert len(lines) == 2 * len(titles) + 2, lines
    assert lines[-2].startswith("<b>Repeated holdout.</b>") and lines[-1] == "True True True"
    return lines[:-2]


PICTURES = {
    "Raises": "raise ValueError('no picture')",
    "Nothing": "return None",
    "Endless": SOUND.replace("(2.0,)", "(float('nan'),)"),
    "Huge": SOUND.replace("(2.0,)", "(10**400,)"),
    "Uneven": SOUND.replace("(2.0,)", "(2.0, 3.0)"),
    "Text": SOUND.replace("1.0)", "'high')"),
    "Empty": 'return Picture("x", "y", ())',
}


def test_a_study_without_a_picture_is_disabled_alone() -> None:
    for name, picture in PICTURES.items():
        plugin(f"studies/{name.lower()}.py", STUDY.format(name=name, run="pass", picture=picture))
    told = go_through(list(PICTURES))
    for at, name in enumerate(PICTURES):
        assert told[2 * at].startswith(f"The study {name} is out of order and was disabled: "), told
        assert told[2 * at].endswith("| There is no picture"), told
        assert told[2 * at + 1] == told[2 * at], "it does not start again"
    assert "raises.py, line 11: ValueError: no picture" in told[0]


EVENTS = {
    "Nothing": "yield None",
    "Half": "yield Progress('half', 'at work')",
    "Endless": "yield Progress(float('nan'), 'at work')",
    "Rows": "yield Measured(5)",
    "Wordless": "yield Verdict('fine', None, None)",
    "Raises": "raise ValueError('no run')",
    "Leaves": "raise SystemExit(3)",
}


def test_a_study_that_yields_nonsense_ends_in_words() -> None:
    for name, run in EVENTS.items():
        plugin(f"studies/{name.lower()}.py", STUDY.format(name=name, run=run, picture=SOUND))
    told = go_through(list(EVENTS))
    for at, name in enumerate(EVENTS):
        assert told[2 * at].startswith(f"{name} stopped. The study broke: "), told


def test_a_sound_study_of_a_guest_is_drawn_and_judged() -> None:
    plugin("studies/sound.py", STUDY.format(name="Sound", run="yield Progress(0, 'at work')", picture=SOUND))
    assert go_through(["Sound"])[0].startswith("<b>Sound.</b> all &lt;well> <i>nothing</i>")
