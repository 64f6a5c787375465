// The drawing: namespaces as boxes, collapsed or with their workloads, and the connections between what is shown.

const [BUSY_EDGES, MANY_EDGES] = [50, 160];
const TOO_MANY_EDGES = 700;
const MOST_CHIPS = 1200;
const CHARACTER = 7.3;

/** Which of the expanded groups are shown so, those in focus first, and whether some had to stay collapsed. */
function roomFor({ model, state, survey }, most) {
  const wanted = model.groups.filter((group) => state.expanded.has(group.index));
  const [near, far] = [[], []];
  for (const group of wanted) (survey.focus && group.members.some((number) => survey.focus[number]) ? near : far).push(group);
  let left = most;
  const groups = new Set();
  for (const group of [...near, ...far]) {
    if (group.members.length > left) continue;
    left -= group.members.length;
    groups.add(group);
  }
  return { groups, full: groups.size < wanted.length };
}

/** What is shown: nodes with something in focus or connected with it, and the node of each endpoint. */
function shownNodes({ model, state }, room) {
  const nodes = [];
  const nodeOf = new Int32Array(model.endpoints.length).fill(-1);
  for (const group of model.groups) {
    if (group.external && !state.outside) continue;
    if (room.groups.has(group)) {
      for (const number of group.members) { nodeOf[number] = nodes.length; nodes.push({ endpoint: number, group: group.index }); }
    } else {
      for (const number of group.members) nodeOf[number] = nodes.length;
      nodes.push({ group: group.index });
    }
  }
  return { nodes, nodeOf };
}

/** The nodes and edges under the filters. `edges` name nodes by their index; `shown` tells which nodes to draw. */
function shownConnections(page, room) {
  const { model, survey } = page;
  const { nodes, nodeOf } = shownNodes(page, room);
  const edges = connectionsBetween(model, survey.weights, survey.focus, nodeOf, nodes.length);
  const shown = new Uint8Array(nodes.length).fill(survey.focus ? 0 : 1);
  const near = new Uint8Array(nodes.length).fill(survey.focus ? 0 : 1);
  if (survey.focus) {
    survey.focus.forEach((inFocus, number) => { if (inFocus && nodeOf[number] >= 0) shown[nodeOf[number]] = near[nodeOf[number]] = 1; });
    for (const edge of edges) shown[edge.source] = shown[edge.destination] = 1;
  }
  return { nodes, edges, shown, near };
}

function edgeWords(model, edge, nodes) {
  const parts = [];
  if (edge.allowed) parts.push(`${grouped(edge.allowed)} allowed`);
  if (edge.depends) parts.push(`${grouped(edge.depends)} that depend`);
  const ends = `${nodeWords(model, nodes[edge.source])} to ${nodeWords(model, nodes[edge.destination])}`;
  const [source, destination] = [nodes[edge.source].endpoint, nodes[edge.destination].endpoint];
  const access = source !== undefined && destination !== undefined ? accessBetween(model, source, destination) : null;
  if (access) return `${ends}: ${accessWords(access)}`;
  return `${ends}: ${parts.join(", ")}`;
}

function markCounts(survey, members) {
  const counts = {};
  for (const number of members) for (const mark of survey.marks[number]) counts[mark] = (counts[mark] ?? 0) + 1;
  return counts;
}

function drawChip(page, chip, near) {
  const { model, survey } = page;
  const endpoint = model.endpoints[chip.number];
  const marks = survey.marks[chip.number].filter((mark) => mark !== "free" && mark !== "calling");
  const room = Math.floor((chip.width - 18 - marks.length * 15) / CHARACTER);
  const node = pressable(drawn("g", {
    class: `node chip${endpoint.external ? " external" : ""}${near ? "" : " far"}${marks.map((mark) => ` is-${mark}`).join("")}`,
    tabindex: 0, role: "button", "data-node": `e${chip.number}`, "data-focus": `node e${chip.number}`,
    "aria-label": [endpoint.id, ...survey.marks[chip.number].map((mark) => markWords(survey, mark))].join(", "),
    onClick: () => page.select({ node: { endpoint: chip.number } }),
  },
    drawn("title", {}, [endpoint.id, ...survey.marks[chip.number].map((mark) => markWords(survey, mark))].join("\n")),
    drawn("rect", { x: chip.x, y: chip.y, width: chip.width, height: chip.height, rx: 5 }),
    drawn("text", { x: chip.x + 9, y: chip.y + 16 }, shortened(endpoint.name, room)),
  ));
  marks.forEach((mark, index) => node.append(shapeOf(mark, chip.x + chip.width - 18 - index * 15, chip.y + 6)));
  return node;
}

