"""What the solution shows: a layer that catches, inside two that do not."""

from peel.checks import Run


def proof_a_catching_layer_gets_the_exception(run: Run) -> None:
    """`try` around call_next sees the endpoint's own exception."""
    fire = run.find("Nobody comes")
    assert fire.prints == ["caught: ZeroDivisionError('division by zero')"]
    assert fire.sent_by("safety_net")


def proof_the_server_hears_nothing_of_a_caught_exception(run: Run) -> None:
    """No exception reaches the server."""
    assert run.find("Nobody comes").error is None


def proof_the_answer_of_a_catching_layer_passes_cors(run: Run) -> None:
    """The layers outside the catching one treat its answer like any response."""
    fire = run.find("Nobody comes")
    assert fire.layer("stamp").added.get("x-stamp") == "kitchen"
    assert fire.layer("CORSMiddleware").added.get("access-control-allow-origin") == "https://shop.example"
