// The supervisor's board: queues as they stand, who waits in one of them, and what can be done for him (D23-D25).
// Events only say that something has changed; every figure comes from `/v1/queues`. It sets text and attributes, never markup, and
// changes a row in place, so that the focus stays where it is.
import { ask, byId, duration, lasted, locale, make, phone, skewMs, t, word } from "./common.js";

document.documentElement.classList.add("has-script");

// After which facts a figure of the board may be another.
const CHANGES = [
  "queue.joined", "queue.left", "queue.dropped", "queue.resumed", "queue.supervised", "queue.starving", "call.connected", "call.ended",
  "offer.made", "offer.cancelled", "offer.missed", "offer.declined", "offer.unreachable", "agent.state_changed", "agent.registered",
  "agent.unregistered", "agent.standby_began", "agent.standby_ended", "callback.requested", "callback.attempted", "callback.done", "callback.failed",
];
const AGENT_STATES = ["ready", "ringing", "talking", "wrap_up", "not_ready", "unregistered", "back_off", "offline"];
// However much happens, the API is asked no more often.
const REFRESH_MS = 700;
// Estimates and hours change without a fact.
const IDLE_REFRESH_MS = 10_000;

let queues = [];
let line = null;
let selected = fromHash();
let seen = null;
let stream = null;
let retry = null;
let due = null;
let loading = false;

// Somebody may have written the address by hand.
function fromHash() {
  try {
    return decodeURIComponent(location.hash.slice(1));
  } catch {
    return "";
  }
}

const named = (titles, name) => titles[locale] || titles.en || name;
const queueName = (name) => {
  const found = queues.find((queue) => queue.name === name);
  return found ? named(found.title, name) : name;
};
const seconds = (ms) => duration(Math.round(ms / 1000));
const percent = (share) => (share === null ? "–" : `${(share * 100).toFixed(1)} %`);

// --- Rows that stay where they are -----------------------------------------------------------------------------------

function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

// One row for each item, in its order; `begin` makes a row, `draw` fills it.
function keep(body, items, key, begin, draw) {
  const rows = new Map([...body.children].map((row) => [row.dataset.key, row]));
  items.forEach((item, place) => {
    let row = rows.get(key(item));
    if (!row) {
      row = begin(item);
      row.dataset.key = key(item);
    }
    rows.delete(key(item));
    if (body.children[place] !== row) body.insertBefore(row, body.children[place] || null);
    draw(row, item);
  });
  for (const gone of rows.values()) gone.remove();
}

function cell(row, name, label) {
  const made = make("td", name);
  made.dataset.label = label;
  row.append(made);
  return made;
}

// --- Queues ----------------------------------------------------------------------------------------------------------

function beginQueue(queue) {
  const row = make("tr");
  const head = make("th");
  head.scope = "row";
  const open = make("button", "plain name");
  open.type = "button";
  open.addEventListener("click", () => select(selected === queue.name ? "" : queue.name));
  head.append(open, make("span", "note quiet"));
  row.append(head);
  for (const name of ["waiting", "longest", "estimate", "agents", "offered", "answered", "abandoned", "waits"]) {
    cell(row, name, t(`board.${name}`));
  }
  row.querySelector(".waiting").append(make("span", "many"), make("span", "besides quiet"));
  for (const level of queue.today.service_levels) cell(row, `level ${level.name}`, word("level", level.name));
  row.addEventListener("dragover", (event) => event.preventDefault());
  row.addEventListener("drop", (event) => {
    event.preventDefault();
    const place = line && line.line.find((place) => place.call === event.dataTransfer.getData("text/plain"));
    if (place && queue.name !== selected) begin("move", place, queue.name);
  });
  return row;
}

