"use strict";
// What the page says without this, it says better with it: one alternative at a time, sorted tables, the origin of a number
// beside it, values under the pointer. Nothing is stored and nothing is fetched.

/** An element with a class, properties and children. */
function element(tag, name, properties = {}, ...children) {
  const made = document.createElement(tag);
  if (name) made.className = name;
  Object.assign(made, properties);
  made.append(...children);
  return made;
}

const within = (value, least, most) => Math.max(least, Math.min(value, most));

// One of several alternatives; choices of one name move together.

const choices = [...document.querySelectorAll(".choice")];

function choose(choice, name) {
  const radios = [...choice.querySelectorAll("input")];
  if (!radios.some((radio) => radio.value === name)) return;
  for (const radio of radios) radio.checked = radio.value === name;
  for (const alternative of choice.querySelectorAll(".alternative")) {
    alternative.classList.toggle("off", alternative.dataset.name !== name);
  }
}

for (const choice of choices) {
  choice.querySelector("fieldset").hidden = false;
  // The browser may have kept what was chosen before a reload.
  choose(choice, choice.querySelector("input:checked").value);
  choice.addEventListener("change", (event) => {
    const alike = choices.filter((other) => other.dataset.name === choice.dataset.name);
    // Where the other choices are taller or shorter above, this one stays where it is in the window.
    const before = choice.getBoundingClientRect().top;
    for (const other of alike) choose(other, event.target.value);
    window.scrollBy(0, choice.getBoundingClientRect().top - before);
  });
}

// Tables that sort: upwards, downwards, and as they were.

/** What cells are ordered by: numbers by their value, what is none last; texts as people count. */
function comparison(rows, column, sign) {
  if (!rows.some((row) => "value" in row.cells[column].dataset)) {
    const words = new Intl.Collator("en", { numeric: true });
    return (a, b) => sign * words.compare(a.cells[column].textContent, b.cells[column].textContent);
  }
  const number = (row) => Number(row.cells[column].dataset.value ?? NaN);
  return (a, b) => {
    const [p, q] = [number(a), number(b)];
    if (Number.isNaN(p) || Number.isNaN(q)) return Number.isNaN(p) - Number.isNaN(q);
    return p === q ? 0 : sign * (p < q ? -1 : 1);
  };
}

function makeSortable(table) {
  const body = table.tBodies[0];
  const original = [...body.rows];
  if (original.length < 2) return;
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    const button = element("button", "", { type: "button" }, head.firstChild ?? "");
    head.prepend(button);
    button.addEventListener("click", () => {
      const next = { ascending: "descending", descending: null }[head.getAttribute("aria-sort")];
      const order = next === undefined ? "ascending" : next;
      for (const other of heads) other.removeAttribute("aria-sort");
      if (order) head.setAttribute("aria-sort", order);
      const sign = order === "ascending" ? 1 : -1;
      body.append(...(order ? [...original].sort(comparison(original, column, sign)) : original));
    });
  });
}

// Where a number comes from: a panel beside it.

const panel = element("div", "origin", { id: "origin", tabIndex: -1, hidden: true });
panel.setAttribute("role", "dialog");
panel.setAttribute("aria-label", "Where this number comes from");
let opener = null;

/** "total loss 1.305(15) dB". */
function named(head, cell) {
  const title = head.querySelector("button")?.textContent ?? head.firstChild?.textContent ?? "";
  const number = cell.querySelector("button")?.textContent ?? cell.firstChild?.textContent ?? "";
  const unit = head.querySelector(".unit")?.textContent ?? "";
  return [title, number, unit].filter(Boolean).join(" ");
}

function closeOrigin(returnFocus) {
  if (!opener) return;
  opener.setAttribute("aria-expanded", "false");
  if (returnFocus) opener.focus();
  opener = null;
  panel.hidden = true;
}

function openOrigin(button) {
  closeOrigin(false);
  const cell = button.parentElement;
  const row = cell.parentElement;
  const heads = [...cell.closest("table").tHead.rows[0].cells];
  const head = heads[cell.cellIndex];
  const lines = [element("p", "what", {}, named(head, cell))];
  if (cell.dataset.error) {
    lines.push(element("p", "", {}, `All digits: ${shown(Number(cell.dataset.value))}, error bar ± ${cell.dataset.error}.`));
  } else {
    lines.push(element("p", "", {}, "Without an error bar of its own."));
  }
  const labels = heads.flatMap((other, n) => (other.dataset.origin || n === cell.cellIndex ? [] : [named(other, row.cells[n])]));
  const place = labels.length ? ` at ${labels.join(", ")}` : "";
  lines.push(element("p", "from", {}, cell.dataset.origin || `${head.dataset.origin}${place}.`));
  const close = element("button", "close", { type: "button" }, "Close");
  close.addEventListener("click", () => closeOrigin(true));
  panel.replaceChildren(...lines, close);
  panel.hidden = false;
  const at = button.getBoundingClientRect();
  const room = document.documentElement.clientWidth - panel.offsetWidth - 8;
  panel.style.left = `${window.scrollX + within(at.left, 8, Math.max(8, room))}px`;
  panel.style.top = `${window.scrollY + at.bottom + 6}px`;
  button.setAttribute("aria-expanded", "true");
  opener = button;
  panel.focus();
}