function drawToggle(page, box) {
  const open = box.chips.length > 0;
  const [x, y] = [box.x + box.width - 28, box.y + 4];
  return pressable(drawn("g", {
    class: "toggle", tabindex: 0, role: "button", "aria-expanded": String(open), "data-focus": `toggle ${box.group.index}`,
    "aria-label": `${open ? "Collapse" : "Expand"} ${box.group.name}`,
    onClick: () => page.toggle(box.group.index),
  },
    drawn("rect", { x, y, width: 24, height: 22, rx: 4 }),
    drawn("path", { d: open ? `M${x + 7} ${y + 11}h10` : `M${x + 7} ${y + 11}h10M${x + 12} ${y + 6}v10` }),
  ));
}

function drawGroup(page, box, inside, near) {
  const { model, survey } = page;
  const { group } = box;
  const size = counted(group.members.length, group.external ? "range" : "workload");
  const label = group.external ? "outside the cluster" : group.name;
  const node = pressable(drawn("g", {
    class: `node group${group.external ? " external" : ""}${near ? "" : " far"}`, tabindex: 0, role: "button", "data-node": `g${group.index}`, "data-focus": `node g${group.index}`,
    "aria-label": `${group.external ? label : `namespace ${label}`}, ${size}`,
    onClick: () => page.select({ node: { group: group.index } }),
  },
    drawn("title", {}, `${label}: ${size}`),
    drawn("rect", { x: box.x, y: box.y, width: box.width, height: box.height, rx: 8 }),
    drawn("text", { x: box.x + 12, y: box.y + 20, class: "name" }, shortened(label, Math.floor((box.width - 48) / CHARACTER))),
  ));
  if (box.chips.length) return node;
  const within = inside ? ` \u00b7 ${grouped(inside)} inside` : "";
  node.append(drawn("text", { x: box.x + 12, y: box.y + 37, class: "small" }, `${size}${within}`));
  let x = box.x + 12;
  for (const [mark, count] of Object.entries(markCounts(survey, group.members))) {
    if (mark === "free" || mark === "calling") continue;
    node.append(shapeOf(mark, x, box.y + 44), drawn("text", { x: x + 15, y: box.y + 54, class: "small" }, String(count)));
    x += 24 + String(count).length * 8;
  }
  return node;
}

function drawEdge(page, edge, nodes, places) {
  const { model } = page;
  const [from, to] = [places.get(nodeKey(nodes[edge.source])), places.get(nodeKey(nodes[edge.destination]))];
  const outside = [nodes[edge.source], nodes[edge.destination]].some((node) => groupAt(model, node.group).external);
  const kind = `${edge.allowed ? "allowed" : "depends"}${outside ? " outside" : ""}`;
  const path = curve(from, to);
  const width = Math.min(5, 1.3 + Math.log10(edge.allowed + edge.depends) * 0.9);
  return drawn("g", {
    class: "link", "data-source": nodeKey(nodes[edge.source]), "data-destination": nodeKey(nodes[edge.destination]),
    "data-groups": `g${nodes[edge.source].group} g${nodes[edge.destination].group}`,
    onClick: () => page.select({ source: nodes[edge.source], destination: nodes[edge.destination] }),
  },
    drawn("title", {}, edgeWords(model, edge, nodes)),
    drawn("path", { d: path, class: "reach" }),
    drawn("path", { d: path, class: `edge ${kind}`, "stroke-width": width.toFixed(1), "marker-end": `url(#tip-${kind.replace(" ", "-")})` }),
  );
}

function tips() {
  return drawn("defs", {}, ["allowed", "depends", "allowed-outside", "depends-outside"].map((kind) =>
    drawn("marker", { id: `tip-${kind}`, viewBox: "0 0 8 8", refX: 5, refY: 4, markerWidth: 8, markerHeight: 8, markerUnits: "userSpaceOnUse", orient: "auto" },
      drawn("path", { d: "M0 0 8 4 0 8Z", class: `tip ${kind.replace("-", " ")}` }))));
}

/** The key under which a node is drawn: its own, or that of its namespace while this is collapsed. */
function drawnKey(model, drawing, node) {
  const key = nodeKey(node);
  return node.endpoint === undefined || drawing.querySelector(`[data-node="${key}"]`) ? key : `g${model.endpoints[node.endpoint].group}`;
}

