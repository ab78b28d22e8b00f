"use strict";
// The sample browser. One file, no library. Part 1 computes and touches no element; part 2 draws.

/* ---------- 1. Data, filters and totals ---------- */

/** Value of a block of the page: base64 of gzipped JSON. */
async function unpacked(id) {
  const letters = atob(document.getElementById(id).textContent);
  const bytes = new Uint8Array(letters.length);
  for (let index = 0; index < letters.length; index++) bytes[index] = letters.charCodeAt(index);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(stream).text());
}

/** Names of the results of a row, by the kind of score. The keys 1 to 4 choose them. */
function resultNames(task) {
  return task.graded
    ? [["tuned-lost", "biomedical lower"], ["tuned-gained", "biomedical higher"], ["equal", "equal"]]
    : [["tuned-lost", "only base right"], ["tuned-gained", "only biomedical right"],
      ["both", "both right"], ["none", "both wrong"]];
}

/** Result of a row; empty if one of the models has no score there. */
function result(task, row) {
  const base = task.base.score[row], tuned = task.tuned.score[row];
  if (base === null || tuned === null) return "";
  if (tuned !== base) return tuned < base ? "tuned-lost" : "tuned-gained";
  if (task.graded) return "equal";
  return base > 0 ? "both" : "none";
}

function hasFlag(task, row, bit, side) {
  const base = task.base.flags[row] >> bit & 1, tuned = task.tuned.flags[row] >> bit & 1;
  switch (side) {
    case "base": return base === 1;
    case "tuned": return tuned === 1;
    case "only-base": return base === 1 && tuned === 0;
    case "only-tuned": return tuned === 1 && base === 0;
    default: return base === 1 || tuned === 1;
  }
}

/** Numbers of the clusters that a name means: the one of that name, else all that contain it. */
function namedClusters(task, name) {
  const exact = task.clusters.indexOf(name);
  if (exact >= 0) return new Set([exact]);
  const part = name.toLowerCase();
  return new Set([...task.clusters.keys()].filter(code => task.clusters[code].toLowerCase().includes(part)));
}

/** Paragraph numbers of the question: worked examples before it are those of every item. */
function questionTexts(task, prompt) {
  if (prompt < 0) return [];
  const [, parts] = task.prompts[prompt].at(-1);
  return parts.flatMap(part => typeof part[0] === "string" ? part[1] : part);
}

/** Test of a row for a text, upper and lower case alike. Each shared text is read once. */
function textTest(task, words, where) {
  const part = words.toLowerCase();
  const contains = task.texts.map(text => text.toLowerCase().includes(part));
  const asked = task.prompts.map((_, prompt) => questionTexts(task, prompt).some(text => contains[text]));
  const inAnswers = row => [task.base, task.tuned].some(side =>
    ["answer", "thought", "reading"].some(name => contains[side[name][row]]));
  const inQuestion = row => asked[task.rows.prompt[row]] || contains[task.rows.target[row]];
  const inName = row => task.items.name[task.item[row]].toLowerCase().includes(part);
  if (where === "answers") return inAnswers;
  if (where === "question") return inQuestion;
  return row => inAnswers(row) || inQuestion(row) || inName(row);
}

/** Rows that pass a filter, ascending. */
function filteredRows(task, filter) {
  const tests = [];
  if (filter.result) tests.push(row => result(task, row) === filter.result);
  if (filter.flag) {
    const bit = task.flags.indexOf(filter.flag);
    tests.push(row => hasFlag(task, row, bit, filter.side));
  }
  if (filter.cluster) {
    const codes = namedClusters(task, filter.cluster);
    tests.push(row => codes.has(task.items.cluster[task.item[row]]));
  }
  if (filter.text) tests.push(textTest(task, filter.text, filter.where));
  const rows = [];
  for (let row = 0; row < task.item.length; row++) if (tests.every(test => test(row))) rows.push(row);
  return rows;
}

/** Mean score of each item by one model: of its draws, then of its presentations; NaN without one. */
function itemMeans(task, rows, side) {
  const sums = new Float64Array(task.items.name.length), counts = new Float64Array(sums.length);
  const presentation = task.rows.presentation;
  for (let start = 0, end; start < rows.length; start = end) {
    let sum = 0, count = 0;
    for (end = start; end < rows.length && presentation[rows[end]] === presentation[rows[start]]; end++) {
      const score = side.score[rows[end]];
      if (score !== null) { sum += score; count++; }
    }
    if (count) { sums[task.item[rows[start]]] += sum / count; counts[task.item[rows[start]]]++; }
  }
  return sums.map((sum, item) => sum / counts[item]);
}

