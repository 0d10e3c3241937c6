"""The gate is registered after CORSMiddleware, so it lies outside."""

from peel.checks import Run


def proof_the_gate_turns_the_preflight_away(run: Run) -> None:
    """The preflight carries no word and gets no further than the gate."""
    preflight = run.exchanges[0]
    assert preflight.sent_by("Gate")
    assert not preflight.entered("CORSMiddleware")
