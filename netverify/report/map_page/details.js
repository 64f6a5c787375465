// What is selected, in full: a workload, a namespace, or the connections between two of them.

const ROWS = 100;

function heading(page, kicker, title, ...rest) {
  return element("header", {},
    element("p", { class: "kicker" }, kicker),
    element("h2", { tabindex: -1 }, title),
    button("Close", () => page.select(null), { class: "quiet close" }),
    ...rest,
  );
}

function nodeButton(page, node, words, attributes) {
  return button(words, () => page.select({ node }), { class: "link-button", ...attributes });
}

function pairButton(page, source, destination, words) {
  return button(words, () => page.select({ source, destination }), { class: "link-button" });
}

function detailsOfEndpoint(page, number) {
  const { model, survey } = page;
  const endpoint = model.endpoints[number];
  const where = endpoint.external ? null : element("p", {},
    endpoint.kind, " in ", nodeButton(page, { group: endpoint.group }, model.data.namespaces[endpoint.group]));
  const words = { open: "isolated by no policy", isolated: "isolated by policy", depends: "depends on what the manifests leave open" };
  const isolation = endpoint.external ? null : element("dl", { class: "facts" },
    element("dt", {}, "ingress"), element("dd", {}, words[endpoint.ingress]),
    element("dt", {}, "egress"), element("dd", {}, words[endpoint.egress]));
  return [
    heading(page, endpoint.external ? "Addresses outside the cluster" : "Workload", endpoint.name, where,
      endpoint.place ? element("code", { class: "place" }, endpoint.place) : null),
    element("p", { class: "badges" }, survey.marks[number].map((mark) => badge(mark, markWords(survey, mark)))),
    isolation,
    peerLists(page, number, "incoming", "Who may reach it"),
    peerLists(page, number, "outgoing", "Whom it may reach"),
  ];
}

/** The peers of an endpoint in one direction, by namespace; those that the filters leave. */
function peersOf(page, number, lists) {
  const { model, survey, state } = page;
  const byGroup = new Map();
  for (const bundle of bundlesOf(model, number, model[lists])) {
    if (survey.weights[bundle.access] === NONE) continue;
    for (const peer of model.sets[lists === "incoming" ? bundle.sources : bundle.destinations]) {
      const other = model.endpoints[peer];
      if (peer === number || (other.external && !state.outside)) continue;
      if (!byGroup.has(other.group)) byGroup.set(other.group, []);
      byGroup.get(other.group).push({ peer, access: model.accesses[bundle.access] });
    }
  }
  for (const peers of byGroup.values()) peers.sort((a, b) => a.peer - b.peer);
  return [...byGroup].sort(([a], [b]) => a - b);
}

function peerLists(page, number, lists, title) {
  const { model } = page;
  const groups = peersOf(page, number, lists);
  const total = groups.reduce((sum, [, peers]) => sum + peers.length, 0);
  const row = ({ peer, access }) => {
    const [source, destination] = lists === "incoming" ? [peer, number] : [number, peer];
    return element("tr", {},
      element("td", {}, pairButton(page, { endpoint: source }, { endpoint: destination }, model.endpoints[peer].name)),
      element("td", { class: access.depends && portWords(access.depends) ? "ports conditional" : "ports" }, accessWords(access)));
  };
  const lots = total > 30;
  const blocks = groups.map(([group, peers]) => {
    const body = element("tbody");
    let filledIn = false;
    const fill = () => {
      if (filledIn) return;
      filledIn = true;
      limitedRows(body, peers, ROWS, row, (more) => element("tr", {}, element("td", { colspan: 2 }, more)));
    };
    if (!lots) fill();
    return element("details", { open: !lots, onToggle: (event) => event.target.open && fill() },
      element("summary", {}, groupAt(model, group).name, element("span", { class: "count" }, grouped(peers.length))),
      element("table", { class: "peers" }, body));
  });
  return element("section", { class: `peer-list ${lists}` },
    element("h3", {}, `${title} (${grouped(total)})`), total ? blocks : element("p", {}, "nobody"));
}

