// Clips (E25): what the agent plays to his caller. A list to be searched by number or title, with the arrows and Enter alone; what
// plays, and how long it still lasts. It sets text and attributes, never markup, and never moves the keyboard focus (P5).
import { ask, byId, locale, make, skewMs, t } from "./common.js";

const pageRows = 200;

// `order(method, body)` asks for something in the talk.
export function clips(order) {
  let all = [];
  // The talk whose clips these are, and what is known of it.
  let talk = null;
  let offeredIn = null;
  let active = 0;

  const field = byId("clip-search");
  const titleOf = (clip) => clip.title[locale] || clip.title.en || clip.name;

  // Those of a number that begins so come first, then those whose title has the words.
  function found() {
    const words = field.value.trim().toLowerCase();
    if (!words) return all;
    const byNumber = all.filter((clip) => String(clip.number).startsWith(words));
    const titles = (clip) => Object.values(clip.title).join("\n").toLowerCase();
    return [...byNumber, ...all.filter((clip) => !byNumber.includes(clip) && titles(clip).includes(words))];
  }

  const mayPlay = () => Boolean(talk) && !talk.held && talk.stage !== "transferring";

  const clock = (ms) => {
    const seconds = Math.max(0, Math.ceil(ms / 1000));
    return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  };

  // How long it lasts in the language in which he hears it: his own if it sounds in that; nothing where it sounds in none.
  function lengthOf(clip, language) {
    const own = clip.languages[language];
    return own === undefined || own === null ? clip.languages[clip.otherwise] : own;
  }

  function row(clip, place) {
    const item = make("li");
    item.id = `clip-${place}`;
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", String(place === active));
    const length = lengthOf(clip, talk && talk.language);
    item.append(make("span", "clip-number", clip.number), make("span", "grow", titleOf(clip)),
      make("span", "timer", length === undefined ? t("clips.silent") : clock(length)));
    item.addEventListener("click", () => { active = place; play(); });
    return item;
  }

  function drawList() {
    const rows = found();
    active = Math.max(0, Math.min(active, rows.length - 1));
    byId("clip-list").replaceChildren(...rows.map(row));
    byId("clip-none").hidden = rows.length > 0;
    if (rows.length) field.setAttribute("aria-activedescendant", `clip-${active}`);
    else field.removeAttribute("aria-activedescendant");
    byId("clip-play").disabled = !mayPlay() || !rows.length;
  }

  function drawPlaying() {
    const playing = talk && talk.clip;
    byId("clip-playing").hidden = !playing;
    byId("clip-stop").disabled = !playing;
    if (!playing) return;
    const clip = all.find((one) => one.name === playing.clip);
    const words = `${t("clips.playing")} ${playing.number}${clip ? ` ${titleOf(clip)}` : ""}`;
    const text = byId("clip-now");
    if (text.textContent !== words) text.textContent = words;
    const length = clip && clip.languages[playing.language];
    const gone = Date.now() + skewMs - Date.parse(playing.since);
    byId("clip-left").textContent = length ? clock(length - gone) : "";
  }

  function play() {
    const clip = found()[active];
    if (clip && mayPlay()) order("POST", { clip: clip.number });
  }

  // The next page is asked for by what the last one said.
  async function load(call) {
    const items = [];
    try {
      for (let after = ""; after !== null;) {
        const from = after && `&after=${encodeURIComponent(after)}`;
        const answer = await ask("GET", `/v1/clips?call=${call}&limit=${pageRows}${from}`);
        if (!answer.ok) return;
        const page = await answer.json();
        items.push(...page.items);
        after = page.next;
      }
    } catch {
      // The banner tells of a lost connection; they are loaded with the next talk, or the next state.
      return;
    }
    if (!talk || talk.call !== call) return;
    all = items;
    active = 0;
    draw(talk);
  }

  function draw(now) {
    talk = now;
    if (talk && talk.call !== offeredIn) {
      all = [];
      field.value = "";
      load(talk.call);
    }
    offeredIn = talk && talk.call;
    byId("clips").hidden = !talk || !all.length;
    drawList();
    drawPlaying();
  }

  field.addEventListener("input", () => { active = 0; drawList(); });
  field.addEventListener("keydown", (event) => {
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in steps) active += steps[event.key];
    else if (event.key === "Escape" && field.value) field.value = "";
    else return;
    event.preventDefault();
    drawList();
    const chosen = byId(`clip-${active}`);
    if (chosen) chosen.scrollIntoView({ block: "nearest" });
  });
  byId("clips").addEventListener("submit", (event) => {
    event.preventDefault();
    play();
  });
  byId("clip-stop").addEventListener("click", () => order("DELETE"));
  setInterval(drawPlaying, 500);

  // Asks for them anew: the state was loaded, and so may be other clips.
  return { draw, forget: () => { offeredIn = null; } };
}
