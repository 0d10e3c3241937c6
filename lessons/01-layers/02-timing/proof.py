"""What the start shows: a body that takes 0.4 seconds, behind a timer built on call_next."""

from peel.checks import Run


def proof_the_header_carries_the_time_of_call_next(run: Run) -> None:
    """The timer's number arrives as a response header."""
    tea = run.find("/tea")
    assert "x-took" in tea.response.headers
    assert "x-took" in tea.layer("timing").added


def proof_the_clock_stops_before_the_first_cup(run: Run) -> None:
    """The header says 0.0 though the exchange lasted 0.4 seconds."""
    tea = run.find("/tea")
    assert tea.response.headers["x-took"] == "0.0"
    assert tea.lasted_ms >= 400, f"The exchange lasted {tea.lasted_ms} ms."


def proof_call_next_does_not_wait_for_the_body(run: Run) -> None:
    """The head is on the wire 0.4 seconds before the last piece of the body."""
    pieces = [message for message in run.find("/tea").sent if message.ring == "timing"]
    assert pieces[0].type == "http.response.start"
    assert pieces[-1].at_ms - pieces[0].at_ms >= 400
