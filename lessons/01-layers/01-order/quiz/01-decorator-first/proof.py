"""The decorated function is registered first, the class second."""

from peel.checks import Run


def proof_the_class_registered_second_is_outside(run: Run) -> None:
    """Washer, registered second, is met first and left last."""
    prints = run.prints
    assert prints[0] == "washer picks it up"
    assert prints[-1] == "washer puts it down"
