"""A seal on every letter, and nothing lost."""

from peel.checks import Run


def check_both_cookies_arrive(run: Run) -> None:
    """Both cookies reach the reader."""
    cookies = run.find("/letter").response.headers.get_all("set-cookie")
    names = [cookie.partition("=")[0] for cookie in cookies]
    assert names == ["ink", "paper"], f"Cookies on the letter: {', '.join(names) or 'none'}."


def check_the_letter_is_sealed(run: Run) -> None:
    """The letter carries `x-seal: onion`, once."""
    seals = run.find("/letter").response.headers.get_all("x-seal")
    assert seals == ["onion"], f"Seals on the letter: {', '.join(seals) or 'none'}."


def check_a_wrong_address_is_sealed_too(run: Run) -> None:
    """The 404 for a wrong address carries the seal as well."""
    postcard = run.find("/postcard").response
    assert postcard.status == 404
    assert "x-seal" in postcard.headers, "The 404 has no x-seal."


def check_seal_inherits_from_nothing(run: Run) -> None:
    """`Seal` is still a plain ASGI class."""
    assert "Seal" in run.own_layers, "There is no layer named Seal."
    assert run.styles["Seal"] == "asgi", "Seal is built on BaseHTTPMiddleware."
