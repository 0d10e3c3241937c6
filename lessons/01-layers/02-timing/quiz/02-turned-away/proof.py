"""The barrier is registered after the timer and turns the request away."""

from peel.checks import Run


def proof_the_timer_never_saw_the_request(run: Run) -> None:
    """The request turns round at the barrier, one ring outside the timer."""
    ferry = run.find("/ferry")
    assert ferry.sent_by("barrier")
    assert not ferry.entered("timing")
