"""One example's numbers as sections of aligned text: forward, error, and the gradients found in two ways."""

from __future__ import annotations

import html
import math
import textwrap
from typing import NamedTuple

import numpy as np
from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QFontDatabase, QFontMetricsF, QResizeEvent
from PySide6.QtWidgets import QFrame, QTextBrowser, QWidget

from vitrine.core.probes.step_numbers import ErrorNumbers, LayerValues, StepNumbersAnswer, WeightTable
from vitrine.gui.look import theme
from vitrine.gui.panels.numbers.reader import Reader

MINUS, DOT, TIMES = "\N{MINUS SIGN}", "\N{MIDDLE DOT}", "\N{MULTIPLICATION SIGN}"
TIED = "\N{NO-BREAK SPACE}"  # what is equal stays in one line
GAP = 2  # characters between two columns
LEAST = 30  # characters: with less room beside its name, a layer's values stand below it
NOISE = 1e-5  # a difference below this share of the gradient is one of rounding and of the size of h


class Cell(NamedTuple):
    """What stands in a column: `kind` is its class in the style sheet, `link` the weight that a click chooses."""

    text: str
    kind: str = "n"
    link: bool = False

    def padded(self, width: int, right: bool) -> str:
        shown = f"<span class='{self.kind}'>{html.escape(self.text)}</span>" if self.kind != "n" else html.escape(self.text)
        room = " " * (width - len(self.text))
        shown = f"<a class='w' href='{html.escape(self.text)}'>{shown}</a>" if self.link else shown
        return room + shown if right else shown + room


def number(value: float, digits: int = 6) -> str:
    """Fixed decimals for usual sizes, a power of ten for the others; a true minus sign."""
    if not math.isfinite(value):
        return str(value)
    size = abs(value)
    if value == 0 or 1e-4 <= size < 1e5:
        text = f"{value:.{digits}f}"
    else:
        text = f"{value:.{max(digits - 3, 1)}e}".replace("e-0", "e-").replace("e+0", "e").replace("e+", "e")
    return text.replace("-", MINUS)


def short(value: float) -> str:
    """As few digits as say it: 0.1, 1e-06 as 0.000001."""
    text = f"{value:.7f}".rstrip("0").rstrip(".") if 1e-7 <= abs(value) < 1e5 else f"{value:.4g}"
    return text.replace("-", MINUS)