/** Totals of rows: items that both models have, means, and the paired difference. */
function totals(task, rows) {
  const base = itemMeans(task, rows, task.base), tuned = itemMeans(task, rows, task.tuned);
  const clusters = new Map();
  let items = 0, baseSum = 0, tunedSum = 0;
  for (let item = 0; item < base.length; item++) {
    if (Number.isNaN(base[item]) || Number.isNaN(tuned[item])) continue;
    const code = task.items.cluster[item], difference = tuned[item] - base[item];
    const one = clusters.get(code) ?? { sum: 0, spread: 0, size: 0 };
    one.sum += difference;
    one.spread += Math.abs(difference);
    one.size++;
    clusters.set(code, one);
    items++;
    baseSum += base[item];
    tunedSum += tuned[item];
  }
  return { answers: rows.length, items, clusters: [...clusters.values()],
    base: baseSum / items, tuned: tunedSum / items };
}

/** Mean difference with its CR2 error and Satterthwaite degrees of freedom (clue/cluster_robust.py). */
function robust(clusters, rounding) {
  const sums = clusters.map(one => Math.abs(one.sum) <= rounding * one.spread ? 0 : one.sum);
  const n = clusters.reduce((total, one) => total + one.size, 0);
  const delta = sums.reduce((total, sum) => total + sum, 0) / n;
  let variance = 0, squares = 0, leverages = 0, leverageSquares = 0;
  clusters.forEach((one, index) => {
    const expected = one.size * delta, share = one.size / n, leverage = share ** 2 / (1 - share);
    let residual = sums[index] - expected;
    if (Math.abs(residual) <= rounding * (Math.abs(sums[index]) + Math.abs(expected))) residual = 0;
    variance += (residual / n) ** 2 / (1 - share);
    squares += share ** 2;
    leverages += leverage;
    leverageSquares += leverage ** 2;
  });
  return { delta, error: Math.sqrt(variance), freedom: 1 / (squares + leverages ** 2 - leverageSquares),
    differing: sums.filter(sum => sum !== 0).length };
}

/** Quantile of t for an interval, from the table over 1 / degrees of freedom. */
function tQuantile(freedom, quantiles) {
  const place = Math.min(1, 1 / freedom) * (quantiles.length - 1), below = Math.floor(place);
  const above = Math.min(below + 1, quantiles.length - 1);
  return quantiles[below] + (place - below) * (quantiles[above] - quantiles[below]);
}

/** Interval of a mean difference, or the reason why there is none. */
function interval(clusters, estimate, constants) {
  if (clusters.length < constants.leastClusters) return { reason: `${clusters.length} clusters are too few for an interval` };
  if (estimate.differing < constants.leastDiffering) return { reason: `the models differ in ${estimate.differing} clusters only, too few for an interval` };
  if (!(estimate.error > 0)) return { reason: "the difference is the same in all clusters, so its error is unknown" };
  const half = tQuantile(estimate.freedom, constants.quantiles) * estimate.error;
  return { low: estimate.delta - half, high: estimate.delta + half };
}

/** Number with fixed decimals, rounded as Python rounds: an exact half goes to the even digit. */
function fixed(value, digits) {
  let text = Math.abs(value).toFixed(digits);
  const exact = Math.abs(value).toFixed(Math.min(100, digits + 60));
  const rest = exact.slice(exact.indexOf(".") + 1 + digits);
  if (/^50*$/.test(rest)) {
    const cut = exact.slice(0, exact.length - rest.length).replace(/\.$/, "");
    if ("02468".includes(cut.at(-1))) text = cut;
  }
  return value < 0 && Number(text) !== 0 ? `\u2212${text}` : text;
}

/** Interval as `low to high`; an end that rounds to zero keeps its side of zero, as in the report. */
function intervalText(low, high, digits, most) {
  const step = (10 ** -digits).toFixed(digits);
  const end = limit => {
    if (Number(Math.abs(limit).toFixed(digits)) !== 0 || Math.abs(limit) < 10 ** -most) return fixed(limit, digits);
    return limit > 0 ? `<${step}` : `>\u2212${step}`;
  };
  return `${end(low)} to ${end(high)}`;
}

