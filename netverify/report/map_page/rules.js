// Why a connection is allowed or not: what isolates an end, and the rules that name both.

/** `TCP 5432`, with what is only allowed under some conditions after it. */
function accessWords(access) {
  const allowed = portWords(access.allowed), depends = portWords(access.depends);
  if (!depends) return allowed;
  return `${allowed ? `${allowed}; ` : ""}depends: ${depends}`;
}

function ruleItem(rule) {
  const word = rule.direction === "ingress" ? "from" : "to";
  const builtIn = rule.policy === "";
  return element("li", { class: "rule" },
    element("div", { class: "rule-head" },
      element("strong", {}, builtIn ? "traffic between a pod and its own node" : rule.policy), builtIn ? "" : `, rule ${rule.index + 1}`, rule.action === "allow" ? "" : ` (${rule.action})`),
    builtIn ? null : element("code", { class: "place" }, rule.place),
    builtIn ? null : element("div", { class: "words" }, `${rule.subjectWords}: ${word} ${rule.peerWords}, ${rule.traffic}`),
  );
}

/** A heading, what isolates, and the rules of one direction. */
function explained(model, direction, subjects, peers) {
  const rules = rulesBetween(model, direction, subjects, peers);
  const list = element("ul", { class: "rules" });
  limitedRows(list, rules, 50, ruleItem, (more) => element("li", {}, more));
  return element("section", { class: `direction ${direction}` },
    element("h3", {}, direction === "egress" ? "Egress of the source" : "Ingress of the destination"),
    element("p", {}, isolationWords(model, direction, subjects, rules.length)),
    rules.length ? list : null,
  );
}

function isolationWords(model, direction, subjects, rules) {
  const ends = subjects.map((number) => model.endpoints[number]);
  const inside = ends.filter((end) => !end.external);
  if (!inside.length) return `outside the cluster: no policy limits its ${direction}`;
  const open = inside.filter((end) => end[direction] === "open").length;
  const depending = inside.filter((end) => end[direction] === "depends").length;
  const isolating = rules ? "isolated by policy: only what these rules allow" : "isolated by policy, and no rule allows it";
  if (inside.length === 1) {
    if (open) return "isolated by no policy: what no policy denies is allowed";
    if (depending) return "whether a policy isolates it depends on what the manifests leave open";
    return isolating;
  }
  const isolated = inside.length - open - depending;
  return [
    open ? `${grouped(open)} isolated by no policy` : "",
    depending ? `${grouped(depending)} may be isolated by a policy: it depends on what the manifests leave open` : "",
    isolated ? `${grouped(isolated)} ${isolating}` : "",
  ].filter(Boolean).join("; ");
}

/** What the conditions of an access are about. */
function conditions(model, names) {
  if (!names.length) return null;
  const ofPlugin = names.some((name) => model.data.ofPlugin.includes(name));
  return element("div", { class: "conditions" },
    element("h3", {}, "What it depends on"),
    ofPlugin ? element("p", { class: "hint" }, "The CNI plugin decides some of it: choose yours with ", element("code", {}, "--cni NAME"), ".") : null,
    element("dl", {}, names.map((name) => [element("dt", {}, element("code", {}, name)), element("dd", {}, model.data.meanings[name] ?? "")]).flat()),
  );
}
