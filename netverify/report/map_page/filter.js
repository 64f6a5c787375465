// What the filters leave: which accesses, which endpoints, and how many connections between the nodes that are shown.

const NONE = 0, DEPENDS = 1, ALLOWED = 2;

/** How much of each access the wanted ports leave. */
function weighAccesses(model, filter) {
  return model.accesses.map((access) => {
    if (portsMeet(access.allowedRanges, filter.wanted)) return ALLOWED;
    return filter.depends && portsMeet(access.dependsRanges, filter.wanted) ? DEPENDS : NONE;
  });
}

/** For each endpoint, whom it reaches and is reached by, and the best way from and to the outside. */
function standing(model, weights) {
  const size = model.endpoints.length;
  const found = {
    reaches: new Int32Array(size), reached: new Int32Array(size), toOutside: new Uint8Array(size), fromOutside: new Uint8Array(size),
  };
  const parts = model.sets.map((set) => {
    const outside = set.reduce((count, number) => count + (model.endpoints[number].external ? 1 : 0), 0);
    return { outside, inside: set.length - outside };
  });
  for (const bundle of model.bundles) {
    const weight = weights[bundle.access];
    if (weight === NONE) continue;
    const from = parts[bundle.sources], to = parts[bundle.destinations];
    for (const number of model.sets[bundle.sources]) {
      found.reaches[number] += to.inside;
      if (to.outside) found.toOutside[number] = Math.max(found.toOutside[number], weight);
    }
    for (const number of model.sets[bundle.destinations]) {
      found.reached[number] += from.inside;
      if (from.outside) found.fromOutside[number] = Math.max(found.fromOutside[number], weight);
    }
    for (const number of bundle.same) { found.reaches[number] -= 1; found.reached[number] -= 1; }
  }
  return found;
}

/** The marks of workloads, in the order in which they matter. Those `ofPorts` speak of the ports that are asked for. */
const STATUSES = {
  exposed: { words: "reachable from outside", hint: "policy lets some address outside the cluster in", ofPorts: true },
  open: { words: "open to ingress", hint: "no policy is sure to isolate it for ingress" },
  calling: { words: "reaching outside", hint: "policy lets it out to some address outside the cluster", ofPorts: true },
  free: { words: "open to egress", hint: "no policy is sure to isolate it for egress" },
  unreached: { words: "reached by nobody", hint: "nobody inside or outside may open a connection to it", ofPorts: true },
};

const HOLDS = {
  exposed: (endpoint, found) => found.fromOutside[endpoint.number] > NONE,
  open: (endpoint) => endpoint.ingress !== "isolated",
  calling: (endpoint, found) => found.toOutside[endpoint.number] > NONE,
  free: (endpoint) => endpoint.egress !== "isolated",
  unreached: (endpoint, found, atMost) => atMost.reached[endpoint.number] === 0 && atMost.fromOutside[endpoint.number] === NONE,
};

/** `atMost` counts what depends whether it is shown or not: nobody is said to be reached by nobody who may be reached. */
function marksOf(model, found, atMost) {
  return model.endpoints.map((endpoint) =>
    endpoint.external ? [] : Object.keys(STATUSES).filter((status) => HOLDS[status](endpoint, found, atMost)),
  );
}

function markWords(survey, mark) {
  const { words, ofPorts } = STATUSES[mark];
  return ofPorts && survey.wanted ? `${words} on these ports` : words;
}

/** Which endpoints the search, the namespace and the mark leave; null when they leave everything. */
function focusOf(model, filter, marks) {
  const words = filter.search.toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.length && filter.group === null && !filter.status) return null;
  return Uint8Array.from(model.endpoints, (endpoint) => {
    const text = `${endpoint.id} ${endpoint.name}`.toLowerCase();
    return (
      words.every((word) => text.includes(word)) &&
      (filter.group === null || endpoint.group === filter.group) &&
      (!filter.status || marks[endpoint.number].includes(filter.status))
    );
  });
}

/** How many members of a set are in each node, and of those how many are in focus. */
function census(set, nodeOf, focus) {
  const nodes = new Map();
  for (const number of set) {
    const node = nodeOf[number];
    if (node < 0) continue;
    const count = nodes.get(node) ?? [0, 0];
    count[0] += 1;
    if (!focus || focus[number]) count[1] += 1;
    nodes.set(node, count);
  }
  return [...nodes];
}

/**
 * The connections between nodes, by `source * size + destination`: how many are allowed, and how many only depend.
 * `nodeOf` gives the node of each endpoint, -1 for none. A connection counts when one of its ends is in focus.
 */
function connectionsBetween(model, weights, focus, nodeOf, size) {
  const counts = new Array(model.sets.length).fill(null);
  const of = (set) => (counts[set] ??= census(model.sets[set], nodeOf, focus));
  const found = new Map();
  const add = (key, weight, number) => {
    let edge = found.get(key);
    if (!edge) found.set(key, (edge = { source: Math.floor(key / size), destination: key % size, allowed: 0, depends: 0 }));
    if (weight === ALLOWED) edge.allowed += number;
    else edge.depends += number;
  };
  for (const bundle of model.bundles) {
    const weight = weights[bundle.access];
    if (weight === NONE) continue;
    for (const [source, [all, near]] of of(bundle.sources)) {
      for (const [destination, [everyone, close]] of of(bundle.destinations)) {
        const number = all * everyone - (all - near) * (everyone - close);
        if (number) add(source * size + destination, weight, number);
      }
    }
    for (const number of bundle.same) {
      if (nodeOf[number] >= 0 && (!focus || focus[number])) add(nodeOf[number] * (size + 1), weight, -1);
    }
  }
  return [...found.values()].filter((edge) => edge.allowed || edge.depends);
}

/** Everything that the views need to know under `filter`. */
function survey(model, filter) {
  const weights = weighAccesses(model, filter);
  const found = standing(model, weights);
  const atMost = filter.depends ? found : standing(model, weighAccesses(model, { ...filter, depends: true }));
  const marks = marksOf(model, found, atMost);
  return { weights, marks, ...found, focus: focusOf(model, filter, marks), wanted: filter.wanted };
}
