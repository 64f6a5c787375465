// The matrix: a row for each source, a column for each destination; namespaces, or their workloads where expanded.

const MOST_ROWS = 240;
const LABELS = { left: 190, top: 130 };

/** Which nodes have a row, with their cells by `row * size + column`. */
function matrixOf(page) {
  const room = roomFor(page, MOST_ROWS - page.model.groups.length);
  const { nodes, edges, shown, near } = shownConnections(page, room);
  const kept = nodes.map((node, index) => index).filter((index) => shown[index]);
  const position = new Map(kept.map((index, place) => [index, place]));
  const cells = new Map(edges.map((edge) => [position.get(edge.source) * kept.length + position.get(edge.destination), edge]));
  return { nodes: kept.map((index) => nodes[index]), near: kept.map((index) => near[index]), cells, edges, allNodes: nodes, crowded: room.full };
}

function possiblePairs(model, source, destination) {
  const [from, to] = [membersOf(model, source).length, membersOf(model, destination).length];
  return nodeKey(source) === nodeKey(destination) ? from * (from - 1) : from * to;
}

function cellWords(page, matrix, row, column) {
  const { model } = page;
  const [source, destination] = [matrix.nodes[row], matrix.nodes[column]];
  const edge = matrix.cells.get(row * matrix.nodes.length + column);
  if (edge) return edgeWords(model, edge, matrix.allNodes);
  return `${nodeWords(model, source)} to ${nodeWords(model, destination)}: nothing`;
}

