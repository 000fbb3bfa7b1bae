// One open chat: its messages, and what its person writes.
import { attach, changeGroup, changePerson, pickPlace, sendFile } from "./acts.js";
import { attempt, choose, element } from "./dom.js";
import { icon } from "./icons.js";
import { act, brief, chats, nameOf } from "./model.js";
import { clock, dayOf, messageRow, speakers } from "./message.js";
import { firstSteps, say } from "./words.js";

export const face = chat => element("span", {
  className: `face c${(chat.group ? chat.group.number : chat.person.id) % 4}`, "aria-hidden": "true",
}, chat.group ? icon("group") : [...nameOf(chat)][0].toUpperCase());

export class Column {
  constructor(page) {
    this.page = page;
    this.title = element("h1"); this.small = element("small"); this.head = element("span");
    this.log = element("div", { className: "log", role: "log", tabIndex: 0 });
    this.extras = element("div");
    this.text = element("textarea", { rows: 1, maxLength: 4096, placeholder: say("message"), "aria-label": say("message"), enterKeyHint: "send" });
    this.who = element("select", { "aria-label": say("as"), hidden: true, onchange: () => this.draw() });
    const round = (name, onclick) => element("button", { type: "button", className: "round", title: say(name), "aria-label": say(name), onclick }, icon(name));
    this.menu = round("menu", () => this.commands());
    const form = element("form", { className: "compose", onsubmit: event => { event.preventDefault(); this.send(); } },
      round("attach", () => attach(this)), this.menu, this.who, this.text,
      element("button", { className: "round send", title: say("send"), "aria-label": say("send") }, icon("send")));
    this.box = element("section", { className: "column" },
      element("header", { className: "top" }, this.head, element("div", {}, this.title, this.small), round("settings", () => this.settings())),
      this.log, element("div", { className: "bottom" }, this.extras, form));
    this.box.addEventListener("focusin", () => page.use(this));
    this.text.onkeydown = event => this.keyed(event);
    this.text.oninput = () => this.grow();
    this.log.onclick = event => this.touched(event.target);
    this.log.onkeydown = event => { if (event.key === "Enter") this.touched(event.target); };
    // The newest message stays in view when a picture has come, the keyboard of a phone opens, or the column gets narrow.
    new ResizeObserver(() => { if (this.following) this.toEnd(); }).observe(this.log);
    this.log.addEventListener("load", () => { if (this.following) this.toEnd(); }, true);
    this.log.onscroll = () => { this.following = this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 120; };
    this.box.ondragover = event => event.preventDefault();
    this.box.ondrop = event => { event.preventDefault(); attempt(() => sendFile(this, event.dataTransfer.files[0])); };
  }

  speaker() { return this.chat.group ? Number(this.who.value) : this.chat.person.id; }

  open(chat) {
    this.chat = chat;
    this.replying = this.editing = null;
    this.draw();
  }

  draw() {
    const { chat } = this, chosen = this.who.value;
    this.who.hidden = !chat.group;
    if (chat.group) {
      this.who.replaceChildren(...speakers(chat).map(person => element("option", { value: person.id, textContent: person.name, selected: String(person.id) === chosen })));
    }
    this.rows = new Map();
    this.day = "";
    this.log.replaceChildren();
    for (const message of sorted(chat)) this.put(message);
    this.drawRest();
    this.toEnd();
  }

  drawRest() {
    const { chat } = this;
    this.head.replaceChildren(face(chat));
    this.title.textContent = nameOf(chat);
    this.box.setAttribute("aria-label", nameOf(chat));
    this.log.setAttribute("aria-label", nameOf(chat));
    this.small.textContent = chat.group ? speakers(chat).map(person => person.name).join(", ") : this.aboutPerson(chat.person);
    this.menu.hidden = !chat.commands.length;
    this.log.querySelector(".first")?.remove();
    if (!this.rows.size) this.log.append(this.first());
    this.drawTyping();
    this.drawExtras();
  }

  aboutPerson(person) {
    const about = [person.username ? "@" + person.username : "id " + person.id, person.language_code];
    if (person.time_zone) about.push(`${person.time_zone} ${clock(this.chat, Date.now() / 1000)}`);
    if (person.blocked) about.push(say("blocked"));
    if (person.deactivated) about.push(say("gone"));
    return about.join(" · ");
  }

  first() {
    const { chat } = this;
    if (chat.group) return element("div", { className: "first" }, element("p", { textContent: say("groupText") }),
      element("button", { type: "button", textContent: "/week", onclick: () => this.say("/week") }));
    return element("div", { className: "first" }, element("h2", { textContent: say("firstTitle", chat.person.name) }), element("p", { textContent: say("firstText") }),
      ...["/start", ...firstSteps(chat.person)].map(step => element("button", { type: "button", textContent: step, onclick: () => this.say(step) })));
  }

  put(message, news = false) {
    const known = this.rows.get(message.message_id);
    if (message.deleted) { known?.remove(); this.rows.delete(message.message_id); return; }
    const row = messageRow(this, message);
    if (known) known.replaceWith(row);
    else {
      const day = dayOf(this.chat, message.date);
      if (day !== this.day) this.log.append(element("div", { className: "day", textContent: day }));
      this.day = day;
      this.log.append(row);
    }
    if (news) row.classList.add(known ? "changed" : "new");
    this.rows.set(message.message_id, row);
  }