/** Sentence on the rows of a filter. */
function totalsText(task, rows, filter, constants) {
  const sums = totals(task, rows), count = (n, word) => `${n.toLocaleString("en")} ${word}${n === 1 ? "" : "s"}`;
  const counts = [count(sums.answers, "answer"), count(sums.items, "item"), count(sums.clusters.length, "cluster")];
  if (!sums.items) return `${counts.join(", ")}.`;
  const estimate = robust(sums.clusters, constants.rounding), digits = constants.decimals;
  const shown = value => fixed(value, digits);
  const difference = `Base ${shown(sums.base)}, biomedical ${shown(sums.tuned)}, paired mean difference ${shown(estimate.delta)} points`;
  const limits = filter.result
    ? { reason: "no interval, since the filter selects by the scores themselves" }
    : interval(sums.clusters, estimate, constants);
  const range = limits.reason ?? `${constants.percent} % interval ${intervalText(limits.low, limits.high, digits, constants.maxDecimals)}`;
  return `${counts.join(", ")}. ${difference} (${range}).`;
}

/** Rows in the order of a list. */
function sortedRows(task, rows, order) {
  if (order === "name") return rows;
  const sign = order === "loss" ? 1 : -1;
  const change = row => sign * (task.tuned.score[row] - task.base.score[row]);
  return [...rows].sort((one, other) => change(one) - change(other) || one - other);
}

const MOST_WORD_PAIRS = 4e6;

/** Both texts in parts [text, only here], by a longest common sequence of words; null: too long. */
function wordDifference(first, second) {
  const words = [first, second].map(text => text.match(/\s+|[\p{L}\p{N}]+|[^\s\p{L}\p{N}]/gu) ?? []);
  const [one, other] = words;
  let start = 0, end = 0;
  while (start < one.length && start < other.length && one[start] === other[start]) start++;
  while (end < one.length - start && end < other.length - start && one.at(-1 - end) === other.at(-1 - end)) end++;
  const rows = one.length - start - end, columns = other.length - start - end, width = columns + 1;
  if (rows * columns > MOST_WORD_PAIRS) return null;
  const common = new Uint16Array((rows + 1) * width);  // at [i, j]: common words behind i and j
  for (let i = rows - 1; i >= 0; i--) for (let j = columns - 1; j >= 0; j--) {
    common[i * width + j] = one[start + i] === other[start + j]
      ? common[(i + 1) * width + j + 1] + 1
      : Math.max(common[(i + 1) * width + j], common[i * width + j + 1]);
  }
  const only = words.map(list => new Uint8Array(list.length));
  for (let i = 0, j = 0; i < rows || j < columns;) {
    if (i < rows && j < columns && one[start + i] === other[start + j]) { i++; j++; }
    else if (j === columns || (i < rows && common[(i + 1) * width + j] >= common[i * width + j + 1])) only[0][start + i++] = 1;
    else only[1][start + j++] = 1;
  }
  return words.map((list, side) => joinedParts(list, only[side]));
}

function joinedParts(words, only) {
  const parts = [];
  words.forEach((word, index) => {
    const isOnly = only[index] === 1;
    if (parts.length && parts.at(-1)[1] === isOnly) parts.at(-1)[0] += word;
    else parts.push([word, isOnly]);
  });
  return parts;
}

/** Labels of a task as the value of a file. */
function labelFile(page, task, chosen) {
  const labels = task.labels.item.map((item, index) => ({ item, index }))
    .filter(one => chosen.has(one.item))
    .map(({ item, index }) => ({ item, position: index + 1, choice: chosen.get(item),
      cluster: task.items.cluster[task.item[task.labels.row[index]]] }));
  return { form: "clue labels", version: 1, tuned: page.tuned, base: page.base, prompt: page.prompt,
    task: task.task, marks: task.marks, items: task.labels.item.length, labels };
}

/** Labels of a file; throws if they are of other items. */
function labelsOf(page, task, file) {
  for (const name of ["tuned", "base", "prompt"]) {
    if (file.form !== "clue labels" || file[name] !== page[name]) throw new Error("These labels are of another pair.");
  }
  if (file.task !== task.task) throw new Error(`These labels are of the task ${file.task}: choose it above.`);
  const items = new Set(task.labels.item), names = new Set(CHOICES.map(([name]) => name));
  const usable = file.labels.filter(one => items.has(one.item) && names.has(one.choice));
  if (usable.length < file.labels.length) throw new Error("Some labels are of other items or have other names.");
  return new Map(usable.map(one => [one.item, one.choice]));
}

