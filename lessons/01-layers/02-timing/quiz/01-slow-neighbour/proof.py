"""The timer is registered first, the slow layer second."""

from peel.checks import Run


def proof_the_wait_outside_is_not_measured(run: Run) -> None:
    """The header says 0.0 while the exchange lasted 0.3 seconds."""
    parcel = run.find("/parcel")
    assert run.own_layers == ["Customs", "timing"]
    assert parcel.response.headers["x-took"] == "0.0"
    assert parcel.lasted_ms >= 300
