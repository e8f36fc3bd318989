"""Everything that a run depends on, as one immutable, storable value."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, ClassVar

from vitrine.core.activations.base import Activation
from vitrine.core.data import DataInfo
from vitrine.core.errors import GUEST, SpecError, shown
from vitrine.core.layers.base import Layer
from vitrine.core.losses.base import Loss
from vitrine.core.network.analysis import Analysis, Fix, Problem, analyze, broken
from vitrine.core.network.changes import same_function
from vitrine.core.network.costs import cost_of, cost_problems
from vitrine.core.network.graph import GraphSpec
from vitrine.core.optimizers.base import Optimizer
from vitrine.core.regularizers.base import Regularizer
from vitrine.core.regularizers.no_penalty import NoPenalty
from vitrine.core.schedules.base import Schedule
from vitrine.core.schedules.constant import Constant
from vitrine.core.spec import Registry, Spec, is_text, stored
from vitrine.core.stop_rules.base import StopRule
from vitrine.core.stop_rules.no_rule import NoRule
from vitrine.core.training.settings import Clipping, Split, Training

FORMAT = 1
LONGEST_TEXT = 10_000  # letters of a name or description


CHANGES = ("none", "adopt", "rebuild", "fresh")  # what a change means for a run, from the least to the most
Meaning = Callable[[Any, Any], str]  # of the change from one value to another


def part(change: str | Meaning, place: int = 0, registry: str = "", compares: bool | Callable[[Any, Any], bool] = True) -> dict[str, Any]:
    """Declare a part of an experiment: what a change of it means for a run (one of CHANGES, or a function that says so),
    its place in the form (0: none), the registry that it is a type of, and whether losses before and after a change compare."""
    return {"change": change, "place": place, "registry": registry, "compares": compares}


def _graph_change(before: GraphSpec, after: GraphSpec) -> str:
    return "none" if before.structure == after.structure else "rebuild"


@dataclass(frozen=True)
class Experiment:
    """Dataset, preprocessing, split, graph, loss, optimizer and loop settings.

    `dataset` and `preprocessing` are Specs of the registries "dataset" and "preprocessing" (package `datasets`).
    """

    dataset: Spec = field(metadata=part("fresh", 1, "dataset", compares=False))
    preprocessing: Spec = field(metadata=part("fresh", 2, "preprocessing", compares=False))
    graph: GraphSpec = field(metadata=part(_graph_change, compares=same_function))
    loss: Loss = field(metadata=part("rebuild", 4, "loss", compares=False))
    optimizer: Optimizer = field(metadata=part("adopt", 6, "optimizer"))
    split: Split = field(default=Split(), metadata=part("fresh", 3, compares=False))
    training: Training = field(default=Training(), metadata=part(Training.change, 9))
    # of any strength: no recorded loss holds the penalty, so a loss says the same of the weights before and after
    regularizer: Regularizer = field(default=NoPenalty(), metadata=part("adopt", 5, "regularizer"))
    schedule: Schedule = field(default=Constant(), metadata=part("adopt", 7, "schedule"))
    clipping: Clipping = field(default=Clipping(), metadata=part("adopt", 8))
    stop_rule: StopRule = field(default=NoRule(), metadata=part("adopt", 10, "stop_rule"))
    name: str = field(default="Untitled", metadata=part("none"))
    description: str = field(default="", metadata=part("none"))  # what to look for, in a paragraph
    topic: str = field(default="", metadata=part("none"))  # under which an example is listed

    PARTS: ClassVar[dict[str, str]]  # those of the form, in its order, and their registries

    def change_to(self, after: Experiment) -> str:
        """What it means for a run that this became `after`: "none", "adopt" (the run goes on under other settings), "rebuild"
        (another network takes over the weights of untouched layers) or "fresh" (other data or another seed)."""
        found = "none"
        for declared in dataclasses.fields(self):
            one, other = getattr(self, declared.name), getattr(after, declared.name)
            if one != other:
                change = declared.metadata["change"]
                found = max(found, change if isinstance(change, str) else change(one, other), key=CHANGES.index)
        return found

    def compares_with(self, other: Experiment) -> bool:
        """Whether a loss under the one says anything against a loss under the other: the same loss of the same function on the
        same data. How it is learnt (batches, optimizer, rate, penalties) does not matter."""
        for declared in dataclasses.fields(self):
            one, another, compares = getattr(self, declared.name), getattr(other, declared.name), declared.metadata["compares"]
            if one != another and not (compares(one, another) if callable(compares) else compares):
                return False
        return True

    def replace(self, **changes: Any) -> Experiment:
        """A copy with other parts."""
        return dataclasses.replace(self, **changes)

    @property
    def seed(self) -> int:
        """The seed of weights, shuffling and dropout."""
        return self.training.seed

    def with_settings(self, settings: Iterable[tuple[str, Any]]) -> Experiment:
        """A copy with other settings, by names such as "training.batch_size"."""
        experiment = self
        for name, value in settings:
            part, _, own = name.partition(".")
            experiment = experiment.replace(**{part: getattr(experiment, part).replace(**{own: value})})
        return experiment

    def with_seed(self, seed: int) -> Experiment:
        """A copy with another seed."""
        return self.replace(training=self.training.replace(seed=seed))

    def to_json(self) -> dict[str, Any]:
        """The whole as plain values; `from_json` reads them."""
        data: dict[str, Any] = {"format": FORMAT, "name": self.name, "description": self.description}
        if self.topic:
            data["topic"] = self.topic
        for part in self.PARTS:
            data[part] = stored(getattr(self, part))
        data["graph"] = self.graph.to_json()
        return data

    @classmethod
    def from_json(cls, data: Any) -> Experiment:
        """Raises SpecError naming the part that is broken, absent or from a newer version, and GraphError for a broken connection."""
        if not isinstance(data, dict):
            raise SpecError("this is not the description of an experiment")
        version = data.get("format")
        if type(version) is not int or version < 1:
            raise SpecError("this is not a Vitrine experiment: it bears no format number")
        if version > FORMAT:
            raise SpecError(f"made by a newer Vitrine (format {shown(version)}, this one reads {FORMAT}); update the app to open it")
        parts: dict[str, Any] = {}
        for part, registry in cls.PARTS.items():
            if part in data:
                try:
                    parts[part] = _part_from_json(part, registry, data[part])
                except SpecError as error:
                    raise SpecError(f"{part}: {error}", error.field) from error
        missing = [p for p in ("dataset", "preprocessing", "loss", "optimizer", "graph") if p not in data]
        if missing:
            raise SpecError(f"the experiment lacks {', '.join(missing)}")
        graph = GraphSpec.from_json(data["graph"])
        for name in ("name", "description", "topic"):
            if name in data:
                parts[name] = data[name]
                if not is_text(data[name]) or len(data[name]) > LONGEST_TEXT:
                    raise SpecError(f"{name}: must be text of at most {LONGEST_TEXT:,} letters, not {shown(data[name])}")
        return cls(graph=graph, **parts)

    def analyze(self, info: DataInfo | None, examples: int | None = None) -> Analysis:
        """The graph's analysis for this data, with what the loss, the data and the settings have to say.

        examples: of the training part; None while the data are not here to tell.
        """
        analysis = analyze(self.graph, info.input_shape if info is not None else None)
        problems = list(analysis.problems)
        for where, look in (
            (None, self._setting_problems),
            ("training", lambda: self._rule_problems(info)),
            ("loss", lambda: self._output_problems(analysis, info) if info is not None else []),
        ):
            try:
                problems += look()
            except GUEST as error:  # contributed code is a guest
                problems.append(broken(error, None, where))
        if examples is not None and not self.training.problems():
            problems += self._part_problems(analysis, examples)
        analysis = dataclasses.replace(analysis, problems=tuple(problems))
        return self._with_cost(analysis, info) if info is not None else analysis

    def _with_cost(self, analysis: Analysis, info: DataInfo) -> Analysis:
        try:
            cost = cost_of(self, analysis, info)
            found = cost_problems(cost, analysis, self, info) if cost is not None else []
        except GUEST as error:  # contributed code is a guest
            return dataclasses.replace(analysis, problems=(*analysis.problems, broken(error)))
        return dataclasses.replace(analysis, cost=cost, problems=(*analysis.problems, *found))

    def _setting_problems(self) -> list[Problem]:
        found = [(part, p) for part in self.PARTS for p in getattr(self, part).problems()]
        return [Problem(str(p), None, f"{part}.{p.field}" if p.field else part) for part, p in found]

    def _rule_problems(self, info: DataInfo | None) -> list[Problem]:
        """Settings that don't suit each other, or the data."""
        found = []
        if self.optimizer.full_batch and self.training.batch_size != "full":
            text = f"{self.optimizer.title} works on the whole training part at once: set Batch size to full"
            found.append(Problem(text, None, "training.batch_size"))
        if self.training.problems() or self.split.problems():
            return found  # the rules below compare with these
        for part, look in (("schedule", self._schedule_misfit), ("stop_rule", lambda: self.stop_rule.misfit(self, info))):
            rule = getattr(self, part)
            try:
                said = None if rule.problems() else look()
                found += [] if said is None else [Problem(f"{rule.title}: {said[1]}", None, f"{part}.{said[0]}")]
            except GUEST as error:  # contributed code is a guest
                found.append(broken(error, None, part))
        return found

    def _schedule_misfit(self) -> tuple[str, str] | None:
        if not self.optimizer.problems():
            self.schedule.try_rates(self.optimizer.learning_rate, self.training.epochs)
        return self.schedule.misfit(self.training)

    def _part_problems(self, analysis: Analysis, examples: int) -> list[Problem]:
        """A training part that holds nothing, or is cut into batches too small for a layer."""
        if not examples:
            return [Problem("the training part is empty: give it a larger share in the split", None, "split.train")]
        try:
            return self._batch_problems(analysis, examples)
        except GUEST as error:  # contributed code is a guest
            return [broken(error, None, "training.batch_size")]

    def _batch_problems(self, analysis: Analysis, examples: int) -> list[Problem]:
        size, drops = self.training.batch_of(examples), self.training.drop_last
        rest = examples % size if size else 0
        found = []
        for node_id in analysis.order:
            layer, fewest = self.graph[node_id].layer, analysis.fewest_examples_of(node_id)
            title = f"{layer.title} ({node_id}) takes {fewest} examples a batch at the least"
            if size < fewest <= examples:
                fix = Fix(f"Set batch size to {fewest}", settings=(("training.batch_size", fewest),))
                found.append(Problem(f"{title}: set Batch size to {fewest} or more", None, "training.batch_size", fixes=(fix,)))
            elif rest and rest < fewest and not drops:
                other = next(s for s in range(size + 1, examples + 1) if not 0 < examples % s < fewest)
                fixes = (
                    Fix("Drop the last batch", settings=(("training.drop_last", True),)),
                    Fix(f"Set batch size to {other}", settings=(("training.batch_size", other),)),
                )
                noun = "example" if rest == 1 else "examples"
                text = f"{title}, and the last batch of every epoch holds {rest} {noun} ({examples:,} in batches of {size:,})"
                found.append(Problem(f"{text}: drop it, or set Batch size to {other}", None, "training.batch_size", fixes=fixes))
        return found[:1]  # the same remedies mend all

    @property
    def penalties(self) -> list[str]:
        """What is added to the loss in training, by title."""
        layers = [getattr(node.layer, "regularizer", None) for node in self.graph.nodes]
        active = [r for r in (*layers, self.regularizer) if r is not None and r.active]
        return list(dict.fromkeys([r.title for r in active] + [n.layer.title for n in self.graph.nodes if n.layer.penalizes]))

    @property
    def loss_text(self) -> str:
        """What the shown loss is, in words: penalties are never part of it."""
        titles = self.penalties
        return f"{self.loss.title}, without the penalty ({', '.join(titles)})" if titles else self.loss.title

    def shown_through(self, node_id: str, analysis: Analysis) -> str:
        """ "softmax in the loss" for an output layer whose values are seen through the loss's link, else nothing."""
        if node_id != analysis.output:
            return ""
        try:
            link = self._added_link(node_id)
        except GUEST:  # contributed code is a guest; what it raises is one of the analysis's problems
            return ""
        return "" if link is None else f"{link.title.lower()} in the loss"

    def _added_link(self, output: str) -> Activation | None:
        link = self.loss.adds(self.graph[output].layer.output_activation)
        if link is not None and not isinstance(link, Activation):
            raise TypeError(f"what {self.loss.title} adds must be an activation or None, not {shown(link)}")
        return link

    def _output_problems(self, analysis: Analysis, info: DataInfo) -> list[Problem]:
        misfit = self.loss.fits(info)
        if not isinstance(misfit, str | None):
            raise TypeError(f"why {self.loss.title} does not fit must be text or None, not {shown(misfit)}")
        if misfit:
            return [Problem(misfit, None, "loss")]
        output = analysis.output
        if output is None or analysis.output_shape is None:
            return []
        layer = self.graph[output].layer
        problems = []
        wanted = self.loss.output_shape(info)
        if analysis.output_shape != wanted:
            problems.append(_wrong_output(self.graph, output, analysis.output_shape, wanted, info))
        self._added_link(output)
        activation = layer.output_activation
        if activation is not None and not self.loss.takes_output(activation):
            link = self.loss.link()
            text = f"{self.loss.title} takes {link.title.lower()} or linear outputs, not {activation.title}"
            fix = Fix(f"Set activation to {link.title.lower()}", _setter(output, "activation", link))
            problems.append(Problem(text, output, "activation", fixes=(fix,)))
        return problems


