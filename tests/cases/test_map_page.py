"""The page of a map in a real browser, used as a reader would."""

from __future__ import annotations

import pytest
from selenium.webdriver.common.keys import Keys

from cases.manifest_texts import inventory_of
from cases.map_pages import data_of, found_in, page_of
from netverify.diagnostics import Origin
from netverify.sources.coverage import Coverage, Inventory


def pod(namespace, name, port):
    return f"""
---
apiVersion: v1
kind: Pod
metadata: {{name: {name}, namespace: {namespace}, labels: {{app: {name}}}}}
spec: {{containers: [{{name: c, image: i, ports: [{{containerPort: {port}}}]}}]}}
"""


def policy(name, spec):
    return f"""
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: {name}, namespace: shop}}
spec:
{spec}
"""


SHOP = "".join(
    (
        "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n---\n",
        "apiVersion: v1\nkind: Namespace\nmetadata: {name: lab}\n",
        pod("shop", "web", 8443),
        pod("shop", "api", 8080),
        pod("shop", "pg", 5432),
        pod("lab", "box", 22),
        policy("default-deny", "  podSelector: {}\n  policyTypes: [Ingress, Egress]"),
        policy(
            "web",
            """\
  podSelector: {matchLabels: {app: web}}
  policyTypes: [Ingress, Egress]
  ingress:
    - from: [{namespaceSelector: {}}]
      ports: [{port: 8443}]
  egress:
    - to: [{podSelector: {matchLabels: {app: api}}}]
""",
        ),
        policy(
            "api",
            """\
  podSelector: {matchLabels: {app: api}}
  policyTypes: [Ingress]
  ingress:
    - from: [{podSelector: {matchLabels: {app: web}}}]
      ports: [{port: 8080}, {port: 53, protocol: UDP}]
    - ports: [{port: 9000, endPort: 9009}]
""",
        ),
    )
)
WEB_TO_API = "from=e%3Ashop%2Fweb%5BPod%5D&to=e%3Ashop%2Fapi%5BPod%5D"


@pytest.fixture(scope="module")
def shop():
    return page_of(inventory_of(SHOP), cni="calico", title="the shop")


def place_of(line):
    """Where a line of the manifests is."""
    (number,) = (number for number, text in enumerate(SHOP.splitlines(), 1) if text == line)
    return f"all.yaml:{number}"


def names_of_nodes(browsed):
    return [label.partition(",")[0] for label in browsed.attributes(".node.chip:not(.external)", "aria-label")]


def test_the_page_opens_from_a_file_and_says_what_there_is(browsed, shop):
    browsed.open(shop)
    assert browsed.driver.title == "netverify map: the shop"
    assert browsed.text("#subject") == "the shop"
    assert browsed.texts(".summary .tile")[0] == "4 workloads in 2 namespaces"
    assert names_of_nodes(browsed) == ["lab/box[Pod]", "shop/api[Pod]", "shop/pg[Pod]", "shop/web[Pod]"]


def test_the_figures_are_those_of_the_map(browsed, shop):
    inventory = inventory_of(SHOP)
    found = found_in(inventory, "calico")
    pairs = list(found.connections())
    browsed.open(shop, "view=workloads")
    figures = dict(text.split(" ", 1)[::-1] for text in browsed.texts(".summary .tile"))
    assert figures["connections allowed"] == str(sum(1 for pair in pairs if pair.access.allowed))
    assert figures["that depend"] == str(sum(1 for pair in pairs if not pair.access.allowed))
    inside = {number for number, endpoint in enumerate(found.endpoints) if endpoint.workload}
    for row, number in zip(browsed.texts(".workloads tbody tr"), (1, 0, 2, 3), strict=True):
        assert row.startswith(found.endpoints[number].workload.name)
        sources = {pair.source for pair in pairs if pair.destination == number}
        assert row.split()[5] == (str(len(sources & inside)) if sources else "nobody")
        assert row.split()[6] == str(sum(1 for pair in pairs if pair.source == number and pair.destination in inside))


