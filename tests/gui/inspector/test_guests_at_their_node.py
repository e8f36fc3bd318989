"""Contributed code that raises where it is looked at: a problem at its node or field, in the inspector too, and Save goes on."""

from __future__ import annotations

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
# By name: what it answers when it is asked what is wrong with it.
JUDGES = {"Raises": "raise ValueError('no judgement')", "Mute": "return None", "Number": "return [5]"}


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

# By name: where a guest takes its ways from, what it overrides, what that does, and a word of what is said.
HOOKS = {
    "Rate": ("schedules", "step_decay", "StepDecay", "rate", "raise ValueError('no rate')", "no rate"),
    "Word": ("schedules", "step_decay", "StepDecay", "rate", "return 'fast'", "not 'fast'"),
    "Plan": ("schedules", "step_decay", "StepDecay", "preview", "return None", "TypeError"),
    "Unfit": ("losses", "binary_cross_entropy", "BinaryCrossEntropy", "fits", "return 0.5", "must be text or None, not 0.5"),
    "Link": ("losses", "binary_cross_entropy", "BinaryCrossEntropy", "adds", "raise ValueError('no link')", "no link"),
    "OddLink": ("losses", "binary_cross_entropy", "BinaryCrossEntropy", "adds", "return 0.5", "must be an activation or None, not 0.5"),
}
PARTS = {"schedules": "schedule", "losses": "loss"}


CURVE = """
from vitrine.core.activations.tanh import Tanh
from vitrine.core.spec import hp
class Curveless(Tanh):
    level: int = hp(default=1, help="Its level")
    def curve(self, z):
        if self.level > 1:
            raise ValueError("no curve")
        return super().curve(z)
"""


LATE = """
from vitrine.core.stop_rules.base import StopRule
class Late(StopRule):
    def reason(self, progress):
        return 0.5 if progress.epoch > 2 else None
"""


CHOSEN = """
from vitrine.core.optimizers.sgd import SGD
class Chosen(SGD):
    def in_place_of(self, before):
        {body}
"""


SCRIPT = """
import pathlib, tempfile
from vitrine.core.activations.base import Activation
from vitrine.core.files.project import load_project
from vitrine.core.layers.base import Layer
from vitrine.core.registry import Registry
from vitrine.core.stop_rules.base import StopRule
document = window.document

def xor():
    document.load(load_project(find("xor")).experiment)
    until(lambda: window.session.state == "ready")

for name in {judges}:
    at(name)
    xor()
    judge = Layer.registry.get(name)
    graph, node = document.graph.insert_on_edge(document.graph.edges[0], judge(level=2))
    document.edit_graph(graph, "Insert")
    document.select([node])
    inspector = window.inspector.layer
    soon(lambda: document.analysis.problems_of(node) and inspector.problems.problems)
    print(name, "node", [str(p) for p in document.analysis.problems_of(node)])
    print(name, "inspector", [p.message for p in inspector.problems.problems])
    path = pathlib.Path(tempfile.mkdtemp()) / "kept.vitrine"
    document.path = path
    window.commands["save"].trigger()
    until(lambda: path.exists() and not document.dirty)
    document.set_layer(node, judge(level=1))
    print(name, "mended", soon(lambda: not document.analysis.problems_of(node)), trains())

xor()
for name, part in {parts}.items():
    at(name)
    document.set_part(part, Registry.of(part).get(name)(level=2))
    for_ms(80)  # until its form and its plot have met it
    print(name, [str(p) for p in document.analysis.problems if p.field == part and not p.node])
    window.canvas.grab()
    window.inspector.grab()
    document.undo_stack.undo()
until(lambda: window.session.state == "ready")
print("trains", trains())

at("Curveless")
node = next(n for n in document.graph.nodes if "activation" in {{f.name for f in n.layer.fields()}})
document.select([node.id])
document.set_layer(node.id, node.layer.replace(activation=Activation.registry.get("Curveless")(level=2)))
editor = lambda: window.inspector.layer.form.editor("activation")
soon(lambda: type(editor().preview).__name__ == "ActivationPlot" and editor().preview.isHidden())
print("curve", type(editor().preview).__name__, editor().preview.isHidden())
document.set_layer(node.id, node.layer.replace(activation=Activation.registry.get("Curveless")(level=1)))
soon(lambda: not editor().preview.isHidden())
print("curve", editor().preview.isHidden())

xor()
document.select([])
for name in ("Chosen", "Other"):
    at(name)
    window.inspector.training.rows["optimizer"].editor._choose(name)
    for_ms(50)
    print("chosen", type(document.experiment.optimizer).__name__)
print("trains", trains())

at("Late")
xor()
document.set_part("stop_rule", StopRule.registry.get("Late")())
until(lambda: window.session.state == "ready")
window.session.run()
until(lambda: window.session.state == "failed")
"""