const CHOICES = [["first", "first is better"], ["second", "second is better"],
  ["both_good", "equal, both good"], ["both_bad", "equal, both bad"]];

/* ---------- 2. The page ---------- */

const byId = id => document.getElementById(id);
const ROW_HEIGHT = 44;  // pixels, as in the style sheet
let page, task;
let shown = [];  // rows of the list, in its order
let current = 0;  // index in `shown`
let labelIndex = 0;
let labels = new Map();  // digest of an item to its choice
let unsaved = false;
const tasks = new Map();  // tasks that were unpacked

/** New element; text is always text, never markup. */
function element(tag, properties = {}, ...children) {
  const one = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in one) one[name] = value; else one.setAttribute(name, value);
  }
  one.append(...children.filter(child => child !== null && child !== ""));
  return one;
}

const paragraphs = numbers => numbers.map(number => task.texts[number]).join("\n\n");
const textOf = number => number < 0 ? null : task.texts[number];
const points = value => value === null ? "–" : fixed(value, page.statistics.decimals);

/** Puts the shown answer into the address; a browser may refuse, then the address stays. */
function remember(address) {
  try { history.replaceState(null, "", `#${address}`); } catch { /* nothing depends on it */ }
}

function readFilter() {
  const filter = {};
  for (const name of ["result", "flag", "side", "cluster", "text", "where", "sort"]) filter[name] = byId(name).value.trim();
  return filter;
}

function applyFilter() {
  const chosen = shown[current], filter = readFilter();
  const rows = filteredRows(task, filter);
  byId("totals").replaceChildren(element("strong", { className: "tag" }, "exploratory"), " ",
    totalsText(task, rows, filter, page.statistics));
  shown = sortedRows(task, rows, filter.sort);
  show(Math.max(0, shown.indexOf(chosen)));
}

/** Chooses the answer at a place of the list. */
function show(index) {
  current = Math.min(Math.max(index, 0), Math.max(0, shown.length - 1));
  const list = byId("list"), top = current * ROW_HEIGHT;
  if (top < list.scrollTop) list.scrollTop = top;
  if (top + ROW_HEIGHT > list.scrollTop + list.clientHeight) list.scrollTop = top + ROW_HEIGHT - list.clientHeight;
  drawList();
  drawDetail();
}

/** Draws the visible rows of the list only: it may have many thousands. */
function drawList() {
  const list = byId("list"), first = Math.max(0, Math.floor(list.scrollTop / ROW_HEIGHT) - 5);
  const last = Math.min(shown.length, Math.ceil((list.scrollTop + list.clientHeight) / ROW_HEIGHT) + 5);
  const spacer = element("div", { className: "spacer", role: "presentation" });
  spacer.style.height = `${shown.length * ROW_HEIGHT}px`;
  for (let index = first; index < last; index++) spacer.append(listRow(index));
  list.replaceChildren(shown.length ? spacer : element("p", { className: "faint" }, "No answer passes this filter."));
  if (shown.length && current >= first && current < last) list.setAttribute("aria-activedescendant", `row-${shown[current]}`);
  else list.removeAttribute("aria-activedescendant");
}

function listRow(index) {
  const row = shown[index], base = task.base.score[row], tuned = task.tuned.score[row];
  const sign = score => score === null ? "–" : task.graded ? fixed(score, 1) : score > 0 ? "✓" : "✗";
  const change = base === null || tuned === null ? "" : tuned < base ? "▼" : tuned > base ? "▲" : "=";
  const flagsDiffer = task.base.flags[row] !== task.tuned.flags[row];
  const one = element("div", { className: "item", id: `row-${row}`, role: "option", "aria-selected": String(index === current),
    "aria-posinset": index + 1, "aria-setsize": shown.length },
  element("span", { className: "change", title: "biomedical compared with base" }, change),
  element("span", { className: "name" }, [task.items.name[task.item[row]], task.rows.place[row]].filter(Boolean).join(", ")),
  element("span", { className: "scores" }, `${sign(base)} → ${sign(tuned)}`),
  element("span", { className: "flagged", title: "flags differ" }, flagsDiffer ? "⚑" : ""));
  one.style.top = `${index * ROW_HEIGHT}px`;
  one.addEventListener("click", () => {
    show(index);
    byId("list").focus();
    if (matchMedia("(max-width: 760px)").matches) byId("detail").scrollIntoView();
  });
  return one;
}

