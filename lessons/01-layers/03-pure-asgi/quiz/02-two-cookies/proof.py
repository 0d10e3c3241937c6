"""The lesson's start: headers pass through a dict in Seal."""

from peel.checks import Run


def proof_one_of_two_cookies_arrives(run: Run) -> None:
    """The later cookie has taken the earlier one's place."""
    cookies = run.exchanges[0].response.headers.get_all("set-cookie")
    assert [cookie.partition("=")[0] for cookie in cookies] == ["paper"]
