"""Walks the pages as a browser without JavaScript would, and tells what a hostile text has done to one."""

import re
from dataclasses import dataclass, field
from urllib.parse import quote, quote_plus, urljoin, urlsplit

import httpx
import lxml.html
from lxml.html import FormElement, HtmlElement

TEXTS = {
    "tags": "<script data-hostile>hostile()</script><img data-hostile src=x onerror=hostile()>"
    "<svg data-hostile onload=hostile()>",
    "attribute": "\" autofocus onfocus=hostile() data-hostile=\" ' data-hostile=' onmouseover='hostile() > x",
    "closing": "</textarea></title></option></select></style></script><b data-hostile>hostile</b>",
    "template": "{{ 7 * 7191 }}{% for x in ().__class__.__base__.__subclasses__() %}{{ x }}{% endfor %}"
    "${7*7191}#{7*7191}",
    "quotes": '\'; DROP TABLE events; -- " OR "1"="1 \' OR 1=1 -- \\',
    "link": "javascript:hostile() data:text/html,<script>hostile()</script>",
    "header": "x\r\nSet-Cookie: hostile=1\r\nX-Hostile: 1\r\n\r\n<html data-hostile>",
    "nul": "before\x00after \x01\x08\x1b[31m \ufffe\uffff",
    "invisible": "\u202egnitirw\u202c \u200bzero\u200d\u2060 \ufeffwidth \u0430\u0435\u043e e\u0301\u0301 \U0001f9ec",
    "path": "../../../../etc/passwd ..%2f..%2f %00 file:///etc/passwd",
    "long": "ALS " * 25_000,
    "surrogate": "a\udc80\udcff\ud800b",
    "number": "-1",
    "huge": "9" * 40,
    "decimal": "1e400",
    "empty": "",
}
"""Each would do harm somewhere if it were taken for more than text."""

ENDS_THE_VISIT = re.compile(r"^/(sign-out|account/(close|sessions)|admin/people/\d+/(close|roles))")
"""Forms after which the one who crawls would be somebody else; other tests send them."""


def encoded(text: str) -> str:
    """A text as it stands in an address, lone surrogates as the bytes that they would be."""
    return quote_plus(text.encode("utf-8", "surrogatepass"))


def pattern(address: str) -> str:
    """An address without what tells two pages of one kind apart."""
    parts = urlsplit(address)
    names = "&".join(sorted({pair.split("=")[0] for pair in parts.query.split("&")}))
    path = re.sub(r"/\d+(?=/|$)", "/0", parts.path)
    path = re.sub(r"(/(?:sources|statements)/)[^/]+", r"\1x", path)
    return f"{path}?{names}"


def injected(page: HtmlElement) -> list[str]:
    """What stands in a page that none of our templates writes."""
    found = [f"an element of the text: {_shown(one)}" for one in page.xpath("//*[@data-hostile]")]
    for element in page.iter():
        if not isinstance(element.tag, str):
            continue
        for name, value in element.attrib.items():
            if str(name).lower().startswith("on"):
                found.append(f"a handler: {_shown(element)}")
            elif name in ("href", "src", "action", "formaction") and re.match(
                r"\s*(javascript|vbscript|data(?!:image/)):", str(value), re.IGNORECASE
            ):
                found.append(f"an address that runs: {_shown(element)}")
            elif name == "style":
                found.append(f"a style in the page, which the policy forbids: {_shown(element)}")
        if element.tag == "script" and not str(element.get("src", "")).startswith("/static/"):
            found.append(f"a script: {_shown(element)}")
        if element.tag in ("iframe", "object", "embed", "base", "style"):
            found.append(f"an element that no page has: {_shown(element)}")
    return found


def _shown(element: HtmlElement) -> str:
    return str(lxml.html.tostring(element, encoding="unicode"))[:200]


