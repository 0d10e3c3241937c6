"""A gate that refuses before, not after."""

from peel.checks import Run


def check_the_vault_stays_shut(run: Run) -> None:
    """Without the word the vault is not opened."""
    assert "vault: open" not in run.find("Without the word").prints, "The endpoint ran and opened the vault."


def check_the_gate_answers_itself(run: Run) -> None:
    """Without the word `Gate` answers 401 and does not await the app inside."""
    refused = run.find("Without the word")
    assert refused.response.status == 401, f"The answer is {refused.response.status}."
    assert refused.sent_by("Gate"), f"The first answer was made by {refused.answered_by}."


def check_the_refusal_can_be_read(run: Run) -> None:
    """The shop's page can read the 401."""
    headers = run.find("Without the word").response.headers
    assert "access-control-allow-origin" in headers, "The 401 has no access-control-allow-origin."


def check_the_word_opens_it(run: Run) -> None:
    """With the word the vault opens."""
    opened = run.find("With the word")
    assert opened.response.status == 200, f"The answer is {opened.response.status}."
    assert opened.prints == ["vault: open"], f"Printed: {opened.prints}."


def check_the_preflight_passes(run: Run) -> None:
    """The preflight is approved, though it carries no word."""
    assert run.find("The preflight carries no word").response.status == 200