/** Marks the edges of what is selected or pointed at; the others step back. */
function highlight({ model, state }, drawing, pointed) {
  const { node, source, destination } = state.selection ?? {};
  const keys = [node ? drawnKey(model, drawing, node) : null, pointed].filter(Boolean);
  const pair = source ? [source, destination].map((end) => drawnKey(model, drawing, end)) : [];
  let lit = 0;
  for (const link of drawing.querySelectorAll(".link")) {
    const ends = [link.dataset.source, link.dataset.destination];
    const names = link.dataset.groups.split(" ").map((group, index) => [group, ends[index]]);
    const on = pair.length && !pointed ? names.every((either, index) => either.includes(pair[index])) : keys.some((key) => names.flat().includes(key));
    link.classList.toggle("lit", on);
    if (on) lit += 1;
  }
  for (const one of drawing.querySelectorAll(".node")) one.classList.toggle("selected", [...keys, ...pair].includes(one.dataset.node));
  drawing.classList.toggle("traced", lit > 0);
}

/** The groups of the shown nodes, with those of their members that stand for themselves. */
function shownGroups(model, nodes, shown, near) {
  const groups = new Map();
  nodes.forEach((node, index) => {
    if (!shown[index]) return;
    const entry = groups.get(node.group) ?? { group: groupAt(model, node.group), members: [], expanded: node.endpoint !== undefined, near: false, index };
    if (node.endpoint !== undefined) entry.members.push(node.endpoint);
    entry.near ||= Boolean(near[index]);
    groups.set(node.group, entry);
  });
  return groups;
}

/** What to do when the lines are too many to be told apart; empty while they can be. */
function hintFor({ model }, room, lines) {
  if (!model.data.workloads.length) return "There are no workloads in these manifests.";
  if (room.full) return `No more than ${grouped(MOST_CHIPS)} workloads are shown at once: the other namespaces stay collapsed.`;
  if (lines > TOO_MANY_EDGES) return `${grouped(lines)} lines would hide each other: select a namespace or a workload to see its own.`;
  return lines > BUSY_EDGES ? "Point at a namespace or a workload, or select it, to see its own connections." : "";
}

function drawDiagram(page, parent) {
  const { model, state } = page;
  const room = roomFor(page, MOST_CHIPS);
  const { nodes, edges, shown, near } = shownConnections(page, room);
  const inside = new Map(edges.filter((edge) => edge.source === edge.destination).map((edge) => [edge.source, edge.allowed + edge.depends]));
  const groups = shownGroups(model, nodes, shown, near);
  const { boxes, width, height } = layOut([...groups.values()], Math.max(parent.clientWidth - 4, 320));
  const places = new Map();
  for (const box of boxes) {
    places.set(`g${box.group.index}`, box);
    for (const chip of box.chips) places.set(`e${chip.number}`, chip);
  }
  const between = edges.filter((edge) => edge.source !== edge.destination);
  const chosen = state.selection ? [state.selection.node, state.selection.source, state.selection.destination].filter(Boolean).map(nodeKey) : [];
  const drawnEdges = between.length > TOO_MANY_EDGES
    ? between.filter((edge) => chosen.includes(nodeKey(nodes[edge.source])) || chosen.includes(nodeKey(nodes[edge.destination])))
    : between;
  const nearOf = new Map(nodes.map((node, index) => [nodeKey(node), near[index]]));
  const groupOf = (box) => drawGroup(page, box, inside.get(groups.get(box.group.index).index) ?? 0, groups.get(box.group.index).near);
  const drawing = drawn("svg", {
    class: `diagram${between.length > MANY_EDGES ? " crowded" : between.length > BUSY_EDGES ? " busy" : ""}`, width, height, viewBox: `0 0 ${width} ${height}`, role: "group",
    "aria-label": "Map of namespaces and connections",
  },
    tips(),
    boxes.filter((box) => box.chips.length).map(groupOf),
    drawn("g", { class: "links" }, drawnEdges.map((edge) => drawEdge(page, edge, nodes, places))),
    boxes.filter((box) => !box.chips.length).map(groupOf),
    boxes.map((box) => [drawToggle(page, box), ...box.chips.map((chip) => drawChip(page, chip, nearOf.get(`e${chip.number}`)))]).flat(),
  );
  const hint = hintFor(page, room, between.length);
  parent.replaceChildren(element("p", { class: "hint" }, boxes.length ? hint : "Nothing fits these filters."), element("div", { class: "scroll" }, drawing));
  highlight(page, drawing, null);
  const point = (event) => highlight(page, drawing, event.target.closest(".node")?.dataset.node ?? null);
  drawing.addEventListener("pointerover", point);
  drawing.addEventListener("pointerleave", () => highlight(page, drawing, null));
}
