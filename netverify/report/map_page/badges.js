// Marks of workloads: a shape each, so that they can be told apart without colours.

const SHAPES = {
  exposed: "M6 0.5 11.5 6 6 11.5 0.5 6Z",
  open: "M6 1 11.5 11H0.5Z",
  calling: "M6 1.2 10.8 6 6 10.8 1.2 6Z",
  free: "M6 2 10.8 10.4H1.2Z",
  unreached: "M1.5 1.5h9v9h-9Z",
};

/** The shape of a mark, 12 wide and high, to be placed in a drawing. */
function shapeOf(status, x = 0, y = 0) {
  return drawn("path", { d: SHAPES[status], class: `mark mark-${status}`, transform: `translate(${x} ${y})` });
}

/** The shape with its meaning, to be placed in text. */
function badge(status, words = "") {
  const shape = drawn("svg", { viewBox: "0 0 12 12", width: 12, height: 12, "aria-hidden": "true" }, shapeOf(status));
  const meaning = `${STATUSES[status].words}: ${STATUSES[status].hint}`;
  return element("span", { class: "badge", title: meaning }, shape, words || element("span", { class: "unseen" }, STATUSES[status].words));
}

function drawLegend(parent) {
  const edge = (kind, words) => element("span", { class: "badge" },
    drawn("svg", { viewBox: "0 0 28 12", width: 28, height: 12, "aria-hidden": "true" },
      drawn("line", { x1: 0, y1: 6, x2: 28, y2: 6, class: `edge ${kind}` })), words);
  parent.replaceChildren(
    ...Object.keys(STATUSES).map((status) => badge(status, STATUSES[status].words)),
    edge("allowed", "allowed whatever the CNI does"),
    edge("depends", "depends on what the manifests leave open"),
    edge("allowed outside", "from or to outside"),
  );
}