function detailsOfGroup(page, index) {
  const { model, state, survey } = page;
  const group = groupAt(model, index);
  const open = state.expanded.has(index);
  const counts = markCounts(survey, group.members);
  const nodeOf = Int32Array.from(model.endpoints, (endpoint) => endpoint.group);
  const size = model.data.namespaces.length + 1;
  const edges = connectionsBetween(model, survey.weights, null, nodeOf, size)
    .filter((edge) => state.outside || ![edge.source, edge.destination].includes(size - 1));
  const list = (title, ours, theirs) => {
    const rows = edges.filter((edge) => edge[ours] === index && edge[theirs] !== index)
      .sort((a, b) => b.allowed + b.depends - a.allowed - a.depends);
    const body = element("tbody");
    limitedRows(body, rows, ROWS, (edge) => element("tr", {},
      element("td", {}, pairButton(page, { group: edge.source }, { group: edge.destination }, groupAt(model, edge[theirs]).name)),
      element("td", {}, connectionCount(edge))), (more) => element("tr", {}, element("td", { colspan: 2 }, more)));
    return element("section", { class: "peer-list" }, element("h3", {}, `${title} (${grouped(rows.length)})`), element("table", { class: "peers" }, body));
  };
  const within = edges.find((edge) => edge.source === index && edge.destination === index);
  return [
    heading(page, group.external ? "Outside the cluster" : "Namespace", group.external ? "Addresses that policies distinguish" : group.name,
      element("p", {}, counted(group.members.length, group.external ? "range" : "workload")),
      element("p", { class: "actions" },
        button(open ? "Collapse" : "Expand", () => page.toggle(index)),
        group.external ? null : button(state.group === index ? "Show all namespaces" : "Show only this namespace", () => page.change({ group: state.group === index ? null : index })))),
    element("p", { class: "badges" }, Object.keys(STATUSES).filter((mark) => counts[mark]).map((mark) => badge(mark, `${grouped(counts[mark])} ${markWords(survey, mark)}`))),
    within ? element("p", {}, pairButton(page, { group: index }, { group: index }, `${connectionCount(within)} among its own workloads`)) : null,
    list("From", "destination", "source"),
    list("To", "source", "destination"),
  ];
}

function connectionCount(edge) {
  return [edge.allowed ? counted(edge.allowed, "connection") : "", edge.depends ? `${grouped(edge.depends)} that depend` : ""].filter(Boolean).join(", ");
}

function endWords(page, node) {
  if (node.endpoint === undefined) return nodeButton(page, node, groupAt(page.model, node.group).name);
  const endpoint = page.model.endpoints[node.endpoint];
  return nodeButton(page, { endpoint: node.endpoint }, endpoint.external ? endpoint.name : `${page.model.data.namespaces[endpoint.group]}/${endpoint.name}`);
}

/** From one workload or range to another: the ports, and why, whether the filters leave it or not. */
function detailsOfPair(page, source, destination) {
  const { model } = page;
  const access = accessBetween(model, source, destination);
  const ends = [model.endpoints[source], model.endpoints[destination]];
  const unasked = ends.every((end) => end.external) || source === destination;
  const allowed = access ? portWords(access.allowed) : "", depends = access ? portWords(access.depends) : "";
  const because = unasked ? [] : [
    explained(model, "egress", [source], [destination]), explained(model, "ingress", [destination], [source]),
    element("p", { class: "hint" }, "Both directions must allow a port. The list has the rules that name both ends, with their ports."),
  ];
  return [
    heading(page, "Connection", [endWords(page, { endpoint: source }), " to ", endWords(page, { endpoint: destination })].flat()),
    unasked ? element("p", {}, "Not part of a map.")
      : element("div", { class: "verdicts" },
        allowed ? element("p", { class: "verdict allowed" }, element("strong", {}, "Allowed"), ` ${allowed}`) : null,
        depends ? element("p", { class: "verdict depends" }, element("strong", {}, "Depends"), ` ${depends}`) : null,
        access ? null : element("p", { class: "verdict denied" }, element("strong", {}, "Not allowed"), " on any port")),
    conditions(model, access?.on ?? []),
    ...because,
  ];
}