def test_what_breaks_in_a_guest_is_a_problem_at_its_node_or_field_and_nothing_else_is_lost() -> None:
    """The inspector's forms, plots and the canvas asked guests unguarded, too."""
    for name, body in JUDGES.items():
        plugin(f"layers/{name.lower()}.py", HEAD + DOUBLE.format(name=name) + PROBLEMS.format(body=body))
    for name, (folder, file, parent, hook, body, _) in HOOKS.items():
        plugin(f"{folder}/{name.lower()}.py", MOODY.format(base=f"{folder}.{file}", parent=parent, name=name, hook=hook, body=body))
    plugin("activations/curveless.py", CURVE)
    plugin("optimizers/chosen.py", CHOSEN.format(body="raise ValueError('nothing kept')"))
    plugin("optimizers/other.py", CHOSEN.format(body="return None").replace("Chosen", "Other"))
    plugin("stop_rules/late.py", LATE)
    lines, said = window(SCRIPT.format(judges=list(JUDGES), parts={name: PARTS[folder] for name, (folder, *_) in HOOKS.items()}))
    assert not [text for text in said if "inside" in text], said
    for name in JUDGES:
        node, inspector, mended = (line for line in lines if line.startswith(f"{name} "))
        assert f"{name.lower()}_1: {name}: {WORDS} (" in node and WORDS in inspector, (name, lines)
        assert mended == f"{name} mended True True", lines
    for name, (_, _, _, _, _, words) in HOOKS.items():
        (line,) = (line for line in lines if line.startswith(f"{name} "))
        assert WORDS in line and words in line, (name, line)
    assert [line for line in lines if line.startswith("curve ")] == ["curve ActivationPlot True", "curve False"], lines
    assert [line for line in lines if line.startswith("chosen ")] == ["chosen Chosen", "chosen Other"], lines
    assert lines.count("trains True") == 2 and len(lines) == 3 * len(JUDGES) + len(HOOKS) + 6, lines
    assert [text for text in said if "Late: its reason must be text or None, not 0.5" in text], said


COSTS = """
    level: int = hp(default=1, help="Its level")

    def multiply_adds(self, *shapes):
        return {given}
"""


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


NO_NUMBERS = {"Nothing": "None", "Endless": "float('nan')", "Many": "'many'", "Negative": "-5"}  # by name: what it says that it costs


def test_without_a_window_it_is_a_problem_at_its_node_or_field_too() -> None:
    """The inspector and the sum over all layers took for a number what a layer said that it costs."""
    for name, given in NO_NUMBERS.items():
        plugin(f"layers/{name.lower()}.py", HEAD + DOUBLE.format(name=name) + COSTS.format(given=given))
    plugin("optimizers/moody.py", OPTIMIZER)
    plugin(
        "activations/bent.py",
        OPTIMIZER.replace("optimizers.sgd import SGD", "activations.tanh import Tanh").replace("Moody(SGD)", "Bent(Tanh)"),
    )
    out = run(f"""
from vitrine.core.activations.base import Activation
from vitrine.core.files.examples import find
from vitrine.core.files.project import load_project
from vitrine.core.layers.base import Layer
from vitrine.core.optimizers.base import Optimizer
from vitrine.datasets.base import described
experiment = load_project(find("xor")).experiment
for name in {list(NO_NUMBERS)}:
    graph, node = experiment.graph.insert_on_edge(experiment.graph.edges[0], Layer.registry.get(name)())
    analysis = experiment.replace(graph=graph).analyze(described(experiment.dataset))
    print(analysis.total_multiply_adds >= 0, *analysis.problems_of(node))
problems = experiment.replace(optimizer=Optimizer.registry.get("Moody")(level=2)).analyze(None).problems
print([(p.field, str(p)) for p in problems])
node = experiment.graph.nodes[1]
bent = node.layer.replace(activation=Activation.registry.get("Bent")(level=2))
print([(p.node, p.field, p.message) for p in experiment.replace(graph=experiment.graph.set_layer(node.id, bent)).analyze(None).problems])
""")
    *costs, optimizer, activation = out.splitlines()
    for name, line in zip(NO_NUMBERS, costs, strict=True):
        words = f"{name.lower()}_1: {WORDS} (TypeError: its multiply-adds must be a number of at least 0, not "
        assert line.startswith(f"True {words}"), (name, line)
    assert f"('optimizer', 'Moody: {WORDS} (ValueError: no judgement); the log has the details')" in optimizer
    assert "'activation', " in activation and f"Bent: {WORDS} (ValueError: no judgement)" in activation
