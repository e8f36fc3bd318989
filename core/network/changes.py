"""What an edit made of a graph: which layers bear another name, and whether it computes the same."""

from __future__ import annotations

from vitrine.core.network.graph import GraphSpec


def renamed(before: GraphSpec, after: GraphSpec) -> dict[str, str]:
    """Layers that bear another name now: gone here, new there, alike in settings and place."""
    gone = {(n.layer, n.position): n.id for n in before.nodes if n.id not in after}
    return {gone[n.layer, n.position]: n.id for n in after.nodes if n.id not in before and (n.layer, n.position) in gone}


def same_function(before: GraphSpec, after: GraphSpec) -> bool:
    """Whether both compute the same of their inputs at the same weights.

    Penalties may differ: they are part of no recorded loss, so what they leave behind still compares.
    """
    names = renamed(before, after)
    layers = {names.get(node.id, node.id): node.layer.unpenalized() for node in before.nodes}
    edges = [(names.get(edge.source, edge.source), names.get(edge.target, edge.target)) for edge in before.edges]
    return layers == {node.id: node.layer.unpenalized() for node in after.nodes} and edges == [
        (edge.source, edge.target) for edge in after.edges
    ]
