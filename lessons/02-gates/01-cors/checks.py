"""The shop's page may put, nobody else's may."""

from peel.checks import Run


def check_the_preflight_is_approved(run: Run) -> None:
    """The shop's preflight is answered with 200."""
    response = run.find("May the shop put?").response
    assert response.status == 200, f"It gets {response.status}: {response.text}."


def check_put_and_the_header_are_named(run: Run) -> None:
    """The answer names `PUT` and `x-basket`."""
    headers = run.find("May the shop put?").response.headers
    assert "PUT" in headers.get("access-control-allow-methods", ""), "PUT is not among the allowed methods."
    allowed = headers.get("access-control-allow-headers", "").lower()
    assert "x-basket" in allowed, "x-basket is not among the allowed headers."


def check_the_list_is_no_wildcard(run: Run) -> None:
    """Methods are listed one by one; a wildcard would allow `DELETE` as well."""
    methods = run.find("May the shop put?").response.headers.get("access-control-allow-methods", "")
    assert "DELETE" not in methods, f"Allowed are {methods}."


def check_nobody_else_may(run: Run) -> None:
    """Another origin is told no, and its page can't read the basket."""
    asked = run.find("Somebody else asks").response
    assert asked.status == 400, f"The other origin's preflight gets {asked.status}."
    read = run.find("Somebody else reads").response
    allowed = read.headers.get("access-control-allow-origin")
    assert allowed is None, f"Its answer says access-control-allow-origin: {allowed}."
