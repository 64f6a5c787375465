// Elements of the page. Whatever comes from manifests enters as text or as the value of a fixed attribute, never as markup.

const SVG = "http://www.w3.org/2000/svg";

function filled(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "onClick") node.addEventListener("click", value);
    else if (name === "onToggle") node.addEventListener("toggle", value);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
  return node;
}

/** An element; children are elements or text. */
function element(tag, attributes, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

/** An element of a drawing. */
function drawn(tag, attributes, ...children) {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

function button(text, onClick, attributes) {
  return element("button", { type: "button", onClick, ...attributes }, text);
}

const byId = (id) => document.getElementById(id);
const NUMBERS = new Intl.NumberFormat("en");
const grouped = (number) => NUMBERS.format(number);

/** `1 workload`, `2 workloads`. */
function counted(number, noun, plural = `${noun}s`) {
  return `${grouped(number)} ${number === 1 ? noun : plural}`;
}

/** The text cut in its middle, where names differ least; whole where it fits. */
function shortened(text, length) {
  if (text.length <= length) return text;
  const tail = Math.floor((length - 1) / 2);
  return `${text.slice(0, length - 1 - tail)}\u2026${text.slice(text.length - tail)}`;
}

/** Lets Enter and Space do what a click does. */
function pressable(node) {
  node.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    node.dispatchEvent(new MouseEvent("click", { bubbles: true }));
  });
  return node;
}

/** The first `limit` of `items` as rows of `parent`, and a button for as many again. */
function limitedRows(parent, items, limit, row, more) {
  let shown = 0;
  const next = button("", () => extend());
  const extend = () => {
    next.remove();
    parent.append(...items.slice(shown, shown + limit).map(row));
    shown = Math.min(items.length, shown + limit);
    if (shown === items.length) return;
    next.textContent = `Show ${grouped(Math.min(limit, items.length - shown))} more of ${grouped(items.length)}`;
    parent.append(more(next));
  };
  extend();
}
