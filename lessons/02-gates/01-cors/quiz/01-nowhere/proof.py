"""The lesson's start meets a preflight for an unknown path."""

from peel.checks import Run


def proof_the_preflight_is_approved_without_asking_the_router(run: Run) -> None:
    """CORSMiddleware approves it; the request goes no further in."""
    preflight = run.exchanges[0]
    assert preflight.response.status == 200
    assert preflight.response.text == "OK"
    assert preflight.sent_by("CORSMiddleware")
    assert not preflight.entered("diary")
