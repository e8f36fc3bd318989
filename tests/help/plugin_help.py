"""Plugins in the user's folder, and processes that find them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from vitrine.core.contributions import plugin_folder

ROOT = Path(__file__).resolve().parents[2]


DOUBLE = """
from vitrine.core.layers.base import Context, Layer, Shape

class {name}(Layer):
    group = "Of my own"
    summary = "Twice its input"

    def output_shape(self, *inputs: Shape) -> Shape:
        return inputs[0]

    def forward(self, params, inputs, ctx: Context):
        return 2 * inputs[0]

    def backward(self, params, grads, dy, ctx: Context):
        return [2 * dy]
"""


MY_COMMAND = """
from vitrine.gui.window.commands.base import Parts, command

@command("mine", "Edit", 50, "Count", "", "Count the experiments")
def count(parts: Parts) -> None:
    parts.say("info", "1 experiment")
"""


def plugin(name: str, text: str) -> Path:
    """A file in the test's own plugin folder; `name` as "layers/mine.py"."""
    path = plugin_folder() / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def python(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    paths = os.pathsep.join((os.environ.get("PYTHONPATH", ""), str(ROOT), environment.pop("extra_path", "")))
    env = os.environ | {"PYTHONPATH": paths, "QT_QPA_PLATFORM": "offscreen"} | environment
    return subprocess.run([sys.executable, *arguments], cwd=ROOT, env=env, capture_output=True, encoding="utf-8", timeout=120)


def run(script: str, **environment: str) -> str:
    result = python("-u", "-c", script, **environment)
    assert result.returncode == 0, result.stdout[-2000:] + result.stderr
    return result.stdout
