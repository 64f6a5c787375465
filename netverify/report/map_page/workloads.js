// The table of workloads: how each stands, in rows that can be sorted and filtered.

const TABLE_ROWS = 200;
const ISOLATION_ORDER = { open: 0, depends: 1, isolated: 2 };
const ISOLATION_WORDS = { open: "open", depends: "depends", isolated: "isolated" };

const COLUMNS = [
  { id: "name", words: "Workload", key: (endpoint) => endpoint.name },
  { id: "namespace", words: "Namespace", key: (endpoint, page) => page.model.data.namespaces[endpoint.group] },
  { id: "kind", words: "Kind", key: (endpoint) => endpoint.kind },
  { id: "ingress", words: "Ingress", key: (endpoint) => ISOLATION_ORDER[endpoint.ingress] },
  { id: "egress", words: "Egress", key: (endpoint) => ISOLATION_ORDER[endpoint.egress] },
  { id: "reached", words: "Reached by", number: true, key: (endpoint, page) => page.survey.reached[endpoint.number] },
  { id: "reaches", words: "Reaches", number: true, key: (endpoint, page) => page.survey.reaches[endpoint.number] },
  { id: "from", words: "From outside", key: (endpoint, page) => -page.survey.fromOutside[endpoint.number] },
  { id: "to", words: "To outside", key: (endpoint, page) => -page.survey.toOutside[endpoint.number] },
];

const outsideWords = (weight) => ["no", "depends", "yes"][weight];

function sortedWorkloads(page) {
  const { model, survey, state } = page;
  const column = COLUMNS.find((one) => one.id === state.order.column) ?? COLUMNS[0];
  const rows = model.endpoints.filter((endpoint) => !endpoint.external && (!survey.focus || survey.focus[endpoint.number]));
  const sign = state.order.descending ? -1 : 1;
  const keys = new Map(rows.map((endpoint) => [endpoint, column.key(endpoint, page)]));
  return rows.sort((a, b) => {
    const [left, right] = [keys.get(a), keys.get(b)];
    if (left === right) return a.number - b.number;
    return left < right ? -sign : sign;
  });
}

function workloadRow(page, endpoint) {
  const { model, survey, state } = page;
  const number = endpoint.number;
  const marks = survey.marks[number];
  const marked = (mark, words) => element("td", {}, marks.includes(mark) ? badge(mark, words) : words);
  const selected = state.selection?.node?.endpoint === number;
  return element("tr", { "aria-selected": String(selected), class: selected ? "selected" : null },
    element("th", { scope: "row" }, nodeButton(page, { endpoint: number }, endpoint.name, { "data-focus": `row ${number}` })),
    element("td", {}, model.data.namespaces[endpoint.group]),
    element("td", {}, endpoint.kind),
    marked("open", ISOLATION_WORDS[endpoint.ingress]),
    marked("free", ISOLATION_WORDS[endpoint.egress]),
    element("td", { class: "number" }, marks.includes("unreached") ? badge("unreached", "nobody") : grouped(survey.reached[number])),
    element("td", { class: "number" }, grouped(survey.reaches[number])),
    marked("exposed", outsideWords(survey.fromOutside[number])),
    marked("calling", outsideWords(survey.toOutside[number])),
  );
}

function columnHead(page, column) {
  const { order } = page.state;
  const active = order.column === column.id;
  const sort = !active ? "none" : order.descending ? "descending" : "ascending";
  return element("th", { scope: "col", "aria-sort": sort, class: column.number ? "number" : null },
    button(column.words, () => page.change({ order: { column: column.id, descending: active ? !order.descending : Boolean(column.number) } }),
      { class: "link-button", "data-focus": `column ${column.id}` }));
}

function drawWorkloads(page, parent) {
  const rows = sortedWorkloads(page);
  const body = element("tbody");
  limitedRows(body, rows, TABLE_ROWS, (endpoint) => workloadRow(page, endpoint),
    (more) => element("tr", {}, element("td", { colspan: COLUMNS.length }, more)));
  parent.replaceChildren(
    element("p", { class: "hint", role: "status" }, rows.length ? counted(rows.length, "workload") : "Nothing fits these filters."),
    element("div", { class: "scroll" }, element("table", { class: "workloads" },
      element("thead", {}, element("tr", {}, COLUMNS.map((column) => columnHead(page, column)))), body)),
  );
}
