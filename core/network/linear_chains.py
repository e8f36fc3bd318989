"""Layers in a row that a single one could replace, because nothing between them bends what passes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod

from vitrine.core.initializers.param import Param
from vitrine.core.kernels.context import Shape
from vitrine.core.network.graph import GraphSpec


def linear_chains(
    graph: GraphSpec, order: Sequence[str], shapes: Mapping[str, Shape], params: Mapping[str, Mapping[str, Param]]
) -> list[list[str]]:
    """Chains of two or more layers with weights, y = W2 (W1 x + b1) + b2 = W x + b; all but the last of each are needless.

    A narrow layer is not needless: with fewer values than enter and leave, W has a lower rank than one layer's, which is what an
    encoder's code is for. Nor is one whose values go elsewhere, too.
    """
    chains: list[list[str]] = []
    seen: set[str] = set()
    for node in order:
        if node in seen or node not in shapes or not _weights(params, node):
            continue
        chain = [node]
        rank = prod(shapes[graph.sources(node)[0]])  # values that can come through so far
        while (after := _next(graph, chain[-1], shapes, params)) is not None:
            width = prod(shapes[chain[-1]])
            if width < min(rank, prod(shapes[after])):
                break
            rank = min(rank, width)
            chain.append(after)
        seen.update(chain[:-1])
        if len(chain) > 1:
            chains.append(chain)
    return chains


def _next(graph: GraphSpec, node: str, shapes: Mapping[str, Shape], params: Mapping[str, Mapping[str, Param]]) -> str | None:
    """The layer with weights that comes next, if all up to its activation is a linear map of what this one gets."""
    here = node
    while _is_linear(graph, here):
        targets = graph.targets(here)
        if len(targets) != 1 or len(graph.sources(targets[0])) != 1 or targets[0] not in shapes:
            return None
        here = targets[0]
        if not graph[here].layer.affine:
            return None
        if _weights(params, here):
            return here
    return None


def _is_linear(graph: GraphSpec, node: str) -> bool:
    layer = graph[node].layer
    activation = layer.output_activation
    return layer.affine and (activation is None or activation.identity)


def _weights(params: Mapping[str, Mapping[str, Param]], node: str) -> bool:
    return any(param.is_weight for param in params.get(node, {}).values())