def test_isolated_and_exposed_pods_are_marked_in_words_and_shapes(browsed, shop):
    browsed.open(shop)
    labels = {label.partition(",")[0]: label for label in browsed.attributes(".node.chip", "aria-label")}
    assert "reachable from outside, open to ingress" in labels["lab/box[Pod]"]
    assert "reached by nobody" in labels["shop/pg[Pod]"]
    assert labels["shop/api[Pod]"] == "shop/api[Pod], reachable from outside"
    assert labels["shop/web[Pod]"] == "shop/web[Pod]"
    assert len(browsed.attributes(".chip.is-unreached .mark-unreached", "d")) == 1


def test_a_mark_in_the_summary_leaves_the_workloads_that_have_it(browsed, shop):
    browsed.open(shop, "view=workloads")
    assert browsed.texts(".workloads tbody th") == ["api", "box", "pg", "web"]
    browsed.click("[data-mark=unreached]")
    assert browsed.texts(".workloads tbody th") == ["pg"]
    assert browsed.attributes("[data-mark=unreached]", "aria-pressed") == ["true"]
    browsed.click("[data-mark=unreached]")
    assert len(browsed.texts(".workloads tbody th")) == 4


def test_a_click_on_a_line_names_the_rules_with_file_and_line(browsed, shop):
    browsed.open(shop)
    browsed.click_edge("shop/web[Pod]", "shop/api[Pod]")
    assert browsed.text("#details h2") == "shop/web to shop/api"
    assert browsed.texts(".verdict.allowed") == ["Allowed TCP 8080, 9000-9009; UDP 53"]
    assert browsed.texts(".egress .rule-head") == ["NetworkPolicy shop/web, rule 1"]
    assert browsed.texts(".egress .place") == [place_of("    - to: [{podSelector: {matchLabels: {app: api}}}]")]
    assert browsed.texts(".ingress .rule-head") == ["NetworkPolicy shop/api, rule 1", "NetworkPolicy shop/api, rule 2"]
    assert browsed.texts(".ingress .place")[1] == place_of("    - ports: [{port: 9000, endPort: 9009}]")
    assert "pods app=api in namespace shop: from pods app=web in namespace shop" in browsed.texts(".ingress .words")[0]


def test_what_no_policy_selects_is_said_to_be_not_isolated(browsed, shop):
    browsed.open(shop, "from=e%3Alab%2Fbox%5BPod%5D&to=e%3Ashop%2Fweb%5BPod%5D")
    assert browsed.text(".egress p") == "isolated by no policy: what no policy denies is allowed"
    assert browsed.texts(".verdict") == ["Allowed TCP 8443"]


def test_a_pair_that_is_denied_says_which_side_denies_it(browsed, shop):
    browsed.open(shop, "from=e%3Alab%2Fbox%5BPod%5D&to=e%3Ashop%2Fpg%5BPod%5D")
    assert browsed.texts(".verdict") == ["Not allowed on any port"]
    assert browsed.text(".ingress p") == "isolated by policy, and no rule allows it"


def test_any_two_ends_can_be_asked_about(browsed, shop):
    browsed.open(shop)
    browsed.fill("[aria-label=From]", "shop/api[Pod]")
    browsed.press("[aria-label=To]", "nobody", Keys.ENTER)
    assert browsed.texts(".ask .problem") == ["Choose two of the names that the fields suggest."]
    browsed.fill("[aria-label=To]", "shop/pg[Pod]")
    browsed.press("[aria-label=To]", Keys.ENTER)
    assert browsed.text("#details h2") == "shop/api to shop/pg"


def test_the_search_leaves_what_it_finds_and_whom_that_is_connected_with(browsed, shop):
    browsed.open(shop)
    browsed.fill("#search", "PG pod")
    assert names_of_nodes(browsed) == ["shop/pg[Pod]"]
    browsed.fill("#search", "no such thing")
    assert browsed.text("#view .hint") == "Nothing fits these filters."
    browsed.click("[type=reset]")
    assert len(names_of_nodes(browsed)) == 4


