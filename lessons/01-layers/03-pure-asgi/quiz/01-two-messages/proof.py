"""A layer that prints around its await and in its own send."""

from peel.checks import Run


def proof_messages_come_by_while_the_layer_waits(run: Run) -> None:
    """Head and body pass the layer's send before its await is over."""
    prints = run.find("/house").prints
    assert prints.index("leaves") == len(prints) - 1
    assert prints.index("carries start") < prints.index("carries body") < prints.index("leaves")