/** The number next to `button` in the direction of an arrow key. */
function neighbour(button, key) {
  const [right, down] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[key] ?? [0, 0];
  let [row, column] = [button.closest("tr"), button.parentElement.cellIndex];
  while (right || down) {
    column += right;
    if (down) row = down > 0 ? row.nextElementSibling : row.previousElementSibling;
    const cell = row?.cells[column];
    if (!cell) return null;
    const found = cell.querySelector("button");
    if (found) return found;
  }
  return null;
}

/** Numbers with an origin become buttons; one of a table's is in the order of the tab key, arrows go on from it. */
function showOrigins(table) {
  const heads = [...table.tHead.rows[0].cells];
  for (const row of table.tBodies[0].rows) {
    for (const cell of row.cells) {
      const value = cell.dataset.value ?? "NaN";
      if (value === "NaN" || !(cell.dataset.origin || heads[cell.cellIndex].dataset.origin)) continue;
      const button = element("button", "", { type: "button", tabIndex: -1 }, cell.firstChild);
      button.setAttribute("aria-expanded", "false");
      button.setAttribute("aria-controls", "origin");
      button.setAttribute("aria-haspopup", "dialog");
      cell.prepend(button);
    }
  }
  const first = table.tBodies[0].querySelector("button");
  if (!first) return;
  first.tabIndex = 0;
  table.tBodies[0].addEventListener("keydown", (event) => {
    const next = event.target.matches("button") && neighbour(event.target, event.key);
    if (!next) return;
    event.preventDefault();
    event.target.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  });
  table.tBodies[0].addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button === opener) closeOrigin(true);
    else openOrigin(button);
  });
}

document.body.append(panel);
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") closeOrigin(true);
});
panel.addEventListener("keydown", (event) => {
  if (event.key !== "Tab") return;
  // Out of the panel, at the end of the page, the tab key goes on from the number.
  const leaves = event.shiftKey ? event.target === panel : event.target.matches(".close");
  if (leaves) closeOrigin(true);
});
panel.addEventListener("focusout", (event) => {
  const to = event.relatedTarget;
  if (opener && to && to !== opener && !panel.contains(to)) closeOrigin(false);
});
document.addEventListener("pointerdown", (event) => {
  if (opener && !panel.contains(event.target) && !opener.contains(event.target)) closeOrigin(false);
});

for (const table of document.querySelectorAll("table.data")) {
  makeSortable(table);
  showOrigins(table);
}

// Values of figures under the pointer and the arrow keys.

/** A number as the page writes it: −1.25·10⁻⁷. */
function shown(value) {
  if (value === null || Number.isNaN(value)) return "–";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  const [digits, power] = String(value).replaceAll("-", "−").split("e");
  const raised = (power ?? "").replace("+", "").replace(/./g, (c) => (c === "−" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[c]));
  return raised ? `${digits}·10${raised}` : digits;
}

const measure = (name, value, unit) => [name, value, unit].filter(Boolean).join(" ");

/** Points of curves. A place is [series, point]. */
function pointReader({ frame, x, series }) {
  const nearest = (right, down, among) => {
    let [found, least] = [null, Infinity];
    among.forEach((s) =>
      series[s].points.forEach(([px, py], p) => {
        const distance = Math.hypot(px - right, py - down);
        if (distance < least) [found, least] = [[s, p], distance];
      }),
    );
    return found;
  };
  const all = [...series.keys()];
  const [left, top, end, bottom] = frame;
  return {
    start: nearest(left, top, all),
    at: (right, down) => (right < left - 8 || right > end + 8 || down < top - 8 || down > bottom + 8 ? null : nearest(right, down, all)),
    step([s, p], right, down) {
      const curve = series[s].points;
      if (!down) return [s, within(p + right, 0, curve.length - 1)];
      const other = within(s + down, 0, series.length - 1);
      // The point of the other curve at about the same abscissa.
      const gap = (q) => Math.abs(series[other].points[q][0] - curve[p][0]);
      return [other, series[other].points.reduce((best, _, q) => (gap(q) < gap(best) ? q : best), 0)];
    },
    place: ([s, p]) => series[s].points[p],
    text([s, p]) {
      const { name, y, points } = series[s];
      const [, , abscissa, ordinate, error] = points[p];
      const bar = error === null ? "" : ` ± ${shown(error)}`;
      const lines = [measure(x.name, shown(abscissa), x.unit), measure(y.name, shown(ordinate) + bar, y.unit)];
      return [series.length > 1 ? name : "", ...lines].filter(Boolean).join("\n");
    },
  };
}

