// Sets of ports: per protocol a list of ranges [first, last].

const PROTOCOLS = ["TCP", "UDP", "SCTP"];
const LAST_PORT = 65535;
const EVERY_PORT = `1-${LAST_PORT}`;

/** The numbers of `0-3,7`, as ranges. */
function readRanges(text) {
  if (text === "") return [];
  return text.split(",").map((part) => {
    const [first, last = first] = part.split("-").map(Number);
    return [first, last];
  });
}

function rangesOf(ports) {
  return Object.fromEntries(Object.entries(ports).map(([protocol, text]) => [protocol, readRanges(text)]));
}

/** `TCP 80,443; every UDP port`; `every port` for all of all protocols. */
function portWords(ports) {
  const present = PROTOCOLS.filter((protocol) => ports[protocol]);
  if (present.length === PROTOCOLS.length && present.every((protocol) => ports[protocol] === EVERY_PORT)) return "every port";
  return present
    .map((protocol) => (ports[protocol] === EVERY_PORT ? `every ${protocol} port` : `${protocol} ${ports[protocol].replaceAll(",", ", ")}`))
    .join("; ");
}

function meets(ranges, wanted) {
  return ranges.some(([first, last]) => wanted.some(([low, high]) => first <= high && low <= last));
}

/** Whether some port of `ranges` is among `wanted`; `null` wants every port. */
function portsMeet(ranges, wanted) {
  const protocols = Object.keys(ranges);
  if (wanted === null) return protocols.length > 0;
  return protocols.some((protocol) => wanted[protocol] && meets(ranges[protocol], wanted[protocol]));
}

/** What the field of ports asks for: `{wanted}`, null for every port, or `{problem}`. TCP unless a protocol is named. */
function readPorts(text) {
  const wanted = {};
  const parts = text.split(/[,;]|\s+(?=\d)/).map((part) => part.trim()).filter(Boolean);
  for (const part of parts) {
    const match = /^(?:(\d+)(?:\s*-\s*(\d+))?)?\s*\/?\s*(tcp|udp|sctp|any)?$/i.exec(part);
    if (!match) return { problem: `'${part}' is no port: write 443, 8000-8999, 53/udp or 53/any` };
    const first = match[1] === undefined ? 1 : Number(match[1]);
    const last = match[1] === undefined ? LAST_PORT : Number(match[2] ?? match[1]);
    if (first < 1 || last > LAST_PORT || first > last) return { problem: `'${part}': ports go from 1 to ${LAST_PORT}, the lower one first` };
    const named = (match[3] ?? "tcp").toUpperCase();
    for (const protocol of named === "ANY" ? PROTOCOLS : [named]) (wanted[protocol] ??= []).push([first, last]);
  }
  return { wanted: parts.length ? wanted : null };
}
