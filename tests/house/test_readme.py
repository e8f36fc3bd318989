"""What the README says must be true: its example of a layer works as printed, its commands and files exist."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")

# In a process of its own: a layer defined here would enter the registry that the conformance tests iterate.
TRY_THE_LAYER = """
import sys, types
import numpy as np

module = types.ModuleType("vitrine.core.layers.scale")
sys.modules[module.__name__] = module
exec(sys.stdin.read(), module.__dict__)

from vitrine.core.layers.base import Context, Layer
assert "Scale" in Layer.registry
layer = module.Scale(factor=3.0)
assert layer.problems() == [] and layer.output_shape((2, 3)) == (2, 3)
assert Layer.registry.get("Scale").from_json(layer.to_json()) == layer

x = np.random.default_rng(1).normal(size=(4, 2, 3)).astype(np.float32)
context = Context()
y = layer.forward({}, [x], context)
assert y.dtype == np.float32 and np.allclose(y, 3 * x)
(dx,) = layer.backward({}, {}, np.ones_like(y), context)
assert dx.dtype == np.float32 and np.allclose(dx, 3.0)
"""


def test_the_example_of_a_layer_works() -> None:
    (source,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    result = subprocess.run(
        [sys.executable, "-c", TRY_THE_LAYER], input=source, cwd=ROOT, capture_output=True, encoding="utf-8", timeout=120
    )
    assert result.returncode == 0, result.stderr


def test_make_targets_exist() -> None:
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = set(re.findall(r"^    make (\w+)", README, re.MULTILINE))
    assert {"run", "test"} <= named <= targets


FILES = re.findall(r"\]\(([\w./-]+)\)|\b((?:core|tests|examples|docs)/[\w/-]+\.\w+)", README)


@pytest.mark.parametrize("file", sorted({a or b for a, b in FILES} - {"core/layers/scale.py"}))
def test_named_files_exist(file: str) -> None:
    if file.startswith("docs/window-") and not (ROOT / "docs" / "take_screenshots.py").exists():
        pytest.skip("the script that takes the pictures is not there yet")
    if file.startswith("examples/") and not list((ROOT / "examples").glob("*.json")):
        pytest.skip("the examples are not there yet")
    assert (ROOT / file).exists()
