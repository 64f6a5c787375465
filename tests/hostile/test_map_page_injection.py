"""Names made to inject: none of them gets out of the data of the page, and nothing but the page's script ever runs."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.map_pages import data_of, page_of
from netverify.diagnostics import Diagnostic, Origin, Severity
from netverify.model.cluster import Cluster, Namespace, Unsupported, Workload, WorkloadKey
from netverify.model.labels import NAMESPACE_NAME_LABEL, selector_of
from netverify.model.network_policy import NetworkPolicy, Peer, PolicyRule
from netverify.sources.coverage import Coverage, Inventory

ATTACKS = (
    "</script><script>window.ran = 1</script>",
    "</SCRIPT ><img src=x onerror='window.ran = 1'>",
    "\"><svg onload='window.ran = 1'>",
    "' onmouseover='window.ran = 1",
    "<!--<script>",
    "]]><iframe srcdoc='<script>parent.ran = 1</script>'>",
    "javascript:window.ran = 1",
    "{{data}}{{script}}",
    "${window.ran = 1}`",
    "\\u003cscript\\u003e",
    "__proto__",
    "constructor",
    "invoice\u202egnp.yaml",
    "line\u2028break\u2029\x00\x1b[31m\x07\r\n",
    "\ud800",
)


def inventory_full_of(text: str) -> Inventory:
    """An inventory in which every text that a file can choose is ``text``, past what validation would refuse."""
    key, origin = WorkloadKey(text, text, text), Origin(text, 0, 7, 1)
    selector = selector_of({text: text})
    rule = PolicyRule((Peer(pod_selector=selector, namespace_selector=selector_of({})),), (), origin)
    policy = NetworkPolicy(text, text, selector, (rule,), (rule,), for_ingress=True, for_egress=True, origin=origin)
    cluster = Cluster(
        {text: Namespace(text, {NAMESPACE_NAME_LABEL: text}, declared=True)},
        (Workload(key, {text: text}, origin=origin), Workload(WorkloadKey(text, "other", text), {text: text})),
        (policy,),
        (Unsupported(text, text, text, origin, may_allow=True, may_deny=True),),
    )
    coverage = Coverage(
        unsupported={text: 1}, irrelevant={text: 1}, templates=(text,), skipped=((text, text),), unread=(origin,)
    )
    return Inventory(cluster, coverage, (Diagnostic("NV101", Severity.ERROR, text, origin, text),), (text,))


def page_full_of(text: str) -> str:
    remarks = dict.fromkeys(("assumptions", "approximations", "unknown_because", "notes"), (text,))
    return page_of(inventory_full_of(text), title=text, narrowed=text, **remarks)


RUNNING = ATTACKS[:8]
"""Those that would run something; the others aim at what reads the data."""

CLEAN = page_full_of("x")


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=30) | st.sampled_from(ATTACKS))
def test_no_text_changes_anything_of_the_page_but_its_data(text: str) -> None:
    page = page_full_of(text)
    assert page.isascii()
    assert re.sub('id="data">.*?</script>', "", page) == re.sub('id="data">.*?</script>', "", CLEAN)
    assert not set("<>&") & set(re.search('id="data">(.*?)</script>', page).group(1))
    for seen in (data_of(page)["title"], *data_of(page)["files"]):
        assert seen.isprintable()


@pytest.mark.parametrize("text", ["".join(ATTACKS), *RUNNING])
def test_hostile_names_are_shown_as_text_and_run_nothing(browsed, text: str) -> None:
    browsed.open(page_full_of(text))
    for view in ("matrix", "workloads", "account", "diagram"):
        browsed.click(f"#tab-{view}")
    browsed.click(".node.chip")
    browsed.click("#details .peers .link-button")
    assert "NetworkPolicy" in browsed.text("#details .ingress .rule-head")
    assert browsed.run("return window.ran") is None
    assert browsed.run("return document.querySelectorAll('img, iframe, object, embed, base, a').length") == 0
    assert browsed.run("return document.querySelectorAll('script').length") == 2
    named = "return [...document.querySelectorAll('*')].flatMap((one) => [...one.attributes].map((two) => two.name))"
    assert not {name for name in browsed.run(named) if name.startswith("on") or name in {"src", "srcdoc"}}
    shown = data_of(page_full_of(text))["title"]
    assert browsed.run("return document.querySelector('#subject').textContent") == shown
    assert browsed.run("return document.querySelector('#details .place').textContent") == f"{shown}:7"


def test_the_page_forbids_a_script_that_got_in_all_the_same(chromium, tmp_path) -> None:
    """If a way in was found, the policy of the page would still stop what came in: it is tried with one put there."""
    smuggled = "<script>window.ran = 1</script><img src=x onerror='window.ran = 2'><style>body{display:none}</style>"
    path = tmp_path / "map.html"
    path.write_text(CLEAN.replace("<noscript>", f"{smuggled}<noscript>"))
    chromium.get(path.as_uri())
    assert chromium.execute_script("return window.ran") is None
    assert chromium.execute_script("return getComputedStyle(document.body).display") == "block"
    assert chromium.execute_script("return document.querySelectorAll('.tile').length") > 3


def test_the_page_names_nothing_that_could_be_loaded() -> None:
    without_names = CLEAN.replace("http://www.w3.org/2000/svg", "")
    assert (
        re.findall(r"https?:|//[a-z]+\.|url\(['\"]?(?!#)|@import|\bfetch\(|XMLHttpRequest|import\(", without_names)
        == []
    )
    assert re.findall(r"innerHTML|outerHTML|insertAdjacent|document\.write|\beval\(|new Function", CLEAN) == []
