// What the page knows: endpoints by number, groups of them (namespaces, and what is outside), and who may open what.

const ISOLATION = { o: "open", i: "isolated", d: "depends" };

function numbersOf(text) {
  const numbers = [];
  for (const [first, last] of readRanges(text)) for (let n = first; n <= last; n += 1) numbers.push(n);
  return Int32Array.from(numbers);
}

function readEndpoints(data) {
  const outside = data.namespaces.length;
  const workloads = data.workloads.map(([group, kind, name, file, line], number) => ({
    number, group, name, kind: data.kinds[kind], external: false,
    id: `${data.namespaces[group]}/${name}[${data.kinds[kind]}]`,
    place: placeOf(data, file, line),
    ingress: ISOLATION[data.ingress[number]], egress: ISOLATION[data.egress[number]],
  }));
  const ranges = data.outside.map(([id, words], index) => ({
    number: workloads.length + index, group: outside, name: words, kind: "external", external: true, id,
    place: "", ingress: "open", egress: "open",
  }));
  return [...workloads, ...ranges];
}

/** `policies.yaml:65`; empty where nothing is known. */
function placeOf(data, file, line) {
  const path = data.files[file];
  if (!path) return "";
  return line ? `${path}:${line}` : path;
}

function readGroups(data, endpoints) {
  const names = [...data.namespaces, "outside"];
  const groups = names.map((name, index) => ({ index, name, external: index === names.length - 1, members: [] }));
  for (const endpoint of endpoints) groups[endpoint.group].members.push(endpoint.number);
  return groups;
}

function readBundles(flat) {
  const bundles = [];
  for (let i = 0; i < flat.length; i += 3) bundles.push({ sources: flat[i], destinations: flat[i + 1], access: flat[i + 2] });
  return bundles;
}

function readAccesses(rows) {
  return rows.map(([allowed, depends, on]) => ({
    allowed, depends, on, allowedRanges: rangesOf(allowed), dependsRanges: rangesOf(depends),
  }));
}

function readRules(data) {
  return data.rules.map(([direction, action, policy, index, file, line, subjects, peers, subjectWords, peerWords, traffic]) => ({
    direction, action, policy: data.policies[policy], index, place: placeOf(data, file, line),
    subjects, peers, subjectWords, peerWords, traffic,
  }));
}

/** Lists, by set, of what names it. */
function bySet(count, items, setsOfItem) {
  const lists = Array.from({ length: count }, () => []);
  items.forEach((item, index) => setsOfItem(item).forEach((set) => lists[set].push(index)));
  return lists;
}

/** The numbers that two ascending lists share. */
function shared(left, right) {
  const both = [];
  for (let i = 0, j = 0; i < left.length && j < right.length; ) {
    if (left[i] === right[j]) { both.push(left[i]); i += 1; j += 1; }
    else if (left[i] < right[j]) i += 1;
    else j += 1;
  }
  return both;
}

function readModel(data) {
  const endpoints = readEndpoints(data);
  const sets = data.sets.map(numbersOf);
  const setsOf = bySet(endpoints.length, sets, (set) => set);
  const bundles = readBundles(data.bundles);
  for (const bundle of bundles) bundle.same = shared(sets[bundle.sources], sets[bundle.destinations]);
  return {
    data, endpoints, sets, setsOf, bundles,
    groups: readGroups(data, endpoints).filter((group) => group.external || group.members.length > 0),
    accesses: readAccesses(data.accesses),
    rules: readRules(data),
    outgoing: bySet(sets.length, bundles, (bundle) => [bundle.sources]),
    incoming: bySet(sets.length, bundles, (bundle) => [bundle.destinations]),
  };
}

/** The bundles that go out from (or come in to) an endpoint. */
function bundlesOf(model, number, lists) {
  return model.setsOf[number].flatMap((set) => lists[set].map((index) => model.bundles[index]));
}

/** What `source` may open to `destination`; null where it is denied on every port. */
function accessBetween(model, source, destination) {
  const towards = new Set(model.setsOf[destination]);
  const bundle = bundlesOf(model, source, model.outgoing).find((one) => towards.has(one.destinations));
  return bundle && source !== destination ? model.accesses[bundle.access] : null;
}

/** The rules of a direction with some subject and some peer among the given endpoints. */
function rulesBetween(model, direction, subjects, peers) {
  const subjectSets = new Set(subjects.flatMap((number) => model.setsOf[number]));
  const peerSets = new Set(peers.flatMap((number) => model.setsOf[number]));
  return model.rules.filter(
    (rule) => rule.direction === direction && rule.subjects.some((s) => subjectSets.has(s)) && rule.peers.some((p) => peerSets.has(p)),
  );
}
