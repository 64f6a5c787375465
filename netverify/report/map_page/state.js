// What the reader chose, and its way into the address of the page and back, so that a view can be sent to someone.

const VIEWS = ["diagram", "matrix", "workloads", "account"];
const THEMES = ["auto", "light", "dark"];
const EXPANDED_AT_FIRST = 40;

/** Nodes are what views show: `{group}` or `{endpoint}`, by number. A selection is one node, or a source and a destination. */
function nodeKey(node) {
  return node.endpoint === undefined ? `g${node.group}` : `e${node.endpoint}`;
}

function initialExpansion(model) {
  const few = model.data.workloads.length <= EXPANDED_AT_FIRST;
  return new Set(model.groups.filter((group) => few && (!group.external || group.members.length <= 4)).map((group) => group.index));
}

function initialState(model) {
  return {
    view: "diagram", search: "", group: null, port: "", outside: true, depends: true, status: "",
    selection: null, expanded: initialExpansion(model), theme: "auto", order: { column: "name", descending: false },
  };
}

function nodeName(model, node) {
  if (node.endpoint !== undefined) return `e:${model.endpoints[node.endpoint].id}`;
  const group = groupAt(model, node.group);
  return group.external ? "g:" : `g:${group.name}`;
}

function nodeNamed(model, name) {
  if (name?.startsWith("e:")) {
    const endpoint = model.endpoints.find((one) => one.id === name.slice(2));
    return endpoint ? { endpoint: endpoint.number } : null;
  }
  const group = name?.startsWith("g:") ? groupNamed(model, name.slice(2)) : undefined;
  return group ? { group: group.index } : null;
}

function groupAt(model, index) {
  return model.groups.find((group) => group.index === index);
}

/** The namespace of that name; what is outside has the empty one. */
function groupNamed(model, name) {
  return model.groups.find((group) => (group.external ? name === "" : group.name === name));
}

/** The fragment that brings this state back. */
function fragmentOf(model, state) {
  const words = new URLSearchParams();
  if (state.view !== "diagram") words.set("view", state.view);
  if (state.search) words.set("q", state.search);
  if (state.group !== null) words.set("ns", groupAt(model, state.group).name);
  if (state.port) words.set("port", state.port);
  if (!state.outside) words.set("outside", "no");
  if (!state.depends) words.set("depends", "no");
  if (state.status) words.set("mark", state.status);
  if (state.selection?.node) words.set("at", nodeName(model, state.selection.node));
  if (state.selection?.source) {
    words.set("from", nodeName(model, state.selection.source));
    words.set("to", nodeName(model, state.selection.destination));
  }
  const first = initialExpansion(model);
  const toggled = model.groups.filter((group) => first.has(group.index) !== state.expanded.has(group.index));
  if (toggled.length && toggled.length === model.groups.length) words.set("toggled", "*");
  else for (const group of toggled) words.append("toggled", group.external ? "" : group.name);
  if (state.theme !== "auto") words.set("theme", state.theme);
  return words.toString();
}

/** The state that a fragment describes; what it names and is not there is left out. */
function stateFrom(model, fragment) {
  const words = new URLSearchParams(fragment.replace(/^#/, ""));
  const state = initialState(model);
  const among = (name, values, otherwise) => (values.includes(words.get(name)) ? words.get(name) : otherwise);
  state.view = among("view", VIEWS, "diagram");
  state.theme = among("theme", THEMES, "auto");
  state.status = among("mark", Object.keys(STATUSES), "");
  state.search = words.get("q") ?? "";
  state.port = words.get("port") ?? "";
  state.outside = words.get("outside") !== "no";
  state.depends = words.get("depends") !== "no";
  state.group = (words.get("ns") && groupNamed(model, words.get("ns"))?.index) ?? null;
  const toggled = words.getAll("toggled");
  for (const group of toggled[0] === "*" ? model.groups : toggled.map((name) => groupNamed(model, name)).filter(Boolean)) {
    if (!state.expanded.delete(group.index)) state.expanded.add(group.index);
  }
  const [node, source, destination] = ["at", "from", "to"].map((name) => nodeNamed(model, words.get(name)));
  if (source && destination) state.selection = { source, destination };
  else if (node) state.selection = { node };
  return state;
}

/** The endpoints of a node. */
function membersOf(model, node) {
  return node.endpoint === undefined ? groupAt(model, node.group).members : [node.endpoint];
}

function nodeWords(model, node) {
  return node.endpoint === undefined ? groupAt(model, node.group).name : model.endpoints[node.endpoint].name;
}
