"""An exception passes one layer and is caught by the next."""

from peel.checks import Run


def proof_what_follows_the_await_is_skipped(run: Run) -> None:
    """Neither layer goes on after its await; the outer one goes on in its except."""
    spice = run.find("/spice")
    assert "inner, after" not in spice.prints
    assert "outer, after" not in spice.prints
    assert spice.prints[-1] == "outer, rescue"
    assert spice.sent_by("outer")