@dataclass
class Crawl:
    """A visit to every kind of page, with every form filled in."""

    client: httpx.Client
    turned: set[str] = field(default_factory=set)
    """Kinds of pages whose addresses were tried already; several crawls may share it."""
    most_pages: int = 60
    faults: list[str] = field(default_factory=list)
    visited: list[str] = field(default_factory=list)
    sent: int = 0
    taken: int = 0
    """Forms that were taken."""

    def judge(self, answer: httpx.Response, what: str) -> HtmlElement | None:
        """Write down what is wrong with an answer; gives the page, if it is one."""
        if answer.status_code >= 500:
            self.faults.append(f"{answer.status_code} {what}")
        if "x-hostile" in answer.headers or "hostile" in answer.headers.get("set-cookie", ""):
            self.faults.append(f"a header of the text: {what}")
        target = urljoin(str(answer.url), answer.headers.get("location", ""))
        if answer.is_redirect and urlsplit(target).netloc != urlsplit(str(answer.url)).netloc:
            self.faults.append(f"leads away to {target}: {what}")
        if "text/html" not in answer.headers.get("content-type", "") or not answer.content.strip():
            return None
        if "50337" in answer.text:
            self.faults.append(f"a template was run: {what}")
        page = lxml.html.document_fromstring(answer.content)
        self.faults += [f"{one}: {what}" for one in injected(page)]
        return page

    def walk(self, *starts: str) -> None:
        """Visit what the pages lead to, one page of each kind, and send each kind of form with each text."""
        waiting, seen, forms = list(starts), set[str](), set[str]()
        while waiting and len(self.visited) < self.most_pages:
            address = waiting.pop(0)
            if pattern(address) in seen:
                continue
            seen.add(pattern(address))
            self.visited.append(address)
            answer = self.client.get(address)
            page = self.judge(answer, f"GET {address}")
            if answer.is_redirect:
                waiting.append(answer.headers["location"])
            if page is None:
                continue
            if pattern(address) not in self.turned:
                self.turned.add(pattern(address))
                self.turn(address)
            for form in page.forms:
                kind = (
                    f"{form.method} {pattern(form.get('action') or address)} {sorted(map(str, form.fields))}"
                )
                if kind not in forms:
                    forms.add(kind)
                    self.fill(form, address)
            for link in page.xpath("//a/@href"):
                target = urljoin(str(answer.url), str(link))
                if urlsplit(target).netloc == urlsplit(str(answer.url)).netloc:
                    parts = urlsplit(target)
                    waiting.append(parts.path + (f"?{parts.query}" if parts.query else ""))

    def turn(self, address: str) -> None:
        """Ask for the page with each text in each parameter, and in each part of the path that is not its name."""
        parts = urlsplit(address)
        pairs = [pair.split("=")[0] for pair in parts.query.split("&") if pair]
        for name, text in TEXTS.items():
            sent = encoded(text[:4000])
            for parameter in dict.fromkeys([*pairs, "page"]):
                others = "&".join(pair for pair in parts.query.split("&") if pair.split("=")[0] != parameter)
                self._look(
                    f"{parts.path}?{others}&{parameter}={sent}", f"{name} in {parameter} of {parts.path}"
                )
        steps = parts.path.strip("/").split("/")
        for place, step in enumerate(steps):
            if not place and len(steps) == 1:
                continue
            for name in ("tags", "nul", "path", "surrogate", "number", "huge", "template"):
                text = quote(TEXTS[name][:500].encode("utf-8", "surrogatepass"), safe="")
                turned = "/".join([*steps[:place], text, *steps[place + 1 :]])
                self._look(f"/{turned}", f"{name} for {step} in {parts.path}")

    def _look(self, address: str, what: str) -> None:
        self.sent += 1
        self.judge(self.client.get(address), what)

    def fill(self, form: FormElement, address: str) -> None:
        """Send a form with each text in all of its fields, following where it leads."""
        action = urlsplit(urljoin(f"http://x{address}", form.get("action") or address))
        if ENDS_THE_VISIT.match(action.path):
            return
        for name, text in TEXTS.items():
            what = f"{name} in {form.method} {action.path} from {address}"
            pairs = self._fields(form, text)
            body = "&".join(f"{encoded(one)}={encoded(value)}" for one, value in pairs)
            self.sent += 1
            if form.method == "GET":
                self.judge(self.client.get(f"{action.path}?{body[:60_000]}"), what)
                continue
            answer = self.client.post(
                action.path + (f"?{action.query}" if action.query else ""),
                content=body.encode("ascii"),
                headers={"content-type": "application/x-www-form-urlencoded"},
            )
            self.judge(answer, what)
            if answer.is_redirect:
                self.taken += 1
                self.judge(self.client.get(answer.headers["location"]), f"after {what}")
            if answer.status_code == 403:
                break

    def _fields(self, form: FormElement, text: str) -> list[tuple[str, str]]:
        pairs = []
        for element in form.xpath(
            ".//input[@name] | .//textarea[@name] | .//select[@name] | .//button[@name]"
        ):
            name, kind = str(element.get("name")), str(element.get("type", "text")).lower()
            if name == "csrf":
                pairs.append((name, str(element.get("value", ""))))
            elif element.tag == "select":
                values = [
                    str(option.get("value", option.text_content())) for option in element.xpath(".//option")
                ]
                pairs.append((name, values[-1] if values and self.sent % 2 else text[:200]))
            elif element.tag == "button" or kind in ("submit", "radio", "checkbox"):
                if name not in [one for one, _ in pairs] or kind == "checkbox":
                    pairs.append((name, str(element.get("value", "on")) if self.sent % 2 else text[:200]))
            elif kind == "hidden":
                # Mostly as it was, so that the form gets past its first check.
                pairs.append((name, text[:200] if self.sent % 5 == 4 else str(element.get("value", ""))))
            elif kind != "file":
                pairs.append((name, text))
        return pairs
