"""What the sample's clock does, however it is spelt."""

from peel.checks import Run


def check_the_time_is_told(run: Run) -> None:
    """Each bread says how long it took: 0.1 seconds asleep, or none."""
    took = [one.response.headers["x-took"] for one in run.exchanges if one.request.method == "GET"]
    assert took == ["0.1 s", "0.1 s", "0.1 s", "0.0 s"], f"The headers say {took}."


def check_the_preflight_is_not_timed(run: Run) -> None:
    """CORSMiddleware answers the preflight before the clock is asked."""
    preflights = [one for one in run.exchanges if one.request.method == "OPTIONS"]
    assert preflights, "No preflight was sent."
    assert all("x-took" not in one.response.headers for one in preflights)


def check_the_clock_is_innermost(run: Run) -> None:
    """It stands inside of Tickets, next to the router."""
    assert run.own_layers[-1].lower() == "timing", f"From the outside in: {', '.join(run.own_layers)}."


def check_the_others_go_on(run: Run) -> None:
    """Tickets and NoSniff still do their work."""
    first = run.exchanges[0].response.headers
    assert first["x-ticket"] == "B1"
    assert first["x-content-type-options"] == "nosniff"
