"""The page in headless Chromium: at phone and desk width, in the dark, printed; without complaints on the console."""

from __future__ import annotations

import re
import shutil
import struct
import subprocess
import zlib
from html import escape
from pathlib import Path

import pytest

from backproof.reports.html import render_html

from .sample import hostile_result, many_failures, passing_result, rich_result

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), "")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="no chromium, chromium-browser, google-chrome or chrome on PATH"),
]

FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--enable-logging=stderr", "--v=0"),
)

RESULTS = {
    "rich": rich_result(),
    "passing": passing_result(15, undecided=2),
    "many": many_failures(200),
    "hostile": hostile_result(),
}

# Put into a copy of the page in place of its policy: what the page measures about itself.
PROBE = """<script>addEventListener("load", () => {
  const wide = [...document.querySelectorAll("body *")].filter((node) =>
    node.getBoundingClientRect().right > innerWidth + 1 && !node.closest(".scroll, .vh, .skip"));
  parent.document.body.dataset.probe = [innerWidth, document.documentElement.scrollWidth,
    wide.map((node) => node.tagName + "." + node.className).slice(0, 5).join(" "),
    !document.getElementById("tools").hidden, getComputedStyle(document.body).backgroundColor].join("|");
});</script>"""


def with_probe(source: str) -> str:
    """A copy of the page that writes its measures to the document that frames it, or to itself if none does."""
    return re.sub(r"<meta http-equiv=[^>]*>", lambda _: PROBE, source)


def framed(source: str, width: int) -> str:
    """A document that shows the page at exactly this width; a window of Chromium may refuse to be narrow."""
    frame = f'<iframe width="{width}" height="900" style="border: 0" srcdoc="{escape(source)}"></iframe>'
    return f"<!doctype html><title>frame</title><body>{frame}"


def probed(dom: str) -> list[str]:
    """Inner width, scroll width, elements that stick out, tools shown, background."""
    probe = re.search(r'data-probe="([^"]*)"', dom)
    assert probe is not None
    return probe[1].split("|")


class Browser:
    """Opens pages, each time with a profile of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, source: str) -> Path:
        path = self.folder / "report.html"
        path.write_text(source, encoding="utf-8")
        return path

    def run(self, path: Path, *flags: str, fragment: str = "") -> tuple[str, str]:
        """Standard output and what the page wrote to the console."""
        profile = self.folder / "profile"
        shutil.rmtree(profile, ignore_errors=True)
        command = [CHROMIUM, *FLAGS, f"--user-data-dir={profile}", *flags, f"{path.as_uri()}{fragment}"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
        console = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
        return done.stdout, "\n".join(console)


@pytest.fixture
def browser(tmp_path: Path) -> Browser:
    return Browser(tmp_path)


def colours(png: bytes) -> tuple[int, int, int]:
    """Width, height, and the number of different rows: a blank picture has one."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height, depth, kind = struct.unpack(">IIBB", png[16:26])
    data, at = b"", 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        if png[at + 4 : at + 8] == b"IDAT":
            data += png[at + 8 : at + 8 + length]
        at += 12 + length
    stride = 1 + width * {2: 3, 6: 4}[kind] * depth // 8
    raw = zlib.decompress(data)
    return width, height, len({raw[start + 1 : start + stride] for start in range(0, len(raw), stride)})


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("name", RESULTS)
def test_page_is_painted_without_complaints(browser: Browser, name: str, width: int) -> None:
    path, picture = browser.write(render_html(RESULTS[name])), browser.folder / "picture.png"
    _, console = browser.run(path, f"--window-size={width},900", f"--screenshot={picture}")
    assert console == ""
    assert colours(picture.read_bytes())[:2] == (width, 900)
    assert colours(picture.read_bytes())[2] > 50


@pytest.mark.parametrize("width", [320, 360, 1280])
@pytest.mark.parametrize("name", RESULTS)
def test_page_has_no_horizontal_scroll(browser: Browser, name: str, width: int) -> None:
    source = with_probe(render_html(RESULTS[name]))
    dom, console = browser.run(browser.write(framed(source, width)), "--window-size=1400,1000", "--dump-dom")
    assert console == ""
    assert probed(dom)[:4] == [str(width), str(width), "", "true"]


def test_policy_stops_a_foreign_script(browser: Browser) -> None:
    source = render_html(RESULTS["rich"]).replace("</main>", "<script>document.body.dataset.broken = 1</script></main>")
    dom, console = browser.run(browser.write(source), "--dump-dom")
    assert "data-broken" not in dom
    assert "Content Security Policy" in console


def test_link_to_a_closed_layer_opens_it(browser: Browser) -> None:
    source = render_html(RESULTS["passing"])
    follow = '<script>addEventListener("load", () => { location.hash = "layer-Dropout-gradient"; });</script>'
    followed = re.sub(r"<meta http-equiv=[^>]*>", lambda _: follow, source)
    layer = re.compile(r'<details class="layer" id="layer-Dropout"( open="")?>')
    found = []
    for page, fragment in ((source, ""), (source, "#layer-Dropout-gradient"), (followed, "")):
        dom, _ = browser.run(browser.write(page), "--virtual-time-budget=2000", "--dump-dom", fragment=fragment)
        found += [match[1] for match in layer.finditer(dom)]
    assert found == [None, ' open=""', ' open=""']


def test_filter_hides_what_does_not_fit(browser: Browser) -> None:
    typed = """<script>addEventListener("load", () => {
      const filter = document.getElementById("filter");
      filter.value = "dropout value.forward";
      filter.dispatchEvent(new Event("input"));
    });</script>"""
    source = re.sub(r"<meta http-equiv=[^>]*>", lambda _: typed, render_html(RESULTS["rich"]))
    dom, _ = browser.run(browser.write(source), "--dump-dom")
    layers = re.findall(r'<details class="layer" id="layer-(\w+)"[^>]*>', dom)
    hidden = re.findall(r'<details class="layer" id="layer-(\w+)"[^>]* hidden=""', dom)
    assert set(layers) - set(hidden) == {"Dropout"}
    rows = [match[0] for match in re.finditer(r'<tr id="f\d+"[^>]*>', dom) if "hidden" not in match[0]]
    assert len(rows) == 1


@pytest.mark.parametrize(("flags", "background"), [((), 255), (("--blink-settings=preferredColorScheme=0",), 20)])
def test_dark_mode_is_followed(browser: Browser, flags: tuple[str, ...], background: int) -> None:
    dom, _ = browser.run(browser.write(with_probe(render_html(RESULTS["rich"]))), *flags, "--dump-dom")
    assert probed(dom)[4].startswith(f"rgb({background}, ")


@pytest.mark.parametrize("name", ["rich", "passing"])
def test_page_prints_with_everything_opened(browser: Browser, name: str) -> None:
    path, document = browser.write(render_html(RESULTS[name])), browser.folder / "report.pdf"
    browser.run(path, "--no-pdf-header-footer", f"--print-to-pdf={document}")
    pdf = document.read_bytes()
    assert pdf.startswith(b"%PDF")
    pages = len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf))
    assert pages >= (4 if name == "rich" else 8)  # closed, the layers would take two or three