def test_enter_in_the_search_selects_the_first_find(browsed, shop):
    browsed.open(shop)
    browsed.press("#search", "web", Keys.ENTER)
    assert browsed.text("#details h2") == "web"


def test_the_filter_of_namespaces_leaves_one_and_its_peers(browsed, shop):
    browsed.open(shop, "view=workloads")
    browsed.click("#namespace option:nth-child(2)")
    assert browsed.texts(".workloads tbody th") == ["box"]


@pytest.mark.parametrize(
    ("ports", "lines"),
    [
        ("8443", {"box to web"}),
        ("53/udp", {"web to api"}),
        ("53", set()),
        ("9005-9100", {"web to api", "box to api"}),
        ("53/any, 8443", {"web to api", "box to web"}),
    ],
)
def test_the_filter_of_ports_leaves_the_lines_that_carry_one(browsed, shop, ports, lines):
    browsed.open(shop)
    browsed.click("#outside")
    browsed.fill("#port", ports)
    titles = browsed.run("return [...document.querySelectorAll('.link title')].map((one) => one.textContent)")
    assert {title.partition(":")[0] for title in titles} == lines


@pytest.mark.parametrize("ports", ["http", "0", "70000", "9-3", "1/2"])
def test_ports_that_there_cannot_be_are_refused_and_filter_nothing(browsed, shop, ports):
    browsed.open(shop)
    before = browsed.texts(".summary .tile")
    browsed.fill("#port", ports)
    assert browsed.text("#port-problem")
    assert browsed.attributes("#port", "aria-invalid") == ["true"]
    assert browsed.texts(".summary .tile") == before


def test_namespaces_collapse_and_expand_by_mouse_and_by_keyboard(browsed, shop):
    browsed.open(shop)
    browsed.click('[aria-label="Collapse shop"]')
    assert names_of_nodes(browsed) == ["lab/box[Pod]"]
    assert browsed.run("return document.activeElement.getAttribute('aria-label')") == "Expand shop"
    browsed.press('[aria-label="Expand shop"]', Keys.ENTER)
    assert len(names_of_nodes(browsed)) == 4
    browsed.click("#collapse")
    assert names_of_nodes(browsed) == []
    assert browsed.attributes(".toggle", "aria-expanded") == ["false"] * 3


def test_the_focus_stays_where_it_was_when_something_is_chosen(browsed, shop):
    browsed.open(shop)
    focused = "return document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent"
    browsed.press('[aria-label^="shop/web"]', Keys.ENTER)
    assert browsed.text("#details h2") == "web"
    assert browsed.run(focused).startswith("shop/web[Pod]")
    browsed.press("#details .peers .link-button", Keys.ENTER)
    assert browsed.run(focused) == browsed.text("#details h2")
    browsed.press("#tab-workloads", Keys.ESCAPE)
    assert browsed.text("#details h2") == "Who may open what to whom"


def test_a_line_between_namespaces_lists_its_pairs_and_rules(browsed, shop):
    browsed.open(shop)
    browsed.click("#collapse")
    browsed.click_edge("namespace lab", "namespace shop")
    assert browsed.text("#details h2") == "lab to shop"
    assert [text[:8] for text in browsed.texts("#details summary")] == ["TCP 9000", "TCP 8443"]
    browsed.click("#details details:not([open]) summary")
    browsed.wait(50)
    assert sorted(browsed.texts("#details .peers .link-button")) == ["box to api", "box to web"]
    assert "NetworkPolicy shop/web, rule 1" in browsed.texts(".ingress .rule-head")


def test_the_matrix_is_walked_with_the_keyboard(browsed, shop):
    browsed.open(shop, "view=matrix")
    browsed.press("canvas", Keys.ARROW_DOWN, Keys.ARROW_DOWN, Keys.ARROW_DOWN, Keys.ARROW_DOWN, Keys.ARROW_RIGHT)
    assert browsed.text("#view [role=status]") == "web to api: TCP 8080, 9000-9009; UDP 53"
    browsed.press("canvas", Keys.ENTER)
    assert browsed.text("#details h2") == "shop/web to shop/api"


