"""Contributed code that raises where it is looked at: a problem at its node or field, in the inspector too, and Save goes on."""

from __future__ import annotations

import pytest
from guest_help import plugin, window
from plugin_help import DOUBLE, run

HEAD = "\nfrom vitrine.core.spec import hp\n"
PROBLEMS = """
    level: int = hp(default=1, help="Its level")

    def problems(self):
        if self.level > 1:
            {body}
        return super().problems()
"""
WORDS = "its own code breaks with these settings"


@pytest.mark.parametrize("body", ["raise ValueError('no judgement')", "return None", "return [5]"], ids=["raises", "none", "number"])
def test_a_layer_that_cannot_say_what_is_wrong_with_it_has_a_problem_at_its_node(body: str) -> None:
    plugin("layers/judge.py", HEAD + DOUBLE.format(name="Judge") + PROBLEMS.format(body=body))
    lines, said = window("""
import pathlib, tempfile
from vitrine.core.layers.base import Layer
document = window.document
judge = Layer.registry.get("Judge")
graph, node = document.graph.insert_on_edge(document.graph.edges[0], judge(level=2))
document.edit_graph(graph, "Insert")
document.select([node])
for_ms(50)
print([str(p) for p in document.analysis.problems_of(node)])
print([p.message for p in window.inspector.layer.problems.problems])
path = pathlib.Path(tempfile.mkdtemp()) / "kept.vitrine"
document.path = path
window.commands["save"].trigger()
until(lambda: path.exists() and not document.dirty)
document.set_layer(node, judge(level=1))
for_ms(50)
print(len(document.analysis.problems_of(node)), trains())
""")
    assert not [text for text in said if "inside" in text], said
    assert f"judge_1: Judge: {WORDS} (" in lines[0] and WORDS in lines[1], lines
    assert lines[2] == "0 True"


COSTS = """
    level: int = hp(default=1, help="Its level")

    def multiply_adds(self, *shapes):
        return {given}
"""


@pytest.mark.parametrize("given", ["None", "float('nan')", "'many'", "-5"])
def test_a_layer_that_cannot_say_what_it_costs_has_a_problem_at_its_node(given: str) -> None:
    """The inspector and the sum over all layers took it for a number."""
    plugin("layers/costly.py", HEAD + DOUBLE.format(name="Costly") + COSTS.format(given=given))
    out = run("""
from vitrine.core.files.examples import find
from vitrine.core.files.project import load_project
from vitrine.core.layers.base import Layer
from vitrine.datasets.base import described
experiment = load_project(find("xor")).experiment
graph, node = experiment.graph.insert_on_edge(experiment.graph.edges[0], Layer.registry.get("Costly")())
analysis = experiment.replace(graph=graph).analyze(described(experiment.dataset))
print(analysis.total_multiply_adds >= 0, *analysis.problems_of(node))
""")
    assert out.startswith(f"True costly_1: {WORDS} (TypeError: its multiply-adds must be a number of at least 0, not "), out


OPTIMIZER = (
    HEAD
    + """
from vitrine.core.optimizers.sgd import SGD
class Moody(SGD):
    level: int = hp(default=1, help="Its level")
    def problems(self):
        if self.level > 1:
            raise ValueError("no judgement")
        return super().problems()
"""
)


def test_what_is_no_layer_has_it_at_its_field() -> None:
    plugin("optimizers/moody.py", OPTIMIZER)
    plugin(
        "activations/bent.py",
        OPTIMIZER.replace("optimizers.sgd import SGD", "activations.tanh import Tanh").replace("Moody(SGD)", "Bent(Tanh)"),
    )
    out = run("""
from vitrine.core.activations.base import Activation
from vitrine.core.files.examples import find
from vitrine.core.files.project import load_project
from vitrine.core.optimizers.base import Optimizer
experiment = load_project(find("xor")).experiment
problems = experiment.replace(optimizer=Optimizer.registry.get("Moody")(level=2)).analyze(None).problems
print([(p.field, str(p)) for p in problems])
node = experiment.graph.nodes[1]
bent = node.layer.replace(activation=Activation.registry.get("Bent")(level=2))
print([(p.node, p.field, p.message) for p in experiment.replace(graph=experiment.graph.set_layer(node.id, bent)).analyze(None).problems])
""")
    optimizer, activation = out.splitlines()
    assert f"('optimizer', 'Moody: {WORDS} (ValueError: no judgement); the log has the details')" in optimizer
    assert "'activation', " in activation and f"Bent: {WORDS} (ValueError: no judgement)" in activation


MOODY = """
from vitrine.core.spec import hp
from vitrine.core.{base} import {parent}
class {name}({parent}):
    level: int = hp(default=1, help="Its level")
    def {hook}(self, *given, **named):
        if self.level > 1:
            {body}
        return super().{hook}(*given, **named)
"""

