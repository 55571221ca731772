// Calendars: how each stands, what comes next, its days, and closing one out of turn (E8, E9). Everything comes from
// `/v1/calendars`. It sets text and attributes, never markup, and changes a card in place, so that the focus stays where it is.
import { ask, byId, locale, make, t, word } from "./common.js";

document.documentElement.classList.add("has-script");

const REFRESH_MS = 3000;
const DAYS = 21;
// For how long somebody may want to close; the server has the last word.
const HOURS = [1, 2, 4, 8, 24, 72];
const HOURS_CHOSEN = 4;
const mayClose = document.documentElement.dataset.lead === "yes";
const chinese = locale.startsWith("zh");
const said = (why) => (chinese ? why.zh : why.en);

let names = new Map();
let selected = "";
let closing = "";
let loading = false;

function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

// A moment on the calendar's own wall clock.
function clock(at, zone) {
  const form = { timeZone: zone, weekday: "short", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  return new Date(at).toLocaleString(locale, form);
}

function begin(calendar) {
  const card = make("li");
  card.dataset.key = calendar.name;
  const which = make("div", "which");
  const open = make("button", "plain name", calendar.name);
  open.type = "button";
  open.addEventListener("click", () => select(calendar.name));
  which.append(open, make("span", "zone quiet", calendar.zone));
  const standing = make("div", "standing");
  standing.append(make("p", "state"), make("p", "next quiet"), make("p", "by"));
  card.append(which, standing);
  if (mayClose) card.append(button("close", () => askWhy(calendar.name)), button("open", () => reopen(calendar.name)));
  return card;
}

function button(kind, click) {
  const made = make("button", `big ${kind}`, t(`calendars.${kind}`));
  made.type = "button";
  made.addEventListener("click", click);
  return made;
}

function draw(card, calendar) {
  const of = (name) => card.querySelector(`.${name}`);
  card.dataset.calendar = calendar.state;
  put(of("state"), `${word("calendar", calendar.state)} · ${said(calendar.why)}`);
  const { next, closure } = calendar;
  const then = next && `${clock(next.at, calendar.zone)} ${word("calendar", next.state)} · ${said(next.why)}`;
  put(of("next"), next ? `${t("calendars.next")} ${then}` : t("calendars.for_ever"));
  of("by").hidden = !closure;
  if (closure) {
    const who = closure.agent ? names.get(closure.agent) || closure.agent : t("calendars.by_phone");
    const [since, until] = [clock(closure.since, calendar.zone), clock(closure.until, calendar.zone)];
    put(of("by"), `${t("calendars.closed_by")} ${who} · ${since} – ${until}`);
  }
  if (mayClose) of("big.open").hidden = !closure;
}

function drawAll(calendars) {
  const list = byId("calendars");
  const cards = new Map([...list.children].map((card) => [card.dataset.key, card]));
  for (const calendar of calendars) {
    let card = cards.get(calendar.name);
    if (!card) list.append(card = begin(calendar));
    cards.delete(calendar.name);
    draw(card, calendar);
  }
  for (const gone of cards.values()) gone.remove();
  byId("none").hidden = calendars.length > 0;
}

function drawDays(calendar) {
  byId("days-sheet").hidden = !calendar;
  if (!calendar) return;
  put(byId("days-title"), `${calendar.name} · ${t("calendars.days")}`);
  byId("days").replaceChildren(...calendar.days.map((day) => {
    const row = make("tr", day.class);
    const date = make("td");
    date.append(make("time", "", `${day.date} ${word("weekday", day.weekday)}`));
    const hours = day.hours.length ? day.hours.join("  ") : word("day", day.class);
    row.append(date, make("td", "", hours), make("td", "", said(day.why)));
    return row;
  }));
}

function select(name) {
  selected = selected === name ? "" : name;
  refresh();
}

async function read(path) {
  const answer = await ask("GET", path);
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

async function all(path) {
  const items = [];
  let after = "";
  do {
    const page = await read(`${path}?limit=200${after}`);
    items.push(...page.items);
    after = page.next && `&after=${encodeURIComponent(page.next)}`;
  } while (after);
  return items;
}

async function refresh() {
  if (loading) return;
  loading = true;
  try {
    const calendars = await all("/v1/calendars");
    // Who closed one is asked for when somebody new has.
    const closers = calendars.flatMap((one) => (one.closure && one.closure.agent) || []);
    if (closers.some((id) => !names.has(id))) {
      const agents = await all("/v1/agents");
      names = new Map(agents.map((agent) => [agent.id, `${agent.name} ${agent.login}`]));
      // Who is no agent any more is not asked for again.
      closers.filter((id) => !names.has(id)).forEach((id) => names.set(id, id));
    }
    drawAll(calendars);
    const known = calendars.some((one) => one.name === selected);
    drawDays(known ? await read(`/v1/calendars/${encodeURIComponent(selected)}?days=${DAYS}`) : null);
    byId("lost").hidden = true;
  } catch {
    byId("lost").hidden = false;
  } finally {
    loading = false;
  }
}

// --- Closing ---------------------------------------------------------------------------------------------------------

function askWhy(name) {
  closing = name;
  put(byId("closing-title"), `${t("calendars.close")}: ${name}`);
  put(byId("closing-error"), "");
  byId("closing-reason").value = "";
  byId("closing-hours").replaceChildren(...HOURS.map((hours) => {
    const option = make("option", "", `${hours} ${t("calendars.hours_unit")}`);
    option.value = String(hours);
    option.selected = hours === HOURS_CHOSEN;
    return option;
  }));
  byId("closing").showModal();
}

async function order(method, name, body) {
  try {
    const answer = await ask(method, `/v1/calendars/${encodeURIComponent(name)}/closure`, body);
    if (answer.ok) return null;
    const problem = await answer.json();
    return [problem.title, problem.detail].filter((part) => part).join(": ");
  } catch {
    return t("failed");
  }
}

async function closeFor(name, hours, reason) {
  try {
    // By the server's clock: its answers say how far it is from this one.
    const now = Date.parse((await read(`/v1/calendars/${encodeURIComponent(name)}?days=1`)).at);
    const until = new Date(now + hours * 3_600_000).toISOString();
    return await order("PUT", name, { until, reason });
  } catch {
    return t("failed");
  }
}

async function carryOut(event) {
  event.preventDefault();
  const hours = Number(byId("closing-hours").value);
  const refused = await closeFor(closing, hours, byId("closing-reason").value.trim());
  put(byId("closing-error"), refused || "");
  if (refused) return;
  byId("closing").close();
  refresh();
}

async function reopen(name) {
  const refused = await order("DELETE", name);
  put(byId("lost"), refused || t("failed"));
  byId("lost").hidden = !refused;
  refresh();
}

byId("closing-form").addEventListener("submit", carryOut);
byId("closing-cancel").addEventListener("click", () => byId("closing").close());
setInterval(refresh, REFRESH_MS);
refresh();
