// Pages of other systems (G7): links on the card, frames beside it, and what those systems are told by postMessage, each at exactly its own origin.
// Nothing here opens a window or moves the keyboard focus (G8); what a frame took of it by itself is given back.
import { byId, locale, make } from "./common.js";

// Calls whose frames are kept: who still files the former one in a page must not lose what he typed there.
const KEPT_MAX = 3;
// A page of another origin runs and keeps its own sign-in; it cannot lead ours elsewhere.
const SANDBOX = "allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox allow-downloads";
const EVENTS = { offered: "ring", connected: "answer", ended: "end", cancelled: "cancelled" };
// How long a Tab may take to arrive in a frame.
const OWN_MOVE_MS = 300;
// For how long a page may still be at what it was told, or at being loaded: later it is the agent who goes there.
const GRAB_MS = 1500;

export function foreignPages() {
  const parents = (document.body.dataset.parents || "").split(" ").filter((origin) => origin);
  // One for each call and page: {key, page, origin, frame, button, message, loaded, touched, watchedUntil}.
  let tabs = [];
  let told = { key: "", stage: "", text: "" };
  let last = null;

  // --- What others are told ------------------------------------------------------------------------------------------

  function sole(pop) {
    const known = pop.customer && pop.customer.status === "known" ? pop.customer.profile : null;
    const [first, second] = known ? known.candidates : [];
    const certain = first && !second && first.confidence === "known" ? first : null;
    const ticket = known && known.open_tickets[0];
    return {
      customer: certain && { id: certain.customer, name: certain.name, external_ref: certain.external_ref || null },
      ticket: ticket ? { id: ticket.ticket, number: ticket.number } : null,
    };
  }

  function message(event, pop) {
    return {
      type: "trunkline.pop",
      version: 1,
      event,
      agent: document.body.dataset.agent,
      call: pop.call,
      offer: pop.offer,
      queue: pop.queue || null,
      direction: pop.direction,
      number: pop.caller.number,
      is_masked: pop.is_masked,
      called: pop.called,
      language: pop.language,
      waited_s: pop.waited_s,
      answers: pop.answers || {},
      ...sole(pop),
      pages: (pop.pages || []).map(({ name, url }) => ({ name, url })),
      cause: pop.cause || null,
    };
  }

  // Whose page holds ours. Where a browser does not say, each that may is named: a message reaches none but the one that it names.
  function holders() {
    if (window.parent === window) return [];
    const outer = location.ancestorOrigins && location.ancestorOrigins[0];
    return outer ? parents.filter((origin) => origin === outer) : parents;
  }

  function tell(event, pop) {
    const told = message(event, pop);
    for (const tab of tabs.filter((tab) => tab.key.startsWith(`${pop.call} ${pop.offer} `))) {
      tab.message = told;
      tab.watchedUntil = Date.now() + GRAB_MS;
      if (tab.loaded) tab.frame.contentWindow.postMessage(told, tab.origin);
    }
    for (const origin of holders()) window.parent.postMessage(told, origin);
  }

  // --- What the agent sees -------------------------------------------------------------------------------------------

  const label = (page) => page.label[locale] || Object.values(page.label)[0] || page.name;
  const isDue = (page, stage) => (page.at === "ring" ? stage !== "cancelled" : stage === "connected" || stage === "ended");

  function drawLinks(pages) {
    const shown = byId("pop-pages");
    const text = JSON.stringify(pages);
    // A link that has the focus is not taken away by a later event.
    if (shown.dataset.shown === text) return;
    shown.dataset.shown = text;
    shown.hidden = pages.length === 0;
    shown.replaceChildren(...pages.map((page) => {
      const isFrame = page.show === "frame";
      const link = make("a", "page-link", `${label(page)} ${isFrame ? "↓" : "↗"}`);
      link.setAttribute("href", isFrame ? "#pages" : page.url);
      if (isFrame) return link;
      link.setAttribute("target", "_blank");
      link.setAttribute("rel", "noopener noreferrer");
      return link;
    }));
  }

  function select(chosen) {
    for (const tab of tabs) {
      tab.frame.hidden = tab !== chosen;
      tab.button.setAttribute("aria-selected", tab === chosen ? "true" : "false");
    }
  }

  function open(key, page, pop) {
    const frame = make("iframe");
    frame.setAttribute("sandbox", SANDBOX);
    frame.setAttribute("referrerpolicy", "no-referrer");
    frame.setAttribute("title", label(page));
    const button = make("button", "", `${label(page)} · ${pop.caller.number || ""}`);
    button.type = "button";
    button.setAttribute("role", "tab");
    const tab = { key, page, origin: new URL(page.url).origin, frame, button, message: null, loaded: false, touched: false, watchedUntil: Infinity };
    button.addEventListener("click", () => select(tab));
    frame.addEventListener("pointerenter", () => { tab.touched = true; });
    frame.addEventListener("pointerleave", () => { tab.touched = false; });
    // What was told before the page listened.
    frame.addEventListener("load", () => {
      tab.loaded = true;
      tab.watchedUntil = Date.now() + GRAB_MS;
      if (tab.message) frame.contentWindow.postMessage(tab.message, tab.origin);
    });
    frame.src = page.url;
    // G8: who types in a page keeps it in front.
    const types = tabs.some((tab) => tab.frame === document.activeElement);
    tabs.push(tab);
    byId("page-tabs").append(button);
    byId("page-frames").append(frame);
    frame.hidden = types;
    if (!types) select(tab);
  }

  function drop(tab) {
    tabs = tabs.filter((other) => other !== tab);
    tab.button.remove();
    tab.frame.remove();
    if (!tabs.some((other) => !other.frame.hidden) && tabs.length) select(tabs[tabs.length - 1]);
  }

  function drawFrames(pop, pages) {
    for (const page of pages) {
      const key = `${pop.call} ${pop.offer} ${page.name}`;
      const tab = tabs.find((tab) => tab.key === key);
      // Ours would be in its own hands: the same origin lifts the sandbox.
      if (!tab && new URL(page.url).origin !== location.origin) open(key, page, pop);
      // The directory answered after the ring began (P3): the page is loaded by what is known, unless he works in it.
      else if (tab && tab.page.url !== page.url && pop.stage === "offered" && tab.frame !== document.activeElement) {
        tab.page = page;
        tab.loaded = false;
        tab.watchedUntil = Infinity;
        tab.frame.src = page.url;
      }
    }
    const calls = [...new Set(tabs.map((tab) => tab.key.split(" ").slice(0, 2).join(" ")))];
    const gone = calls.slice(0, Math.max(0, calls.length - KEPT_MAX));
    const isOver = (tab) => gone.some((call) => tab.key.startsWith(`${call} `)) && tab.frame !== document.activeElement;
    // Nobody files a call that he did not take.
    const isCancelled = (tab) => pop.stage === "cancelled" && tab.key.startsWith(`${pop.call} ${pop.offer} `);
    for (const tab of tabs.filter((tab) => isOver(tab) || isCancelled(tab))) drop(tab);
    byId("pages").hidden = tabs.length === 0;
    byId("page-tabs").hidden = tabs.length < 2;
  }

  // The pop as it stands, whenever something of it may have changed; `null`: none.
  function show(pop) {
    if (!pop) {
      if (told.pop && (told.stage === "offered" || told.stage === "connected")) {
        const event = told.stage === "offered" ? "cancelled" : "end";
        tell(event, told.pop);
      }
      told = { key: "", stage: "", text: "" };
      drawLinks([]);
      return;
    }
    const due = (pop.pages || []).filter((page) => isDue(page, pop.stage));
    drawLinks(due);
    const key = `${pop.call} ${pop.offer}`;
    const text = JSON.stringify([pop.customer, pop.pages]);
    const isNews = told.key !== key || told.stage !== pop.stage;
    const isMore = told.text !== text;
    told = { key, stage: pop.stage, text, pop };
    if (pop.stage === "cancelled" && isNews) tell("cancelled", pop);
    drawFrames(pop, due.filter((page) => page.show === "frame"));
    if (pop.stage === "cancelled") return;
    if (isNews) tell(EVENTS[pop.stage], pop);
    else if (isMore) tell("update", pop);
  }

  // --- The keyboard focus --------------------------------------------------------------------------------------------

  let movedAt = 0;
  document.addEventListener("keydown", (event) => { if (event.key === "Tab") movedAt = Date.now(); }, true);
  document.addEventListener("focusin", (event) => { if (event.target.tagName !== "IFRAME") last = event.target; }, true);
  // A page in a frame may set the focus on itself as it is loaded or told something: whoever typed here goes on typing here.
  window.addEventListener("blur", () => setTimeout(() => {
    const tab = tabs.find((tab) => tab.frame === document.activeElement);
    if (!tab || tab.touched || Date.now() > tab.watchedUntil || Date.now() - movedAt < OWN_MOVE_MS) return;
    tab.frame.blur();
    if (last && last.isConnected) last.focus();
  }));

  return { show };
}