function drawQueue(row, queue) {
  const of = (name) => row.querySelector(`.${name}`);
  const { today } = queue;
  row.toggleAttribute("data-selected", queue.name === selected);
  of("name").setAttribute("aria-expanded", String(queue.name === selected));
  put(of("name"), named(queue.title, queue.name));
  const limit = queue.max_active === null ? "" : ` · ${t("board.active")} ${queue.active}/${queue.max_active}`;
  const closed = queue.open ? "" : ` · ${t("board.closed")}`;
  put(of("note"), `${named(queue.strategy_title, queue.strategy)}${closed}${limit} · T = ${today.threshold_ms / 1000} s`);
  const besides = [
    queue.also_waiting ? `+${queue.also_waiting} ${t("board.also")}` : "",
    queue.callbacks ? `+${queue.callbacks} ${t("callback")}` : "",
  ].filter((part) => part);
  put(of("many"), String(queue.waiting));
  put(of("besides"), besides.join(" "));
  of("waiting").toggleAttribute("data-some", queue.waiting > 0);
  const since = queue.longest_wait_ms === null ? "" : new Date(Date.now() + skewMs - queue.longest_wait_ms).toISOString();
  of("longest").dataset.since = since;
  put(of("estimate"), queue.estimate ? `${seconds(queue.estimate.p50_ms)} – ${seconds(queue.estimate.p80_ms)}` : "–");
  const states = AGENT_STATES.filter((state) => queue.agents[state] || state === "ready");
  put(of("agents"), states.map((state) => `${word("agents", state)} ${queue.agents[state] || 0}`).join(" · "));
  const away = today.turned_away ? ` (+${today.turned_away} ${t("board.turned_away")})` : "";
  put(of("offered"), `${today.offered}${away}`);
  put(of("answered"), String(today.answered));
  // D23: both numbers, always.
  put(of("abandoned"), `${today.abandoned} (<${today.short_abandon_ms / 1000} s: ${today.short_abandons})`);
  put(of("waits"), today.wait_p50_ms === null ? "–" : `${seconds(today.wait_p50_ms)} / ${seconds(today.wait_p90_ms)}`);
  for (const level of today.service_levels) {
    const shown = of(level.name);
    put(shown, percent(level.share));
    shown.title = `${level.formula}, T = ${level.threshold_ms / 1000} s`;
  }
}

function drawQueues() {
  keep(byId("queues"), queues, (queue) => queue.name, beginQueue, drawQueue);
  const waiting = queues.reduce((sum, queue) => sum + queue.waiting, 0);
  put(byId("total"), `${t("board.total")}: ${waiting}`);
  const first = queues[0];
  if (first) byId("total").title = `${t("board.since")} ${new Date(first.today.since).toLocaleString(locale)}`;
}

// --- The line of one of them -----------------------------------------------------------------------------------------

function beginPlace(place) {
  const row = make("tr");
  for (const name of ["place", "caller", "waited", "rank", "state"]) cell(row, name, t(`board.${name}`));
  const deeds = cell(row, "deeds", t("board.deeds"));
  const why = make("a", "why", t("why"));
  why.href = `/why/${place.call}`;
  why.target = "_blank";
  why.rel = "noopener";
  deeds.append(why);
  const isCallback = place.state === "callback";
  if (!isCallback) {
    row.draggable = true;
    row.addEventListener("dragstart", (event) => event.dataTransfer.setData("text/plain", place.call));
  }
  for (const kind of isCallback ? ["take_back"] : ["move", "assign", "withdraw"]) {
    const button = make("button", kind, t(`deed.${kind}`));
    button.type = "button";
    button.addEventListener("click", () => begin(kind, place));
    deeds.append(button);
  }
  return row;
}

function callerName(place) {
  if (!place.caller) return "–";
  const { number, display } = place.caller;
  return [number ? phone(number) : t("withheld"), display].filter((part) => part).join(" ");
}

function drawPlace(row, place) {
  const of = (name) => row.querySelector(`.${name}`);
  put(of("place"), String(place.position));
  put(of("caller"), callerName(place));
  of("waited").dataset.since = place.since || "";
  const passed = place.passed_over ? ` · ${t("board.passed_over")} ${place.passed_over}` : "";
  put(of("rank"), `${place.priority}${passed}`);
  const home = place.home ? ` (${t("board.home")} ${queueName(place.home)})` : "";
  put(of("state"), word("line", place.state) + home);
}

function drawLine() {
  byId("line-sheet").hidden = !line;
  if (!line) return;
  put(byId("line-title"), `${t("board.line")}: ${named(line.title, line.name)}`);
  put(byId("line-note"), line.line.length < line.line_length ? `${line.line.length} / ${line.line_length}` : "");
  // A place whose caller is on the line by now is another row: it has buttons.
  const key = (place) => `${place.call} ${place.state === "callback"}`;
  keep(byId("line"), line.line, key, beginPlace, drawPlace);
  byId("nobody").hidden = line.line.length > 0;
}

function drawTimers() {
  for (const timer of document.querySelectorAll("[data-since]")) {
    put(timer, timer.dataset.since ? lasted(timer.dataset.since) : "–");
  }
}

function select(name) {
  selected = name;
  history.replaceState(null, "", name ? `#${encodeURIComponent(name)}` : location.pathname);
  refresh();
}

// --- Deeds -----------------------------------------------------------------------------------------------------------

let deed = null;

