"use strict";
// Tables that sort and filter, tooltips, and links that open folded parts. Without it, all text is still there.

const FILTER_FROM = 9;  // rows

/* ---------- Sorting ---------- */

/** Number at the start of a cell, or NaN. "< .001" comes just before .001, "> .99" just after .99. */
function leadingNumber(text) {
  const match = text.trim().replaceAll("−", "-").match(/^([<>]?)\s*([-+]?(?:\d[\d,]*)?\.?\d+)/);
  if (!match) return NaN;
  const value = Number(match[2].replaceAll(",", ""));
  return value + ({ "<": -1e-9, ">": 1e-9 }[match[1]] ?? 0);
}

const isBlank = text => ["", "-", "–"].includes(text.trim());

/** True if every cell that says something begins with a number. */
function isNumeric(texts) {
  const filled = texts.filter(text => !isBlank(text));
  return filled.length > 0 && filled.every(text => !Number.isNaN(leadingNumber(text)));
}

/** Order of rows by one column; cells that say nothing come last in both directions. */
function order(texts, isDescending) {
  const numeric = isNumeric(texts), sign = isDescending ? -1 : 1;
  const compare = (one, other) => numeric
    ? leadingNumber(texts[one]) - leadingNumber(texts[other])
    : texts[one].localeCompare(texts[other], "en", { numeric: true });
  return [...texts.keys()].sort((one, other) =>
    isBlank(texts[one]) - isBlank(texts[other]) || sign * compare(one, other) || one - other);
}

function sortBy(table, heading) {
  const isDescending = heading.getAttribute("aria-sort") === "ascending";
  const body = table.tBodies[0], rows = [...body.rows];
  const texts = rows.map(row => row.cells[heading.cellIndex].textContent);
  body.append(...order(texts, isDescending).map(index => rows[index]));
  for (const one of table.tHead.rows[0].cells) one.removeAttribute("aria-sort");
  heading.setAttribute("aria-sort", isDescending ? "descending" : "ascending");
}

function makeSortable(table) {
  for (const heading of table.tHead.rows[0].cells) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...heading.childNodes);
    heading.append(button);
    heading.addEventListener("click", () => sortBy(table, heading));
  }
}

/* ---------- Filter ---------- */

function filterRows(table, words, status) {
  const rows = [...table.tBodies[0].rows], part = words.trim().toLowerCase();
  for (const row of rows) row.hidden = !row.textContent.toLowerCase().includes(part);
  const shown = rows.filter(row => !row.hidden).length;
  status.textContent = part ? `${shown} of ${rows.length} rows` : "";
}

function addFilter(table) {
  const form = document.createElement("p"), label = document.createElement("label");
  const input = document.createElement("input"), status = document.createElement("span");
  form.className = "filter";
  input.type = "search";
  input.autocomplete = "off";
  input.setAttribute("aria-label", `Filter the rows of: ${table.caption.textContent}`);
  status.setAttribute("role", "status");
  label.append("Filter ", input);
  form.append(label, status);
  input.addEventListener("input", () => filterRows(table, input.value, status));
  table.parentElement.before(form);
}

/* ---------- Boxes that scroll ---------- */

function markScrolling() {
  for (const box of document.querySelectorAll(".wide")) box.toggleAttribute("data-scrolls", box.scrollWidth > box.clientWidth + 1);
}

/* ---------- Tooltips, for keyboard and touch; a pointer has the title ---------- */

const tooltip = document.getElementById("tooltip");
let explained = null;  // element that the tooltip belongs to

function showTooltip(target) {
  const terms = target.matches("abbr") ? [target] : [...target.querySelectorAll("abbr")];
  if (!terms.length) return;
  tooltip.replaceChildren(...terms.map(term => {
    const line = document.createElement("div"), name = document.createElement("b");
    name.textContent = `${term.textContent}: `;
    line.append(name, term.title);
    return line;
  }));
  tooltip.hidden = false;
  explained = target;
  target.setAttribute("aria-describedby", "tooltip");
  placeTooltip();
}

/** Puts the tooltip below its element, or above it where the window ends; also after a scroll. */
function placeTooltip() {
  if (tooltip.hidden) return;
  const box = explained.getBoundingClientRect(), size = tooltip.getBoundingClientRect();
  const below = box.bottom + 6, fits = below + size.height < innerHeight;
  tooltip.style.top = `${fits ? below : Math.max(4, box.top - size.height - 6)}px`;
  tooltip.style.left = `${Math.max(4, Math.min(box.left, innerWidth - size.width - 8))}px`;
}

function hideTooltip() {
  tooltip.hidden = true;
  explained?.removeAttribute("aria-describedby");
}

/* ---------- Folded parts ---------- */

/** Opens everything around the target of the address, and goes there. */
function openTarget() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  for (let part = target; part; part = part.parentElement) if (part.matches("details")) part.open = true;
  markScrolling();
  target.scrollIntoView();
}

function openForPrint() {
  for (const part of document.querySelectorAll("details:not([open])")) {
    part.open = true;
    part.dataset.printed = "yes";
  }
}

function closeAfterPrint() {
  for (const part of document.querySelectorAll("details[data-printed]")) {
    part.open = false;
    delete part.dataset.printed;
  }
}

/* ---------- Start ---------- */

for (const table of document.querySelectorAll("table.sortable")) {
  makeSortable(table);
  if (table.tBodies[0].rows.length >= FILTER_FROM) addFilter(table);
}
document.addEventListener("focusin", event => {
  hideTooltip();
  const target = event.target.closest("abbr, th button");
  if (target?.matches(":focus")) showTooltip(target);
});
document.addEventListener("focusout", hideTooltip);
document.addEventListener("keydown", event => { if (event.key === "Escape") hideTooltip(); });
document.addEventListener("scroll", placeTooltip, { capture: true, passive: true });
document.addEventListener("toggle", markScrolling, { capture: true });
addEventListener("resize", markScrolling);
addEventListener("hashchange", openTarget);
addEventListener("beforeprint", openForPrint);
addEventListener("afterprint", closeAfterPrint);
document.addEventListener("click", event => { if (event.target.closest('a[href^="#"]')) setTimeout(openTarget); });
markScrolling();
if (location.hash) openTarget();
document.documentElement.dataset.ready = "yes";
