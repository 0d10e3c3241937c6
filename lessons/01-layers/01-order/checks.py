"""The museum's order: Guard, Cloakroom, usher."""

from peel.checks import Run


def check_the_guard_is_met_first(run: Run) -> None:
    """`Guard` is the first of the three to meet the visitor."""
    first = next((line for line in run.find("/painting").prints), "nothing")
    assert first == "guard in", f"The first line printed is {first!r}."


def check_the_cloakroom_comes_before_the_usher(run: Run) -> None:
    """`Cloakroom` comes next, `usher` stands right before the painting."""
    ways_in = [line.removesuffix(" in") for line in run.find("/painting").prints if line.endswith(" in")]
    assert ways_in == ["guard", "cloakroom", "usher"], f"On the way in: {', '.join(ways_in)}."


def check_all_three_let_the_visitor_out(run: Run) -> None:
    """On the way out all three are passed again."""
    ways_out = {line for line in run.find("/painting").prints if line.endswith(" out")}
    missing = {"guard out", "cloakroom out", "usher out"} - ways_out
    assert not missing, f"Not printed: {', '.join(sorted(missing))}."


def check_the_painting_is_shown(run: Run) -> None:
    """The painting is still answered with 200."""
    assert run.find("/painting").response.status == 200