function drawDetail() {
  const row = shown[current], detail = byId("detail");
  if (row === undefined) { detail.replaceChildren(); return; }
  const item = task.item[row], cluster = task.clusters[task.items.cluster[item]];
  const only = element("button", { type: "button" }, "only this cluster");
  only.addEventListener("click", () => { byId("cluster").value = cluster; applyFilter(); byId("list").focus(); });
  detail.replaceChildren(
    element("h2", {}, [task.items.name[item], task.rows.place[row]].filter(Boolean).join(", ")),
    element("p", { className: "faint" }, `Cluster ${cluster} `, only),
    scoreTable(row), ...(task.hasTexts ? answerParts(row) : []), ...promptParts(row));
  detail.scrollTop = 0;
  remember(`${encodeURIComponent(task.task)}/${row}`);
}

function scoreTable(row) {
  const cells = (name, base, tuned, difference) => element("tr", {},
    element("th", { scope: "row" }, name), ...[base, tuned, difference].map(text => element("td", {}, text)));
  const numbers = (name, base, tuned) => cells(name, points(base), points(tuned),
    base === null || tuned === null ? "–" : fixed(tuned - base, 1));
  const flagNames = side => task.flags.filter((_, bit) => side.flags[row] >> bit & 1).join(", ") || "none";
  const lines = [numbers("task score", task.base.score[row], task.tuned.score[row]),
    ...task.metrics.map(name => numbers(name, task.base.metrics[name][row], task.tuned.metrics[name][row])),
    cells("flags", flagNames(task.base), flagNames(task.tuned), "")];
  if (task.hasTexts) lines.push(cells("reading", ...[task.base, task.tuned].map(side => readingOf(side, row)), ""));
  return element("div", { className: "wide", tabIndex: 0, role: "region", "aria-label": "Scores" }, element("table", {},
    element("thead", {}, element("tr", {}, ...["points", `base: ${page.base}`, `biomedical: ${page.tuned}`, "difference"]
      .map(text => element("th", { scope: "col" }, text)))),
    element("tbody", {}, ...lines)));
}

/** Reading of an answer; that of a text is mostly the text itself, which stands below. */
function readingOf(side, row) {
  if (side.reading[row] < 0) return "none";
  return side.reading[row] === side.answer[row] ? "the answer as it is" : textOf(side.reading[row]);
}

function answerParts(row) {
  const answers = [task.base, task.tuned].map(side => textOf(side.answer[row]));
  const heads = [`base: ${page.base}`, `biomedical: ${page.tuned}`];
  const thoughts = [task.base, task.tuned].map(side => textOf(side.thought[row]));
  return [referencePart(row, true), answerPair(heads, answers, thoughts)];
}

function referencePart(row, isOpen) {
  const reference = textOf(task.rows.target[row]);
  if (reference === null) return "";
  return element("details", { open: isOpen }, element("summary", {}, "Reference"), textBlock(reference));
}

const textBlock = (...content) => element("div", { className: "text" }, ...content);

/** Two answers side by side; words that only one of them has are underlined and bold. */
function answerPair(heads, answers, thoughts) {
  const present = answers.every(answer => answer !== null);
  const parts = present && byId("difference")?.checked !== false ? wordDifference(...answers) : null;
  const columns = answers.map((answer, side) => element("section", {}, element("h3", {}, heads[side]),
    thoughts[side] === null ? "" : element("details", { className: "thought" }, element("summary", {}, "Thought"), textBlock(thoughts[side])),
    answer === null ? element("p", { className: "faint" }, "no answer")
      : answer.trim() === "" ? element("p", { className: "faint" }, "(blank)")
        : textBlock(...(parts ? parts[side].map(([text, only]) => only ? element("mark", {}, text) : text) : [answer]))));
  const box = element("input", { type: "checkbox", id: "difference", checked: byId("difference")?.checked !== false });
  box.addEventListener("change", () => {
    if (byId("labelling").hidden) drawDetail(); else drawLabelling();
    byId("difference").focus();
  });
  const note = present && !parts && box.checked ? " (too long)" : "";
  return element("div", {}, element("label", {}, box, ` mark words that the other answer lacks${note}`),
    element("div", { className: "pair" }, ...columns));
}

