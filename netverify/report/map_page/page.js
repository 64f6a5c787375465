// The page: what was chosen, drawn; and chosen anew.

const model = readModel(JSON.parse(byId("data").textContent));
const DRAWINGS = { diagram: drawDiagram, matrix: drawMatrix, workloads: drawWorkloads, account: drawAccount };

const page = { model, state: initialState(model), survey: null, cursor: null, select, toggle, change };

function change(changes) {
  Object.assign(page.state, changes);
  rememberState();
  keepingFocus(draw);
}

function select(selection) {
  change({ selection });
  const details = byId("details");
  if (selection && getComputedStyle(details).position === "static") details.scrollIntoView({ block: "nearest" });
}

function toggle(index) {
  const expanded = new Set(page.state.expanded);
  if (!expanded.delete(index)) expanded.add(index);
  change({ expanded });
}

/** Drawing makes elements anew: what had the focus has it again, by its `data-focus`, or else the panel of details. */
function keepingFocus(redraw) {
  const active = document.activeElement;
  const wasInDetails = byId("details").contains(active);
  const name = active?.dataset?.focus;
  redraw();
  const again = name && [...document.querySelectorAll("[data-focus]")].find((one) => one.dataset.focus === name);
  if (again) again.focus({ preventScroll: true });
  else if (wasInDetails) byId("details").querySelector("h2").focus({ preventScroll: true });
}

function rememberState() {
  const fragment = fragmentOf(model, page.state);
  history.replaceState(null, "", fragment ? `#${fragment}` : location.href.split("#")[0]);
}

function draw() {
  const { state } = page;
  const asked = readPorts(state.port);
  byId("port-problem").textContent = asked.problem ?? "";
  byId("port").setAttribute("aria-invalid", String(Boolean(asked.problem)));
  const wanted = asked.problem ? null : asked.wanted;
  page.survey = survey(model, { ...state, wanted });
  drawSummary(page, byId("summary"));
  drawChosen();
  const view = byId("view");
  const [left, top] = [view.querySelector(".scroll")?.scrollLeft, view.querySelector(".scroll")?.scrollTop];
  const same = view.dataset.view === state.view;
  view.dataset.view = state.view;
  DRAWINGS[state.view](page, view);
  if (same && left !== undefined) view.querySelector(".scroll")?.scrollTo(left, top);
  drawDetails(page, byId("details"));
}

/** What the controls show. Text fields keep what is being typed. */
function drawChosen() {
  const { state } = page;
  document.documentElement.dataset.theme = state.theme;
  byId("theme").textContent = `Colours: ${state.theme}`;
  for (const view of VIEWS) {
    byId(`tab-${view}`).setAttribute("aria-selected", String(view === state.view));
    byId(`tab-${view}`).tabIndex = view === state.view ? 0 : -1;
  }
  byId("view").setAttribute("aria-labelledby", `tab-${state.view}`);
  const grows = state.view === "diagram" || state.view === "matrix";
  byId("expand").hidden = byId("collapse").hidden = !grows;
  byId("legend").hidden = state.view === "account";
  if (byId("search").value !== state.search) byId("search").value = state.search;
  if (byId("port").value !== state.port) byId("port").value = state.port;
  byId("namespace").value = state.group === null ? "" : String(state.group);
  byId("outside").checked = state.outside;
  byId("depends").checked = state.depends;
}

/** Calls `action` once nothing has asked for it for so many milliseconds. */
function afterPause(milliseconds, action) {
  let waiting = 0;
  return () => { clearTimeout(waiting); waiting = setTimeout(action, milliseconds); };
}

function listen() {
  const typed = () => change({ search: byId("search").value, port: byId("port").value });
  for (const id of ["search", "port"]) byId(id).addEventListener("input", afterPause(120, typed));
  byId("namespace").addEventListener("change", (event) => change({ group: event.target.value === "" ? null : Number(event.target.value) }));
  for (const id of ["outside", "depends"]) byId(id).addEventListener("change", (event) => change({ [id]: event.target.checked }));
  byId("toolbar").addEventListener("submit", (event) => event.preventDefault());
  byId("toolbar").addEventListener("reset", (event) => {
    event.preventDefault();
    change({ search: "", group: null, port: "", outside: true, depends: true, status: "" });
  });
  byId("search").addEventListener("keydown", (event) => { if (event.key === "Enter") selectFirstFound(); });
  VIEWS.forEach((view, index) => {
    byId(`tab-${view}`).addEventListener("click", () => change({ view }));
    byId(`tab-${view}`).addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (!step) return;
      const next = VIEWS[(index + step + VIEWS.length) % VIEWS.length];
      change({ view: next });
      byId(`tab-${next}`).focus();
    });
  });
  byId("expand").addEventListener("click", () => change({ expanded: new Set(model.groups.map((group) => group.index)) }));
  byId("collapse").addEventListener("click", () => change({ expanded: new Set() }));
  byId("theme").addEventListener("click", () => change({ theme: THEMES[(THEMES.indexOf(page.state.theme) + 1) % THEMES.length] }));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && page.state.selection) select(null);
    if (event.key === "/" && !event.target.matches("input, select")) { event.preventDefault(); byId("search").focus(); }
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  window.addEventListener("hashchange", () => { page.state = stateFrom(model, location.hash); draw(); });
  window.addEventListener("resize", afterPause(150, draw));
}

/** Brings what is selected into sight. */
function showSelected() {
  byId("view").querySelector(".node.selected")?.scrollIntoView({ block: "nearest", inline: "nearest" });
}

function selectFirstFound() {
  const found = survey(model, { ...page.state, search: byId("search").value, wanted: page.survey.wanted }).focus;
  const first = found ? found.indexOf(1) : -1;
  if (first < 0) return;
  const expanded = new Set([...page.state.expanded, model.endpoints[first].group]);
  change({ search: byId("search").value, selection: { node: { endpoint: first } }, expanded });
  showSelected();
}

function begin() {
  if (model.data.title) document.title = `netverify map: ${model.data.title}`;
  byId("subject").textContent = model.data.title;
  byId("namespace").append(element("option", { value: "" }, "all"), ...model.groups.filter((group) => !group.external)
    .map((group) => element("option", { value: group.index }, group.name)));
  drawLegend(byId("legend"));
  drawWarnings(page, byId("warnings"));
  page.state = stateFrom(model, location.hash);
  listen();
  draw();
  showSelected();
}

begin();
