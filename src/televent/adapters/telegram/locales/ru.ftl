welcome = 👋 Здравствуйте, { $name }! Я веду ваш календарь: здесь и в любом приложении-календаре.
ask-email = Чтобы получать приглашения от пользователей Gmail и Outlook, укажите вашу почту:
ask-email-skip = Пропустить
email-skipped = Хорошо. Указать можно позже: /start
code-sent = Я отправил код на { $address }. Пришлите его мне:
code-wait = Пока хватит кодов: не больше одного в минуту и пяти в день. Попробуйте снова: { $day }, { $clock } ({ $zone }). Код, который у вас уже есть, действует час.
email-verified = ✅ Адрес { $address } подтверждён. Приглашения на него будут приходить сюда.
email-known = Ваши адреса: { $addresses }
help =
    <b>Что я умею</b>
    /create Встреча, завтра 15:00, 1 час – новое событие
    /today, /tomorrow, /week, /list – что предстоит
    /invite &lt;событие&gt; &lt;почта или @имя …&gt; – пригласить
    /rsvp accept|decline|tentative &lt;событие&gt; – ответить на приглашение
    /attendees &lt;событие&gt; – кто придёт
    /cancel &lt;событие&gt; – отменить событие; /cancel – прервать диалог
    /device add|list|revoke – пароли для приложений
    /share &lt;календарь&gt; &lt;почта или @id&gt; read|write – поделиться календарём
    /timezone Europe/Moscow – часовой пояс
    /settings – настройки
    &lt;событие&gt; – его код или слова из названия.
command-start = Начать
command-help = Что я умею
command-create = Новое событие
command-today = Сегодня
command-tomorrow = Завтра
command-week = Ближайшие семь дней
command-list = Что предстоит
command-invite = Пригласить на событие
command-rsvp = Ответить на приглашение
command-attendees = Кто придёт
command-cancel = Отменить событие или прервать диалог
command-device = Пароли для приложений
command-share = Поделиться календарём
command-timezone = Часовой пояс
command-settings = Настройки
create-examples =
    Не получилось прочитать. Попробуйте, например:
    /create Встреча, завтра 15:00, 1 час
    /create Обед, пт 12:30-13:30
    /create Планёрка, каждый будний 9:30, 15м
ask-title = Как назвать?
ask-time = Когда? Например: завтра в 15:00, в пятницу 10:30, 25 января в 14:00
ask-duration = Как долго? Например: 30м, 1ч, 1.5ч
ask-description = Описание? Или пропустите.
ask-location = Где? Или пропустите.
ask-invite = Пригласить кого-нибудь? Пришлите адреса почты через пробел
time-unreadable = Не получилось прочитать время. Попробуйте: завтра в 15:00, в пятницу 10:30, через 2 часа
duration-unreadable = Не получилось прочитать. Попробуйте: 30м, 1ч, 1.5ч
ask-which-time = Что вы имели в виду?
confirm-create = Создать?
button-confirm = ✅ Создать
button-cancel = ✖️ Отмена
button-skip = Пропустить
button-accept = ✅ Принять
button-decline = ❌ Отклонить
button-tentative = ❔ Под вопросом
button-change = Изменить ответ
button-yes-cancel = Да, отменить
button-keep = Оставить
created = ✅ Создано. Код: <code>{ $code }</code>
create-aborted = Хорошо, ничего не создано.
dialogue-aborted = Хорошо, я остановился.
nothing-to-abort = Прерывать нечего. Чтобы отменить событие: /cancel &lt;событие&gt;
agenda-today = 📅 <b>Сегодня</b>
agenda-tomorrow = 📅 <b>Завтра</b>
agenda-week = 📅 <b>Ближайшие семь дней</b>
agenda-list = 📅 <b>Что предстоит</b>
agenda-empty = Ничего не запланировано.
and-more = … и ещё { $count }
all-day = Весь день
no-location = Место не указано
no-description = Без описания
no-title = (без названия)
attendee-count = { $count ->
    [one] { $count } участник
    [few] { $count } участника
   *[other] { $count } участников
 }
