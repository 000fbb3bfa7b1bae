// The chats and their messages, as the sandbox tells them.
import { ask } from "./dom.js";
import { say } from "./words.js";

export const chats = new Map();   // key -> chat; "p1001" is a person's chat with the bot, "g5" a group

export const nameOf = chat => chat.group ? chat.group.title : chat.person.name;
export const people = () => [...chats.values()].filter(chat => chat.person).map(chat => chat.person);
export const members = chat => people().filter(person => !chat.group.members || chat.group.members.includes(person.id));

export function knowPerson(person) {
  const key = "p" + person.id;
  const chat = chats.get(key) || { key, messages: new Map(), unread: 0, keyboard: {}, commands: [], typing: 0 };
  chats.set(key, Object.assign(chat, { person }));
  return chat;
}
export function knowGroup(group) {
  const key = "g" + group.number;
  const chat = chats.get(key) || { key, messages: new Map(), unread: 0, keyboard: {}, commands: [], typing: 0 };
  chats.set(key, Object.assign(chat, { group }));
  return chat;
}

// Taps that the bot has not answered yet, by callback_query_id; and the answers that came before the tap was noted.
export const waiting = new Map();
const early = new Set();
export function noteTap(id, chat, messageId, text) {
  if (!early.delete(id)) waiting.set(id, { chat, messageId, text });
}
export function endTap(id) {
  const tap = waiting.get(id);
  if (!waiting.delete(id)) early.add(id);
  return tap;
}
export const isWaiting = (chat, messageId, text) =>
  [...waiting.values()].some(tap => tap.chat === chat && tap.messageId === messageId && tap.text === text);

// An act of a person in a chat.
export function act(chat, speaker, name, fields = {}, method) {
  const path = `/sandbox/people/${speaker}/${name}`;
  if (method) return ask(path + (chat.group ? `?group=${chat.group.number}` : ""), undefined, method);
  if (fields instanceof FormData) { if (chat.group) fields.append("group", chat.group.number); }
  else if (chat.group) fields = { ...fields, group: chat.group.number };
  return ask(path, fields);
}

export const brief = message => message.text || (message.file && (message.file.name || say("picture")))
  || (message.location && say("location")) || (message.contact && message.contact.first_name) || "";
