// Elements, requests, toasts and dialogs.
import { say } from "./words.js";

export const $ = id => document.getElementById(id);

export function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null) continue;
    if (name in made && !name.startsWith("aria")) made[name] = value;
    else made.setAttribute(name, value);
  }
  made.append(...children.filter(child => child !== null && child !== undefined && child !== ""));
  return made;
}

export async function ask(path, body, method) {
  const options = { method: method || (body === undefined ? "GET" : "POST") };
  if (body instanceof FormData) options.body = body;
  else if (body !== undefined) Object.assign(options, { headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
  const answer = await fetch(path, options);
  const value = await answer.json();
  if (!answer.ok) throw new Error(value.error || value.detail || answer.statusText);
  return value;
}

let toastTimer = 0;
export function toast(text, bad = false) {
  clearTimeout(toastTimer);
  $("toast").className = bad ? "bad" : "";
  $("toast").textContent = text;
  toastTimer = setTimeout(() => { $("toast").textContent = ""; }, 4000);
}
export const attempt = work => work().catch(error => toast(error.message, true));

function open(title, ...content) {
  const box = $("dialog");
  if (box.open) box.close();
  const heading = title ? element("h2", { id: "dialog-title", textContent: title }) : null;
  box.replaceChildren(...[heading, ...content].filter(Boolean));
  box.setAttribute("aria-labelledby", "dialog-title");
  box.onclick = event => { if (event.target === box) box.close(); };
  box.showModal();
}
export const close = () => $("dialog").close();

export function alertBox(text) {
  const done = element("button", { type: "button", className: "main", textContent: say("ok"), onclick: close, autofocus: true });
  open("", element("p", { id: "dialog-title", textContent: text }), element("div", { className: "ends" }, done));
}

// A list of choices: [text, action]. An action of null is left out.
export function choose(title, choices) {
  const list = choices.filter(([, action]) => action).map(([text, action]) => element("button", {
    type: "button", className: "choice", textContent: text, onclick: () => { close(); attempt(async () => action()); },
  }));
  const cancel = element("button", { type: "button", textContent: say("cancel"), onclick: close });
  open(title, ...list, element("div", { className: "ends" }, cancel));
}

// A form of fields {name: {label, value, kind, options}}; `done` gets the values.
export function fill(title, fields, done, note = "") {
  const inputs = {};
  const labels = Object.entries(fields).map(([name, { label, value, kind, options, ...more }]) => {
    const input = options
      ? element("select", {}, ...options.map(([key, text]) => element("option", { value: key, textContent: text, selected: key === value })))
      : element(kind === "lines" ? "textarea" : "input", { type: kind === "lines" ? undefined : kind || "text", ...more });
    if (kind === "checkbox") input.checked = Boolean(value);
    else if (!options) input.value = value ?? "";
    inputs[name] = input;
    return kind === "checkbox" ? element("label", { className: "check" }, input, label) : element("label", {}, label, input);
  });
  const form = element("form", {
    onsubmit: event => {
      event.preventDefault();
      const values = Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, input.type === "checkbox" ? input.checked : input.value.trim()]));
      attempt(async () => { await done(values); close(); });
    },
  }, ...labels, element("div", { className: "ends" },
    element("button", { type: "button", textContent: say("cancel"), onclick: close }), element("button", { className: "main", textContent: say("ok") })));
  open(title, ...(note ? [element("p", { textContent: note })] : []), form);
}
