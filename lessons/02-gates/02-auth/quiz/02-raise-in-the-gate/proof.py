"""A middleware raises HTTPException."""

from peel.checks import Run


def proof_nobody_outside_knows_the_exception(run: Run) -> None:
    """The exception reaches the server, and the caller gets a plain 500."""
    garden = run.find("/garden")
    assert garden.response.status == 500
    assert garden.response.text == "Internal Server Error"
    assert garden.error is not None
    assert garden.error.type == "HTTPException"


def proof_the_layer_that_would_know_lies_further_in(run: Run) -> None:
    """ExceptionMiddleware, which turns such exceptions into responses, was never reached."""
    assert run.layers.index("Turnstile") < run.layers.index("ExceptionMiddleware")
    assert not run.find("/garden").entered("ExceptionMiddleware")
