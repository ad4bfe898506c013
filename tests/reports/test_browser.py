"""The page in headless Chromium: at phone and desk width, in the dark, printed; without complaints on the console."""

from __future__ import annotations

import re
import shutil
import struct
import subprocess
import zlib
from pathlib import Path

import pytest

from backproof.checks.results import Result
from backproof.reports.html import render_html

from .sample import hostile_result, many_failures, passing_result, rich_result

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), "")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="no chromium, chromium-browser, google-chrome or chrome on PATH"),
]

FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --hide-scrollbars --enable-logging=stderr --v=0"
).split()

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
  document.body.dataset.probe = [innerWidth, document.documentElement.scrollWidth,
    wide.map((node) => node.tagName + "." + node.className).slice(0, 5).join(" "),
    !document.getElementById("tools").hidden].join("|");
});</script>"""


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


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("name", RESULTS)
def test_page_has_no_horizontal_scroll(browser: Browser, name: str, width: int) -> None:
    source = re.sub(r"<meta http-equiv=[^>]*>", lambda _: PROBE, render_html(RESULTS[name]))
    dom, console = browser.run(browser.write(source), f"--window-size={width},900", "--dump-dom")
    assert console == ""
    probe = re.search(r'data-probe="(\d+)\|(\d+)\|([^|"]*)\|(\w+)"', dom)
    assert probe is not None
    inner, scroll, wide, tools = probe.groups()
    assert (int(inner), wide, tools) == (width, "", "true")
    assert int(scroll) <= width


def test_policy_stops_a_foreign_script(browser: Browser) -> None:
    source = render_html(RESULTS["rich"]).replace("</main>", "<script>document.body.dataset.broken = 1</script></main>")
    dom, console = browser.run(browser.write(source), "--dump-dom")
    assert "data-broken" not in dom
    assert "Content Security Policy" in console


def test_link_to_a_closed_layer_opens_it(browser: Browser) -> None:
    path = browser.write(render_html(RESULTS["passing"]))
    closed, _ = browser.run(path, "--dump-dom")
    opened, _ = browser.run(path, "--dump-dom", fragment="#layer-Dropout-gradient")
    layer = re.compile(r'<details class="layer" id="layer-Dropout"( open="")?>')
    assert [match[1] for page in (closed, opened) for match in layer.finditer(page)] == [None, ' open=""']


def test_dark_mode_is_dark(browser: Browser) -> None:
    path = browser.write(render_html(RESULTS["rich"]))
    brightness = []
    for flags in ((), ("--blink-settings=preferredColorScheme=0",)):
        picture = browser.folder / "picture.png"
        browser.run(path, "--window-size=800,600", *flags, f"--screenshot={picture}")
        brightness.append(picture.read_bytes())
    assert brightness[0] != brightness[1]


@pytest.mark.parametrize("name", ["rich", "passing"])
def test_page_prints_with_everything_opened(browser: Browser, name: str) -> None:
    path, document = browser.write(render_html(RESULTS[name])), browser.folder / "report.pdf"
    browser.run(path, "--no-pdf-header-footer", f"--print-to-pdf={document}")
    pdf = document.read_bytes()
    assert pdf.startswith(b"%PDF")
    pages = len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf))
    assert pages >= (4 if name == "rich" else 8)  # closed, the layers would take two or three
