"""What the start shows: a plain class whose headers pass through a dict."""

from peel.checks import Run


def proof_a_plain_class_is_a_layer(run: Run) -> None:
    """A class with a constructor and an async `__call__` is a layer of the onion."""
    assert run.own_layers == ["Seal"]
    assert run.styles["Seal"] == "asgi"


def proof_options_reach_the_constructor(run: Run) -> None:
    """The crest given to add_middleware is in the header that the layer adds."""
    assert run.find("/letter").layer("Seal").added.get("x-seal") == "onion"


def proof_a_dict_keeps_one_header_of_each_name(run: Run) -> None:
    """Two cookies go in, one comes out."""
    letter = run.find("/letter")
    before = [head for head in letter.heads if head.ring != "Seal"][0]
    assert len(before.headers.get_all("set-cookie")) == 2
    assert letter.response.headers.get_all("set-cookie") == ["paper=cream; Path=/; SameSite=lax"]
