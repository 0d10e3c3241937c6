"""What the start shows: one listed origin, everything else as it comes."""

from peel.checks import Run


def proof_the_preflight_goes_no_further(run: Run) -> None:
    """CORSMiddleware answers the preflight; the ring inside it never hears of it."""
    preflight = run.find("May the shop put?")
    assert preflight.sent_by("CORSMiddleware")
    assert not preflight.entered("diary")
    assert "diary: OPTIONS /basket/plums" not in run.prints


def proof_by_default_put_is_not_allowed(run: Run) -> None:
    """Without further options a preflight for PUT is refused."""
    response = run.find("May the shop put?").response
    assert response.status == 400
    assert "method" in response.text and "headers" in response.text


def proof_an_unlisted_origin_is_served_all_the_same(run: Run) -> None:
    """A request from an unlisted origin runs the endpoint; it gets no allow-origin header."""
    read = run.find("Somebody else reads")
    assert read.response.status == 200
    assert read.entered("read_basket")
    assert "access-control-allow-origin" not in read.response.headers


def proof_the_put_is_served_too(run: Run) -> None:
    """The PUT whose preflight was refused changes the basket when it is sent anyway."""
    assert run.find("The shop puts").response.json() == {"pears": 2, "plums": 3}