  take(news) {
    const fresh = news.some(message => !message.deleted && !this.rows.has(message.message_id));
    const atEnd = this.following;
    this.log.querySelector(".typing")?.remove();
    for (const message of news) this.put(message, true);
    this.drawRest();
    if (fresh || atEnd) this.toEnd();
  }

  refresh(id) {
    const message = this.chat.messages.get(id), focused = this.rows.get(id)?.contains(document.activeElement) && document.activeElement.textContent;
    if (!message || !this.rows.has(id)) return;
    this.put(message);
    if (focused) [...this.rows.get(id).querySelectorAll("button")].find(button => button.textContent === focused)?.focus();
  }

  drawTyping() {
    this.log.querySelector(".typing")?.remove();
    if (Date.now() < this.chat.typing) {
      this.log.append(element("div", { className: "typing", textContent: say("typing") }));
      this.toEnd();
      setTimeout(() => this.drawTyping(), 5_100);
    }
  }

  drawExtras() {
    const { chat } = this, parts = [], about = this.replying || this.editing;
    if (about) parts.push(element("div", { className: "about" },
      element("span", { textContent: say(this.editing ? "editing" : "replyTo", brief(about)) }),
      element("button", { type: "button", textContent: "✕", "aria-label": say("cancel"), onclick: () => this.end() })));
    const rows = chat.keyboard.keyboard || [];
    if (rows.length && !this.usedKeyboard()) {
      parts.push(element("div", { className: "keyboard" }, ...rows.map(row => element("div", {}, ...row.map(button => element("button", {
        type: "button", textContent: button.text, onclick: () => this.press(button),
      }))))));
    } else if (chat.person && [...chat.messages.values()].filter(message => message.from === "person").length === 1) {
      parts.push(element("div", { className: "chips" }, ...firstSteps(chat.person).map(step => element("button", { type: "button", textContent: step, onclick: () => this.say(step) }))));
    }
    this.text.placeholder = chat.keyboard.placeholder || say("message");
    this.extras.hidden = !parts.length;
    this.extras.replaceChildren(...parts);
  }

  // A keyboard for one use goes after the person has written.
  usedKeyboard() {
    const last = sorted(this.chat).at(-1);
    return this.chat.keyboard.one_time && last && last.from === "person";
  }

  toEnd() { this.following = true; this.log.scrollTop = this.log.scrollHeight; }
  show(id) { this.rows.get(id)?.scrollIntoView({ block: "center" }); this.rows.get(id)?.querySelector(".more")?.focus(); }
  say(text) { attempt(() => act(this.chat, this.speaker(), "messages", { text })); this.text.focus(); }
  answer(message) { this.end(); this.replying = message; this.drawExtras(); this.text.focus(); }
  edit(message) { this.end(); this.editing = message; this.text.value = message.text; this.drawExtras(); this.grow(); this.text.focus(); }
  end() { if (this.editing) this.text.value = ""; this.replying = this.editing = null; this.drawExtras(); this.grow(); }
  takeText() { const text = this.text.value.trim(); this.text.value = ""; this.grow(); return text; }
  grow() { this.text.style.height = "auto"; this.text.style.height = `${this.text.scrollHeight + 2}px`; }
  isDeepLink(address) { return this.page.isDeepLink(address); }
  openPrivate() { this.page.openPerson(this.speaker(), this); }

  send() {
    const { replying, editing } = this, text = this.text.value.trim();
    if (!text) return;
    const path = editing ? `messages/${editing.message_id}` : "messages";
    attempt(async () => {
      await act(this.chat, this.speaker(), path, { text, ...(replying ? { reply_to: replying.message_id } : {}) });
      this.takeText();
      this.end();
    });
  }

  press(button) {
    const tap = more => act(this.chat, this.speaker(), "taps", { button: button.text, ...more });
    if (button.request_location) pickPlace(tap);
    else attempt(() => tap({}));
  }

  keyed(event) {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); this.send(); }
    if (event.key === "Escape") this.end();
    if (event.key === "ArrowUp" && !this.text.value) {
      const last = sorted(this.chat).findLast(message => message.from === "person" && message.sender.id === this.speaker() && message.text);
      if (last) { event.preventDefault(); this.edit(last); }
    }
  }

  touched(target) {
    if (target.matches(".spoiler")) target.classList.toggle("open");
    if (target.matches(".command")) this.say(target.textContent);
  }

  commands() {
    choose(say("menu"), this.chat.commands.map(({ command, description }) => [`/${command} – ${description}`, () => this.say("/" + command)]));
  }

  settings() {
    const refresh = () => { this.page.drawList(); this.draw(); };
    if (this.chat.group) changeGroup(this.chat, refresh);
    else changePerson(this.chat.person, refresh);
  }
}

const sorted = chat => [...chat.messages.values()].sort((a, b) => a.message_id - b.message_id);
export const chatOf = key => chats.get(key) || [...chats.values()][0];