function promptParts(row) {
  const prompt = task.rows.prompt[row];
  if (prompt < 0) return [];
  const turns = task.prompts[prompt], examples = turns.slice(0, -1);
  const worked = examples.length ? element("details", {},
    element("summary", {}, `Turns before the question (${examples.length})`), ...examples.map(turnPart)) : "";
  return [element("h3", {}, "Prompt"), worked, turnPart(turns.at(-1))].filter(Boolean);
}

function turnPart([role, parts]) {
  const blocks = parts.map(part => typeof part[0] === "string"
    ? element("details", {}, element("summary", {}, `${part[0]} (${paragraphs(part[1]).length.toLocaleString("en")} characters)`), textBlock(paragraphs(part[1])))
    : textBlock(paragraphs(part)));
  return element("div", { className: "turn" }, element("p", { className: "role" }, role), ...blocks);
}

/* Blind labels */

function drawLabelling() {
  const digest = task.labels.item[labelIndex], row = task.labels.row[labelIndex];
  const order = task.labels.tunedFirst[labelIndex] ? [task.tuned, task.base] : [task.base, task.tuned];
  const focused = [...byId("choices").children].indexOf(document.activeElement);
  byId("progress").textContent = `Item ${labelIndex + 1} of ${task.labels.item.length}, ${labels.size} labelled.`;
  byId("choices").replaceChildren(element("legend", {}, "Label"), ...CHOICES.map(([name, words], index) => {
    const button = element("button", { type: "button", "aria-pressed": String(labels.get(digest) === name) }, `${index + 1}: ${words}`);
    button.addEventListener("click", () => choose(name));
    return button;
  }), ...[["previous", -1], ["next", 1]].map(([name, step]) => {
    const button = element("button", { type: "button" }, name);
    button.addEventListener("click", () => moveLabel(step));
    return button;
  }));
  if (focused >= 0) byId("choices").children[focused].focus();
  byId("pairing").replaceChildren(...promptParts(row), referencePart(row, false),
    answerPair(["first answer", "second answer"], order.map(side => textOf(side.answer[row])), [null, null]));
}

function choose(name) {
  const digest = task.labels.item[labelIndex];
  if (labels.get(digest) === name) labels.delete(digest); else labels.set(digest, name);
  unsaved = true;
  if (labels.has(digest)) moveLabel(1); else drawLabelling();
}

function moveLabel(step) {
  labelIndex = Math.min(Math.max(labelIndex + step, 0), task.labels.item.length - 1);
  drawLabelling();
}

function saveLabels() {
  const text = JSON.stringify(labelFile(page, task, labels), null, 1);
  const link = element("a", { href: URL.createObjectURL(new Blob([text], { type: "application/json" })), download: `labels-${task.task}.json` });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  unsaved = false;
  byId("message").textContent = `${labels.size} labels saved as ${link.download}.`;
}

async function loadLabels(event) {
  try {
    labels = labelsOf(page, task, JSON.parse(await event.target.files[0].text()));
    labelIndex = Math.max(0, task.labels.item.findIndex(item => !labels.has(item)));
    byId("message").textContent = `${labels.size} labels read.`;
    drawLabelling();
  } catch (error) {
    byId("message").textContent = error instanceof SyntaxError ? "This file is no file of labels." : error.message;
  }
  event.target.value = "";
}

/** Shows the browser, or hides everything that could tell the models apart. */
function setMode(isBlind) {
  const title = isBlind ? "Blind labels" : `${page.tuned} and ${page.base}`;
  byId("browser").hidden = isBlind;
  byId("labelling").hidden = !isBlind;
  byId("to-labels").hidden = isBlind || !task.hasTexts || !task.labels.item.length;
  byId("title").textContent = `${title}: ${task.title}`;
  document.title = byId("title").textContent;
  byId("notes").textContent = (isBlind ? [] : [page.setting, page.privacy, ...task.notes, EXPLANATION]).join(" ");
  remember(isBlind ? "label" : encodeURIComponent(task.task));
  byId("detail").replaceChildren();
  byId("pairing").replaceChildren();
  if (isBlind) drawLabelling(); else applyFilter();
}

