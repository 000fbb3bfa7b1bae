// The texts of the page, by the language of the browser. The bot speaks each person's own language.
const ENGLISH = {
  chats: "Chats", add: "Add", split: "Two chats", trouble: "Trouble", mail: "Mail",
  about: "A sandbox: you are everybody the bot talks with.",
  message: "Message", send: "Send", attach: "Attach", menu: "Commands", more: "More", settings: "Settings", close: "Close", cancel: "Cancel", save: "Save", ok: "OK",
  typing: "typing…", edited: "edited", forwarded: "Forwarded from {0}", unread: "{0} new", picture: "Picture", file: "File", location: "Location", contact: "Contact",
  today: "Today", yesterday: "Yesterday", joined: "{0} joined", left: "{0} left", you: "You", bot: "the bot",
  firstTitle: "Hello, {0}!", firstText: "The bot knows you after your first message. Try one of these:", groupText: "A group with the bot. It hears commands only, and tells nothing personal here.",
  reply: "Reply", edit: "Edit", forward: "Forward", remove: "Delete", react: "Like", replyTo: "Reply to: {0}", editing: "Edit: {0}",
  sendFile: "File or picture…", sendLocation: "Location…", sendContact: "Contact…", sendForward: "Forward a message…",
  where: "Where are you?", whose: "Whose contact?", mine: "My own", other: "Somebody else…", phone: "Phone number",
  from: "From", fromPerson: "{0}", fromHidden: "somebody who hides their account", fromChannel: "a channel", text: "Text", name: "Name", lastName: "Last name", username: "Username", language: "Language", timeZone: "Time zone of the clock here",
  browserZone: "as this browser", hidden: "Hide the account in forwarded messages", blocked: "Bot is blocked", gone: "Has left Telegram",
  person: "Person", group: "Group", newChat: "A new chat", kind: "Kind", as: "Speak as", copied: "Copied",
  troubleText: "Disturb the bot's calls to Telegram, to see how it copes.", share: "Share of calls", limits: "Telegram's limits (30 a second, 1 a second in a chat, 20 a minute in a group)",
  storm: "Mixed: 429, 502, lost answers", flood: "Too many requests (429)", bad_gateway: "Bad gateway (502)", timeout_before: "Lost before the work", timeout_after: "Lost after the work", slow: "Slow answers", none: "None",
  met: "Calls disturbed: {0}. Messages that arrived although the bot heard no success: {1}.",
};
const RUSSIAN = {
  chats: "Чаты", add: "Добавить", split: "Два чата", trouble: "Сбои", mail: "Почта",
  about: "Песочница: вы – все, с кем говорит бот.",
  message: "Сообщение", send: "Отправить", attach: "Прикрепить", menu: "Команды", more: "Ещё", settings: "Настройки", close: "Закрыть", cancel: "Отмена", save: "Сохранить", ok: "ОК",
  typing: "печатает…", edited: "изменено", forwarded: "Переслано от: {0}", unread: "новых: {0}", picture: "Картинка", file: "Файл", location: "Геопозиция", contact: "Контакт",
  today: "Сегодня", yesterday: "Вчера", joined: "{0} теперь в группе", left: "{0} больше не в группе", you: "Вы", bot: "бот",
  firstTitle: "Здравствуйте, {0}!", firstText: "Бот узнает вас после первого сообщения. Попробуйте одно из этих:", groupText: "Группа с ботом. Он слышит здесь только команды и не говорит ничего личного.",
  reply: "Ответить", edit: "Изменить", forward: "Переслать", remove: "Удалить", react: "Нравится", replyTo: "Ответ на: {0}", editing: "Изменение: {0}",
  sendFile: "Файл или картинка…", sendLocation: "Геопозиция…", sendContact: "Контакт…", sendForward: "Переслать сообщение…",
  where: "Где вы?", whose: "Чей контакт?", mine: "Мой", other: "Кто-то ещё…", phone: "Номер телефона",
  from: "От кого", fromPerson: "{0}", fromHidden: "человек, скрывший свой аккаунт", fromChannel: "канал", text: "Текст", name: "Имя", lastName: "Фамилия", username: "Имя пользователя", language: "Язык", timeZone: "Часовой пояс здешних часов",
  browserZone: "как в браузере", hidden: "Скрывать аккаунт при пересылке", blocked: "Бот заблокирован", gone: "Больше не пользуется Telegram",
  person: "Человек", group: "Группа", newChat: "Новый чат", kind: "Вид", as: "Кто говорит", copied: "Скопировано",
  troubleText: "Мешать вызовам бота к Telegram и смотреть, как он справляется.", share: "Доля вызовов", limits: "Ограничения Telegram (30 в секунду, 1 в секунду в чате, 20 в минуту в группе)",
  storm: "Вперемешку: 429, 502, потерянные ответы", flood: "Слишком много запросов (429)", bad_gateway: "Шлюз недоступен (502)", timeout_before: "Потеря до работы", timeout_after: "Потеря после работы", slow: "Медленные ответы", none: "Нет",
  met: "Вызовов с помехами: {0}. Сообщений, которые дошли, хотя бот об этом не узнал: {1}.",
};
const wanted = (navigator.languages || [navigator.language]).map(tag => tag.slice(0, 2)).find(tag => ["en", "ru"].includes(tag));

export const language = wanted === "ru" ? "ru" : "en";
const words = language === "ru" ? RUSSIAN : ENGLISH;
export const say = (name, ...values) => (words[name] || name).replace(/\{(\d)\}/g, (_, at) => values[at]);

// The first steps that the page offers, in the language of the person.
const STEPS = {
  en: ["Lunch tomorrow at noon", "/help"],
  ru: ["Обед завтра в полдень", "/help"],
};
export const firstSteps = person => STEPS[person.language_code.slice(0, 2)] || STEPS.en;

export const CITIES = [
  ["Berlin", "Берлин", 52.52, 13.405], ["London", "Лондон", 51.507, -0.128], ["Moscow", "Москва", 55.756, 37.617],
  ["Yekaterinburg", "Екатеринбург", 56.838, 60.597], ["Novosibirsk", "Новосибирск", 55.03, 82.92], ["New York", "Нью-Йорк", 40.713, -74.006],
  ["Kathmandu", "Катманду", 27.717, 85.324], ["Tokyo", "Токио", 35.677, 139.65],
].map(([english, russian, latitude, longitude]) => ({ name: language === "ru" ? russian : english, latitude, longitude }));