function inks() {
  const style = getComputedStyle(document.documentElement);
  return Object.fromEntries(["ink", "soft", "line", "surface", "allowed", "depends", "accent"].map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
}

/** Three stripes: what only depends must look different without colours too. */
function stripe(context, x, y, size, ink) {
  context.strokeStyle = ink;
  context.lineWidth = Math.max(1, size / 10);
  context.beginPath();
  for (const part of [0.25, 0.6, 0.95]) { context.moveTo(x + 1, y + size * part); context.lineTo(x + size * part, y + 1); }
  context.stroke();
}

function drawCell(context, page, matrix, ink, row, column, size) {
  const x = LABELS.left + column * size, y = LABELS.top + row * size;
  const edge = matrix.cells.get(row * matrix.nodes.length + column);
  if (!edge) {
    if (row === column && matrix.nodes[row].endpoint !== undefined) { context.fillStyle = ink.line; context.fillRect(x + size * 0.35, y + size * 0.35, size * 0.3, size * 0.3); }
    return;
  }
  const share = edge.allowed / Math.max(1, possiblePairs(page.model, matrix.nodes[row], matrix.nodes[column]));
  if (edge.allowed) {
    context.globalAlpha = 0.2 + 0.8 * Math.min(1, share);
    context.fillStyle = ink.allowed;
    context.fillRect(x + 1, y + 1, size - 1, size - 1);
    context.globalAlpha = 1;
  } else stripe(context, x, y, size, ink.depends);
}

function drawLabels(context, page, matrix, ink, size) {
  const { model } = page;
  context.font = `${Math.min(12, Math.max(8, size - 1))}px ui-monospace, monospace`;
  context.textBaseline = "middle";
  matrix.nodes.forEach((node, index) => {
    const lead = node.endpoint === undefined ? "" : "\u2007";
    const words = shortened(lead + nodeWords(model, node), 25);
    context.globalAlpha = matrix.near[index] ? 1 : 0.5;
    context.fillStyle = node.endpoint === undefined ? ink.ink : ink.soft;
    context.textAlign = "right";
    context.fillText(words, LABELS.left - 8, LABELS.top + index * size + size / 2);
    context.save();
    context.translate(LABELS.left + index * size + size / 2, LABELS.top - 8);
    context.rotate(-Math.PI / 3);
    context.textAlign = "left";
    context.fillText(shortened(nodeWords(model, node), 19), 0, 0);
    context.restore();
  });
  context.globalAlpha = 1;
}

function drawGrid(context, matrix, ink, size) {
  const count = matrix.nodes.length;
  context.lineWidth = 1;
  for (let i = 0; i <= count; i += 1) {
    const border = i === 0 || i === count || matrix.nodes[i].group !== matrix.nodes[i - 1].group;
    context.strokeStyle = border ? ink.soft : ink.line;
    context.globalAlpha = border ? 0.5 : 1;
    context.beginPath();
    context.moveTo(LABELS.left + i * size + 0.5, LABELS.top); context.lineTo(LABELS.left + i * size + 0.5, LABELS.top + count * size);
    context.moveTo(LABELS.left, LABELS.top + i * size + 0.5); context.lineTo(LABELS.left + count * size, LABELS.top + i * size + 0.5);
    context.stroke();
  }
  context.globalAlpha = 1;
}

function paintMatrix(canvas, page, matrix, size, cursor) {
  const count = matrix.nodes.length;
  const [width, height] = [LABELS.left + count * size + 90, LABELS.top + count * size + 12];
  const scale = Math.min(window.devicePixelRatio || 1, 2);
  canvas.width = width * scale;
  canvas.height = height * scale;
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const context = canvas.getContext("2d");
  context.scale(scale, scale);
  const ink = inks();
  drawGrid(context, matrix, ink, size);
  for (const key of matrix.cells.keys()) drawCell(context, page, matrix, ink, Math.floor(key / count), key % count, size);
  for (let i = 0; i < count; i += 1) if (!matrix.cells.has(i * (count + 1))) drawCell(context, page, matrix, ink, i, i, size);
  drawLabels(context, page, matrix, ink, size);
  if (!cursor) return;
  context.strokeStyle = ink.accent;
  context.lineWidth = 2;
  context.strokeRect(LABELS.left + cursor.column * size, LABELS.top + cursor.row * size, size + 1, size + 1);
}

/** The cell or the label at a place of the canvas. */
function spotAt(event, matrix, size) {
  const row = Math.floor((event.offsetY - LABELS.top) / size), column = Math.floor((event.offsetX - LABELS.left) / size);
  const within = (place) => place >= 0 && place < matrix.nodes.length;
  if (within(row) && within(column)) return { row, column };
  if (within(row) && column < 0) return { label: row };
  return within(column) && row < 0 ? { label: column } : null;
}

const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

function drawMatrix(page, parent) {
  const matrix = matrixOf(page);
  const count = matrix.nodes.length;
  if (!count) { parent.replaceChildren(element("p", { class: "hint" }, "Nothing fits these filters.")); return; }
  const size = Math.max(9, Math.min(32, Math.floor((Math.max(parent.clientWidth, 480) - LABELS.left - 90) / count)));
  const canvas = element("canvas", { tabindex: 0, "data-focus": "matrix", role: "application", "aria-label": "Matrix of sources and destinations: arrow keys move, Enter selects" });
  const words = element("p", { class: "hint", role: "status" }, "Rows may reach columns. The darker a cell, the larger the share of its pairs.");
  const note = matrix.crowded ? element("p", { class: "hint" }, `More than ${MOST_ROWS} rows would not be readable: some namespaces stay collapsed. Filter by a namespace to see its workloads.`) : null;
  let cursor = page.cursor?.row < count && page.cursor?.column < count ? page.cursor : null;
  const move = (next) => {
    cursor = page.cursor = next;
    paintMatrix(canvas, page, matrix, size, cursor);
    if (cursor) words.textContent = cellWords(page, matrix, cursor.row, cursor.column);
  };
  const choose = ({ row, column }) => page.select({ source: matrix.nodes[row], destination: matrix.nodes[column] });
  canvas.addEventListener("pointermove", (event) => {
    const spot = spotAt(event, matrix, size);
    canvas.style.cursor = spot ? "pointer" : "";
    if (spot && spot.row !== undefined && (spot.row !== cursor?.row || spot.column !== cursor?.column)) move(spot);
  });
  canvas.addEventListener("click", (event) => {
    const spot = spotAt(event, matrix, size);
    if (spot?.label !== undefined) page.select({ node: matrix.nodes[spot.label] });
    else if (spot) choose(spot);
  });
  canvas.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && cursor) { choose(cursor); return; }
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    const clamp = (place) => Math.max(0, Math.min(count - 1, place));
    move(cursor ? { row: clamp(cursor.row + step[0]), column: clamp(cursor.column + step[1]) } : { row: 0, column: 0 });
  });
  parent.replaceChildren(words, ...[note].filter(Boolean), element("div", { class: "scroll" }, canvas));
  move(cursor);
}
