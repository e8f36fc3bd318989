"""How the window looks."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from vitrine.gui.look import theme
from vitrine.gui.window.commands.base import Parts, command

THEMES = {"light": "Light theme", "dark": "Dark theme", "system": "Theme of the system"}
THEME_TIPS = {"light": "Dark on light", "dark": "Light on dark", "system": "Light or dark, as the rest of the screen"}


def _declare(name: str) -> None:
    def chosen(parts: Parts) -> bool:
        return parts.settings.text("theme", "light") == name

    @command(f"theme_{name}", "View", 0, THEMES[name], "", THEME_TIPS[name], checked=chosen)
    def use(parts: Parts) -> None:
        parts.settings.set("theme", name)
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        theme.apply(app, name)


for _name in THEMES:
    _declare(_name)


@command("reset_layout", "View", 10, "Reset layout", "", "Put all panels back where they were at first")
def reset_layout(parts: Parts) -> None:
    parts.reset_layout()


def _is_full(parts: Parts) -> bool:
    return bool(parts.window.windowState() & Qt.WindowState.WindowFullScreen)


@command("full_screen", "View", 10, "Full screen", "F11", "Fill the screen, for projecting", checked=_is_full)
def full_screen(parts: Parts) -> None:
    parts.window.setWindowState(parts.window.windowState() ^ Qt.WindowState.WindowFullScreen)
