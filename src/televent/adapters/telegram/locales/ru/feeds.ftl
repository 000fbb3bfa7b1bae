command-feeds = Календари по ссылкам и ваши подписки
command-subscribe = Подписаться на чужой календарь
button-settings-feeds = 🔗 Ссылки на календари
feeds =
    🔗 <b>Ссылки на календари</b>
    Ваш календарь можно читать по секретной ссылке, без аккаунта. Нажмите на календарь, чтобы создать или отозвать ссылки.
feeds-taken =

    📥 Чужие календари, на которые вы подписаны:
feeds-taken-none =

    📥 Рядом с вашими можно показать календарь, который опубликован по ссылке: праздники, матчи.
feeds-line = { $number }. { $title } – { $state }
button-feeds-calendar = 📤 { $title } ({ $count })
button-subscribe = ➕ Подписаться на календарь
feeds-calendar = 📤 <b>{ $title }</b>
feeds-given = Его показывают эти ссылки. Ссылка видна один раз, когда она создана:
feeds-given-none = Ни одна ссылка его не показывает.
feed-full = все подробности
feed-busy = только занятое время
feed-line = { $words }, создана { $made }
feed-line-read = { $words }, создана { $made }, читали { $read }
button-feed-full = ➕ Ссылка со всеми подробностями
button-feed-busy = ➕ Ссылка только с занятым временем
button-feed-revoke = ✖ Отозвать { $number }
feed-revoke =
    📤 <b>{ $title }</b>: { $words }
    Отозвать эту ссылку? По ней больше ничего не будет видно. Вернуть её нельзя.
button-feed-end = ✖ Отозвать ссылку
feed-ended = Ссылка отозвана.
feed-gone = Эта ссылка уже отозвана.
feed-made-full =
    🔑 Секретная ссылка на «{ $title }» со всеми подробностями:
    <code>{ $link }</code>
    <b>Каждый, у кого есть эта ссылка, может читать календарь</b> без входа, пока вы её не отзовёте: /feeds. Личные события не видны, у конфиденциальных видно только время. Я показываю ссылку только сейчас.
feed-made-busy =
    🔑 Секретная ссылка на «{ $title }» только с занятым временем:
    <code>{ $link }</code>
    <b>Каждый, у кого есть эта ссылка, видит, когда вы заняты</b>, без входа, пока вы её не отзовёте: /feeds. Я показываю ссылку только сейчас.
feed-hidden = Здесь была ссылка. Она работает; отозвать её: /feeds
button-feed-copy = 📋 Скопировать ссылку
button-feed-hide = 🙈 Скрыть ссылку
ask-feed = Пришлите ссылку на календарь. Она начинается с https:// или webcal:// и часто кончается на .ics. Прервать: /cancel
subscribe-usage =
    Мне нужна ссылка на календарь. Например: /subscribe https://example.com/holidays.ics
    Слова после неё – название.
subscribe-offer =
    📥 Похоже, это календарь на { $host }:
    <code>{ $url }</code>
    Подписать вас? Его события будут видны рядом с вашими, только для чтения; я читаю его каждый час.
button-subscribe-this = 📥 Подписаться
subscribed = ✅ Вы подписаны. Я читаю календарь.
subscribed-already = Вы уже подписаны на этот календарь:
subscription =
    📥 <b>{ $title }</b>, только для чтения
    <code>{ $url }</code>
subscription-events = { $count ->
    [one] { $count } событие
    [few] { $count } события
   *[other] { $count } событий
    }
subscription-taken = прочитан { $at }
subscription-error = ⚠️ { $at }: { $words }
subscription-next = В следующий раз: { $at }
subscription-new = ещё не прочитан
subscription-not-in-agenda = В /today и /week его нет: вы выключили общие календари (/settings общие вкл).
subscription-gone = Вы на него больше не подписаны.
subscription-hurried = Читаю сразу или через минуту после прошлого раза.
subscription-ended = Вы больше не подписаны.
button-read-again = 🔄 Прочитать сейчас
button-unsubscribe = ✖ Отписаться
unsubscribe = Убрать «{ $title }»? Его события исчезнут из вашего календаря и приложений. Подписаться снова можно по ссылке.
feed-error-unreachable = его сервер не отвечает
feed-error-forbidden-address = его адрес не в публичном интернете
feed-error-too-many-redirects = его адрес ведёт по кругу
feed-error-not-a-calendar = по адресу нет календаря
feed-error-too-large = он слишком большой
feed-error-partly-unreadable = некоторые события прочитать нельзя
feed-error-internal = у меня что-то пошло не так
feed-error-http = его сервер отвечает { $status }