class NumberSheet(QTextBrowser):
    """Shows a `StepNumbersAnswer`. A click on a weight's name works its line out below the table."""

    weight_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.answer: StepNumbersAnswer | None = None
        self.classes: tuple[str, ...] = ()
        self.weight = ""
        self._html = ""
        self._reader = Reader(self)
        self._writing = False
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setOpenLinks(False)
        self.setObjectName("number_sheet")
        self.setAccessibleName("numbers of one example")
        self.anchorClicked.connect(self._choose)
        font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        font.setPixelSize(11)
        self.mono, self._digit = font.family(), QFontMetricsF(font).horizontalAdvance("0")
        self._jump = False

    def show_answer(self, answer: StepNumbersAnswer) -> None:
        self.answer = answer
        self._refresh()

    def clear_answer(self) -> None:
        self.answer, self._html, self._writing = None, "", True
        self.clear()
        self._writing = False

    def jump_to_gradients(self) -> None:
        """Bring the table to the top with the next numbers."""
        self._jump = True

    def retheme(self) -> None:
        self._html = ""
        self._refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:
        if self._writing:  # a scroll bar comes or goes
            return super().resizeEvent(event)
        reading = self._reader.place()
        super().resizeEvent(event)
        self._refresh()
        self._reader.read_on(reading)  # other lines, and other breaks in them

    def _choose(self, url: QUrl) -> None:
        self.weight = QUrl.fromPercentEncoding(url.toEncoded())
        self._refresh()
        bar = self.verticalScrollBar()
        bar.setValue(max(bar.value(), min(self._reader.top_of("worked"), bar.maximum())))  # it stands below a table that may be long
        self.weight_chosen.emit(self.weight)

    def _refresh(self) -> None:
        if self.answer is None:
            return
        made = self.build(self.answer)
        if made != self._html:
            reading, room = self._reader.place(), self._room
            self._write(made)
            if self._room != room:  # a scroll bar came or went
                self._write(self.build(self.answer))
            self._reader.read_on(reading)
        if self._jump and self.answer.weights is not None:
            self._jump = False
            self.scrollToAnchor("gradients")

    def _write(self, made: str) -> None:
        self._html, self._writing = made, True
        if self.verticalScrollBar().isVisible():  # it would be taken away and brought back, with the lines laid out each time
            self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setHtml(made)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self._writing = False

    # the text
    def build(self, p: StepNumbersAnswer) -> str:
        t = theme.current()
        style = (
            f"body {{ color: {t.text}; }} pre {{ font-family: '{self.mono}'; font-size: 11px; margin: 0; }} p {{ margin: 0; }}"
            f".h {{ font-weight: 600; }} .m {{ color: {t.muted}; }} .good {{ color: {t.good}; }} .bad {{ color: {t.warning}; }} .w {{ color: {t.accent}; }}"
        )
        parts = [_section("forward", f"Forward, step {p.step:,}"), self._layers(p.layers)]
        if p.error is not None:
            head = _section("error", f"Error {DOT} {p.loss_name}, E = {number(p.error.loss)}")
            parts += [head, self._error(p.layers[-1], p.error)]
        if p.weights is not None:
            parts += [
                _section("gradients", f"Gradients of {p.node} {DOT} {_how_many(p.weights)}"),
                _verdict(p.weights, p.amount),
                _gradients(p.weights, self._chosen(p.weights)),
                self._worked(p.weights, p.amount),
            ]
        if p.note:
            parts.append(f"<p class='m'>{html.escape(p.note)}</p>")
        return f"<html><head><style>{style}</style></head><body>{''.join(parts)}</body></html>"

    @property
    def _room(self) -> int:
        """How many characters stand beside each other."""
        return int((self.viewport().width() - 2 * self.document().documentMargin()) / self._digit)

    def _layers(self, layers: tuple[LayerValues, ...]) -> str:
        names = [_name_of(layer) for layer in layers]
        widths = _widths(names)
        beside = self._room - sum(widths) - 2 * GAP
        lines, before = [], np.zeros(0)
        for layer, name in zip(layers, names):
            same = np.array_equal(layer.values, before) and not layer.activation
            before = layer.values
            below = beside < LEAST and layer.size > 3 and not same
            values = ["<span class='m'>the same values</span>"] if same else _values(layer, self._room - GAP if below else beside)
            begin = _line(name, widths)
            indent = " " * (GAP if below else sum(widths) + 2 * GAP)
            lines += (
                [begin, *(indent + line for line in values)]
                if below
                else [begin + " " * GAP + values[0], *(indent + line for line in values[1:])]
            )
        return _pre(lines)

    def _error(self, output: LayerValues, error: ErrorNumbers) -> str:
        """One row an output."""
        target, slope = error.target, error.output_slope
        if output.places is not None or len(output.values) != len(target):
            return ""
        rows = [_heads(["", "output y", "target t", f"y {MINUS} t", "dE/dz" if error.linked else "dE/dy"])]
        for k, (y, t) in enumerate(zip(output.values, target)):
            name = self.classes[k] if len(self.classes) == len(target) else f"{k + 1}" if len(target) > 1 else ""
            rows.append([Cell(name), *(Cell(number(float(v))) for v in (y, t, y - t, slope[k]))])
        note = "<p class='m'>z: the output before its last activation</p>" if error.linked else ""
        return _table_of(rows) + note

    def _chosen(self, w: WeightTable) -> int:
        """The line that is worked out."""
        return w.names.index(self.weight) if self.weight in w.names else 0

    def _worked(self, w: WeightTable, h: float) -> str:
        """One weight's line, with all that goes into it."""
        k = self._chosen(w)
        name, slope = w.names[k], number(w.backprop[k])
        rows = []
        factors = w.factors[k]
        if factors is not None:
            x, delta = factors
            rows.append(("chain rule", f"dE/d{name} = x {TIMES} dE/dz = {number(x)} {TIMES} {number(delta)} = {slope}"))
        rows.append(("by trying", f"E(w + h) = {number(w.above[k], 8)}, E(w {MINUS} h) = {number(w.below[k], 8)}, h = {short(h)}"))
        rows.append(("", f"(E(w + h) {MINUS} E(w {MINUS} h)) / 2h = {number(w.numeric[k])}"))
        if w.new is not None:
            rate, old, new = short(w.rate), number(w.old[k]), number(w.new[k])
            how = (
                f"{old} {MINUS} {rate} {TIMES} {slope} = {new}"
                if w.plain
                else f"{old} \N{RIGHTWARDS ARROW} {new} by {w.optimizer}, rate {rate}"
            )
            rows.append(("a step on it", how + _rest(w)))
        return _section("worked", f"{name}, worked out") + _pre(self._wrapped(rows))

    def _wrapped(self, rows: list[tuple[str, str]]) -> list[str]:
        """Each as its name in a column and a text beside it, in as many lines as it needs."""
        width = max(len(name) for name, _ in rows)
        lines = []
        for name, text in rows:
            text = text.replace("h = ", f"h{TIED}={TIED}").replace("= ", f"={TIED}")
            pieces = textwrap.wrap(text, max(LEAST, self._room - width - GAP), break_on_hyphens=False)
            for k, piece in enumerate(pieces):
                lines.append(Cell("" if k else name, "m").padded(width + GAP, right=False) + html.escape(piece))
        return lines


