"""The lesson's start meets a plain GET from an origin that is not listed."""

from peel.checks import Run


def proof_the_endpoint_ran(run: Run) -> None:
    """The request went all the way in, and its answer all the way out."""
    read = run.exchanges[0]
    assert read.entered("read_basket")
    assert read.response.json() == {"pears": 2}