def test_the_address_of_a_view_brings_it_back(browsed, shop):
    browsed.open(shop)
    browsed.click("[data-mark=exposed]")
    browsed.fill("#port", "9000")
    browsed.click("#tab-workloads")
    browsed.click(".workloads tbody tr:nth-child(1) button")
    seen = browsed.texts(".tile, .workloads, #details")
    fragment = browsed.driver.current_url.partition("#")[2]
    browsed.open(shop, fragment)
    assert browsed.texts(".tile, .workloads, #details") == seen
    assert browsed.one("#port").get_attribute("value") == "9000"


@pytest.mark.parametrize("fragment", ["view=nothing&at=e%3Agone&ns=gone&mark=x&toggled=gone", "%E0%A4%A", "=&&#"])
def test_an_address_that_names_what_is_not_there_shows_the_whole(browsed, shop, fragment):
    browsed.open(shop, fragment)
    assert len(names_of_nodes(browsed)) == 4


def brightness(browsed):
    colour = browsed.run("return getComputedStyle(document.body).backgroundColor")
    return sum(int(part) for part in colour.removeprefix("rgb(").removesuffix(")").split(","))


def test_the_page_is_dark_or_light_as_the_reader_prefers_or_chooses(browsed, shop):
    browsed.open(shop)
    seen = []
    for preferred in ("dark", "light"):
        feature = {"name": "prefers-color-scheme", "value": preferred}
        browsed.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
        seen.append(brightness(browsed))
    assert seen[0] < 200
    assert seen[1] > 600
    browsed.click("#theme")
    assert (browsed.text("#theme"), brightness(browsed)) == ("Colours: light", seen[1])
    browsed.click("#theme")
    assert (browsed.text("#theme"), brightness(browsed)) == ("Colours: dark", seen[0])


def test_a_map_of_complete_inputs_has_no_warning(browsed, shop):
    browsed.open(shop)
    assert browsed.texts(".warning, .notice") == []


def test_incomplete_inputs_stand_at_the_top_and_in_the_account(browsed):
    inventory = inventory_of(SHOP)
    coverage = Coverage(
        unread=(Origin("broken.yaml", 0, 7),), unsupported={"CiliumNetworkPolicy": 2}, templates=("chart/a.yaml",)
    )
    page = page_of(Inventory(inventory.cluster, coverage), unknown_because=("a doubt",), assumptions=("a premise",))
    browsed.open(page)
    assert browsed.texts(".warning li") == [
        "1 input could not be read or was refused: this map is incomplete",
        "2 CiliumNetworkPolicies not modelled: what they create, allow or deny is not in this map",
        "1 template not rendered: what they would create is not in this map",
        "a doubt",
    ]
    assert browsed.one(".warning").location["y"] < 200
    browsed.click(".warning button")
    listed = browsed.texts(".account li")
    assert {"broken.yaml:7", "chart/a.yaml", "a premise"} <= set(listed)


def test_a_part_of_a_map_says_so(browsed):
    browsed.open(page_of(inventory_of(SHOP), narrowed="from namespace lab"))
    assert browsed.text(".notice") == (
        "Only a part of the map: from namespace lab. Figures and marks speak of this part."
    )


def test_what_depends_says_on_what(browsed):
    manifests = SHOP.replace("{port: 8080}", "{port: 9200, endPort: 9300}")
    browsed.open(page_of(inventory_of(manifests)), WEB_TO_API)
    (words,) = browsed.texts(".verdict.depends")
    assert "9201-9300" in words
    assert "endport-supported" in browsed.texts(".conditions dt")


def test_who_may_be_reached_is_never_said_to_be_reached_by_nobody(browsed):
    """What depends is left out, and yet it may be there: the mark counts it all the same."""
    manifests = SHOP.replace("{port: 9000, endPort: 9009}", "{port: 9200, endPort: 9300}")
    unreached = "return [...document.querySelectorAll('.is-unreached')].map((one) => one.getAttribute('aria-label'))"
    browsed.open(page_of(inventory_of(manifests)), "port=9250&depends=no&outside=no")
    assert browsed.texts("[data-mark=exposed] > span") == ["reachable from outside on these ports"]
    assert browsed.attributes(".link", "data-source") == []
    assert [label.partition(",")[0] for label in browsed.run(unreached)] == ["shop/pg[Pod]", "shop/web[Pod]"]


