"""The message bar, the About box and the list of keys."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QMainWindow, QPushButton, QWidget

from vitrine.gui.canvas.commands import BY_KEY, help_lines
from vitrine.gui.window.about import AboutDialog, facts
from vitrine.gui.window.message_bar import MessageBar
from vitrine.gui.window.shortcuts_help import ShortcutsDialog


@pytest.fixture
def bar(qtbot):
    window = QMainWindow()
    made = MessageBar()
    window.setCentralWidget(made)
    qtbot.addWidget(window)
    with qtbot.waitExposed(window):
        window.show()
    made.test_window = window
    return made


def test_messages_wait_for_each_other(bar, qtbot):
    bar.show_message("error", "first")
    bar.show_message("warning", "second")
    bar.show_message("error", "first")
    assert bar.label.text() == "first" and bar.more.text() == "+1"
    qtbot.mouseClick(bar.close_button, Qt.MouseButton.LeftButton)
    assert bar.label.text() == "second" and not bar.more.isVisible()
    qtbot.keyClick(bar.test_window, Qt.Key.Key_Escape)
    assert bar.current is None and not bar.isVisible()


def test_infos_fade_and_give_way_to_errors(bar, qtbot):
    bar.show_message("info", "saved")
    assert bar._timer.isActive()
    bar.show_message("error", "broken")
    assert bar.label.text() == "broken" and not bar._timer.isActive()
    bar.dismiss()
    bar.show_message("info", "opened")
    bar._timer.start(0)
    qtbot.waitUntil(lambda: bar.current is None)


LONG = "Look at the edges that the first layer finds, then at the parts of strokes in the second. " * 8


@pytest.fixture
def above(qtbot):
    """A bar on the upper edge of a view that is 500 wide."""
    view = QWidget()
    view.resize(500, 400)
    view.bar = MessageBar(above=view)
    qtbot.addWidget(view)
    with qtbot.waitExposed(view):
        view.show()
    return view


def test_a_long_text_shows_three_lines_until_asked_for_more(above, qtbot):
    bar = above.bar
    bar.show_message("info", LONG)
    assert bar.fold.isVisible() and bar.width() == 500
    low = bar.height()
    assert low < 5 * bar.label.fontMetrics().height()
    qtbot.mouseClick(bar.fold, Qt.MouseButton.LeftButton)
    assert bar.height() > low and not bar._timer.isActive()
    assert bar.label.height() >= bar.label.heightForWidth(bar.label.width())
    bar.show_message("error", "A short one.")
    assert not bar.fold.isVisible() and bar.height() <= low


def test_the_view_below_keeps_its_size_and_the_bar_follows_it(above, qtbot):
    above.bar.show_message("error", LONG)
    assert (above.width(), above.height()) == (500, 400)
    above.resize(900, 400)
    qtbot.waitUntil(lambda: above.bar.width() == 900)
    with qtbot.waitSignal(above.bar.gone):
        qtbot.mouseClick(above.bar.close_button, Qt.MouseButton.LeftButton)


def test_long_texts_stay_longer(above):
    above.bar.show_message("info", "Saved work.vitrine")
    short = above.bar._timer.interval()
    above.bar.clear()
    above.bar.show_message("info", LONG)
    assert above.bar._timer.interval() > 3 * short


def test_closing_stops_the_clock(bar):
    bar.show_message("info", "saved")
    bar.close()
    assert not bar._timer.isActive()


def test_the_button_acts_and_dismisses(bar, qtbot):
    done = []
    bar.show_message("warning", "unsaved work was kept", ("Restore it", lambda: done.append(True)))
    qtbot.mouseClick(bar.button, Qt.MouseButton.LeftButton)
    assert done == [True] and bar.current is None


def test_about_names_versions_and_copies_them(qtbot):
    dialog = AboutDialog()
    qtbot.addWidget(dialog)
    assert "NumPy" in dialog.facts.text() and "Vitrine" in dialog.facts.text()
    qtbot.mouseClick(dialog.copy_button, Qt.MouseButton.LeftButton)
    assert QApplication.clipboard().text() == facts()


def test_keys_are_read_off_the_actions(qtbot):
    window = QMainWindow()
    qtbot.addWidget(window)
    file = window.menuBar().addMenu("&File")
    for name, keys in (("&Open…", "Ctrl+O"), ("Without keys", ""), ("Save", "Ctrl+S")):
        file.addAction(name).setShortcut(keys)
    file.addMenu("More").addAction("Deep").setShortcut("F7")
    window.menuBar().addMenu("Train").addAction("Run").setShortcut("Space")
    dialog = ShortcutsDialog(window)
    assert dialog.rows() == [("Open…", "Ctrl+O"), ("Save", "Ctrl+S"), ("Deep", "F7"), ("Run", "Space")]
    qtbot.keyClicks(dialog.search, "run")
    assert dialog.rows() == [("Run", "Space")]


def test_the_canvas_keys_are_listed_and_true(qtbot):
    """What the list promises is what the canvas obeys."""
    window = QMainWindow()
    qtbot.addWidget(window)
    dialog = ShortcutsDialog(window, help_lines())
    listed = dict(dialog.rows())
    assert listed["Duplicate"] == "Ctrl+D" and listed["Rename"] == "F2"
    spelled = {"Enter": "Return", "Ctrl+Enter": "Ctrl+Return", "−": "-"}
    for keys in listed.values():
        for key in keys.split(", "):
            if "rrows" not in key:
                assert spelled.get(key, key) in BY_KEY


@pytest.mark.parametrize("by", ["mouse", "keyboard"])
def test_the_keys_go_on_below_once_a_message_has_gone(qtbot, by):
    """Hidden with the focus, the button would leave it to any neighbor, which takes Space for itself."""
    window = QWidget()
    window.resize(500, 400)
    view = QWidget(window)
    view.resize(500, 300)
    view.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    bar = MessageBar(above=view)
    QPushButton("neighbor", window).move(0, 350)
    qtbot.addWidget(window)
    with qtbot.waitActive(window):
        window.show()
    view.setFocus()
    done = []
    bar.show_message("warning", "unsaved work was kept", ("Restore it", lambda: done.append(1)))
    if by == "mouse":
        qtbot.mouseClick(bar.button, Qt.MouseButton.LeftButton)
    else:
        bar.button.setFocus()
        qtbot.keyClick(bar.button, Qt.Key.Key_Space)
    assert done and QApplication.focusWidget() is view


def test_the_answer_to_a_verb_is_seen_though_an_error_stands(bar, qtbot):
    """And the error comes back when the answer fades."""
    bar.show_message("error", "The data are missing")
    bar.show_message("warning", "another")
    bar.show_message("info", "Saved work.vitrine")
    assert bar.label.text() == "Saved work.vitrine" and bar.more.text() == "+2"
    bar._timer.start(0)
    qtbot.waitUntil(lambda: bar.label.text() == "The data are missing")
    bar.answer("error", "Not saved: the disk is full")
    assert bar.label.text() == "Not saved: the disk is full"
    bar.answer("error", "The data are missing")  # said once more: it is not waiting twice
    assert bar.label.text() == "The data are missing" and bar.more.text() == "+2"
    for text in ("Not saved: the disk is full", "another"):
        bar.dismiss()
        assert bar.label.text() == text
    bar.dismiss()
    assert bar.current is None