def _verdict(w: WeightTable, h: float) -> str:
    """Whether the two ways agree, in words."""
    gap = float(np.abs(w.backprop - w.numeric).max(initial=0.0))
    largest = max(float(np.abs(w.backprop).max(initial=0.0)), 1e-3)
    if gap <= NOISE * largest:
        text = f"<p class='good'>Both ways are equal: they differ by {gap:.0e} at most.</p>"
        return text.replace("e-0", "e-").replace("-", MINUS)
    return f"<p class='bad'>They differ by up to {number(gap)}: h = {short(h)} is too large a step on a curved loss, or a kink lies within it.</p>"


def _gradients(w: WeightTable, chosen: int) -> str:
    rows = [_heads(["weight", "w", "backprop", "by w \N{PLUS-MINUS SIGN} h", "difference", *(["new w"] if w.new is not None else [])])]
    for k, name in enumerate(w.names):
        gap = w.backprop[k] - w.numeric[k]
        texts = [
            number(w.old[k]),
            number(w.backprop[k]),
            number(w.numeric[k]),
            f"{gap:.0e}".replace("e-0", "e-").replace("-", MINUS) if gap else "0",
        ]
        if w.new is not None:
            texts.append(number(w.new[k]))
        rows.append([Cell(name, link=True), *(Cell(text, "h" if k == chosen else "n") for text in texts)])
    return _table_of(rows)


def _section(name: str, text: str) -> str:
    return f"<p class='h' style='margin-top:6px; margin-bottom:1px'><a name='{name}'></a>{html.escape(text)}</p>"


def _how_many(weights: WeightTable) -> str:
    shown, total = len(weights.names), weights.total
    return f"{'its one weight' if total == 1 else f'all {total} weights'}" if shown == total else f"the {shown} largest of {total:,}"


def _rest(weights: WeightTable) -> str:
    held = [text for text, holds in (("with the penalty", weights.penalty), ("clipped", weights.clipped)) if holds]
    return f" ({' and '.join(held)})" if held else ""


def _heads(texts: list[str]) -> list[Cell]:
    return [Cell(text, "m") for text in texts]


def _name_of(layer: LayerValues) -> list[Cell]:
    """What it is called, and what it does in which shape."""
    shape = f" {TIMES} ".join(map(str, layer.shape))
    return [Cell(layer.node), Cell(f"{'input x' if layer.is_input else layer.activation or layer.title}, {shape}", "m")]


def _widths(rows: list[list[Cell]]) -> list[int]:
    return [max(len(cell.text) for cell in column) for column in zip(*rows)]


def _line(row: list[Cell], widths: list[int], numbers: bool = False) -> str:
    """The cells in their columns; `numbers`: all but the first end at the right."""
    return (" " * GAP).join(cell.padded(width, right=numbers and k > 0) for k, (cell, width) in enumerate(zip(row, widths)))


def _table_of(rows: list[list[Cell]]) -> str:
    widths = _widths(rows)
    return _pre([_line(row, widths, numbers=True) for row in rows])


def _pre(lines: list[str]) -> str:
    """Lines as they are. Tables of HTML take Qt five times as long."""
    return "<pre>" + "\n".join(lines) + "</pre>"


def _columns(most: int, fit: int, row: int) -> int:
    """As many as fit, or somewhat fewer so that each line ends where a picture's `row` or a part of it does."""
    columns = min(most, max(1, fit))
    even = max((count for count in range(1, columns + 1) if row % count == 0), default=columns) if row else columns
    return even if 2 * even > columns else columns


def _values(layer: LayerValues, room: int) -> list[str]:
    """All values of a layer in columns, eight at most, in lines of `room` characters; or the largest with their places."""
    values, places = layer.values, layer.places
    if places is None:
        texts = [number(float(v), 4 if len(values) > 2 else 6) for v in values]
    else:
        texts = [f"[{', '.join(str(i + 1) for i in place)}] {number(float(v), 3)}" for place, v in zip(places, values)]
    width = max(map(len, texts), default=0)
    columns = _columns(
        8 if places is None else 4, (room + 1) // (width + 1), layer.shape[1] if places is None and len(layer.shape) > 1 else 0
    )
    padded = [text.rjust(width) for text in texts]
    lines = [" ".join(padded[i : i + columns]) for i in range(0, len(padded), columns)] or [""]
    return [*lines, f"<span class='m'>the {len(values)} largest of {layer.size:,}</span>"] if places is not None else lines
