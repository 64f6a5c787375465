"""A page in a browser, as a reader uses it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

SWITCHES = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1440,900",
)


@contextmanager
def started(chromium: str, chromedriver: str, profile: str) -> Iterator[webdriver.Chrome]:
    """A browser with an empty profile; both programs are given, so that nothing is looked for or downloaded."""
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for switch in (*SWITCHES, f"--user-data-dir={profile}"):
        options.add_argument(switch)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(chromedriver))
    try:
        yield driver
    finally:
        driver.quit()


class Browsed:
    """One page in a browser, as a reader uses it."""

    def __init__(self, driver: webdriver.Chrome, folder) -> None:
        self.driver, self.folder = driver, folder

    def open(self, page: str, fragment: str = "") -> None:
        path = self.folder / "map.html"
        path.write_text(page, encoding="ascii")
        self.driver.get("about:blank")
        self.driver.get_log("performance")
        self.driver.get_log("browser")
        self.driver.get(f"{path.as_uri()}#{fragment}" if fragment else path.as_uri())

    def run(self, script: str, *arguments):
        return self.driver.execute_script(script, *arguments)

    def texts(self, selector: str) -> list[str]:
        """What a reader sees of each element, on one line."""
        found = self.run("return [...document.querySelectorAll(arguments[0])].map((one) => one.innerText)", selector)
        return [" ".join(text.split()) for text in found]

    def text(self, selector: str) -> str:
        (text,) = self.texts(selector)
        return text

    def attributes(self, selector: str, name: str) -> list[str]:
        script = "return [...document.querySelectorAll(arguments[0])].map((one) => one.getAttribute(arguments[1]))"
        return self.run(script, selector, name)

    def one(self, selector: str):
        return self.driver.find_element("css selector", selector)

    def click(self, selector: str) -> None:
        self.one(selector).click()

    def press(self, selector: str, *keys: str) -> None:
        self.run("document.querySelector(arguments[0]).focus()", selector)
        ActionChains(self.driver).send_keys(*keys).perform()

    def fill(self, selector: str, text: str) -> None:
        """Type ``text`` in place of what a field holds, and wait until the page has answered."""
        field = self.one(selector)
        field.send_keys(Keys.CONTROL, "a")
        field.send_keys(Keys.DELETE, text)
        self.wait(200)

    def wait(self, milliseconds: int) -> None:
        """Let the page do what it put off."""
        self.driver.execute_async_script("setTimeout(arguments[1], arguments[0])", milliseconds)

    def click_edge(self, source: str, destination: str) -> None:
        """Point at the middle of the line between two nodes, and click."""
        script = """
            const nodes = [...arguments].map((label) => [...document.querySelectorAll(".node")]
                .find((node) => node.getAttribute("aria-label").startsWith(label)).dataset.node);
            const line = document.querySelector(`[data-source="${nodes[0]}"][data-destination="${nodes[1]}"] .reach`);
            const middle = line.getPointAtLength(line.getTotalLength() / 2).matrixTransform(line.getScreenCTM());
            return [Math.round(middle.x), Math.round(middle.y)];
        """
        x, y = self.run(script, source, destination)
        actions = ActionChains(self.driver)
        actions.w3c_actions.pointer_action.move_to_location(x, y)
        actions.w3c_actions.pointer_action.click()
        actions.perform()

    def requests(self) -> list[str]:
        """Every address that was asked for since the page was opened."""
        events = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        return [one["params"]["request"]["url"] for one in events if one["method"] == "Network.requestWillBeSent"]

    def complaints(self) -> list[str]:
        """What the browser wrote on its console."""
        return [entry["message"] for entry in self.driver.get_log("browser")]
