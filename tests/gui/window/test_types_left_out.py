"""A file of the tree that is broken takes its own type away, not the window, though what the first start shows is made of it."""

from __future__ import annotations

import pytest
from plugin_help import python

SCRIPT = """
import importlib.abc, sys

class Break(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name == "vitrine." + sys.argv[1]:
            raise ValueError("half of this file is missing")

sys.meta_path.insert(0, Break())
from PySide6.QtWidgets import QApplication
app = QApplication([])
from vitrine.gui.app import make_window
window = make_window()
window.show()
window.fill()
told = []
window.messages.show_message = lambda kind, text, *_, **__: told.append(text)
window.commands["new"].trigger()
app.processEvents()
from vitrine.core.registry import Registry
print(len(window.document.graph.nodes), [str(one) for one in Registry.disabled], told)
window.close()
window.end(5)
"""


@pytest.mark.parametrize("module", ["core.layers.conv2d", "core.layers.dense", "core.layers.input", "core.optimizers.adam"])
def test_the_window_opens_and_names_it(module: str) -> None:
    result = python("-c", SCRIPT, module)
    assert result.returncode == 0 and "Traceback" not in result.stderr, result.stderr
    assert f"{module.replace('.', '/')}.py is left out: " in result.stdout and "half of this file is missing" in result.stdout