def test_a_map_without_workloads_opens(browsed):
    browsed.open(page_of(inventory_of("")))
    assert browsed.texts(".tile")[0] == "0 workloads in 0 namespaces"
    assert browsed.text("#view .hint") == "There are no workloads in these manifests."
    for view in ("matrix", "workloads", "account", "diagram"):
        browsed.click(f"#tab-{view}")


@pytest.fixture(scope="module")
def thousand():
    """A page of 1,000 workloads in 20 namespaces, with a policy for each."""
    texts = []
    for number in range(20):
        namespace = f"team-{number:02}"
        texts.append(f"---\napiVersion: v1\nkind: Namespace\nmetadata: {{name: {namespace}}}\n")
        texts += [pod(namespace, f"pod-{number:02}-{index:02}", 8080) for index in range(50)]
        peer = f"{{podSelector: {{matchLabels: {{app: pod-{number:02}-00}}}}}}"
        spec = f"  podSelector: {{}}\n  ingress:\n    - from: [{peer}]"
        texts.append(policy("own", spec).replace("shop", namespace))
    return page_of(inventory_of("".join(texts)), cni="calico")


def test_a_thousand_workloads_are_collapsed_drawn_in_part_and_quick(browsed, thousand):
    assert len(thousand) < 1_000_000
    browsed.open(thousand)
    assert browsed.texts(".tile")[0] == "1,000 workloads in 20 namespaces"
    assert len(browsed.attributes(".node.group", "aria-label")) == 21
    assert names_of_nodes(browsed) == []
    for view in ("matrix", "workloads", "diagram"):
        browsed.click(f"#tab-{view}")
        assert browsed.run("return document.querySelectorAll('*').length") < 6000
    browsed.fill("#search", "pod-07-03")
    browsed.click('[aria-label="Expand team-07"]')
    assert "team-07/pod-07-03[Pod]" in names_of_nodes(browsed)
    assert browsed.run("return performance.getEntriesByType('navigation')[0].loadEventEnd") < 5000


def test_what_a_search_selects_is_expanded_and_in_sight(browsed, thousand):
    browsed.open(thousand)
    browsed.press("#search", "pod-13-49", Keys.ENTER)
    place = browsed.run("return document.querySelector('.node.selected').getBoundingClientRect().toJSON()")
    assert 0 <= place["top"] < place["bottom"] <= 900
    browsed.fill("#search", "")
    assert browsed.text("#details h2") == "pod-13-49"
    assert browsed.attributes(".node.selected", "aria-label")[0].startswith("team-13/pod-13-49[Pod]")
    assert len(names_of_nodes(browsed)) == 50


def test_what_is_selected_in_a_collapsed_namespace_is_shown_by_that(browsed, thousand):
    browsed.open(thousand, "at=e%3Ateam-05%2Fpod-05-07%5BPod%5D")
    assert browsed.text("#details h2") == "pod-05-07"
    assert browsed.attributes(".node.selected", "aria-label") == ["namespace team-05, 50 workloads"]


def test_more_than_a_page_can_show_stays_collapsed_and_says_so(browsed, thousand):
    browsed.open(thousand, "view=matrix")
    browsed.click("#expand")
    assert "some namespaces stay collapsed" in browsed.texts("#view .hint")[1]
    browsed.click("#namespace option:nth-child(9)")
    browsed.press("canvas", Keys.ARROW_DOWN)
    assert "pod-" in browsed.text("#view [role=status]")


def test_long_tables_grow_when_asked(browsed, thousand):
    browsed.open(thousand, "view=workloads")
    assert len(browsed.texts(".workloads tbody th")) == 200
    browsed.click(".workloads td[colspan] button")
    assert len(browsed.texts(".workloads tbody th")) == 400
    assert len(data_of(thousand)["workloads"]) == 1000
