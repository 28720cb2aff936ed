"""Read a page of HTML back, strictly: every element closed where it should be."""

from html.parser import HTMLParser

_VOID = {"meta", "link", "br", "hr", "img", "input"}


class Page(HTMLParser):
    """Elements with their attributes, the texts by the innermost element, the rows of tables."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.open, self.elements, self.texts, self.rows = [], [], [], []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in _VOID:
            self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open and self.open.pop() == tag, (tag, self.getpos())

    def handle_data(self, data):
        if self.open:
            self.texts.append((self.open[-1], data))
        if "td" in self.open or "th" in self.open:
            self.rows[-1][-1] += data

    def named(self, tag):
        """The attributes of all elements of a kind."""
        return [attrs for name, attrs in self.elements if name == tag]

    def text(self, tag):
        """The text directly within the elements of a kind."""
        return "".join(data for name, data in self.texts if name == tag)


def loads(page):
    """What a page refers to outside itself, of all its attributes that can load something."""
    keys = "src", "href", "xlink:href", "srcset", "data", "poster", "action", "background"
    found = [value for _, attrs in page.elements for key in keys if (value := attrs.get(key)) is not None]
    return [value for value in found if not value.startswith(("#", "data:"))]