async function begin(kind, place, to) {
  const mine = { kind, place };
  const hasTarget = kind === "move" || kind === "assign";
  deed = mine;
  put(byId("deed-title"), `${t(`deed.${kind}`)}: ${callerName(place)}`);
  put(byId("deed-hint"), t(`deed.${kind}_hint`));
  put(byId("deed-do"), t(`deed.${kind}`));
  put(byId("deed-error"), "");
  byId("deed-reason").value = "";
  byId("deed-to-label").hidden = !hasTarget;
  byId("deed-to").required = hasTarget;
  put(byId("deed-to-name"), t(kind === "move" ? "queue" : "talk.agent"));
  byId("deed-to").replaceChildren();
  byId("deed").showModal();
  if (kind === "move") {
    const others = queues.filter((queue) => queue.name !== selected);
    options(others.map((queue) => [queue.name, named(queue.title, queue.name)]), to);
  } else if (kind === "assign") {
    const agents = await readyAgents();
    // Meanwhile another deed may have begun.
    if (deed !== mine) return;
    options(agents.map((agent) => [agent.login, `${agent.login} ${agent.name}`]));
    if (!agents.length) put(byId("deed-error"), t("deed.nobody_ready"));
  }
}

function options(rows, chosen) {
  byId("deed-to").replaceChildren(...rows.map(([value, text]) => {
    const option = make("option", "", text);
    option.value = value;
    option.selected = value === chosen;
    return option;
  }));
}

// Who could be rung, those of this queue first.
async function readyAgents() {
  try {
    const agents = await all("/v1/agents");
    const ready = agents.filter((agent) => agent.state.state === "ready");
    const foreign = (agent) => Number(!agent.queues.includes(selected));
    return ready.sort((a, b) => foreign(a) - foreign(b) || a.login.localeCompare(b.login));
  } catch {
    return [];
  }
}

async function carryOut(event) {
  event.preventDefault();
  const mine = deed;
  // A second click is no second order.
  if (mine.asked) return;
  mine.asked = true;
  put(byId("deed-error"), "");
  const refused = await order(mine, byId("deed-to").value, byId("deed-reason").value.trim());
  mine.asked = false;
  if (deed !== mine) return;
  if (refused === null) {
    byId("deed").close();
    refresh();
  } else {
    put(byId("deed-error"), refused);
  }
}

// Why it cannot be; `null`: it is done.
async function order({ kind, place }, to, reason) {
  const [path, body] = kind === "take_back"
    ? [`/v1/callbacks/${place.callback}/cancel`, { reason }]
    : [`/v1/calls/${place.call}/line`, { order: kind, to: to || undefined, reason }];
  try {
    const answer = await ask("POST", path, body);
    if (answer.ok) return null;
    const problem = await answer.json();
    return [problem.title, problem.detail].filter((part) => part).join(": ");
  } catch {
    return t("failed");
  }
}

byId("deed-form").addEventListener("submit", carryOut);
byId("deed-cancel").addEventListener("click", () => byId("deed").close());

// --- Figures and events ----------------------------------------------------------------------------------------------

// All pages of a list.
async function all(path) {
  const items = [];
  let after = "";
  do {
    const answer = await ask("GET", `${path}?limit=200${after}`);
    if (!answer.ok) throw new Error(String(answer.status));
    const page = await answer.json();
    items.push(...page.items);
    after = page.next && `&after=${encodeURIComponent(page.next)}`;
  } while (after);
  return items;
}

async function readLine() {
  if (!selected) return null;
  const answer = await ask("GET", `/v1/queues/${encodeURIComponent(selected)}`);
  return answer.ok ? answer.json() : null;
}

async function refresh() {
  clearTimeout(due);
  due = null;
  if (loading) return soon();
  loading = true;
  try {
    [queues, line] = await Promise.all([all("/v1/queues"), readLine()]);
    drawQueues();
    drawLine();
    drawTimers();
  } catch {
    // The banner tells of a lost connection; figures come again with it.
  } finally {
    loading = false;
  }
}

function soon() {
  if (due === null) due = setTimeout(refresh, REFRESH_MS);
}

function listen() {
  if (stream) stream.close();
  stream = new EventSource(seen === null ? "/v1/events?scope=all" : `/v1/events?scope=all&after=${seen}`);
  for (const name of CHANGES) {
    stream.addEventListener(name, (event) => {
      seen = event.lastEventId;
      soon();
    });
  }
  stream.onopen = () => {
    byId("lost").hidden = true;
    refresh();
  };
  stream.onerror = () => {
    byId("lost").hidden = false;
    if (stream.readyState !== EventSource.CLOSED) return;
    // The server refused: what was missed may be gone, and the figures are read anew anyway.
    seen = null;
    clearTimeout(retry);
    retry = setTimeout(listen, 2000);
  };
}

setInterval(drawTimers, 1000);
setInterval(soon, IDLE_REFRESH_MS);
refresh();
listen();
