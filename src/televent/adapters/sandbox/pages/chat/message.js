// One message of a chat.
import { attempt, choose, element, toast } from "./dom.js";
import { act, brief, isWaiting, members, noteTap } from "./model.js";
import { forwardMessage } from "./acts.js";
import { icon } from "./icons.js";
import { language, say } from "./words.js";

const zoneOf = chat => (chat.person && chat.person.time_zone) || undefined;
export const clock = (chat, seconds) => new Date(seconds * 1000).toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit", timeZone: zoneOf(chat) });
export function dayOf(chat, seconds) {
  const name = moment => new Date(moment).toLocaleDateString(language, { day: "numeric", month: "long", year: "numeric", timeZone: zoneOf(chat) });
  const day = name(seconds * 1000);
  if (day === name(Date.now())) return say("today");
  return day === name(Date.now() - 86_400_000) ? say("yesterday") : day;
}

export function messageRow(column, message) {
  const chat = column.chat, mine = message.from === "person" && message.sender.id === column.speaker();
  const service = message.joined.length ? say("joined", message.joined.join(", ")) : message.left ? say("left", message.left) : "";
  if (service) return element("div", { className: "service", textContent: service });
  const bubble = element("div", { className: "bubble" });
  if (chat.group && !mine) bubble.append(element("span", { className: "sender", textContent: message.sender.name }));
  if (message.forwarded_from) bubble.append(element("span", { className: "sender", textContent: say("forwarded", message.forwarded_from) }));
  const replied = message.reply_to && chat.messages.get(message.reply_to);
  if (message.reply_to) bubble.append(element("button", {
    type: "button", className: "quote", textContent: message.quote || (replied ? brief(replied) : "…"), onclick: () => column.show(message.reply_to),
  }));
  bubble.append(...attachments(message));
  const text = element("div", { className: "said" });
  text.innerHTML = message.html;   // safe: the server renders Telegram's tags only and escapes all else
  if (message.text) bubble.append(text);
  const likes = Object.values(message.reactions);
  if (likes.length) bubble.append(element("div", { className: "reactions", textContent: likes.join(" ") }));
  const time = clock(chat, message.date), who = message.from === "bot" ? message.sender.name : mine ? say("you") : message.sender.name;
  bubble.append(element("div", { className: "meta" },
    element("span", { textContent: (message.edit_date ? say("edited") + " " : "") + time }),
    element("button", { type: "button", className: "more", textContent: "⋯", "aria-label": `${say("more")}: ${brief(message).slice(0, 40)}`, onclick: () => more(column, message, mine) })));
  const row = element("div", { className: "row" + (mine ? " mine" : ""), role: "article", "aria-label": `${who}, ${time}` }, bubble);
  if (message.buttons.length) row.append(element("div", { className: "keys" }, ...message.buttons.map(
    line => element("div", {}, ...line.map(button => key(column, message, button))))));
  return row;
}

function attachments(message) {
  const { file, location, contact } = message, found = [];
  const card = (sign, title, small, href, more = {}) => element(href ? "a" : "div", { className: "card", href, ...more },
    element("span", {}, icon(sign)), element("span", {}, title, element("small", { textContent: small })));
  if (file && file.photo) found.push(element("a", { className: "photo", href: file.url, target: "_blank" }, element("img", { src: file.url, alt: message.text || say("picture") })));
  else if (file) found.push(card("file", file.name || say("file"), `${Math.max(1, Math.round(file.size / 1024))} KB`, file.url, { download: file.name || "file" }));
  if (location) found.push(card("location", say("location"), `${location.latitude.toFixed(3)}, ${location.longitude.toFixed(3)}`));
  if (contact) found.push(card("contact", [contact.first_name, contact.last_name].filter(Boolean).join(" "), contact.phone_number));
  return found;
}

function key(column, message, button) {
  const chat = column.chat, address = button.url || (button.web_app && button.web_app.url);
  if (address && /^(https?|tg):/i.test(address) && !column.isDeepLink(address))
    return element("a", { href: address, target: "_blank", rel: "noopener noreferrer", textContent: button.text + " ↗" });
  const made = element("button", { type: "button", textContent: button.text });
  if (isWaiting(chat, message.message_id, button.text)) made.setAttribute("aria-busy", "true");
  made.onclick = () => attempt(async () => {
    if (button.copy_text) { await navigator.clipboard.writeText(button.copy_text.text); return toast(say("copied")); }
    if (made.getAttribute("aria-busy")) return undefined;
    made.setAttribute("aria-busy", "true");
    try {
      const tap = await act(chat, column.speaker(), "taps", { message_id: message.message_id, data: button.callback_data, button: button.text });
      if (!tap.callback_query_id) return column.openPrivate();
      noteTap(tap.callback_query_id, chat, message.message_id, button.text);
      setTimeout(() => column.refresh(message.message_id), 60_000);
    } finally { column.refresh(message.message_id); }
    return undefined;
  });
  return made;
}

function more(column, message, mine) {
  const { chat } = column, own = `messages/${message.message_id}`;
  const editable = mine && !message.forwarded_from && (message.text || message.file);
  choose(brief(message).slice(0, 60), [
    [say("reply"), () => column.answer(message)],
    [say("edit"), editable ? () => column.edit(message) : null],
    [say("forward"), message.protected ? null : () => forwardMessage(message, chat)],
    [say("react") + " 👍", () => act(chat, column.speaker(), `${own}/reaction`, { emoji: message.reactions[column.speaker()] ? "" : "👍" })],
    [say("remove"), mine || chat.person ? () => act(chat, column.speaker(), own, undefined, "DELETE") : null],
  ]);
}

export const speakers = chat => chat.group ? members(chat) : [chat.person];
