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
    Напишите, что планируете: «Обед с Аней завтра в полдень». Я покажу, что понял, прежде чем внести.
    /today, /tomorrow, /week, /list – что предстоит
    /search – найти событие по любым его словам
    /create – новое событие по вопросам
    /invite, /rsvp, /attendees – другие люди
    /device add – календарь на телефоне и компьютере
    /settings – часовой пояс, язык и остальное
    /help – всё это с кнопками
command-start = Начать
command-help = Что я умею
command-create = Новое событие
command-today = Сегодня
command-tomorrow = Завтра
command-week = Ближайшие семь дней
command-list = Что предстоит
command-search = Найти событие
command-invite = Пригласить на событие
command-rsvp = Ответить на приглашение
command-attendees = Кто придёт
command-cancel = Отменить событие или прервать диалог
command-device = Пароли для приложений
command-share = Поделиться календарём
command-timezone = Часовой пояс
command-settings = Настройки
ask-title = Как назвать?
ask-time = Когда? Например: завтра в 15:00, в пятницу 10:30, 25 января в 14:00
ask-duration = Как долго? Например: 30м, 1ч, 1.5ч
ask-description = Описание? Или пропустите.
ask-location = Где? Или пропустите.
ask-invite = Пригласить кого-нибудь? Пришлите адреса почты через пробел, @имена или контакты либо перешлите сообщение этого человека.
ask-skipped = ⏭ <i>Пропущено.</i>
ask-skipped-invite = ⏭ <i>Пропущено: больше никто не приглашён. Позже: /invite</i>
time-unreadable = Не получилось прочитать время. Попробуйте: завтра в 15:00, в пятницу 10:30, через 2 часа
duration-unreadable = Не получилось прочитать. Попробуйте: 30м, 1ч, 1.5ч
ask-which-time = Что вы имели в виду?
confirm-create = Создать?
button-confirm = ✅ Создать
button-cancel = ✖️ Отмена
button-skip = Пропустить
button-yes-cancel = Да, отменить
button-keep = Оставить
created = ✅ Создано. Код: <code>{ $code }</code>
create-aborted = Хорошо, ничего не создано.
dialogue-aborted = Хорошо, я остановился.
nothing-to-abort = Прерывать нечего. Чтобы отменить событие: /cancel &lt;событие&gt;
and-more = … и ещё { $count }
no-location = Место не указано
no-description = Без описания
no-title = (без названия)
attendee-count = { $count ->
    [one] { $count } участник
    [few] { $count } участника
   *[other] { $count } участников
 }
pending-mark = (нет ответа)
cancelled-mark = (отменено)
attendees-usage = /attendees &lt;событие&gt;
attendees-none = Больше никто не приглашён.
status-accepted = придёт
status-declined = не придёт
status-tentative = под вопросом
status-pending = не ответил(а)
status-delegated = передал(а) другому
event-unknown = Не знаю такого события: { $query }
event-ambiguous = Какое именно? Укажите код:
cancel-confirm = Отменить это событие? Все приглашённые узнают.
cancelled = 🚫 Отменено: { $title }
kept = Хорошо, оставляем.
device-usage = /device add [название] · /device list · /device revoke &lt;номер&gt; · /device undo &lt;номер&gt; &lt;с какого времени&gt;
device-added =
    🔑 <b>{ $name }</b>
    Сервер: <code>{ $url }</code>
    Пользователь: <code>{ $user }</code>
    Пароль: <code>{ $password }</code>
    Пароль показан один раз. В приложении выберите «CalDAV» и введите эти три строки.
    Потом уберите пароль из чата: ваш экран могут увидеть другие.
device-link = Или нажмите «Настроить этот телефон» (кнопка действует { $minutes } минут и один раз): iPhone получит профиль, Android – настройки для DAVx⁵.
device-reached-by-network =
    Этот сервер доступен только устройствам в той же сети. Для остальных нужен публичный адрес: администратор сервера задаёт PUBLIC_URL.
device-reached-by-machine =
    Этот сервер доступен только с компьютера, на котором работает Televent. Администратор может изменить это через API_HOST и PUBLIC_URL.
button-new-password = 🔑 Новый пароль
button-set-phone-up = 📱 Настроить этот телефон
button-copy-server = 📋 Сервер
button-copy-user = 📋 Пользователь
button-copy-password = 📋 Пароль
button-hide-password = 🗑 Убрать из чата
device-hidden = 🔑 Пароля больше нет в этом чате. Он продолжает действовать: /device list
device-none = Паролей нет. /device add
device-line = { $number }. { $name } – создан { $created }, последний вход { $used }
button-undo-device = ↩️ Отменить изменения: { $name }
device-undo-since = ↩️ <b>Отменить всё, что сделало «{ $name }».</b> С какого времени? То, что с тех пор меняли другие, останется.
button-undo-hour = 1 час
button-undo-today = Сегодня
button-undo-week = 7 дней
button-undo-other = Другое время…
device-undo-other = Пришлите время после номера устройства из /device list, например:
    /device undo { $number } 14:00
    /device undo { $number } 2026-11-21 14:00
device-undo-preview =
    ↩️ <b>«{ $name }» с { $since }</b>
    Изменено: { $changed }
    Удалено: { $deleted }
    Создано: { $created }
device-undo-left = Нельзя отменить: { $count }
device-undo-more = … и ещё { $count }
device-undo-tells = Гости один раз узнают, что для них изменилось. Каждое событие можно вернуть снова: /undo.
device-undo-nothing = С { $since } «{ $name }» не изменило ничего, что ещё не отменено.
device-undo-running = ↩️ Отменяю… { $count } из { $total }
device-undo-done =
    ↩️ <b>Отменено всё, что «{ $name }» сделало с { $since }.</b>
    Возвращено к прежнему: { $changed }
    Восстановлено: { $deleted }
    Удалено: { $created }
device-undo-again = Отменять больше нечего.
device-undo-moment = Не понимаю это время. Напишите, например: 14:00, 2ч, 2026-11-21 14:00
button-undo-device-yes = ↩️ Отменить
device-gone = { $name } (отозвано)
device-never = никогда
device-revoked = { $name } отозван. Он уже не действует.
device-unknown = Нет такого пароля. /device list
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
share-invited =
    👥 <b>{ $name }</b> приглашает вас в командный календарь <b>{ $title }</b>.
    Как участник вы сможете { $access }. Пока вы не согласитесь, в ваших календарях ничего не появится.
team-you-accepted =
    ✅ Вы в командном календаре <b>{ $title }</b>. Вы можете { $access }. Он уже в ваших приложениях.
    /share list – выйти из него
team-you-declined = ❌ Вы отказались от командного календаря <b>{ $title }</b>.
share-role = 👥 Командный календарь <b>{ $title }</b>: теперь вы можете { $access }.
share-left = 🚫 Вы больше не участник командного календаря <b>{ $title }</b>.
share-access-manager = менять его и выбирать участников
share-team-waiting = { $count ->
    [one] 📨 { $count } письмо ждёт ответа менеджера.
    [few] 📨 { $count } письма ждут ответа менеджера.
   *[other] 📨 { $count } писем ждут ответа менеджера.
}
share-line-team = { $number }. 👥 <b>{ $title }</b>: { $access }
share-line-team-offered = { $number }. 👥 <b>{ $title }</b>: { $access } (вас пригласили, нет ответа)
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
