"""Colours and metrics of the light and the dark theme, and the one style sheet made from them."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication


@dataclass(frozen=True)
class Theme:
    """Named colours. Pairs of text and ground keep a contrast of at least 4.5 to 1."""

    name: str
    window: str  # around panels
    surface: str  # panels, cards, fields
    raised: str  # headers, hovered rows
    border: str
    text: str
    muted: str  # secondary text
    accent: str  # selection, primary button
    on_accent: str
    canvas: str
    grid: str
    edge: str  # connections
    error: str
    warning: str
    good: str
    negative: str  # signed values below zero
    zero: str
    positive: str  # signed values above zero
    series: tuple[str, ...]  # lines, told apart by the colour-blind too (Okabe and Ito)


LIGHT = Theme(
    name="light", window="#eceff3", surface="#ffffff", raised="#f4f6f9", border="#cdd4dd", text="#1b2430", muted="#5a6675",
    accent="#1f5fbf", on_accent="#ffffff", canvas="#f6f8fa", grid="#e4e9ef", edge="#7d8a9a", error="#b3261e",
    warning="#8a5a00", good="#1b7a43", negative="#2166ac", zero="#ffffff", positive="#d9751e",
    series=("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#b58900", "#56b4e9", "#5a6675"),
)  # fmt: skip

DARK = Theme(
    name="dark", window="#14181d", surface="#1d2329", raised="#272f37", border="#3a444e", text="#e6eaef", muted="#a3aebb",
    accent="#6ea8fe", on_accent="#0c1420", canvas="#171c21", grid="#222930", edge="#8494a5", error="#ff8a80",
    warning="#f0b849", good="#6fd49a", negative="#4393c3", zero="#1d2329", positive="#f4a259",
    series=("#56b4e9", "#e69f00", "#2fc89b", "#e08fc0", "#f0e442", "#8fa8ff", "#a3aebb"),
)  # fmt: skip


class ThemeSwitch(QObject):
    """Holds the current theme and says when it is another."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.theme = LIGHT


_switch: ThemeSwitch | None = None


def switch() -> ThemeSwitch:
    global _switch
    if _switch is None:
        _switch = ThemeSwitch()
    return _switch


def current() -> Theme:
    return switch().theme


def color(name: str) -> QColor:
    """A colour of the current theme by its field's name."""
    return QColor(getattr(current(), name))


def diverging_table(theme: Theme | None = None) -> np.ndarray:
    """256 x 3 bytes from negative through zero to positive: blue, the ground, orange."""
    theme = theme or current()
    low, middle, high = (np.array([c.red(), c.green(), c.blue()], float) for c in map(QColor, (theme.negative, theme.zero, theme.positive)))
    ramp = np.linspace(0, 1, 128)[:, None]
    return np.concatenate([low + (middle - low) * ramp, middle + (high - middle) * ramp]).astype(np.uint8)


# Viridis (Smith and van der Walt, 2015) at nine points: perceptually even, safe for the colour-blind
_VIRIDIS = ("440154", "472d7b", "3b528b", "2c728e", "21918c", "28ae80", "5ec962", "addc30", "fde725")


def magnitude_table() -> np.ndarray:
    """256 x 3 bytes of a perceptually even map for values from zero up."""
    anchors = np.array([[int(c[i : i + 2], 16) for i in (0, 2, 4)] for c in _VIRIDIS], float)
    where = np.linspace(0, 1, len(anchors))
    steps = np.linspace(0, 1, 256)
    return np.stack([np.interp(steps, where, anchors[:, i]) for i in range(3)], axis=1).astype(np.uint8)


def gray_table(theme: Theme | None = None) -> np.ndarray:
    """256 x 3 bytes from black to white, for pictures of the data."""
    return np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, axis=1)


def apply(app: QApplication, name: str) -> None:
    """Make "light", "dark" or "system" the application's theme."""
    theme = {"light": LIGHT, "dark": DARK}.get(name) or _system(app)
    app.setStyle("Fusion")
    app.setPalette(_palette(theme))
    app.setStyleSheet(style_sheet(theme))
    switch().theme = theme
    switch().changed.emit()


def _system(app: QApplication) -> Theme:
    from PySide6.QtCore import Qt

    return DARK if app.styleHints().colorScheme() == Qt.ColorScheme.Dark else LIGHT


def _palette(theme: Theme) -> QPalette:
    role = QPalette.ColorRole
    palette = QPalette()
    for target, value in (
        (role.Window, theme.window), (role.WindowText, theme.text), (role.Base, theme.surface), (role.Text, theme.text),
        (role.AlternateBase, theme.raised), (role.Button, theme.raised), (role.ButtonText, theme.text),
        (role.Highlight, theme.accent), (role.HighlightedText, theme.on_accent), (role.ToolTipBase, theme.raised),
        (role.ToolTipText, theme.text), (role.PlaceholderText, theme.muted), (role.Link, theme.accent),
        (role.Mid, theme.border), (role.Dark, theme.border), (role.Light, theme.surface),
    ):  # fmt: skip
        palette.setColor(target, QColor(value))
    for target in (role.Text, role.WindowText, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, target, QColor(theme.muted))
    return palette


def style_sheet(theme: Theme) -> str:
    """The application's style sheet: `@name` stands for a colour of the theme."""
    sheet = _SHEET
    for f in sorted(fields(theme), key=lambda f: -len(f.name)):
        value = getattr(theme, f.name)
        if isinstance(value, str):
            sheet = sheet.replace(f"@{f.name}", value)
    return sheet.replace("%arrows%", (Path(__file__).parent / "arrows").as_posix())


