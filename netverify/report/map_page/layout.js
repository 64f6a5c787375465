// Where groups and workloads stand in the drawing: the same map is laid out the same way each time.

const CHIP = { width: 212, height: 24, gap: 6 };
const GROUP = { width: 196, height: 62, header: 30, padding: 12, corridor: 56, bulge: 88 };
const SPACE = { across: 44, down: 44, margin: 20 };


/** How many chips stand below each other in a namespace of that many, no wider than `width`. */
function chipsPerColumn(count, width) {
  const columns = Math.max(1, Math.floor((width - 2 * SPACE.margin - GROUP.padding) / (CHIP.width + GROUP.corridor)));
  return Math.min(count, Math.max(12, Math.ceil(Math.sqrt(count * 3)), Math.ceil(count / columns)));
}

function expandedBox(group, members, width) {
  const tall = chipsPerColumn(members.length, width);
  const columns = Math.ceil(members.length / tall);
  // Lines among the chips of one column bend into the corridor beside it: the more there may be, the wider it is.
  const corridor = columns === 1 ? GROUP.corridor + 6 * Math.max(0, tall - 4) : GROUP.corridor;
  const chips = members.map((number, index) => ({
    number, corridor, chip: true, group: group.index, width: CHIP.width, height: CHIP.height,
    x: GROUP.padding + Math.floor(index / tall) * (CHIP.width + corridor), y: GROUP.header + (index % tall) * (CHIP.height + CHIP.gap),
  }));
  return {
    group, chips, width: columns * (CHIP.width + corridor) + GROUP.padding, height: GROUP.header + tall * (CHIP.height + CHIP.gap) + 6,
  };
}

/** Boxes in rows from left to right, in the order given, no wider than `width` unless one box is; outside stands above all. */
function layOut(groups, width) {
  const boxes = groups.map(({ group, members, expanded }) =>
    expanded && members.length ? expandedBox(group, members, width) : { group, chips: [], width: GROUP.width, height: GROUP.height },
  );
  const outside = boxes.filter((box) => box.group.external);
  const inside = boxes.filter((box) => !box.group.external);
  let x = SPACE.margin, y = SPACE.margin, tallest = 0, widest = 0;
  const breakRow = () => { if (tallest) y += tallest + SPACE.down; x = SPACE.margin; tallest = 0; };
  for (const box of [...outside, null, ...inside]) {
    if (box === null) { breakRow(); continue; }
    if (x > SPACE.margin && x + box.width + SPACE.margin > width) breakRow();
    box.x = x; box.y = y;
    x += box.width + SPACE.across;
    tallest = Math.max(tallest, box.height);
    widest = Math.max(widest, box.x + box.width);
  }
  for (const box of outside) if (outside.length === 1) box.x = Math.max(SPACE.margin, (widest - box.width) / 2);
  for (const box of boxes) for (const chip of box.chips) { chip.x += box.x; chip.y += box.y; }
  return { boxes, width: widest + 3 * SPACE.margin, height: y + tallest + SPACE.margin };
}

/** Where an edge leaves a box towards another, and in which direction. */
function anchor(box, other) {
  const across = other.x + other.width / 2 - (box.x + box.width / 2);
  const down = other.y + other.height / 2 - (box.y + box.height / 2);
  const middle = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  const stacked = Math.abs(across) < box.width / 2;
  const beyond = stacked && Math.abs(down) > box.height / 2 + other.height / 2 + 2 * SPACE.down;
  if (!box.chip && !beyond && Math.abs(down) > Math.abs(across) * 0.6) {
    const sign = down > 0 ? 1 : -1;
    return { x: middle.x, y: middle.y + (sign * box.height) / 2, dx: 0, dy: sign };
  }
  const sign = across < 0 && !stacked ? -1 : 1;
  return { x: middle.x + (sign * box.width) / 2, y: middle.y, dx: sign, dy: 0 };
}

/** The curve of an edge between two boxes. */
function curve(from, to) {
  const start = anchor(from, to), end = anchor(to, from);
  const far = Math.hypot(end.x - start.x, end.y - start.y);
  const corridor = Math.min(from.corridor ?? GROUP.bulge, to.corridor ?? GROUP.bulge);
  const pull = start.dx && start.dx === end.dx ? Math.min(corridor * 1.2, 14 + far * 0.3) : Math.min(160, 24 + far * 0.35);
  const tip = { x: end.x + end.dx * 5, y: end.y + end.dy * 5 };
  return `M${start.x} ${start.y}C${start.x + start.dx * pull} ${start.y + start.dy * pull} ` +
    `${end.x + end.dx * pull} ${end.y + end.dy * pull} ${tip.x} ${tip.y}`;
}
