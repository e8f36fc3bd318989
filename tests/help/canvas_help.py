"""What the tests of canvas and palette share: a document on the digits, and a mouse and keys for a canvas."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from vitrine.core.layers.base import Layer
from vitrine.core.losses.categorical_cross_entropy import CategoricalCrossEntropy
from vitrine.core.network.graph import Edge, GraphSpec
from vitrine.core.optimizers.sgd import SGD
from vitrine.core.training.experiment import Experiment
from vitrine.datasets.digits import Digits
from vitrine.datasets.preprocessing.scale01 import Scale01
from vitrine.gui.canvas.items import metrics
from vitrine.gui.canvas.tools.dropping import layer_mime
from vitrine.gui.canvas.view import Canvas
from vitrine.gui.state.document import Document

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton


def layer(name: str, **settings: Any) -> Layer:
    return Layer.registry.get(name)(**settings)


def cnn() -> GraphSpec:
    return GraphSpec.chain(
        layer("Input"), layer("Conv2D", filters=4, activation="ReLU"), layer("MaxPool2D"), layer("Flatten"), layer("Dense", units=10)
    )


def document_of(graph: GraphSpec) -> Document:
    return Document(Experiment(Digits(), Scale01(), graph, CategoricalCrossEntropy(), SGD()))


def shown(qtbot: Any, graph: GraphSpec) -> Iterator[Canvas]:
    """A canvas in a window of its own, with the focus; `messages` holds what it said."""
    canvas = Canvas(document_of(graph))
    canvas.resize(1200, 700)
    qtbot.addWidget(canvas)
    with qtbot.waitExposed(canvas):
        canvas.show()
    canvas.setFocus()
    canvas.messages = []
    canvas.message.connect(lambda kind, text: canvas.messages.append(text))
    yield canvas
    canvas.hide()


def edges(canvas: Canvas) -> set[tuple[str, str]]:
    return {(e.source, e.target) for e in canvas.document.graph.edges}


class Hand:
    """A person at a canvas: points in terms of cards, real events on the viewport."""

    def __init__(self, canvas: Canvas) -> None:
        self.canvas = canvas
        self.viewport = canvas.viewport()

    def at(self, node: str, where: str = "thumbnail") -> QPoint:
        """A point of the viewport on a part of the card."""
        card = self.canvas.network.cards[node]
        inside = {
            "thumbnail": metrics.THUMBNAIL.center(),
            "name": metrics.NAME.center(),
            "in": metrics.INPUT_PORT,
            "out": metrics.OUTPUT_PORT,
        }
        point = card.strip.buttons[int(where[4:])].center() if where.startswith("fix:") else inside[where]
        return self.canvas.mapFromScene(card.mapToScene(point))

    def edge(self, source: str, target: str) -> QPoint:
        return self.canvas.mapFromScene(self.canvas.network.links[Edge(source, target)].middle())

    def ground(self) -> QPoint:
        """A point below everything."""
        rect = self.canvas.content_rect()
        return self.canvas.mapFromScene(QPointF(rect.center().x(), rect.bottom() + 30))

    def move(self, to: QPoint, buttons: Qt.MouseButton = LEFT, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        at = QPointF(to)
        event = QMouseEvent(QEvent.Type.MouseMove, at, QPointF(self.viewport.mapToGlobal(to)), NONE, buttons, modifiers)
        QApplication.sendEvent(self.viewport, event)

    def press(self, at: QPoint, button: Qt.MouseButton = LEFT) -> None:
        QTest.mousePress(self.viewport, button, Qt.KeyboardModifier.NoModifier, at)

    def release(self, at: QPoint, button: Qt.MouseButton = LEFT) -> None:
        QTest.mouseRelease(self.viewport, button, Qt.KeyboardModifier.NoModifier, at)

    def drag(self, start: QPoint, end: QPoint, button: Qt.MouseButton = LEFT, release: bool = True) -> None:
        self.press(start, button)
        for part in (0.25, 0.6, 1.0):
            self.move(start + (end - start) * part, button)
        if release:
            self.release(end, button)

    def click(self, at: QPoint, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.mouseClick(self.viewport, LEFT, modifiers, at)

    def key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.keyClick(self.canvas, key, modifiers)

    def carry(self, type_name: str, to: QPoint) -> None:
        """Hold a layer of the palette above a point, before it is let go."""
        self.mime = layer_mime(type_name)
        actions, modifiers = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
        for kind in (QDragEnterEvent, QDragMoveEvent):
            event = kind(to, actions, self.mime, LEFT, modifiers)
            QApplication.sendEvent(self.viewport, event)

    def drop(self, type_name: str, to: QPoint) -> None:
        """Drag a layer from the palette and let it go; a real QDrag would block the test."""
        self.carry(type_name, to)
        self.let_go(to)

    def let_go(self, to: QPoint) -> None:
        """Drop what is carried."""
        event = QDropEvent(QPointF(to), Qt.DropAction.CopyAction, self.mime, LEFT, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(self.viewport, event)
