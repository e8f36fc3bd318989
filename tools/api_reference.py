"""Build the API reference from the docstrings: `api_reference.py [FOLDER]`, by default docs/api.

pdoc (the `docs` extra) does the work. It is told what it can't know: where inherited fields have their types from, and
what a hyperparameter's declaration says of it. A warning ends it with status 1.
"""

from __future__ import annotations

import dataclasses
import os
import sys
import typing
import warnings
from pathlib import Path

from pdoc import doc, extract, render

from vitrine.core.spec import Spec

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("vitrine.core", "vitrine.datasets")


def resolve_fields(cls: type) -> None:
    """What makes a dataclass or a named tuple names its types as another module knows them: replace names by types."""
    name = "__init__" if dataclasses.is_dataclass(cls) else "__new__" if hasattr(cls, "_fields") else ""
    if name not in vars(cls):
        return
    annotations = getattr(cls, name).__annotations__
    try:
        hints = typing.get_type_hints(cls)
    except NameError:  # imported for type checkers only: pdoc finds such by itself, where the class stands
        hints = {}
        for base in cls.__mro__:
            space = vars(sys.modules[base.__module__])
            for field, hint in vars(base).get("__annotations__", {}).items():
                known = _known(hint, space)
                if known is not None:
                    hints.setdefault(field, known)
    annotations.update({field: hint for field, hint in hints.items() if field in annotations})


def _known(hint: object, space: dict[str, object]) -> object | None:
    try:
        return typing.get_type_hints(type("One", (), {"__annotations__": {"it": hint}}), globalns=space)["it"]
    except NameError:
        return None


def tell_hyperparameters(shown: doc.Class) -> None:
    """The help, unit and range of each field stand under it."""
    if not issubclass(shown.obj, Spec) or shown.obj is Spec:
        return
    for field in shown.obj.fields():
        member = shown.members.get(field.name)
        if member is None or member.docstring:
            continue
        limits = [field.range_text(), f"one of {', '.join(field.choices)}" if field.choices else "", field.unit]
        member.docstring = f"{field.help} ({'; '.join(part for part in limits if part)})." if any(limits) else f"{field.help}."


def prepare(module: doc.Module) -> None:
    for cls in (member for member in module.members.values() if isinstance(member, doc.Class)):
        if cls.obj.__module__ == module.modulename:
            resolve_fields(cls.obj)
            tell_hyperparameters(cls)


def impersonal(page: str) -> str:
    """Without the place where the checkout lies, which is the value of some constants."""
    return page.replace(ROOT.as_posix(), "...")


def build(folder: Path) -> int:
    """Write the pages; how many."""
    os.environ["PDOC_DISPLAY_ENV_VARS"] = "1"  # a constant that happens to equal a variable is no secret, and no reason to warn
    modules = {name: doc.Module.from_name(name) for name in extract.walk_specs(PACKAGES)}
    render.configure(docformat="markdown", show_source=False, footer_text="Vitrine", search=True)
    for module in modules.values():
        prepare(module)
    for module in modules.values():
        page = folder / f"{module.fullname.replace('.', '/')}.html"
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(impersonal(render.html_module(module, modules)), encoding="utf-8")
    (folder / "index.html").write_text(impersonal(render.html_index(modules)), encoding="utf-8")
    (folder / "search.js").write_text(impersonal(render.search_index(modules)), encoding="utf-8")
    return len(modules)


def main() -> int:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "api"
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default")
        pages = build(folder)
    for warning in caught:
        print(f"warning: {warning.message}", file=sys.stderr)
    print(f"{pages} pages in {folder}; begin with {folder / 'index.html'}")
    return 1 if caught else 0


if __name__ == "__main__":
    sys.exit(main())
