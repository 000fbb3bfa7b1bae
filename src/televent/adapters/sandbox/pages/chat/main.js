// The page: the list of chats, one or two open ones, and the news from the sandbox.
import { addChat, trouble } from "./acts.js";
import { Column, chatOf, face } from "./column.js";
import { $, alertBox, ask, attempt, element, toast } from "./dom.js";
import { icon } from "./icons.js";
import { chats, endTap, knowGroup, knowPerson, nameOf } from "./model.js";
import { language, say } from "./words.js";

const page = {
  columns: [], current: null, bot: null,

  use(column, chat = column.chat) {
    column.chat = chat;
    chat.unread = 0;
    this.current = column;
    for (const each of this.columns) each.box.classList.toggle("current", each === column);
    this.drawList();
  },
  open(chat, column = this.current) {
    this.use(column, chat);
    column.open(chat);
    this.keep();
  },
  openPerson(id, column) { this.open(chats.get("p" + id), column); },
  keep() { localStorage.setItem("open", JSON.stringify(this.columns.map(column => column.chat.key))); },
  split() {
    if (this.columns.length === 2) this.columns.pop().box.remove();
    else {
      const column = new Column(this);
      this.columns.push(column);
      $("columns").append(column.box);
      column.chat = [...chats.values()].find(chat => chat !== this.columns[0].chat) || this.columns[0].chat;
    }
    this.open(this.columns.at(-1).chat, this.columns.at(-1));
    $("split").setAttribute("aria-pressed", this.columns.length === 2);
  },
  isDeepLink(address) { return address.toLowerCase().startsWith(`https://t.me/${this.bot.username.toLowerCase()}?start`); },

  drawList() {
    const focused = document.activeElement?.dataset?.key;
    $("chats").replaceChildren(...[...chats.values()].map(chat => {
      const last = [...chat.messages.values()].at(-1), chosen = this.current?.chat === chat;
      const button = element("button", {
        type: "button", className: "chat", role: "tab", "aria-selected": String(chosen), tabIndex: chosen ? 0 : -1, onclick: () => { this.open(chat); this.current.text.focus({ preventScroll: true }); },
      }, face(chat), element("span", {}, element("b", { textContent: nameOf(chat) }), element("small", { textContent: last ? last.text : "" })));
      button.dataset.key = chat.key;
      if (chat.unread) button.append(element("span", { className: "unread", textContent: chat.unread, "aria-label": say("unread", chat.unread) }));
      return button;
    }));
    $("chats").querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
    if (focused) $("chats").querySelector(`[data-key="${focused}"]`)?.focus();
  },

  take(chat, news, first) {
    for (const message of news.messages) {
      const known = chat.messages.has(message.message_id);
      if (message.deleted) chat.messages.delete(message.message_id);
      else chat.messages.set(message.message_id, message);
      if (!first && !known && message.from === "bot" && !this.columns.some(column => column.chat === chat)) chat.unread += 1;
    }
    if (news.action) chat.typing = Math.min(news.action.date * 1000 + 5_000, Date.now() + 5_000);
    if (news.messages.some(message => message.from === "bot")) chat.typing = 0;
    if (!first) for (const column of this.columns) if (column.chat === chat) column.take(news.messages);
  },

  takeAnswers(answers) {
    for (const { callback_query_id: id, answer } of answers) {
      const tap = endTap(id);
      if (tap) for (const column of this.columns) if (column.chat === tap.chat) column.refresh(tap.messageId);
      if (!tap || !answer) continue;
      if (answer.url) window.open(answer.url, "_blank", "noopener");
      else if (answer.text && answer.show_alert) alertBox(answer.text);
      else if (answer.text) toast(answer.text);
    }
  },

  async follow() {
    for (let revision = 0, first = true; ; first = false) {
      const news = await this.ask(revision);
      if (news.revision < revision) { location.reload(); return; }   // the sandbox was restarted
      revision = news.revision;
      news.people.forEach(knowPerson);
      for (const each of news.chats) {
        const chat = Object.assign(knowPerson(each.person), { keyboard: each.reply_keyboard, commands: each.commands });
        this.take(chat, each, first);
        if (!first) this.takeAnswers(each.answers);
      }
      for (const each of news.groups) this.take(knowGroup(each.group), each, first);
      if (first) this.begin();
      this.drawList();
    }
  },
  // Ask until the sandbox answers: it may be starting again.
  async ask(revision) {
    for (;;) {
      try { return await ask(`/sandbox/changes?after=${revision}&wait=25`); }
      catch (error) { await new Promise(done => setTimeout(done, 1500)); }
    }
  },

  begin() {
    $("add").onclick = () => addChat(chat => this.open(chat));
    $("split").onclick = () => this.split();
    $("trouble").onclick = () => attempt(trouble);
    const keys = JSON.parse(localStorage.getItem("open") || "[]");
    const column = new Column(this);
    this.columns = [column];
    $("columns").replaceChildren(column.box);
    this.open(chatOf(keys[0]), column);
    if (keys[1] && chats.has(keys[1]) && matchMedia("(min-width: 52rem)").matches) { this.split(); this.open(chats.get(keys[1])); }
  },
};

document.documentElement.lang = language;
$("side").setAttribute("aria-label", say("chats"));
$("chats").setAttribute("aria-label", say("chats"));
for (const each of document.querySelectorAll("[data-text]")) {
  each.textContent = say(each.dataset.text);
  if (each.dataset.icon) each.before(icon(each.dataset.icon));
  if (each.parentElement.matches(".tool")) Object.assign(each.parentElement, { title: each.textContent, ariaLabel: each.textContent });
}
$("chats").onkeydown = event => {
  const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  const all = [...$("chats").children];
  all[(all.indexOf(document.activeElement) + step + all.length) % all.length].focus();
};
attempt(async () => {
  page.bot = (await ask("/sandbox")).bot;
  document.title = page.bot.first_name;
  await page.follow();
});
