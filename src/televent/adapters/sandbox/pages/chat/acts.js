// What a person can send beside a text, and the dialogs for people, groups and trouble.
import { ask, choose, element, fill, toast } from "./dom.js";
import { act, chats, knowGroup, knowPerson, nameOf, people } from "./model.js";
import { CITIES, say } from "./words.js";

export function attach(column) {
  choose(say("attach"), [
    [say("sendFile"), () => pickFile(column)],
    [say("sendLocation"), () => pickPlace(place => act(column.chat, column.speaker(), "locations", place))],
    [say("sendContact"), () => pickContact(column)],
    [say("sendForward"), () => forwardForeign(column)],
  ]);
}

function pickFile(column) {
  const input = element("input", { type: "file" });
  input.onchange = () => sendFile(column, input.files[0]).catch(error => toast(error.message, true));
  input.click();
}
export async function sendFile(column, file) {
  if (!file) return;
  const form = new FormData();
  form.append("file", file);
  form.append("caption", column.takeText());
  if (/^image\/(png|jpeg|gif)$/.test(file.type)) form.append("photo", "1");
  await act(column.chat, column.speaker(), "files", form);
}

export const pickPlace = send => choose(say("where"), CITIES.map(({ name, latitude, longitude }) => [name, () => send({ latitude, longitude })]));

function pickContact(column) {
  const send = fields => act(column.chat, column.speaker(), "contacts", fields);
  choose(say("whose"), [
    [say("mine"), () => send({})],
    ...people().filter(person => person.id !== column.speaker()).map(person => [person.name, () => send({ person: person.id })]),
    [say("other"), () => fill(say("other"), { name: { label: say("name"), required: true }, phone: { label: say("phone"), type: "tel", value: "+49301234567" } }, send)],
  ]);
}

function forwardForeign(column) {
  const origins = [
    ...people().filter(person => person.id !== column.speaker()).map(person => [JSON.stringify({ type: "user", person: person.id }), person.name]),
    [JSON.stringify({ type: "hidden_user", name: "Max" }), say("fromHidden")],
    [JSON.stringify({ type: "channel", title: "City News", username: "city_news" }), say("fromChannel")],
  ];
  fill(say("forward"), { origin: { label: say("from"), options: origins }, text: { label: say("text"), kind: "lines", required: true, rows: 3 } },
    ({ origin, text }) => act(column.chat, column.speaker(), "forwards", { origin: JSON.parse(origin), text }));
}

export function forwardMessage(message, from) {
  const source = from.group ? { from_group: from.group.number } : { from_person: from.person.id };
  choose(say("forward"), [...chats.values()].filter(chat => chat.person).map(chat => [nameOf(chat),
    () => act(chat, chat.person.id, "forwards", { message_id: message.message_id, ...source })]));
}

const LANGUAGES = [["en", "English"], ["ru", "Русский"], ["de", "Deutsch"], ["fr", "Français"], ["es", "Español"], ["ar", "العربية"]];
// A language that a test gave stays, also where it is not in the list.
const languagesWith = code => LANGUAGES.some(([known]) => known === code) ? LANGUAGES : [...LANGUAGES, [code, code]];
const zones = () => [["", say("browserZone")], ...Intl.supportedValuesOf("timeZone").map(name => [name, name])];

export function changePerson(person, refresh) {
  fill(person.name, {
    name: { label: say("name"), value: person.name, required: true, maxLength: 64 },
    last_name: { label: say("lastName"), value: person.last_name, maxLength: 64 },
    username: { label: say("username"), value: person.username, maxLength: 32 },
    language_code: { label: say("language"), value: person.language_code, options: languagesWith(person.language_code) },
    time_zone: { label: say("timeZone"), value: person.time_zone, options: zones() },
    hidden: { label: say("hidden"), value: person.hidden, kind: "checkbox" },
    blocked: { label: say("blocked"), value: person.blocked, kind: "checkbox" },
    deactivated: { label: say("gone"), value: person.deactivated, kind: "checkbox" },
  }, async ({ blocked, ...values }) => {
    const changed = await ask("/sandbox/people", { id: person.id, ...values });
    knowPerson(blocked === person.blocked ? changed : await ask(`/sandbox/people/${person.id}/block`, { blocked }));
    refresh();
  });
}

export function changeGroup(chat, refresh) {
  const move = (person, fields) => async () => { knowGroup(await ask(`/sandbox/groups/${chat.group.number}/members`, { person, ...fields })); refresh(); };
  const inside = person => !chat.group.members || chat.group.members.includes(person.id);
  choose(nameOf(chat), [
    [`${chat.group.kicked ? "+" : "–"} ${say("bot")}`, move(people()[0].id, { bot: true, inside: chat.group.kicked })],
    ...people().map(person => [`${inside(person) ? "–" : "+"} ${person.name}`, move(person.id, { inside: !inside(person) })]),
  ]);
}

export function addChat(open) {
  fill(say("newChat"), {
    kind: { label: say("kind"), options: [["person", say("person")], ["group", say("group")]] },
    name: { label: say("name"), required: true, maxLength: 64 },
    language_code: { label: say("language"), options: LANGUAGES },
  }, async ({ kind, name, language_code }) => {
    open(kind === "group" ? knowGroup(await ask("/sandbox/groups", { title: name })) : knowPerson(await ask("/sandbox/people", { name, language_code })));
  });
}

export async function trouble() {
  const [faults, limits] = [await ask("/sandbox/faults"), await ask("/sandbox/limits")];
  const kinds = ["none", "storm", "flood", "bad_gateway", "timeout_before", "timeout_after", "slow"];
  const met = Object.values(faults.met).reduce((sum, count) => sum + count, 0);
  fill(say("trouble"), {
    kind: { label: say("kind"), value: (faults.orders[0] || {}).kind || "none", options: kinds.map(kind => [kind, say(kind)]) },
    share: { label: say("share"), value: "0.1", options: ["0.1", "0.3", "0.5", "0.99"].map(part => [part, `${Math.round(part * 100)} %`]) },
    limits: { label: say("limits"), value: limits.limits !== null, kind: "checkbox" },
  }, async ({ kind, share, limits: limited }) => {
    await ask("/sandbox/faults", undefined, "DELETE");
    if (kind !== "none") await ask("/sandbox/faults", { kind, share: Number(share), seed: Date.now() % 1e6 });
    await (limited ? ask("/sandbox/limits", {}) : ask("/sandbox/limits", undefined, "DELETE"));
  }, `${say("troubleText")}\n${say("met", met, faults.hidden)}`);
}
