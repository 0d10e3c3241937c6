"""What the solution shows: a gate inside CORS that answers by itself."""

from peel.checks import Run


def proof_whoever_does_not_await_keeps_the_request_out(run: Run) -> None:
    """The request turns round at the gate; the endpoint does not run."""
    refused = run.find("Without the word")
    assert refused.sent_by("Gate")
    assert not refused.layer("Gate").awaited
    assert not refused.entered("open_vault")
    assert refused.prints == ["gate: stop"]


def proof_not_awaiting_is_no_error(run: Run) -> None:
    """The answer that nobody inside was asked for is an ordinary response."""
    refused = run.find("Without the word")
    assert refused.error is None
    assert refused.response.status == 401


def proof_layers_outside_the_gate_still_see_the_refusal(run: Run) -> None:
    """CORSMiddleware, further out, labels the 401 for the page."""
    refused = run.find("Without the word")
    assert refused.layer("CORSMiddleware").added.get("access-control-allow-origin") == "https://shop.example"