const EXPLANATION = "Scores are in points. Totals of a filter are exploratory: it was chosen after the answers were seen. The report has the tested results.";

/* Start, controls and keys */

async function openTask(name) {
  const index = Math.max(0, page.tasks.findIndex(one => one.task === name));
  if (!tasks.has(index)) tasks.set(index, await unpacked(`task-${index}`));
  task = tasks.get(index);
  byId("task").value = String(index);
  byId("marks").hidden = !task.marks.length;
  byId("marks").textContent = `${task.marks.join("; ")}. ${page.meanings[index]}`;
  const choices = (id, entries) => byId(id).replaceChildren(...entries.map(([value, text]) => element("option", { value }, text)));
  choices("result", [["", "all"], ...resultNames(task).map(([value, text], key) => [value, `${key + 1}: ${text}`])]);
  choices("flag", [["", "any"], ...task.flags.map(flag => [flag, flag])]);
  choices("clusters", task.clusters.slice(0, 500).map(name => [name, ""]));
  byId("filter").reset();
  for (const id of ["text", "where"]) byId(id).disabled = !task.hasTexts;
  labels = new Map();
  labelIndex = 0;
}

/** Shows a row by its number, or the rows of a result by its name: `#mednli/17`, `#mednli/tuned-lost`. */
function openAddress(row) {
  if (resultNames(task).some(([value]) => value === row)) {
    byId("result").value = row;
    applyFilter();
  } else show(Math.max(0, shown.indexOf(Number(row))));
}

async function start() {
  page = await unpacked("page");
  byId("task").replaceChildren(...page.tasks.map((one, index) => element("option", { value: index }, one.title)));
  const [name, row] = location.hash.slice(1).split("/").map(decodeURIComponent);
  await openTask(name);
  const isBlind = name === "label" && task.hasTexts && task.labels.item.length > 0;
  setMode(isBlind);
  if (!isBlind && row) openAddress(row);
  document.documentElement.dataset.ready = "yes";
}

const LIST_KEYS = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -Infinity, End: Infinity };

function pressed(event) {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  const target = event.target, isBlind = byId("browser").hidden;
  if (target === byId("list") && event.key in LIST_KEYS) {
    event.preventDefault();
    show(current + LIST_KEYS[event.key]);
    return;
  }
  if (event.key === "Escape" && target.closest("form")) { byId("list").focus(); return; }
  if (!byId("use-keys").checked || target.closest("input:not([type=checkbox]), select, textarea")) return;
  const step = { j: 1, k: -1 }[event.key], number = Number(event.key);
  if (step) { if (isBlind) moveLabel(step); else show(current + step); }
  else if (event.key === "t") for (const one of document.querySelectorAll("details.thought")) one.open = !one.open;
  else if (event.key === "/" && !isBlind) byId("text").focus();
  else if (isBlind && number >= 1 && number <= CHOICES.length) choose(CHOICES[number - 1][0]);
  else if (!isBlind && event.key >= "0" && event.key <= "9" && number < byId("result").length) { byId("result").selectedIndex = number; applyFilter(); }
  else return;
  event.preventDefault();
}

function listen() {
  let timer;
  byId("filter").addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(applyFilter, 150); });
  byId("filter").addEventListener("submit", event => event.preventDefault());
  byId("filter").addEventListener("reset", () => setTimeout(applyFilter));
  byId("list").addEventListener("scroll", drawList);
  byId("task").addEventListener("change", async event => {
    const isBlind = byId("browser").hidden;
    if (unsaved && !confirm("The labels of this task are not saved. Leave it?")) { event.target.value = String(page.tasks.findIndex(one => one.task === task.task)); return; }
    unsaved = false;
    await openTask(page.tasks[Number(event.target.value)].task);
    setMode(isBlind && task.hasTexts && task.labels.item.length > 0);
  });
  byId("to-labels").addEventListener("click", () => setMode(true));
  byId("to-samples").addEventListener("click", () => setMode(false));
  byId("save").addEventListener("click", saveLabels);
  byId("load").addEventListener("change", loadLabels);
  document.addEventListener("keydown", pressed);
  addEventListener("resize", () => { if (task && !byId("browser").hidden) drawList(); });
  addEventListener("beforeunload", event => { if (unsaved) event.preventDefault(); });
}

listen();
start().catch(error => { byId("notes").textContent = `The samples cannot be read: ${error.message}`; });