def _part_from_json(part: str, registry: str, entry: Any) -> Spec:
    """Raises SpecError."""
    if not registry:
        plain: dict[str, type[Spec]] = {"split": Split, "training": Training, "clipping": Clipping}
        return plain[part].from_json(entry)
    if not isinstance(entry, (str, dict)):
        raise SpecError(f"expected the description of a {registry.replace('_', ' ')}, got {shown(entry)}")
    cls: type[Spec] = Registry.of(registry).get(entry if isinstance(entry, str) else entry.get("type", ""))
    return cls.from_json(entry)


Experiment.PARTS = {
    declared.name: declared.metadata["registry"]
    for declared in sorted(dataclasses.fields(Experiment), key=lambda declared: int(declared.metadata["place"]))
    if declared.metadata["place"]
}


def _wrong_output(graph: GraphSpec, output: str, shape: tuple[int, ...], wanted: tuple[int, ...], info: DataInfo) -> Problem:
    def text(s: tuple[int, ...]) -> str:
        return " × ".join(map(str, s)) or "1"

    reason = info.task.demand(info)
    layer = graph[output].layer
    fixes: tuple[Fix, ...] = ()
    if len(wanted) == 1 and len(shape) == 1 and layer.width_field:
        fixes = (Fix(f"Set {layer.width_field} to {wanted[0]}", _setter(output, layer.width_field, wanted[0])),)
    elif len(wanted) == 1:
        head = Layer.registry.get(info.task.head)
        fixes = (Fix(f"Append {head.title} with {wanted[0]} {head.width_field}", _appender(output, head, wanted[0])),)
    return Problem(f"the output is {text(shape)}, but {reason} need {text(wanted)}", output, "units", fixes=fixes)


def _setter(node_id: str, name: str, value: Any) -> Any:
    return lambda graph: graph.set_layer(node_id, graph[node_id].layer.replace(**{name: value}))


def _appender(node_id: str, kind: type[Layer], width: int) -> Any:
    return lambda graph: graph.append(kind(**{kind.width_field: width}), after=node_id)[0]
