"""Forms: every kind of field through real keys and clicks, what is wrong in red, and no surprises."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QKeySequence, QShortcut, QWheelEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QVBoxLayout, QWidget
from side_panels import pick, retype, texts

from vitrine.core.activations.base import Activation
from vitrine.core.activations.relu import ReLU
from vitrine.core.fields import Field
from vitrine.core.optimizers.sgd import SGD
from vitrine.core.spec import Spec, hp
from vitrine.gui.forms import SpecForm
from vitrine.gui.forms.number import format_number, parse_number, step_number


class Everything(Spec):
    """A field of each kind; in no registry."""

    title: ClassVar[str] = "Everything"

    count: int = hp(default=3, help="How many", minimum=1, maximum=9, unit="px")
    big: int = hp(default=5, help="Without a cap")
    rate: float = hp(default=0.01, help="A rate", minimum=0.0, exclusive=True, scale="log")
    clip: float | None = hp(default=None, help="A limit, or none", kind="float", optional=True, minimum=0.0)
    flag: bool = hp(default=True, help="Yes or no")
    mode: str = hp(default="mean", help="Which", choices=("mean", "sum"))
    batch: int | str = hp(default=32, help="Size", kind="int_or_choice", choices=("full",), minimum=1)
    shape: tuple[int, ...] = hp(default=(28, 28, 1), help="Extents", minimum=1)
    word: str = hp(default="abc", help="A word")
    folder: str | None = hp(default=None, help="Where", kind="path", optional=True)
    function: Activation = hp(default="ReLU", help="A function", registry="activation")
    other: Activation | None = hp(default=None, help="A function or none", registry="activation", optional=True)
    rare: int = hp(default=7, help="Seldom changed", advanced=True)


@pytest.fixture
def form(qtbot):
    made = SpecForm(Everything())
    made.resize(290, 700)
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    made.received = []
    made.edited.connect(lambda spec, path: made.received.append((spec, path)))
    return made


def box(form: SpecForm, path: str) -> Any:
    return form.editor(path).input


def test_typing_hands_over_once_on_enter(form, qtbot):
    retype(qtbot, box(form, "big"), "123456789012345678901")
    (spec, path) = form.received[-1]
    assert (len(form.received), path, spec.big) == (1, "big", 123456789012345678901)


def test_leaving_the_field_hands_over_too(form, qtbot):
    retype(qtbot, box(form, "count"), "8", Qt.Key.Key_Tab)
    assert form.spec.count == 8
    assert QApplication.focusWidget() is not box(form, "count")


def test_a_value_that_cannot_stand_is_kept_and_said_and_cleared(form, qtbot):
    retype(qtbot, box(form, "count"), "0")
    assert form.spec.count == 0
    assert "Must be at least 1 and at most 9, not 0" in texts(form)
    assert box(form, "count").property("invalid") is True
    retype(qtbot, box(form, "count"), "2")
    assert not any("Must be" in text for text in texts(form))
    assert box(form, "count").property("invalid") is False


def test_an_empty_number_is_asked_for_and_none_where_optional(form, qtbot):
    retype(qtbot, box(form, "count"), "")
    assert form.spec.count is None and "A value is needed" in texts(form)
    retype(qtbot, box(form, "clip"), "1e-3")
    assert form.spec.clip == 0.001
    retype(qtbot, box(form, "clip"), "")
    assert form.spec.clip is None and form.rows["clip"].problems.texts() == []


def test_letters_cannot_be_typed_into_numbers(form, qtbot):
    qtbot.keyClicks(box(form, "count"), "x")
    assert box(form, "count").text() == "3"


def test_arrows_step_and_a_log_field_steps_by_one_and_three(form, qtbot):
    qtbot.keyClick(box(form, "rate"), Qt.Key.Key_Up)
    assert form.spec.rate == 0.03
    qtbot.keyClick(box(form, "rate"), Qt.Key.Key_Down)
    qtbot.keyClick(box(form, "rate"), Qt.Key.Key_Down)
    assert form.spec.rate == 0.003
    for _ in range(20):
        qtbot.keyClick(box(form, "count"), Qt.Key.Key_Up)
    assert form.spec.count == 9


def test_escape_gives_the_old_text_back(form, qtbot):
    line = box(form, "count").lineEdit()
    line.selectAll()
    qtbot.keyClicks(box(form, "count"), "77")
    assert line.text() == "77"
    qtbot.keyClick(box(form, "count"), Qt.Key.Key_Escape)
    assert line.text() == "3" and form.received == []


def test_the_box_is_ticked_by_a_click(form, qtbot):
    qtbot.mouseClick(box(form, "flag"), Qt.MouseButton.LeftButton, pos=QPoint(7, box(form, "flag").height() // 2))
    assert form.spec.flag is False


def test_choices_come_from_the_list(form, qtbot):
    pick(qtbot, box(form, "mode"), "sum")
    assert form.spec.mode == "sum"


def test_a_number_or_a_word(form, qtbot):
    retype(qtbot, box(form, "batch"), "Full")
    assert form.spec.batch == "full" and box(form, "batch").currentText() == "full"
    retype(qtbot, box(form, "batch"), "64")
    assert form.spec.batch == 64
    retype(qtbot, box(form, "batch"), "many")
    assert form.spec.batch == "many" and any("must be one of full" in t.lower() for t in texts(form))


def test_lists_of_numbers_are_typed_as_people_write_them(form, qtbot):
    retype(qtbot, box(form, "shape"), "14 x 14, 3")
    assert form.spec.shape == (14, 14, 3) and box(form, "shape").text() == "14, 14, 3"
    retype(qtbot, box(form, "shape"), "14, abc")
    assert form.spec.shape == "14, abc" and any("whole numbers" in t for t in texts(form))


def test_a_folder_is_chosen_in_a_dialog(form, qtbot, monkeypatch, tmp_path):
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *args: str(tmp_path))
    qtbot.mouseClick(form.editor("folder").browse_button, Qt.MouseButton.LeftButton)
    assert form.spec.folder == str(tmp_path)
    retype(qtbot, box(form, "folder"), "")
    assert form.spec.folder is None


def test_another_type_brings_its_own_fields_and_the_old_one_its_settings(form, qtbot):
    combo = box(form, "function")
    title = Activation.registry.get("LeakyReLU").title
    pick(qtbot, combo, title)
    assert form.received[-1][1] == "function"
    name = form.spec.function.fields()[0].name
    retype(qtbot, box(form, f"function.{name}"), "0.25")
    assert form.received[-1][1] == f"function.{name}" and getattr(form.spec.function, name) == 0.25
    pick(qtbot, combo, ReLU.title)
    assert form.spec.function == ReLU()
    with pytest.raises(KeyError):
        form.editor(f"function.{name}")
    pick(qtbot, combo, title)
    assert getattr(form.spec.function, name) == 0.25


def test_an_optional_spec_may_be_none(form, qtbot):
    combo = box(form, "other")
    assert combo.currentText() == "None"
    pick(qtbot, combo, ReLU.title)
    assert form.spec.other == ReLU()
    pick(qtbot, combo, "None")
    assert form.spec.other is None


def test_nested_problems_are_said_once_at_the_nested_field(form, qtbot):
    pick(qtbot, box(form, "function"), Activation.registry.get("LeakyReLU").title)
    name = form.spec.function.fields()[0].name
    retype(qtbot, box(form, f"function.{name}"), "")
    assert len([t for t in texts(form) if "alue is needed" in t]) == 1


def test_rare_fields_are_folded_until_asked_for_or_changed(form, qtbot):
    assert not form.rows["rare"].isVisibleTo(form)
    qtbot.mouseClick(form.more, Qt.MouseButton.LeftButton)
    assert form.rows["rare"].isVisibleTo(form)
    changed = SpecForm(Everything(rare=8))
    qtbot.addWidget(changed)
    assert changed.rows["rare"].isVisibleTo(changed)


def test_reset_to_default_by_the_label(form, qtbot):
    retype(qtbot, box(form, "count"), "8")
    action = form.rows["count"].label.actions()[0]
    assert action.text() == "Reset to default (3)"
    action.trigger()
    assert form.spec.count == 3 and box(form, "count").text() == "3" and form.received[-1][0].count == 3


def test_set_spec_shows_without_emitting_or_taking_the_focus(form, qtbot):
    box(form, "word").setFocus()
    qtbot.keyClicks(box(form, "word"), "typing")
    focus = QApplication.focusWidget()
    form.set_spec(form.spec.replace(count=5, flag=False, mode="sum", batch="full", shape=(3,), function="Linear", clip=2.0))
    shown = (box(form, "count").text(), box(form, "flag").isChecked(), box(form, "mode").currentText(), box(form, "clip").text())
    assert shown == ("5", False, "sum", "2")
    assert (box(form, "batch").currentText(), box(form, "shape").text()) == ("full", "3")
    assert "typing" in box(form, "word").text(), "what is being typed elsewhere must stay"
    assert QApplication.focusWidget() is focus and form.received == []


def test_another_type_of_spec_gets_another_form(form):
    form.set_spec(SGD())
    assert list(form.rows) == ["learning_rate"]


def test_the_wheel_leaves_a_field_without_focus_alone(form, qtbot):
    box(form, "word").setFocus()
    for path in ("count", "mode", "batch"):
        widget = box(form, path)
        before = form.spec
        center = QPointF(widget.rect().center())
        event = QWheelEvent(
            center, widget.mapToGlobal(center), QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(widget, event)
        assert form.spec == before


def test_help_range_and_unit_are_shown(form):
    tip = box(form, "count").toolTip()
    assert "How many" in tip and "At least 1 and at most 9 px" in tip
    assert "px" in texts(form.rows["count"])
    assert form.rows["count"].label.toolTip() == tip


def test_problems_from_elsewhere_stand_at_the_field_with_their_remedy(form, qtbot):
    from vitrine.core.network.analysis import Fix, Problem

    fix = Fix("Set it to 4", lambda graph: graph)
    pressed = []
    form.fix_requested.connect(pressed.append)
    form.set_problems({"count": [Problem("does not fit", None, "count", fixes=(fix,))]})
    assert "Does not fit" in texts(form)
    button = next(b for b in form.rows["count"].problems.findChildren(QWidget) if getattr(b, "text", str)() == "Set it to 4")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert pressed == [fix]
    form.set_problems({})
    assert "Does not fit" not in texts(form)


@pytest.mark.parametrize("path", ["count", "batch", "word"])
def test_undo_goes_to_the_application_once_nothing_is_being_typed(qtbot, path):
    window = QWidget()
    layout = QVBoxLayout(window)
    form = SpecForm(Everything())
    layout.addWidget(form)
    undone = []
    QShortcut(QKeySequence.StandardKey.Undo, window).activated.connect(lambda: undone.append(True))
    qtbot.addWidget(window)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    retype(qtbot, box(form, path), "7")
    qtbot.keyClicks(QApplication.focusWidget(), "8")
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert undone == [], "what is being typed is taken back first"
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert undone == [True]


@pytest.mark.parametrize(
    "text, kind, value",
    [("1,000", "int", 1000), ("1e3", "int", 1000), ("-4", "int", -4), ("", "int", None), ("1e", "int", "1e"), ("1.", "float", 1.0),
     ("0,5", "float", 0.5), ("1e-05", "float", 1e-5), ("1,234.5", "float", 1234.5)],
)  # fmt: skip
def test_numbers_are_read(text, kind, value):
    assert parse_number(text, kind) == value


@pytest.mark.parametrize("value, text", [(1e-5, "1e-05"), (0.1, "0.1"), (3.0, "3"), (12, "12"), (None, ""), (1e300, "1e+300")])
def test_numbers_are_written_so_that_they_are_read_back(value, text):
    assert format_number(value) == text
    assert parse_number(text, "float") == value


@pytest.mark.parametrize("value, steps, expected", [(0.01, 1, 0.03), (0.03, 1, 0.1), (0.01, -1, 0.003), (0.05, 1, 0.1), (0.05, -1, 0.03)])
def test_logarithmic_steps(value, steps, expected):
    field = Field("rate", "float", 0.01, "Rate", "", scale="log", minimum=0.0, exclusive=True)
    assert step_number(value, steps, field) == expected


def test_even_steps_stay_in_range():
    share = Field("share", "float", 0.7, "Share", "", minimum=0.0, maximum=1.0, exclusive=True, step=0.05)
    assert step_number(0.7, 1, share) == 0.75
    assert step_number(0.98, 3, share) == 1.0
    assert step_number(0.05, -1, share) == 0.05
