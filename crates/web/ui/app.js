// The live part of the agent's page: state, pop card, tickets, over the same API that everybody uses.
// It sets text and attributes, never markup, and never moves the keyboard focus (P5).
import { clips } from "./clips.js";
import { foreignPages } from "./pages.js";
import { ask, byId, duration, lasted, locale, make, moment, phone, skewMs, t, word } from "./common.js";

document.documentElement.classList.add("has-script");

(() => {
  const me = document.body.dataset.agent;

  if (document.documentElement.dataset.view !== "desk") return;

  // What the page shows. `seen` is the last fact that stands in it: what is older is dropped (P0).
  let agent = null;
  let pop = null;
  let seen = 0;
  // Which run of the server that belongs to: what an earlier one said is over.
  let run = "";
  // What he does with the call that he talks in, and what colleagues are called whose ids events tell.
  let talk = null;
  let missed = "";
  const logins = new Map();
  let drafts = [];
  let draftsDue = null;
  let stream = null;
  let retry = null;
  const title = document.title;

  // --- Small helpers -----------------------------------------------------------------------------------------------

  // What is left of wrap-up; how long it lasts where that is not known.
  function wrapTime() {
    if (!agent.wrap_up) return agent.since ? lasted(agent.since) : "";
    const left = Math.max(0, Math.ceil((Date.parse(agent.wrap_up.until) - Date.now() - skewMs) / 1000));
    return `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
  }

  // Asks for a change and tells when it was refused.
  // A refusal of the code `asks` is no failure but a question: the code comes back.
  async function change(method, path, body, asks) {
    const failed = byId("failed");
    failed.hidden = true;
    try {
      const answer = await ask(method, path, body);
      if (answer.ok) return answer.status === 204 ? null : await answer.json();
      const problem = await answer.json();
      if (asks && problem.code === asks) return asks;
      failed.textContent = `${t("failed")}: ${problem.title}`;
    } catch {
      failed.textContent = t("failed");
    }
    failed.hidden = false;
    return null;
  }

  // --- State bar ---------------------------------------------------------------------------------------------------

  function drawState() {
    const { state, reason, registered } = agent;
    byId("presence").dataset.state = state;
    byId("state").textContent = word("state", state);
    byId("state-reason").textContent = reason ? word("reason", reason) : "";
    byId("device").dataset.device = registered ? "on" : "off";
    document.querySelector(".desk").toggleAttribute("data-ready", state === "ready");
    byId("go-ready").disabled = state === "ready";
    byId("go-offline").disabled = state === "offline";
    drawWrapUp(state === "wrap_up");
    drawBreaks();
    drawTimers();
  }

  // C5: the mode says how it ends, and which buttons make sense.
  // A category can be given as soon as he talks; where wrap-up is optional he asks for it in the call, or shortly after.
  function drawWrapUp(files) {
    const talks = Boolean(pop && pop.stage === "connected");
    const mayAsk = Boolean(pop && pop.wrap_up === "optional" && !files
      && (talks || (pop.stage === "ended" && agent.state === "ready")));
    byId("after").hidden = !files && !talks && !mayAsk;
    byId("wrap-ask").hidden = !mayAsk;
    byId("wrap-title").hidden = !files;
    for (const id of ["wrap-category", "wrap-categorise"]) byId(id).hidden = !files && !talks;
    if (!files) {
      for (const id of ["wrap-more", "wrap-done"]) byId(id).hidden = true;
      byId("wrap-mode").textContent = "";
      return;
    }
    const mode = agent.wrap_up ? agent.wrap_up.mode : "timed";
    byId("wrap-mode").textContent = word("wrap_up", mode);
    const needsCategory = mode === "until_category";
    byId("wrap-more").hidden = needsCategory || mode === "until_done";
    byId("wrap-done").hidden = needsCategory || mode === "timed_fixed";
  }

  function drawTimers() {
    byId("state-time").textContent = agent && agent.since ? lasted(agent.since) : "";
    byId("wrap-time").textContent = agent && agent.state === "wrap_up" ? wrapTime() : "";
    const runs = pop && (pop.stage === "offered" || pop.stage === "connected");
    byId("stage-time").textContent = runs ? lasted(pop.since) : "";
  }

  // Why he may be not ready, and what he took of it today (C2): over a budget is shown, nothing more.
  let breaks = [];

  async function loadBreaks() {
    try {
      const answer = await ask("GET", "/v1/agents/me/breaks");
      if (!answer.ok) return;
      breaks = (await answer.json()).items;
      drawBreaks();
    } catch {
      // The banner tells of a lost connection; they are loaded again when it is back.
    }
  }

  const breakName = (item) => item.title[locale] || item.name;

  function drawBreaks() {
    if (!breaks.length) return;
    const select = byId("go-not-ready");
    const first = select.options[0];
    select.replaceChildren(first, ...breaks.map((item) => {
      const option = make("option", "", item.budget_s === null ? breakName(item)
        : `${breakName(item)} (${Math.floor(item.used_s / 60)}/${Math.floor(item.budget_s / 60)} min)`);
      option.value = item.name;
      return option;
    }));
    const now = agent.state === "not_ready" && breaks.find((item) => item.name === agent.reason);
    if (!now) return;
    const over = now.overrun_s > 0 ? ` · ${t("overrun")} ${Math.ceil(now.overrun_s / 60)} min` : "";
    byId("state-reason").textContent = breakName(now) + over;
  }

  // Where he is rung: a choice for who has a number outside (C14), or whose phone stays on the line (C15).
  async function loadPlace() {
    try {
      const answer = await ask("GET", "/v1/agents/me/place");
      if (answer.ok) drawPlace(await answer.json());
    } catch {
      // The banner tells of a lost connection; it is loaded again when it is back.
    }
  }

  function drawPlace({ place, number }) {
    const select = byId("place");
    const [, outside, standby] = select.options;
    standby.hidden = place !== "standby";
    outside.hidden = !number;
    select.hidden = standby.hidden && outside.hidden;
    if (number) outside.textContent = `${t("place.outside")} ${phone(number)}`;
    select.value = place;
  }

  // The queues of his profile (C1): he serves all of them, but for those that he, or a supervisor, was allowed to take him out of.
  async function loadQueues() {
    try {
      const answer = await ask("GET", "/v1/agents/me/queues");
      if (answer.ok) drawQueues(await answer.json());
    } catch {
      // The banner tells of a lost connection; they are loaded again when it is back.
    }
  }

  function drawQueues({ may_change, items }) {
    byId("my-queues").hidden = items.length === 0;
    byId("queues").replaceChildren(...items.map(({ name, title, serves }) => {
      const row = make("li");
      row.dataset.serves = serves ? "yes" : "no";
      row.append(make("span", "grow", title[locale] || name));
      if (!serves) row.append(make("span", "word", t("queue_out")));
      if (may_change) row.append(queueButton(name, serves));
      return row;
    }));
  }

  function queueButton(name, serves) {
    const button = make("button", "", t(serves ? "queue_leave" : "queue_back"));
    button.type = "button";
    button.addEventListener("click", async () => {
      const stands = await change("PUT", `/v1/agents/me/queues/${encodeURIComponent(name)}`, { serves: !serves });
      if (stands) drawQueues(stands);
    });
    return button;
  }

  // --- Pop card ----------------------------------------------------------------------------------------------------

  function profile() {
    return pop && pop.customer && pop.customer.status === "known" ? pop.customer.profile : null;
  }

  function callerName() {
    const known = profile();
    const first = known && known.candidates[0];
    const { number, display } = pop.caller;
    return (first && first.name) || display || (number ? t("stranger") : t("withheld"));
  }

  // Pages of other systems (G7).
  const foreign = foreignPages();

  function drawPop() {
    foreign.show(pop);
    const card = byId("card");
    card.dataset.stage = pop ? pop.stage : "";
    if (agent) drawWrapUp(agent.state === "wrap_up");
    document.title = pop && pop.stage === "offered" ? `☎ ${callerName()} · ${title}` : title;
    byId("decline").hidden = !pop || pop.stage !== "offered";
    if (!pop) return;
    card.setAttribute("aria-label", word("stage", pop.stage));
    byId("stage").textContent = pop.note ? `${word("stage", pop.stage)} · ${pop.note}` : word("stage", pop.stage);
    const known = profile();
    const first = known && known.candidates[0];
    byId("pop-name").textContent = callerName();
    const flags = pop.flags || [];
    const vip = byId("pop-vip");
    const level = Math.max(first ? first.vip_level : 0, ...flags.map((flag) => flag.vip_level || 0));
    vip.hidden = level === 0;
    vip.textContent = level ? `★ ${t("vip")} ${level}` : "";
    byId("pop-flags").replaceChildren(...flags.map((flag) => make("p", `flag ${flag.list}`, `${word("list", flag.list)} · ${flag.remark}`)));
    byId("pop-number").textContent = pop.caller.number ? phone(pop.caller.number) : t("withheld");
    byId("pop-typed").replaceChildren(...findings(known));
    drawHandedOn();
    byId("pop-why").setAttribute("href", `/why/${pop.call}`);
    byId("pop-facts").replaceChildren(...popFacts());
    byId("pop-more").replaceChildren(...popBlocks(known));
    drawTimers();
  }

  // What he has keyed in to say who he is, and whose his number is where that is somebody else (G6).
  function findings(known) {
    const typed = known && known.typed;
    if (!typed) return [];
    const isFound = (candidate) => typed.customers.includes(candidate.customer);
    const found = known.candidates.filter(isFound).map((candidate) => candidate.name);
    if (typed.ticket) found.unshift(`${typed.ticket.number} ${typed.ticket.subject} (${word("ticket", typed.ticket.state)})`);
    const what = typed.result === "found" ? found.join(" · ") : word("typed", typed.result);
    const lines = [make("p", `finding ${typed.result}`, `${t("typed")} ${word("typed", typed.kind)} ${typed.text}: ${what}`)];
    if (typed.differs) {
      const others = known.candidates.filter((candidate) => !isFound(candidate)).map((candidate) => candidate.name);
      lines.push(make("p", "finding differs", `▲ ${t("typed.number")}: ${others.join(" · ")}`), make("p", "finding differs", t("typed.differs")));
    }
    return lines;
  }

  // A colleague hands the call on, or asks about it (P6).
  function drawHandedOn() {
    const shown = byId("pop-handed-on");
    const handed = pop.handed_on;
    shown.hidden = !handed;
    if (!handed) return;
    const who = `${handed.by.name} ${handed.by.login}`;
    const what = handed.back ? t("handed_on.back") : handed.consult ? t("handed_on.consult") : t("handed_on");
    shown.textContent = [`${what} ${who}`, handed.note].filter((line) => line).join("\n");
  }

  // --- What he does with the call ----------------------------------------------------------------------------------

  // A colleague's login, once it is known; until then his id.
  function targetName(to) {
    if (!to) return "";
    if (to.agent === undefined) return to.queue || to.number;
    if (!logins.has(to.agent)) {
      logins.set(to.agent, to.agent);
      ask("GET", `/v1/agents/${to.agent}`).then(async (answer) => {
        if (!answer.ok) return;
        const found = await answer.json();
        logins.set(to.agent, `${found.login} ${found.name}`);
        drawTalk();
      }).catch(() => {});
    }
    return logins.get(to.agent);
  }

  function talkStage() {
    const name = targetName(talk.to);
    if (talk.stage === "transferring") return `${t("handling.transferring")} ${name}`;
    if (talk.stage === "joined") return `${t("handling.joined")} ${name}`;
    if (talk.stage === "consulting") {
      if (!talk.answered) return `${t("handling.asking")} ${name}`;
      const waits = talk.held_long ? ` · ${t("handling.held_long")}` : "";
      return `${t("handling.consulting")} ${name}${talk.held ? waits : ` · ${t("handling.with_caller")}`}`;
    }
    if (talk.held) return t(talk.held_long ? "handling.held_long" : "handling.held");
    return missed;
  }

  function drawTalk() {
    const panel = byId("talk");
    panel.hidden = !talk;
    shelf.draw(talk && { ...talk, language: pop && pop.language });
    if (!talk) return;
    panel.toggleAttribute("data-held", talk.held);
    panel.toggleAttribute("data-long", talk.held && talk.held_long);
    const stage = byId("talk-stage");
    const text = talkStage();
    if (stage.textContent !== text) stage.textContent = text;
    const plain = talk.stage === "talking";
    const asks = talk.stage === "consulting" || talk.stage === "joined";
    const named = byId("talk-target").value.trim() !== "";
    const may = {
      hold: plain && !talk.held,
      survey: plain,
      // While nobody is reached, it takes the caller back.
      resume: (plain && talk.held) || talk.stage === "transferring",
      alternate: asks && talk.answered,
      complete: asks,
      join: talk.stage === "consulting" && talk.answered,
      drop: asks,
      consult: plain && named && byId("talk-kind").value !== "queue",
      transfer: plain && named,
    };
    for (const [order, allowed] of Object.entries(may)) byId(`talk-${order}`).disabled = !allowed;
    // J2: only where the queue has one.
    byId("talk-survey").hidden = !(pop && pop.call === talk.call && pop.survey);
  }

  function order(name, whereto) {
    if (!talk) return;
    missed = "";
    const body = { order: name };
    if (whereto) {
      body.to = { [byId("talk-kind").value]: byId("talk-target").value.trim() };
      const note = byId("talk-note").value.trim();
      if (note) body.note = note;
    }
    change("POST", `/v1/calls/${talk.call}/talk`, body);
  }

  // What he may play to his caller (E25).
  const shelf = clips((method, body) => { if (talk) change(method, `/v1/calls/${talk.call}/clip`, body); });

  // A handler of an event about the call that he talks in.
  const ofTalk = (handle) => (data, at) => {
    const call = data.call || (data.offer && data.offer.call);
    if (talk && talk.call === call) handle(data, at);
  };
  const isMine = (by) => Boolean(by) && by.agent === me;

  function popFacts() {
    const path = (pop.path || []).filter((step) => !step.startsWith("queue ")).map((step) => step.replace(/^menu /, ""));
    return [
      [t("kind"), pop.direction === "callback" ? t("callback") : ""],
      [t("called"), pop.called],
      [t("queue"), (pop.queue_name || {})[locale] || pop.queue],
      [t("path"), path.join(" › ")],
      ...Object.entries(pop.answers || {}),
      [t("waited"), duration(pop.waited_s)],
      [t("language"), pop.language],
    ].filter(([, value]) => value).map(([name, value]) => {
      const row = make("div");
      row.append(make("dt", "", name), make("dd", "", value));
      return row;
    });
  }

  function popBlocks(known) {
    if (pop.customer.status === "pending") return [make("p", "block quiet", t("pending"))];
    if (!known) return [];
    const blocks = [];
    if (known.candidates.length > 1) {
      blocks.push(block(t("candidates"), known.candidates.map((candidate) => {
        const row = make("li");
        row.append(make("span", "grow", candidate.name), make("span", "word why", word("why_is", candidate.why)), make("span", "word", candidate.vip_level ? `${t("vip")} ${candidate.vip_level}` : ""));
        return row;
      })));
    }
    const tickets = known.open_tickets;
    const count = tickets.length ? `${t("open_tickets")} (${tickets.length})` : t("open_tickets");
    blocks.push(block(count, tickets.map(ticketRow), t("no_open_tickets")));
    blocks.push(block(t("last_calls"), known.last_calls.map((call) => {
      const row = make("li");
      row.append(make("span", "timer", moment(call.at)), make("span", "grow", call.agent || ""), make("span", "word", word("result", call.result)));
      return row;
    }), t("no_last_calls")));
    const advice = make("p", "suggestion");
    advice.append(make("span", "quiet", `${t("suggestion")}: `), make("strong", "", word("suggestion", pop.suggestion)));
    blocks.push(advice);
    return blocks;
  }

  function ticketRow(ticket, place) {
    const row = make("li", place === 0 ? "pressing" : "");
    const priority = make("span", "priority", `P${ticket.priority}`);
    priority.dataset.level = ticket.priority;
    row.append(priority, make("span", "grow", `${ticket.subject}`), make("span", "word timer", ticket.number), make("span", "word", word("ticket", ticket.state)));
    if (ticket.is_overdue) row.append(make("span", "urged", `▲ ${t("overdue")}`));
    else if (ticket.due_at) row.append(make("span", "timer", `${t("due")} ${moment(ticket.due_at)}`));
    if (ticket.urges) row.append(make("span", "urged", `${t("urged")} ×${ticket.urges}`));
    return row;
  }

  function block(name, rows, nothing) {
    const whole = make("div", "block");
    whole.append(make("h3", "", name));
    if (rows.length) {
      const list = make("ul");
      list.append(...rows);
      whole.append(list);
    } else if (nothing) {
      whole.append(make("p", "quiet", nothing));
    }
    return whole;
  }

  // --- Tickets -----------------------------------------------------------------------------------------------------

  async function loadTickets() {
    try {
      const answer = await ask("GET", "/v1/tickets?filter[created_by]=me&limit=8");
      if (!answer.ok) return;
      const { items } = await answer.json();
      byId("tickets").replaceChildren(...items.map((ticket) => {
        const row = make("li");
        const top = make("div", "top");
        top.append(make("span", "", ticket.number), make("span", "", word("ticket", ticket.state)));
        row.append(top, make("div", "subject", ticket.subject), make("div", "top", moment(ticket.created_at)));
        return row;
      }));
      byId("no-tickets").hidden = items.length > 0;
    } catch {
      // The banner tells of a lost connection; the list is loaded again when it is back.
    }
  }

  // What calls left that is no ticket yet: a caller whom nobody could call back has no other trace on the page. The draft
  // of the call on the card is not told twice.
  function drawDrafts() {
    const talks = pop && (pop.stage === "offered" || pop.stage === "connected");
    const kept = drafts.filter((draft) => !(talks && draft.call === pop.call));
    byId("drafts").replaceChildren(...kept.map((draft) => {
      const row = make("li", "draft");
      const top = make("div", "top");
      top.append(make("span", "", draft.queue || ""), make("span", "", t("draft")));
      row.append(top, make("div", "subject", draft.subject || t("stranger")), make("div", "top", moment(draft.opened_at)));
      return row;
    }));
  }

  // The desk files a call shortly after its end.
  function loadDraftsSoon() {
    clearTimeout(draftsDue);
    draftsDue = setTimeout(async () => {
      try {
        const answer = await ask("GET", "/v1/agents/me/session");
        if (!answer.ok) return;
        drafts = (await answer.json()).drafts;
        drawDrafts();
      } catch {
        // The banner tells of a lost connection; the list is loaded again when it is back.
      }
    }, 1500);
  }

  // --- Events ------------------------------------------------------------------------------------------------------

  // Whether an event is about the pop on the screen: call and offer are its key (P9).
  const isShown = (data) => pop && pop.call === data.call && (!data.offer || pop.offer === data.offer);

  const isRung = ({ offer }) => pop && pop.stage === "offered" && pop.offer === offer.id;

  function close(stage, at, note, cause) {
    Object.assign(pop, { stage, since: at, note, cause });
  }

  function beginTalk(call) {
    talk = { call, held: false, held_long: false, stage: "talking", to: null, answered: false, clip: null };
    missed = "";
  }

  function plainTalk() {
    talk.stage = "talking";
    talk.to = null;
    talk.answered = false;
  }

  function notReached() {
    missed = `${t("handling.missed")}: ${targetName(talk.to)}`;
    plainTalk();
  }

  const handlers = {
    "pop.offer": (data, at) => {
      if (isShown(data)) return;
      pop = { ...data, stage: "offered", since: at };
      byId("wrap-cost").textContent = "";
      byId("announce").textContent = `${t("ringing_now")} ${callerName()}`;
    },
    // C14: whoever is rung outside is told so, and which key takes the call.
    "offer.dialled": (data) => { if (isRung(data)) pop.note = t("outside.rings"); },
    "offer.asked": (data) => { if (isRung(data)) pop.note = t("outside.press"); },
    "pop.updated": (data) => { if (isShown(data)) Object.assign(pop, { customer: data.customer, pages: data.pages }); },
    "pop.connected": (data, at) => {
      if (isShown(data)) close("connected", at, "");
      beginTalk(data.call);
    },
    "pop.cancelled": (data, at) => { if (isShown(data)) close("cancelled", at, word("cancelled", data.cause), data.cause); loadDraftsSoon(); },
    "pop.ended": (data, at) => {
      const note = data.result === "transferred" ? word("result", data.result) : word("by", data.by);
      if (isShown(data)) close("ended", at, note, data.result);
      if (talk && talk.call === data.call) talk = null;
      loadDraftsSoon();
    },
    "call.held": ofTalk((data) => {
      if (!isMine(data.by)) return;
      talk.held = true;
      if (talk.stage === "joined") talk.stage = "consulting";
    }),
    // C19: a forgotten hold is said aloud too.
    "call.held_long": ofTalk((data) => {
      if (data.told !== "agent") return;
      talk.held_long = true;
      byId("announce").textContent = t("handling.held_long");
    }),
    "call.resumed": ofTalk((data) => { if (isMine(data.by)) talk.held = talk.held_long = false; }),
    "call.transfer_started": ofTalk((data) => { talk.stage = "transferring"; talk.to = data.to; }),
    "call.transfer_failed": ofTalk(notReached),
    "consult.started": ofTalk((data) => { talk.stage = "consulting"; talk.to = data.to; talk.answered = false; }),
    "consult.connected": (data, at) => {
      if (data.from !== me && pop && pop.call === data.offer.call) close("connected", at, "");
      if (talk && talk.call === data.offer.call) talk.answered = true;
    },
    "consult.ended": (data, at) => {
      if (data.with === me && pop && pop.call === data.call && data.end !== "completed") close("ended", at, "");
      ofTalk((told) => { if (told.end && told.end.not_reached) notReached(); else plainTalk(); })(data);
    },
    "clip.began": ofTalk((data, at) => { talk.clip = { ...data, since: at }; }),
    "clip.played": ofTalk(() => { talk.clip = null; }),
    "call.joined": ofTalk(() => { talk.stage = "joined"; }),
    "agent.state_changed": (data, at) => {
      if (data.agent !== me) return;
      agent = { ...agent, reason: undefined, call: undefined, ...data.to, since: at };
      if (talk && agent.call !== talk.call) talk = null;
      loadBreaks();
    },
    "agent.wrap_up": (data) => { if (data.agent === me) agent.wrap_up = { mode: data.mode, until: data.until }; },
    "call.categorised": (data) => { if (data.agent === me) byId("wrap-cost").textContent = `${t("category_saved")}: ${data.category}`; },
    "agent.last_paused": () => {},
    "agent.levelled": () => {},
    "agent.queue_changed": (data) => { if (data.agent === me) loadQueues(); },
    "agent.registered": (data) => { if (data.agent === me) agent.registered = true; },
    "agent.standby_began": (data) => { if (data.agent === me) loadPlace(); },
    "agent.standby_ended": (data) => { if (data.agent === me) loadPlace(); },
    "agent.unregistered": (data) => { if (data.agent === me) agent.registered = false; },
    "ticket.created": () => { loadTickets(); loadDraftsSoon(); },
    "ticket.changed": () => loadTickets(),
  };

  function take(event) {
    const { seq, at, type, data } = JSON.parse(event.data);
    if (seq <= seen) return;
    seen = seq;
    handlers[type](data, at);
    drawState();
    drawPop();
    drawTalk();
    drawDrafts();
  }

  function listen() {
    if (stream) stream.close();
    stream = new EventSource(`/v1/events?scope=mine&after=${seen}&run=${run}`);
    for (const name of Object.keys(handlers)) stream.addEventListener(name, take);
    stream.onopen = () => { byId("lost").hidden = true; };
    stream.onerror = () => {
      byId("lost").hidden = false;
      // The browser tries again by itself unless the server refused: then the state is loaded anew.
      if (stream.readyState === EventSource.CLOSED) later();
    };
  }

  function later() {
    clearTimeout(retry);
    retry = setTimeout(load, 2000);
  }

  // The whole state (P9), then the events after it.
  async function load() {
    try {
      const answer = await ask("GET", "/v1/agents/me/session");
      if (!answer.ok) throw new Error(String(answer.status));
      const desk = await answer.json();
      agent = desk.agent.state;
      const gone = pop && !desk.pop && (pop.stage === "offered" || pop.stage === "connected");
      if (desk.pop || gone) pop = desk.pop;
      seen = desk.seq;
      run = desk.run;
      drafts = desk.drafts;
      talk = desk.talk;
      shelf.forget();
      drawState();
      drawPop();
      drawTalk();
      drawDrafts();
      listen();
      loadTickets();
      loadBreaks();
      loadPlace();
      loadQueues();
    } catch {
      byId("lost").hidden = false;
      later();
    }
  }

  // --- What the agent does -----------------------------------------------------------------------------------------

  byId("go-ready").addEventListener("click", () => change("PUT", "/v1/agents/me/state", { state: "ready" }));
  byId("go-offline").addEventListener("click", () => change("PUT", "/v1/agents/me/state", { state: "offline" }));
  byId("go-not-ready").addEventListener("change", (event) => {
    const reason = event.target.value;
    event.target.value = "";
    if (reason) change("PUT", "/v1/agents/me/state", { state: "not_ready", reason });
  });
  // C10: why he declines is asked once a day; the server knows whether it was.
  byId("decline").addEventListener("submit", async (event) => {
    event.preventDefault();
    const field = byId("decline-reason");
    const reason = field.value.trim();
    const code = await change("POST", "/v1/agents/me/decline", reason ? { reason } : {}, "reason_needed");
    field.hidden = code !== "reason_needed";
    if (field.hidden) field.value = "";
    else byId("announce").textContent = t("decline_reason");
  });
  byId("place").addEventListener("change", async (event) => {
    const chosen = await change("PUT", "/v1/agents/me/place", { place: event.target.value });
    if (chosen) drawPlace(chosen);
    else loadPlace();
  });
  byId("wrap-done").addEventListener("click", () => change("POST", "/v1/agents/me/wrap-up/end"));
  // What more time costs those who wait stands beside the button.
  byId("wrap-more").addEventListener("click", async () => {
    const cost = await change("POST", "/v1/agents/me/wrap-up/more");
    if (cost) byId("wrap-cost").textContent = `${t("wrap_up_cost")}${cost.waiting}, +${cost.added_s} s`;
  });
  byId("wrap-ask").addEventListener("click", async () => {
    const kept = await change("POST", "/v1/agents/me/wrap-up/more");
    if (kept) byId("wrap-cost").textContent = agent.state === "talking" ? t("wrap_up_kept") : "";
  });
  byId("wrap-categorise").addEventListener("click", async () => {
    const category = byId("wrap-category").value.trim();
    if (!category) return;
    await change("POST", "/v1/agents/me/wrap-up/category", { category });
    byId("wrap-category").value = "";
  });

  for (const name of ["hold", "resume", "alternate", "complete", "join", "drop", "survey"]) {
    byId(`talk-${name}`).addEventListener("click", () => order(name, false));
  }
  // Enter in a field asks the colleague first; it never sends the caller away by mistake.
  byId("talk").addEventListener("submit", (event) => {
    event.preventDefault();
    order("consult", true);
  });
  byId("talk-transfer").addEventListener("click", () => order("transfer", true));
  for (const name of ["talk-target", "talk-kind"]) byId(name).addEventListener("input", drawTalk);

  setInterval(drawTimers, 1000);
  setInterval(() => { if (agent && agent.state === "not_ready") loadBreaks(); }, 60_000);
  load();
})();