_SHEET = """
QMainWindow, QMainWindow::separator { background: @window; }
QMainWindow::separator { width: 5px; height: 5px; }
QMainWindow::separator:hover { background: @accent; }
QToolTip { background: @raised; color: @text; border: 1px solid @border; padding: 4px 6px; }
QDockWidget { color: @text; }
QDockWidget::title { background: @raised; border: 1px solid @border; border-bottom: none; padding: 4px 8px; }
QDockWidget > QWidget { background: @surface; }
QTabBar::tab { background: @window; color: @muted; border: 1px solid @border; padding: 4px 6px; }
QTabBar::tab:selected { background: @surface; color: @text; border-bottom: 2px solid @accent; }
QToolBar { background: @raised; border: none; border-bottom: 1px solid @border; spacing: 4px; padding: 3px 6px; }
QToolButton { border: 1px solid transparent; border-radius: 4px; padding: 4px 7px; color: @text; }
QToolButton:hover { background: @surface; border-color: @border; }
QToolButton:pressed, QToolButton:checked { background: @border; }
QToolButton:disabled { color: @muted; }
QToolButton#run_button { background: @accent; color: @on_accent; font-weight: 600; }
QToolButton#run_button:disabled { background: @border; color: @muted; }
QMenuBar { background: @raised; color: @text; }
QMenuBar::item:selected, QMenu::item:selected { background: @accent; color: @on_accent; }
QMenu { background: @surface; color: @text; border: 1px solid @border; }
QMenu::item:disabled { color: @muted; }
QStatusBar { background: @raised; color: @muted; border-top: 1px solid @border; }
QLineEdit, QAbstractSpinBox, QComboBox, QPlainTextEdit {
  background: @surface; color: @text; border: 1px solid @border; border-radius: 4px; padding: 3px 5px; min-height: 18px; }
QLineEdit:focus, QAbstractSpinBox:focus, QComboBox:focus { border: 1px solid @accent; }
QLineEdit[invalid="true"], QComboBox[invalid="true"], QAbstractSpinBox[invalid="true"] { border: 1px solid @error; }
QAbstractSpinBox { padding-right: 19px; }
QAbstractSpinBox::up-button { subcontrol-origin: border; subcontrol-position: top right; width: 19px; border: none; margin: 2px 1px 0 0; }
QAbstractSpinBox::down-button { subcontrol-origin: border; subcontrol-position: bottom right; width: 19px; border: none; margin: 0 1px 2px 0; }
QAbstractSpinBox::up-arrow { image: url("%arrows%/up.svg"); width: 9px; height: 9px; }
QAbstractSpinBox::down-arrow { image: url("%arrows%/down.svg"); width: 9px; height: 9px; }
QComboBox::drop-down { subcontrol-origin: border; subcontrol-position: center right; width: 20px; border: none; }
QComboBox::down-arrow { image: url("%arrows%/down.svg"); width: 10px; height: 10px; }
QComboBox QAbstractItemView { background: @surface; color: @text; selection-background-color: @accent;
  selection-color: @on_accent; border: 1px solid @border; }
Bar QComboBox { padding: 2px 2px 2px 4px; }
Bar QComboBox::drop-down { width: 15px; }
Bar QComboBox::down-arrow { width: 8px; height: 8px; }
Bar QAbstractSpinBox { padding-left: 4px; padding-right: 2px; }
Bar QAbstractSpinBox::up-button, Bar QAbstractSpinBox::down-button { width: 15px; }
Bar QToolButton { padding: 3px 5px; }
Bar QToolButton[role="toggle"] { border-color: @border; }
Bar QToolButton[role="chip"] { background: @raised; border-color: @accent; border-radius: 9px; padding: 1px 8px; }
Bar QToolButton[role="toggle"]:checked { background: @accent; color: @on_accent; border-color: @accent; }
Bar QToolButton[role="toggle"]:focus { border-color: @accent; }
QCheckBox::indicator { width: 14px; height: 14px; border: 1px solid @muted; border-radius: 3px; background: @surface; }
QCheckBox::indicator:focus, QCheckBox::indicator:hover { border-color: @accent; }
QCheckBox::indicator:checked { background: @accent; border-color: @accent; image: url("%arrows%/check_@name.svg"); }
QCheckBox::indicator:indeterminate { background: @border; }
QToolButton#fold { padding: 1px 3px; color: @muted; }
QFrame#separator { background: @border; border: none; }
QLabel[role="muted"] { color: @muted; }
QLabel[role="error"] { color: @error; }
QLabel[role="warning"] { color: @warning; }
QLabel[role="title"] { font-size: 14px; font-weight: 600; }
QLabel[role="section"] { color: @muted; font-weight: 600; }
QPushButton { background: @raised; color: @text; border: 1px solid @border; border-radius: 4px; padding: 4px 10px; }
QPushButton:hover { border-color: @accent; }
QPushButton:disabled { color: @muted; }
QPushButton:focus, QToolButton:focus { border-color: @accent; }
QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; }
QPushButton:default { background: @accent; color: @on_accent; }
QTreeView, QListView, QTableView, QScrollArea { background: @surface; color: @text; border: none; }
QTreeView::item:selected, QListView::item:selected { background: @accent; color: @on_accent; }
QHeaderView::section { background: @raised; color: @text; border: none; border-right: 1px solid @border; padding: 3px 6px; }
QScrollBar:vertical { background: transparent; width: 10px; } QScrollBar:horizontal { background: transparent; height: 10px; }
QScrollBar::handle { background: @border; border-radius: 4px; min-height: 24px; min-width: 24px; }
QScrollBar::handle:hover { background: @muted; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; } QScrollBar::add-page, QScrollBar::sub-page { background: none; }
QProgressBar { background: @surface; border: 1px solid @border; border-radius: 4px; text-align: center; color: @text; }
QProgressBar::chunk { background: @accent; }
"""