# By kind: where a guest of it takes its ways from, what it overrides, what that does, and a word of what is said.
HOOKS = {
    "rate": ("schedules", "step_decay", "StepDecay", "rate", "raise ValueError('no rate')", "no rate"),
    "word": ("schedules", "step_decay", "StepDecay", "rate", "return 'fast'", "not 'fast'"),
    "plan": ("schedules", "step_decay", "StepDecay", "preview", "return None", "TypeError"),
    "unfit": ("losses", "binary_cross_entropy", "BinaryCrossEntropy", "fits", "return 0.5", "must be text or None, not 0.5"),
    "link": ("losses", "binary_cross_entropy", "BinaryCrossEntropy", "adds", "raise ValueError('no link')", "no link"),
    "odd_link": ("losses", "binary_cross_entropy", "BinaryCrossEntropy", "adds", "return 0.5", "must be an activation or None, not 0.5"),
}
PARTS = {"schedules": "schedule", "losses": "loss"}


def test_a_schedule_or_loss_that_breaks_with_some_settings_is_a_problem_at_its_field() -> None:
    """The form's plot and the canvas asked them unguarded, too."""
    for key, (folder, file, parent, hook, body, _) in HOOKS.items():
        name = key.title().replace("_", "")
        plugin(f"{folder}/{key}.py", MOODY.format(base=f"{folder}.{file}", parent=parent, name=name, hook=hook, body=body))
    cases = {key.title().replace("_", ""): PARTS[folder] for key, (folder, *_) in HOOKS.items()}
    lines, said = window(f"""
from vitrine.core.files.project import load_project
from vitrine.core.registry import Registry
document = window.document
document.load(load_project(find("xor")).experiment)
for name, part in {cases}.items():
    document.set_part(part, Registry.of(part).get(name)(level=2))
    for_ms(80)
    print(name, [str(p) for p in document.analysis.problems if p.field == part and not p.node])
    window.canvas.grab()
    window.inspector.grab()
    document.undo_stack.undo()
until(lambda: window.session.state == "ready")
print(trains())
""")
    assert not [text for text in said if "inside" in text], said
    assert lines[-1] == "True" and len(lines) == len(HOOKS) + 1
    for line, (_, _, _, _, _, words) in zip(lines, HOOKS.values(), strict=False):
        assert WORDS in line and words in line, lines


CURVE = """
from vitrine.core.activations.tanh import Tanh
from vitrine.core.spec import hp
class Bent(Tanh):
    level: int = hp(default=1, help="Its level")
    def curve(self, z):
        if self.level > 1:
            raise ValueError("no curve")
        return super().curve(z)
"""


def test_an_activation_without_a_curve_has_no_plot_and_nothing_else_is_lost() -> None:
    plugin("activations/bent.py", CURVE)
    lines, said = window("""
from vitrine.core.activations.base import Activation
document = window.document
node = next(n for n in document.graph.nodes if "activation" in {f.name for f in n.layer.fields()})
document.select([node.id])
document.set_layer(node.id, node.layer.replace(activation=Activation.registry.get("Bent")(level=2)))
for_ms(80)
editor = window.inspector.layer.form.editor("activation")
print(type(editor.preview).__name__, editor.preview.isHidden())
document.set_layer(node.id, node.layer.replace(activation=Activation.registry.get("Bent")(level=1)))
for_ms(80)
print(editor.preview.isHidden())
""")
    assert lines == ["ActivationPlot True", "False"]
    assert not [text for text in said if "inside" in text], said


LATE = """
from vitrine.core.stop_rules.base import StopRule
class Late(StopRule):
    def reason(self, progress):
        return 0.5 if progress.epoch > 2 else None
"""


def test_a_stop_rule_that_gives_a_number_for_a_reason_fails_the_run_in_words() -> None:
    plugin("stop_rules/late.py", LATE)
    lines, said = window("""
from vitrine.core.stop_rules.base import StopRule
from vitrine.core.files.project import load_project
document = window.document
document.load(load_project(find("xor")).experiment)
document.set_part("stop_rule", StopRule.registry.get("Late")())
until(lambda: window.session.state == "ready")
window.session.run()
until(lambda: window.session.state == "failed")
""")
    assert [text for text in said if "Late: its reason must be text or None, not 0.5" in text], said
    assert not [text for text in said if "inside" in text], said


CHOSEN = """
from vitrine.core.optimizers.sgd import SGD
class Chosen(SGD):
    def in_place_of(self, before):
        {body}
"""


def test_an_optimizer_that_cannot_say_what_it_keeps_is_chosen_all_the_same() -> None:
    plugin("optimizers/chosen.py", CHOSEN.format(body="raise ValueError('nothing kept')"))
    plugin("optimizers/other.py", CHOSEN.format(body="return None").replace("Chosen", "Other"))
    lines, said = window("""
document, row = window.document, window.inspector.training.rows["optimizer"]
document.select([])
for name in ("Chosen", "Other"):
    row.editor._choose(name)
    for_ms(50)
    print(type(document.experiment.optimizer).__name__)
print(trains())
""")
    assert lines == ["Chosen", "Other", "True"]
    assert not [text for text in said if "inside" in text], said
