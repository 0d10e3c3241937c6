"""The endpoint raises HTTPException behind two layers."""

from peel.checks import Run


def proof_the_exception_is_a_response_before_it_reaches_your_layers(run: Run) -> None:
    """ExceptionMiddleware, inside of stamp, makes the response; no exception gets any further."""
    share = run.find("/share/0")
    assert share.error is None
    assert share.layer("stamp").raised is None
    assert share.layer("stamp").added.get("x-stamp") == "kitchen"
    assert run.layers.index("stamp") < run.layers.index("ExceptionMiddleware")