repeats = повторяется
pending-mark = (нет ответа)
cancelled-mark = (отменено)
invited-by = <i>Вас приглашает { $name }.</i>
invite-usage = /invite &lt;событие&gt; &lt;почта или @имя …&gt;
invited = ✉️ Приглашены: { $people }
rsvp-usage = /rsvp accept|decline|tentative &lt;событие&gt;
attendees-usage = /attendees &lt;событие&gt;
attendees-none = Больше никто не приглашён.
status-accepted = придёт
status-declined = не придёт
status-tentative = под вопросом
status-pending = не ответил(а)
status-delegated = передал(а) другому
event-unknown = Не знаю такого события: { $query }
event-ambiguous = Какое именно? Укажите код:
you-accepted = ✅ <i>Вы приняли приглашение.</i>
you-declined = ❌ <i>Вы отклонили приглашение.</i>
you-tentative = ❔ <i>Вы ответили «под вопросом».</i>
card-cancelled = 🚫 <i>Встреча отменена.</i>
card-updated = 🔄 <i>{ $name } изменил(а) встречу.</i>
toast-accepted = Принято
toast-declined = Отклонено
toast-tentative = Под вопросом
toast-already = Вы уже так ответили
toast-gone = Этого события больше нет
they-accepted = { $name } придёт на вашу встречу.
they-declined = { $name } не придёт на вашу встречу.
they-tentative = { $name } под вопросом на вашу встречу.
cancel-confirm = Отменить это событие? Все приглашённые узнают.
cancelled = 🚫 Отменено: { $title }
kept = Хорошо, оставляем.
device-usage = /device add [название] · /device list · /device revoke &lt;номер&gt;
device-added =
    🔑 <b>{ $name }</b>
    Сервер: <code>{ $url }</code>
    Пользователь: <code>{ $user }</code>
    Пароль: <code>{ $password }</code>
    Пароль показан один раз. В приложении выберите «CalDAV» и введите эти три строки.
    Потом уберите пароль из чата: ваш экран могут увидеть другие.
button-new-password = 🔑 Новый пароль
button-copy-server = 📋 Сервер
button-copy-user = 📋 Пользователь
button-copy-password = 📋 Пароль
button-hide-password = 🗑 Убрать из чата
device-hidden = 🔑 Пароля больше нет в этом чате. Он продолжает действовать: /device list
device-none = Паролей нет. /device add
device-line = { $number }. { $name } – создан { $created }, последний вход { $used }
device-never = никогда
device-revoked = { $name } отозван. Он уже не действует.
device-unknown = Нет такого пароля. /device list
timezone-usage = Ваш часовой пояс: { $zone }. Изменить: /timezone Europe/Moscow
timezone-set = Ваш часовой пояс теперь { $zone }.
timezone-unknown = Не знаю часового пояса { $zone }. Названия выглядят так: Europe/Moscow.
settings =
    ⚙️ <b>Настройки</b>
    Имя: { $name }
    Часовой пояс: { $zone } (/timezone)
    Адреса: { $addresses }
    Кто может узнать, когда вы заняты: { $busy } (/settings busy)
busy-usage = /settings busy все|знакомые|никто – кто может узнать, когда вы заняты (но не чем)
busy-everyone = все, у кого здесь есть учётная запись
busy-known = те, с кем у вас встречи или общий календарь
busy-nobody = никто
busy-named = только те, кого вы назвали в приложении календаря
private-only = 🔒 На это я отвечаю только в личном чате.
button-private = Открыть личный чат
tap-elsewhere = Эта кнопка работает только в личном чате со мной.
please-start = Сначала отправьте /start.
refused = { $sentence }
failed = Что-то пошло не так. Попробуйте ещё раз.
outage = ⏳ Сейчас календари недоступны. Повторять не нужно: я отвечу, как только смогу.
disk-full = На сервере не осталось места, поэтому ничего не изменилось. Попробуйте позже.
reply-unproven = Пришёл ответ на «{ $summary }» от { $sender }, но я не могу доказать, что он настоящий. Я его не учёл.
request-unproven = Пришло изменение «{ $summary }» от { $sender }, но я не могу доказать, что оно от организатора. Я его не применил.
party-crasher = На «{ $summary }» ответил тот, кого не приглашали: { $sender }.
person-status = { $name } ({ $status })
share-usage =
    /share &lt;календарь&gt; &lt;почта или @id&gt; read|write – дать смотреть свой календарь или менять его
    /share list – что открыто
    /share stop &lt;номер&gt; – закрыть
share-offered =
    📤 <b>{ $name }</b> делится с вами календарём: <b>{ $title }</b>
    Вы можете { $access }.
share-accepted =
    🔄 <b>{ $name }</b>: теперь в календаре <b>{ $title }</b> вы можете { $access }.
share-ended = 🚫 <b>{ $name }</b> больше не делится с вами календарём <b>{ $title }</b>.
share-access-read = смотреть его
share-access-write = смотреть и менять его
share-access-busy = видеть, когда он занят
share-you-accepted = ✅ Вы приняли календарь <b>{ $title }</b> ({ $name }). Он уже в ваших приложениях.
share-you-declined = ❌ Вы отказались от календаря <b>{ $title }</b> ({ $name }).
share-gone = Этот календарь вам больше не открыт
share-accepted-by = ✅ { $name } принял(а) ваш календарь «{ $title }».
share-declined-by = ❌ { $name } отказался(-ась) от вашего календаря «{ $title }».
share-calendar-unknown = У вас нет календаря { $title }.
share-done = 📤 Календарь <b>{ $title }</b> открыт: { $name } может { $access }.
share-none = Ничего не открыто. /share
share-line-mine = { $number }. <b>{ $title }</b> → { $name }: { $access } ({ $status })
share-line-theirs = { $number }. <b>{ $title }</b> ← { $name }: { $access }
share-status-noresponse = нет ответа
share-status-accepted = принято
share-status-declined = отклонено
share-unknown = Нет такого номера. /share list
share-stopped = Закрыто: { $name }.