/** Values side by side. A place is [column, row]. */
function gridReader({ columns, rows, x, y, value, values }) {
  const [across, along] = [columns.length - 1, rows.length - 1];
  const find = (faces, position) => {
    const next = faces.findIndex((face) => face > position);
    return next > 0 ? next - 1 : null;
  };
  const middle = (faces, n) => (faces[n] + faces[n + 1]) / 2;
  return {
    start: [across >> 1, along >> 1],
    at(right, down) {
      const place = [find(columns, right), find(rows, down)];
      return place.includes(null) ? null : place;
    },
    step: ([c, r], right, down) => [within(c + right, 0, across - 1), within(r + down, 0, along - 1)],
    place: ([c, r]) => [middle(columns, c), middle(rows, r)],
    text: ([c, r]) =>
      [
        measure(x.name, x.labels[c], x.unit),
        measure(y.name, y.labels[r], y.unit),
        measure(value.name, shown(values[r * across + c]), value.unit),
      ].join("\n"),
  };
}

/** Areas with a text. A place is its number. */
function boxReader({ boxes }) {
  const inside = (right, down) => ([[left, top, end, bottom]]) => right >= left && right <= end && down >= top && down <= bottom;
  return {
    start: 0,
    at(right, down) {
      const found = boxes.findIndex(inside(right, down));
      return found < 0 ? null : found;
    },
    step: (n, right, down) => within(n + (right || down), 0, boxes.length - 1),
    place: (n) => [(boxes[n][0][0] + boxes[n][0][2]) / 2, (boxes[n][0][1] + boxes[n][0][3]) / 2],
    text: (n) => boxes[n][1],
  };
}

/** Of the padding about a figure, which leaves room for the ring of the focus. */
const EDGE = 3;

function showReadings(figure) {
  const data = figure.querySelector("script");
  if (!data) return;
  const readings = JSON.parse(data.textContent);
  const reader = { points: pointReader, grid: gridReader, boxes: boxReader }[readings.kind](readings);
  const [view, plot] = [figure.querySelector(".view"), figure.querySelector(".plot")];
  const images = [...plot.querySelectorAll("img")];
  /** The one of the theme in use. */
  const image = () => images.find((one) => one.offsetWidth > 0) ?? images[0];
  const [bubble, ring] = [element("div", "reading", { hidden: true }), element("div", "ring", { hidden: true })];
  for (const part of [bubble, ring]) part.setAttribute("aria-hidden", "true");
  const spoken = element("div", "spoken");
  spoken.setAttribute("aria-live", "polite");
  plot.append(bubble, ring, spoken);
  plot.tabIndex = 0;
  plot.setAttribute("role", "application");
  plot.setAttribute("aria-label", "Values of the figure; arrow keys go from one to the next");
  let place = null;

  const scale = () => image().clientWidth / image().getAttribute("width");
  function show(next) {
    place = next;
    bubble.hidden = ring.hidden = place === null;
    if (place === null) return;
    const [x, y] = reader.place(place).map((length) => length * scale());
    bubble.textContent = reader.text(place);
    ring.style.left = `${x}px`;
    ring.style.top = `${y}px`;
    // Beside the place, within what is in sight where the figure scrolls.
    const [from, to] = [view.scrollLeft, view.scrollLeft + view.clientWidth - 2 * EDGE - bubble.offsetWidth];
    const beside = x + 14 <= to ? x + 14 : x - 14 - bubble.offsetWidth;
    bubble.style.left = `${within(beside, from, Math.max(from, to))}px`;
    const above = y - bubble.offsetHeight - 12;
    bubble.style.top = `${above >= 0 ? above : y + 14}px`;
  }
  function follow(event) {
    const corner = image().getBoundingClientRect();
    show(reader.at((event.clientX - corner.left) / scale(), (event.clientY - corner.top) / scale()));
  }
  plot.addEventListener("pointermove", follow);
  plot.addEventListener("pointerdown", follow);
  plot.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && show(null));
  plot.addEventListener("blur", () => show(null));
  plot.addEventListener("keydown", (event) => {
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (event.key === "Escape") show(null);
    if (!way) return;
    event.preventDefault();
    show(place === null ? reader.start : reader.step(place, ...way));
    spoken.textContent = reader.text(place);
    ring.scrollIntoView({ block: "nearest", inline: "nearest" });
  });
}

for (const figure of document.querySelectorAll("figure")) showReadings(figure);

document.querySelector(".hint").hidden = false;

// What does not scroll need not be in the order of the tab key.

const watch = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
    else target.removeAttribute("tabindex");
  }
});
for (const region of document.querySelectorAll(".scroll")) watch.observe(region);
