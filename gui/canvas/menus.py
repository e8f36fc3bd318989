"""Context menus of the canvas: on a card, on a connection, on the ground."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QPointF
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from vitrine.core.layers.base import Layer
from vitrine.core.network.graph import Edge
from vitrine.gui.canvas import edits
from vitrine.gui.canvas.commands import BY_ID, spelled
from vitrine.gui.canvas.ground import Hit
from vitrine.gui.canvas.items.kinds import badge_icon
from vitrine.gui.canvas.verbs import Verbs


def menu_of(verbs: Verbs, hit: Hit, at: QPointF) -> QMenu:
    """The menu of what was hit; `at` is the point of the scene."""
    if hit.node is not None:
        return card_menu(verbs, hit.node)
    return edge_menu(verbs, hit.edge) if hit.edge is not None else ground_menu(verbs, at)


def card_menu(verbs: Verbs, node_id: str) -> QMenu:
    document, menu = verbs.document, _menu(verbs)
    for fix in verbs.network.cards[node_id].strip.fixes:
        _add(menu, f"Fix: {fix.title}", partial(document.fix, fix))
    if menu.actions():
        menu.addSeparator()
    layer_menu(menu, "Append after this", lambda name: edits.append(document, name, node_id))
    _add(menu, "Connect to…\tC", partial(verbs.connect_from, node_id))
    for source in document.graph.sources(node_id):
        _add(menu, f"Disconnect from {source}", partial(edits.disconnect, document, Edge(source, node_id)))
    menu.addSeparator()
    _add(menu, "Settings\tEnter", partial(verbs.ground.edit_requested.emit, node_id))
    _add_verbs(menu, verbs, "rename")
    menu.addSeparator()
    _add_verbs(menu, verbs, "cut", "copy", "duplicate", "delete")
    return menu


def edge_menu(verbs: Verbs, edge: Edge) -> QMenu:
    document, menu = verbs.document, _menu(verbs)
    layer_menu(menu, "Insert here", lambda name: edits.insert(document, name, edge))
    _add(menu, "Delete connection\tDel", partial(edits.disconnect, document, edge))
    return menu


def ground_menu(verbs: Verbs, at: QPointF) -> QMenu:
    document, menu = verbs.document, _menu(verbs)
    layer_menu(menu, "Add layer", lambda name: edits.place(document, name, (at.x(), at.y())), entry=not edits.has_entry(document.graph))
    menu.addSeparator()
    _add(menu, "Paste\tCtrl+V", partial(verbs.paste, (at.x(), at.y())))
    _add_verbs(menu, verbs, "select_all")
    menu.addSeparator()
    _add_verbs(menu, verbs, "arrange", "fit", "zoom_reset")
    return menu


def layer_menu(menu: QMenu, title: str, act: Callable[[str], object], entry: bool = False) -> None:
    """A submenu of all layers by group; layers that take no input only where they can stand."""
    top = menu.addMenu(title)
    for group, kinds in Layer.registry.groups().items():
        shown = [k for k in kinds if entry or not k.is_entry()]
        sub = top.addMenu(group) if shown else None
        for kind in shown if sub is not None else ():
            action = sub.addAction(badge_icon(kind), kind.title)  # type: ignore[union-attr]
            action.setToolTip(kind.summary)
            action.triggered.connect(lambda _checked=False, name=kind.__name__: act(name))


def _menu(verbs: Verbs) -> QMenu:
    menu = QMenu(verbs.ground)
    menu.setObjectName("canvas_menu")
    menu.setToolTipsVisible(True)
    return menu


def _add_verbs(menu: QMenu, verbs: Verbs, *names: str) -> None:
    """Entries for commands of the table, gray where they make no sense."""
    for command in (BY_ID[name] for name in names):
        action = _add(menu, f"{command.text}\t{spelled(command.keys[0])}", partial(command.do, verbs))
        action.setToolTip(command.tip)
        action.setEnabled(command.enabled(verbs))


def _add(menu: QMenu, text: str, act: Callable[[], object]) -> QAction:
    action = menu.addAction(text)
    action.triggered.connect(lambda _checked=False: act())
    return action
