// What the map is worth: what was read, what was left out, what was taken as given.

const SECTIONS = [
  ["inputs", "Inputs", ""],
  ["assumptions", "Taken as given", "nothing"],
  ["approximations", "Inexact", "nothing"],
  ["notes", "Notes", ""],
  ["unread", "Not read, or refused", "nothing"],
  ["unsupported", "Not modelled", "nothing"],
  ["templates", "Templates that were not rendered", ""],
  ["skipped", "Left alone", ""],
  ["findings", "Findings", "none"],
];

function drawAccount(page, parent) {
  const { account } = page.model.data;
  parent.replaceChildren(element("div", { class: "account" }, SECTIONS.map(([name, title, otherwise]) => {
    const texts = account[name].length ? account[name] : [otherwise].filter(Boolean);
    return texts.length ? [element("h2", {}, title), element("ul", {}, texts.map((text) => element("li", {}, text)))] : [];
  }).flat()));
}

function drawWarnings(page, parent) {
  const { narrowed, account: { warnings, notes } } = page.model.data;
  const part = element("div", { class: "notice" },
    element("strong", {}, "Only a part of the map: "), narrowed, ". Figures and marks speak of this part.",
    notes.map((note) => element("p", {}, note)));
  parent.replaceChildren(...[narrowed ? part : null, warnings.length ? warningBox(page, warnings) : null].filter(Boolean));
}

function warningBox(page, warnings) {
  return element("div", { class: "warning", role: "alert" },
    element("strong", {}, "This map may be wrong or incomplete"),
    element("ul", {}, warnings.map((text) => element("li", {}, text))),
    button("What was read and what was not", () => page.change({ view: "account" }), { class: "link-button" }));
}

/** The figures above the views; those of marks filter by them. */
function drawSummary(page, parent) {
  const { model, survey, state } = page;
  const nodeOf = Int32Array.from(model.endpoints, (endpoint) => (endpoint.external && !state.outside ? -1 : 0));
  const totals = connectionsBetween(model, survey.weights, survey.focus, nodeOf, 1)[0] ?? { allowed: 0, depends: 0 };
  const left = survey.focus ? survey.focus.slice(0, model.data.workloads.length).filter(Boolean).length : model.data.workloads.length;
  const filtered = survey.focus || survey.wanted || !state.outside || !state.depends;
  const tile = (number, words) => element("div", { class: "tile" }, element("b", {}, grouped(number)), element("span", {}, words));
  const marks = Object.keys(STATUSES).map((mark) => {
    const number = model.endpoints.filter((endpoint) => survey.marks[endpoint.number].includes(mark)).length;
    return element("button", {
      type: "button", class: "tile", "data-mark": mark, "data-focus": `mark ${mark}`, "aria-pressed": String(state.status === mark), title: STATUSES[mark].hint,
      onClick: () => page.change({ status: state.status === mark ? "" : mark }),
    }, element("b", {}, badge(mark, grouped(number))), element("span", {}, markWords(survey, mark)));
  });
  const namespaces = model.groups.filter((group) => !group.external).length;
  parent.replaceChildren(
    tile(left, survey.focus ? `of ${counted(model.data.workloads.length, "workload")}` : `workloads in ${counted(namespaces, "namespace")}`),
    tile(totals.allowed, filtered ? "connections fit the filters" : "connections allowed"),
    tile(totals.depends, "that depend"),
    ...marks,
  );
}
