"""A 500 that a page can read."""

from peel.checks import Run


def check_the_net_answers(run: Run) -> None:
    """`safety_net` makes the 500, with a JSON body."""
    response = run.find("Nobody comes").response
    assert response.status == 500, f"The answer is {response.status}."
    assert run.find("Nobody comes").sent_by("safety_net"), f"It was made by {run.find('Nobody comes').answered_by}."
    assert response.headers["content-type"] == "application/json"


def check_the_page_can_read_it(run: Run) -> None:
    """The 500 carries `access-control-allow-origin`."""
    allowed = run.find("Nobody comes").response.headers.get("access-control-allow-origin")
    assert allowed == "https://shop.example", "It has no access-control-allow-origin."


def check_the_stamp_is_on_it(run: Run) -> None:
    """The 500 carries the stamp."""
    assert "x-stamp" in run.find("Nobody comes").response.headers, "It has no x-stamp."


def check_the_error_is_told(run: Run) -> None:
    """The exception is printed, since the server no longer logs it."""
    assert any("division" in line for line in run.find("Nobody comes").prints), "Nothing about it was printed."


def check_four_guests_are_served(run: Run) -> None:
    """Four guests still get three slices each."""
    assert run.find("Four come").response.json() == {"slices": 3.0}
