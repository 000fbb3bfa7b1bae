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
guests-not-organizer = Приглашать на это событие может только организатор: { $name }. Попросите об этом.
guests-hidden = Telegram не говорит мне, кто это: { $names }. Пришлите @имя или адрес почты.
attendees-counted = { $status }: { $count }
