"""Guests that raise, declare nonsense or leave: each is left out alone, or ends its run alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from plugin_help import DOUBLE, plugin, run

from vitrine.core.registry import Registry

RUDE = {
    "a_key": "raise KeyboardInterrupt\n",
    "b_base": "class Rude(BaseException):\n    pass\nraise Rude('out of the way')\n",
    "c_mute": "class Mute(Exception):\n    def __str__(self):\n        raise ValueError\nraise Mute\n",
    "d_null": "x = '\0'\n",
    "e_gone": "import sys\ndel sys.modules[__name__]\n1 / 0\n",
    "f_rank": DOUBLE.format(name="Rank") + "\n    rank = 'high'\n",
    "g_group": DOUBLE.format(name="Group") + "\n    group = []\n",
    "h_title": DOUBLE.format(name="Title") + "\n    title = 5\n",
    "i_inputs": DOUBLE.format(name="Inputs") + "\n    inputs = (1,)\n",
}


# Words of what is said of each.
RUDE_WORDS = ("KeyboardInterrupt", "Rude: out of the way", "Mute", "null bytes", "KeyError|ZeroDivision",
              "rank must be a whole number, not 'high'", "group must be text", "title must be text, not 5", "inputs must be")  # fmt: skip


UNTRIED = {
    "surfaces/flat.py": ("""
from vitrine.core.surfaces.base import Surface
class Flat(Surface):
    def value(self, x, y):
        raise ValueError("no height")
""", "line 5: ValueError: no height"),
    "surfaces/steep.py": ("""
from vitrine.core.surfaces.base import Surface
class Steep(Surface):
    def value(self, x, y):
        return x * y
    def gradient(self, x, y):
        return 5, float("inf")
""", "gradient at its start must be two finite numbers"),
    "schedules/never.py": ("""
from vitrine.core.schedules.base import Schedule
class Never(Schedule):
    def rate(self, *run):
        raise ValueError("no rate")
""", "line 5: ValueError: no rate"),
    "schedules/wordy.py": ("""
from vitrine.core.schedules.base import Schedule
class Wordy(Schedule):
    def rate(self, *run):
        return "fast"
""", "a rate must be a finite number of at least 0, not 'fast'"),
    "activations/mute.py": ("""
from vitrine.core.activations.base import Activation
class Mute(Activation):
    def forward(self, z, out, params, ctx):
        raise ValueError("no value")
""", "line 5: ValueError: no value"),
    "activations/shapeless.py": ("""
from vitrine.core.activations.base import Activation
class Shapeless(Activation):
    def forward(self, z, out, params, ctx):
        return 5
""", "its values must be an array of shape"),
    "metrics/raises.py": ("""
from vitrine.core.metrics.base import Metric
class Raises(Metric):
    key = "raises"
    def value(self, predictions, y):
        raise ValueError("no value")
""", "line 6: ValueError: no value"),
    "metrics/endless.py": ("""
from vitrine.core.metrics.base import Metric
class Endless(Metric):
    key = "endless"
    def value(self, predictions, y):
        return float("nan")
""", "its value must be a finite number, not nan"),
    "metrics/nameless.py": ("""
from vitrine.core.metrics.base import Metric
class Nameless(Metric):
    def value(self, predictions, y):
        return 0.5
""", "key, its name in histories, must be text, not ''"),
    "metrics/twin.py": ("""
from vitrine.core.metrics.base import Metric
class Twin(Metric):
    key = "accuracy"
    def value(self, predictions, y):
        return 0.5
""", "two metrics have the key accuracy: Accuracy and Twin"),
    "losses/flat.py": ("""
from vitrine.core.losses.base import ElementwiseLoss
class FlatLoss(ElementwiseLoss):
    def value_and_grad(self, outputs, targets, work, need_grad=True):
        return 0.5, None
""", "its gradient must be finite numbers of shape"),
    "optimizers/stays.py": ("""
from vitrine.core.optimizers.base import Optimizer
class Stays(Optimizer):
    def update(self, w, g, slots, learning_rate, scalars, work):
        w /= 0 * w
""", "two steps of it from numbers between -1 and 1 must give finite numbers"),
    "initializers/short.py": ("""
from vitrine.core.initializers.base import Initializer
class Short(Initializer):
    def sample(self, rng, shape, fan_in, fan_out):
        return rng.normal(size=3)
""", "what it draws must be finite numbers of shape (3, 4), not "),
    "regularizers/worded.py": ("""
from vitrine.core.regularizers.base import Regularizer
class Worded(Regularizer):
    def penalty(self, w, work):
        return "much"
""", "its penalty must be a finite number, not 'much'"),
    "stop_rules/early.py": ("""
from vitrine.core.stop_rules.base import StopRule
class Early(StopRule):
    def reason(self, progress):
        return progress.history.epochs.column("train_loss")[-1]
""", "line 5: IndexError"),
    "preprocessing/gone.py": ("""
from vitrine.datasets.preprocessing.base import Preprocessing
class Gone(Preprocessing):
    def fit(self, x, element):
        return lambda x: None
