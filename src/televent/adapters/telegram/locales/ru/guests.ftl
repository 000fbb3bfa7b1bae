guests-invited = ✉️ Приглашены на <b>{ $title }</b>:
guests-not-invited = Не приглашены:
guests-nobody = Я не нашёл здесь никого, кого можно пригласить.
guest-chat = { $name } – получит приглашение здесь, в Telegram
guest-mail = { $name } – получит приглашение по почте
guest-self = { $name } – это вы сами.
guest-already = { $name } – уже в списке приглашённых
guest-stranger = { $name } – ещё не пользуется этим ботом
guest-no-name = { $name } – это не адрес почты: ошибка перед знаком @
guest-no-domain = { $name } – это не адрес почты: после @ нужен домен, например example.com
guest-no-address = { $name } – это не адрес почты и не @имя
guests-forward = Я ещё не знаю { $names }. Перешлите туда следующее сообщение. Когда ссылку откроют, отправьте: <code>/invite { $code } { $names }</code>
guests-link =
    { $name } хочет пригласить вас:
    📅 <b>{ $title }</b>
    🕒 { $when }
    Откройте { $link } и нажмите «Начать»: тогда приглашение сможет дойти до вас.
guests-which = На какое событие пригласить?
guests-no-events = В ближайшие два месяца у вас нет своих событий. Сначала создайте: /create
guests-whom = Кого пригласить? Пришлите адреса почты или @имена, поделитесь контактом или перешлите сообщение этого человека.
guests-none-named = «{ $words }»: так я никого не найду. Пришлите адрес почты или @имя, поделитесь контактом или перешлите сообщение этого человека. Чтобы никого не приглашать, ответьте: нет
guests-not-organizer = Приглашать на это событие может только организатор: { $name }. Попросите об этом.
guests-hidden = Telegram не говорит мне, кто это: { $names }. Пришлите @имя или адрес почты.
attendees-counted = { $status }: { $count }

button-uninvited-add = ➕ Пригласить
button-uninvited-no = Не приглашать
uninvited-added = ✅ Приглашение отправлено. Ответ засчитается, когда человек ответит на него.
uninvited-there = Этот человек уже приглашён.
uninvited-cannot = На этот адрес нельзя отправить приглашение.
uninvited-left = Не приглашён. Ничего не изменилось.
button-uninvited-deny = 🚫 Отказать
uninvited-invited = ✅ Приглашение отправлено.
uninvited-denied = 🚫 Отказано. Человек получит отмену, и событие исчезнет из его календаря.
uninvited-delegate = { $delegator } не придёт на «{ $summary }» и посылает вместо себя { $sender }. Я пока ничего не писал на { $sender }.
uninvited-refused = На «{ $summary }» ответил тот, кого не приглашали: { $sender }. Ему сообщено, что он не приглашён, как вы выбрали в /settings.
delegate-refused = { $delegator } не придёт на «{ $summary }» и назвал вместо себя { $sender }. { $sender } не приглашён, как вы выбрали в /settings.