/** All connections from one node to another, of which at least one is a namespace. */
function detailsOfMany(page, source, destination) {
  const { model, survey } = page;
  const [from, to] = [membersOf(model, source), membersOf(model, destination)];
  const [left, right] = [new Set(from), new Set(to)];
  const rows = [];
  for (const bundle of model.bundles) {
    if (survey.weights[bundle.access] === NONE) continue;
    const starts = model.sets[bundle.sources].filter((number) => left.has(number));
    const ends = starts.length ? model.sets[bundle.destinations].filter((number) => right.has(number)) : [];
    if (ends.length) rows.push({ starts, ends, access: model.accesses[bundle.access] });
  }
  const byPorts = new Map();
  for (const { starts, ends, access } of rows) {
    const words = accessWords(access);
    if (!byPorts.has(words)) byPorts.set(words, []);
    for (const start of starts) for (const end of ends) if (start !== end) byPorts.get(words).push([start, end]);
  }
  const blocks = [...byPorts].filter(([, pairs]) => pairs.length).sort((a, b) => b[1].length - a[1].length).map(([words, pairs], index) => {
    const body = element("tbody");
    const row = ([start, end]) => element("tr", {}, element("td", {},
      pairButton(page, { endpoint: start }, { endpoint: end }, `${model.endpoints[start].name} to ${model.endpoints[end].name}`)));
    const fill = () => { if (!body.firstChild) limitedRows(body, pairs, ROWS, row, (more) => element("tr", {}, element("td", {}, more))); };
    const open = index === 0 && pairs.length <= 20;
    if (open) fill();
    return element("details", { open, onToggle: (event) => event.target.open && fill() },
      element("summary", {}, words, element("span", { class: "count" }, grouped(pairs.length))), element("table", { class: "peers" }, body));
  });
  return [
    heading(page, "Connections", [endWords(page, source), " to ", endWords(page, destination)].flat()),
    blocks.length ? element("section", { class: "peer-list" }, element("h3", {}, "By ports"), blocks) : element("p", {}, "None that the filters leave."),
    explained(model, "egress", from, to), explained(model, "ingress", to, from),
  ];
}

/** What to do first, and a way to ask about any two ends. */
function detailsOfNothing(page) {
  const { model } = page;
  const names = model.endpoints.map((endpoint) => endpoint.id);
  const field = (label) => element("input", { type: "text", list: "endpoints", "aria-label": label, placeholder: label, autocomplete: "off", spellcheck: "false" });
  const [from, to] = [field("From"), field("To")];
  const problem = element("p", { class: "problem", role: "alert" });
  const form = element("form", { class: "ask" }, from, to, element("button", { type: "submit" }, "Explain"), problem,
    element("datalist", { id: "endpoints" }, names.slice(0, 3000).map((name) => element("option", { value: name }))));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const [source, destination] = [from, to].map((input) => names.indexOf(input.value.trim()));
    if (source >= 0 && destination >= 0) page.select({ source: { endpoint: source }, destination: { endpoint: destination } });
    else problem.textContent = "Choose two of the names that the fields suggest.";
  });
  return [
    element("h2", {}, "Who may open what to whom"),
    element("p", {}, "Select a namespace, a workload or a line to see its connections and the rules that allow them."),
    element("h3", {}, "Between two ends"), form,
  ];
}

function drawDetails(page, parent) {
  const { selection } = page.state;
  parent.replaceChildren(...contentsFor(page, selection).filter(Boolean));
  parent.classList.toggle("empty", !selection);
  parent.scrollTop = 0;
}

function contentsFor(page, selection) {
  if (!selection) return detailsOfNothing(page);
  const { node, source, destination } = selection;
  if (node) return node.endpoint === undefined ? detailsOfGroup(page, node.group) : detailsOfEndpoint(page, node.endpoint);
  if (source.endpoint !== undefined && destination.endpoint !== undefined) return detailsOfPair(page, source.endpoint, destination.endpoint);
  return detailsOfMany(page, source, destination);
}