""", "what it makes must be finite numbers of shape (6, 2), not None"),
}  # fmt: skip


PICKY = """
from vitrine.core.metrics.base import Metric
class Picky(Metric):
    key = "picky"
    def value(self, predictions, y):
        if predictions.shape[-1] != 1:
            raise ValueError("for two classes only")
        return float(((predictions[:, 0] > 0.5) == y).mean())
"""


def test_whatever_a_plugin_raises_or_declares_it_alone_is_left_out_and_what_breaks_when_it_is_first_tried() -> None:
    """Not when somebody chooses it: a surface raised in the middle of a painting, and took the race with it. A metric of two classes
    alone is let in."""
    for name, text in RUDE.items():
        plugin(f"layers/{name}.py", text)
    plugin("layers/z_double.py", DOUBLE.format(name="Double"))
    for name, (text, _) in UNTRIED.items():
        plugin(name, text)
    plugin("metrics/picky.py", PICKY)
    out = run("""
from vitrine.core.layers.base import Layer
from vitrine.core.registry import Registry, discover_all
print(sorted(kind.__name__ for kinds in Layer.registry.groups().values() for kind in kinds if "plugins" in kind.__module__))
for one in discover_all(("vitrine.core", "vitrine.datasets")):
    print(one.kind, one)
kinds = ("surface", "schedule", "activation", "metric", "loss", "optimizer", "initializer", "regularizer", "stop_rule", "preprocessing")
print(*(name for kind in kinds for name in Registry.of(kind).names()))
""")
    brought, *sentences, names = out.splitlines()
    assert brought == "['Double']"
    rude = [one.removeprefix("layer ") for one in sentences if one.startswith("layer ")]
    told = [one for one in sentences if not one.startswith("layer ")]
    assert [one.partition(".py")[0] for one in rude] == sorted(RUDE)
    for sentence, word in zip(rude, RUDE_WORDS, strict=True):
        assert any(one in sentence for one in word.split("|")), sentence
    assert len(told) == len(UNTRIED), told
    for name, (_, words) in UNTRIED.items():
        assert [one for one in told if Path(name).name in one and words in one], (name, told)
    brought_by = {
        line.split()[1].partition("(")[0] for text, _ in UNTRIED.values() for line in text.splitlines() if line.startswith("class ")
    }
    assert len(brought_by) == len(UNTRIED) and not brought_by & set(names.split())
    assert "Picky" in names.split()


KINDS_TRIED = [
    "surface", "schedule", "activation", "metric", "loss", "optimizer", "initializer", "regularizer", "stop_rule", "preprocessing",
    "layer", "panel", "editor",
]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS_TRIED)
def test_what_the_tree_brings_would_be_let_in_as_a_guest(kind: str) -> None:
    for thing in Registry.of(kind):
        thing.prove()


MONITOR = """
from vitrine.core.monitors.base import Finding, Monitor

class {name}(Monitor):
    glances = True

    def find(self, look, memory):
        return {found}
"""


LEAVES = DOUBLE.replace("return 2 * inputs[0]", "raise {error}")
# By name: what a monitor finds, and what a layer leaves with.
MONITORS = {"OddNumber": "5", "OddNothing": "None", "OddWordless": "[Finding(5, None, 7)]"}
LEAVERS = {"Exit": "SystemExit(3)", "Mute": "type('Mute', (Exception,), dict(__str__=lambda self: 1 / 0))()"}


def test_a_monitor_that_finds_nonsense_is_dropped_and_a_layer_that_leaves_ends_its_run_alone() -> None:
    """In training, in a probe's copy of the network and in the analysis it is all one: the run has failed, and says so."""
    for name, found in MONITORS.items():
        plugin(f"monitors/{name.lower()}.py", MONITOR.format(name=name, found=found))
    for name, error in LEAVERS.items():
        plugin(f"layers/{name.lower()}.py", LEAVES.format(name=name, error=error))
    out = run(f"""
from vitrine.core.files.examples import find
from vitrine.core.files.project import load_project
from vitrine.core.layers.base import Layer
from vitrine.core.training.trainer import Trainer
from vitrine.datasets.build import build
experiment = load_project(find("xor")).experiment
data = build(experiment.dataset, experiment.preprocessing, experiment.split)
for event in Trainer(experiment.with_settings([("training.epochs", 30)]), data).run():
    if type(event).__name__ in ("Dropped", "Finished", "Failed"):
        print(type(event).__name__, *([event.name] if type(event).__name__ == "Dropped" else []))
for name in {list(LEAVERS)}:
    graph, _ = experiment.graph.insert_on_edge(experiment.graph.edges[0], Layer.registry.get(name)())
    print(name, [type(event).__name__ for event in Trainer(experiment.replace(graph=graph), data).run()][-1])
""")
    *dropped, finished, exited, mute = out.splitlines()
    assert sorted(dropped) == sorted(f"Dropped {name}" for name in MONITORS) and finished == "Finished"
    assert (exited, mute) == ("Exit Failed", "Mute Failed")
