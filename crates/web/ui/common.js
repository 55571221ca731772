// What both pages need: their texts, the API, times and numbers as people read them.

const texts = JSON.parse(document.body.dataset.texts || "{}");
const csrf = document.body.dataset.csrf;

export const locale = document.documentElement.lang;
export const t = (key) => texts[key] || "";
export const word = (group, key) => t(`${group}.${key}`) || key;
export const byId = (id) => document.getElementById(id);

// How far the server's clock is ahead of this one.
export let skewMs = 0;

export function make(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined && text !== null) element.textContent = text;
  return element;
}

const two = (n) => String(n).padStart(2, "0");

export function lasted(since) {
  const seconds = Math.max(0, Math.floor((Date.now() + skewMs - Date.parse(since)) / 1000));
  const hours = Math.floor(seconds / 3600);
  const rest = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return hours ? `${hours}:${rest}` : rest;
}

export function duration(seconds) {
  const minutes = Math.floor(seconds / 60);
  const rest = seconds % 60;
  if (locale.startsWith("zh")) return minutes ? `${minutes}分${rest}秒` : `${rest}秒`;
  return minutes ? `${minutes}m ${rest}s` : `${rest}s`;
}

export function moment(at) {
  const day = new Date(at);
  return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())} ${two(day.getHours())}:${two(day.getMinutes())}`;
}

// 138 0013 8000 at home; other numbers as they came.
export function phone(number) {
  const home = /^(?:\+?86)?(1\d{2})(\d{4})(\d{4})$/.exec(number);
  return home ? `${home[1]} ${home[2]} ${home[3]}` : number;
}

export async function ask(method, path, body) {
  const headers = { "Accept-Language": locale };
  if (method !== "GET") headers["X-CSRF-Token"] = csrf;
  if (body) headers["Content-Type"] = "application/json";
  const answer = await fetch(path, { method, headers, body: body && JSON.stringify(body) });
  const date = Date.parse(answer.headers.get("Date"));
  if (date) skewMs = Math.abs(date - Date.now()) > 2000 ? date - Date.now() : 0;
  if (answer.status === 401) location.reload();
  return answer;
}
