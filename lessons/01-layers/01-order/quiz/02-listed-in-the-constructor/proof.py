"""Paper stands before Ribbon in the list given to FastAPI."""

from peel.checks import Run


def proof_the_first_one_listed_is_outermost(run: Run) -> None:
    """The list is read from the outside in."""
    assert run.own_layers == ["Paper", "Ribbon"]
    assert run.prints == ["paper torn", "ribbon untied"]
