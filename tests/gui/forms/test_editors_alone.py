"""Editors without a parent, as a contributed panel may make them: nothing happens when they are let go."""

from __future__ import annotations

from plugin_help import run


def test_an_editor_that_nobody_holds_is_gone_at_once() -> None:
    """Number editors stood in a cycle that ran through an event filter: collecting it ended the process."""
    out = run("""
import gc, weakref
from PySide6.QtWidgets import QApplication
app = QApplication([])
from vitrine.core.registry import Registry, discover_all
from vitrine.core.spec import Spec
from vitrine.gui.forms.editor import make_editor
discover_all()
gc.disable()
gc.freeze()  # what is there now need not be looked through each time
kinds = [kind for shelf in list(Registry.all.values()) for kind in shelf if isinstance(kind, type) and issubclass(kind, Spec)]
fields = {field.kind: field for kind in kinds for field in kind.fields()}
for field in fields.values():
    for turn in range(10):
        editor = make_editor(field, "x")
        editor.set_value(field.default)
        editor.show()
        app.processEvents()
        known = weakref.ref(editor)
        del editor
        if field.kind in ("int", "float", "str"):
            assert known() is None, field.kind
        gc.collect()
print(len(fields))
""")
    assert int(out.splitlines()[-1]) >= 8
