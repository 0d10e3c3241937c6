"""What the start shows: Guard, Cloakroom and usher are registered in this order."""

from peel.checks import Run


def proof_the_last_one_registered_is_met_first(run: Run) -> None:
    """The layer registered last is met first, the one registered first is met last."""
    assert run.own_layers == ["usher", "Cloakroom", "Guard"]
    assert run.find("/painting").prints[:3] == ["usher in", "cloakroom in", "guard in"]


def proof_the_decorator_gives_no_place_of_its_own(run: Run) -> None:
    """A decorated function registered after two classes lies outside both."""
    path = run.find("/painting").path
    assert path.index("usher") < path.index("Cloakroom") < path.index("Guard")


def proof_the_way_out_is_the_way_in_reversed(run: Run) -> None:
    """Responses pass the layers in reverse."""
    prints = run.find("/painting").prints
    assert [line.replace("out", "in") for line in reversed(prints[4:])] == prints[:3]


def proof_unknown_paths_pass_the_layers_too(run: Run) -> None:
    """A path without a route goes through all three layers and gets a 404."""
    lost = run.find("/giftshop")
    assert lost.response.status == 404
    assert all(lost.entered(name) for name in run.own_layers)
