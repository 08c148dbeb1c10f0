"""The forms of a page."""

from __future__ import annotations

from html.parser import HTMLParser


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[dict] = []

    def handle_starttag(self, tag: str, attrs) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append({"action": attributes.get("action", ""), "method": attributes.get("method", ""), "inputs": {}})
        elif tag == "input" and self.found and "name" in attributes:
            self.found[-1]["inputs"][attributes["name"]] = attributes.get("value", "")


def forms(html: str) -> list[dict]:
    parser = _Forms()
    parser.feed(html)
    return parser.found
