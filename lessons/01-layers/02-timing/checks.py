"""A second clock, outside the first, that sees the whole body."""

from peel.checks import Run


def check_the_stopwatch_sees_both_cups(run: Run) -> None:
    """`Stopwatch` prints 0.4 seconds."""
    spoken = [line for line in run.find("/tea").prints if line.startswith("stopwatch")]
    assert spoken, "Nothing that begins with 'stopwatch' was printed."
    assert spoken == ["stopwatch: 0.4 s"], f"It printed {spoken[0]!r}."


def check_the_first_clock_still_stops_early(run: Run) -> None:
    """The header made by `timing` still says 0.0."""
    assert run.find("/tea").response.headers["x-took"] == "0.0"


def check_the_stopwatch_is_pure_asgi(run: Run) -> None:
    """`Stopwatch` is a plain class around the app, outside `timing`."""
    assert "Stopwatch" in run.own_layers, "There is no layer named Stopwatch."
    assert run.styles["Stopwatch"] == "asgi", "Stopwatch is built on BaseHTTPMiddleware."
    assert run.own_layers == ["Stopwatch", "timing"], f"From the outside in: {', '.join(run.own_layers)}."


def check_the_tea_arrives(run: Run) -> None:
    """Both cups arrive."""
    assert run.find("/tea").response.text == "first cup\nsecond cup\n"
