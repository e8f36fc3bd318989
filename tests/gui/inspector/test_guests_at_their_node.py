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
