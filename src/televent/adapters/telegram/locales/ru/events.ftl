command-event = Посмотреть и изменить событие
command-history = Кто и что менял в событии
event-usage =
    Какое событие? /event &lt;событие&gt;
    &lt;событие&gt; – это код (/event 3f9a2b), слова из названия или номер среди ближайших (/event 1). Можно прислать и один код.
event-history-usage = Какое событие? /history &lt;событие&gt;

event-there = 🌍 { $time }, { $place }
event-no-history = История этого события доступна владельцу календаря.
event-repeats = 🔁 { $rule }
event-some-days = в отдельные дни
event-this-one = ☝️ Показано только событие за { $day }
event-next = ⏭ Показано ближайшее: { $day }
event-over = Больше не повторится
event-removed-mark = (вас больше не приглашают)
event-tentative = (предварительно)
event-you-accepted = ✉️ Вас приглашает { $name }. Ваш ответ: ✅ да
event-you-declined = ✉️ Вас приглашает { $name }. Ваш ответ: ❌ нет
event-you-tentative = ✉️ Вас приглашает { $name }. Ваш ответ: ❔ возможно
event-you-pending = ✉️ Вас приглашает { $name }. Вы ещё не ответили
event-free = 🟢 Не занимает время
event-before = за { $length }
event-at-start = в момент начала
event-you = вы

event-button-ed = ✏️ Изменить
event-button-mv = ⏩ Перенести
event-button-gu = 👥 Гости
event-button-du = 📋 Копия
event-button-hi = 🕘 История
event-button-dl = 🗑 Удалить
event-button-this = Только { $day }
event-button-following = { $day } и все следующие
event-button-all = Все
event-series = 🔁 Вся серия
event-back = ‹ Назад
event-save = ✅ Сохранить
event-discard = ✖️ Не сохранять
event-none = Оставить пустым

event-which-ed = <b>Какие изменить?</b>
event-which-mv = <b>Какие перенести?</b>
event-which-du = <b>Что скопировать?</b>
event-which-dl = <b>Какие удалить?</b>
event-scope-this = Только { $day }
event-scope-following = { $day } и все следующие
event-scope-all = Все события серии

event-ask-field = Что изменить?
event-own-fields = Остальное меняет только организатор. Вы можете изменить свои напоминания и занятость, предложить другое время или отказаться.
event-field-et = Название
event-field-ew = Время
event-field-eg = Длительность
event-field-ep = Место
event-field-en = Описание
event-field-er = Повторение
event-field-ea = Напоминания
event-field-eb = Занятость
event-ask-et = Сейчас: { $now }
    Какое новое название?
event-ask-ep = Сейчас: { $now }
    Где это будет?
event-ask-en = Сейчас: { $now }
    Какое новое описание?
event-ask-eg = Сейчас: { $now }
    Сколько это длится? Нажмите или напишите: 30 мин, 1 час, 1.5ч
event-ask-er = Сейчас: { $now }
    Как повторяется? Нажмите или напишите: каждый второй вторник, по будням до декабря
event-ask-ea = Когда напомнить? Нажмите, чтобы добавить или убрать, или напишите все сразу: 10 мин, 1 час, 1 день
event-rule-n = Не повторяется
event-rule-d = Каждый день
event-rule-k = По будням
event-rule-w = Каждую неделю
event-rule-2 = Каждые две недели
event-rule-m = Каждый месяц
event-rule-y = Каждый год
event-no-rule = не повторяется

event-ask-move = На сколько перенести?
event-move-h1 = +1 час
event-move-b1 = −1 час
event-move-d1 = +1 день
event-move-c1 = −1 день
event-move-w1 = +1 неделя
event-move-other = 📆 Другое время…
event-ask-copy = На когда сделать копию?
event-copy-d0 = На то же время
event-copy-d1 = На следующий день
event-copy-w1 = Через неделю
event-copy-w2 = Через две недели
event-ask-guests = Пригласить гостей и на копию?
event-copy-guests = { $count ->
    [one] Да, пригласить { $count } гостя
    [few] Да, пригласить { $count } гостей
   *[other] Да, пригласить { $count } гостей
 }
event-copy-alone = Нет, только я
event-copied = ✅ <b>Копия готова.</b> Вот новое событие:

event-told = { $count ->
    [one] Об этом узнает { $count } человек.
    [few] Об этом узнают { $count } человека.
   *[other] Об этом узнают { $count } человек.
 }
event-saved = ✅ <b>Сохранено</b>
event-past = ⚠️ Это время уже прошло.
event-deleted = 🗑 <b>Удалено</b>
event-declined-following = ❌ <b>Отклонено</b>
event-decline-confirm = Удалить это событие из вашего календаря? Организатор узнает, что вы не придёте.
event-removed = ✅ { $name } больше не в списке гостей.
event-forgotten = Это изменение ждало слишком долго и не сохранено. Вот событие, как оно есть сейчас:
event-stale = ⚠️ <b>Пока вы смотрели, событие изменилось, поэтому я ничего не менял.</b> Вот как оно выглядит сейчас:
event-unread = Здесь мне непонятно «{ $words }», поэтому ничего не изменено. Напишите иначе, например: завтра в 15:00
event-no-title = Событию нужно название.
event-unreadable = Не удалось это прочитать.
event-rule-unreadable = Не удалось понять, как оно повторяется. Например: каждый день, каждый второй вторник, каждый месяц до июня
event-reminders-unreadable = Не удалось это прочитать. Например: 10 мин, 1 час, 1 день (не больше пяти, не раньше чем за 28 дней)
event-too-many-reminders = { $count ->
    [one] Здесь может быть не больше { $count } напоминания. Сначала уберите одно.
   *[other] Здесь может быть не больше { $count } напоминаний. Сначала уберите одно.
 }
event-refused-organizer = ⚠️ Это может изменить только организатор. Вы можете предложить другое время или отказаться.
event-refused-share = ⚠️ Этот календарь открыт вам только для чтения. Владелец может разрешить вам его менять.
event-refused-occurrence = ⚠️ У события больше нет этой даты. Вот как оно выглядит сейчас:
event-refused-move = ⚠️ Правило этой серии нельзя так сдвинуть. Перенесите одно событие или задайте новое повторение.
event-refused-split = ⚠️ Эту серию нельзя здесь разделить. Измените одно событие или все.
event-refused-times = ⚠️ Событие должно закончиться позже, чем начнётся.
event-refused-invalid = ⚠️ После такого изменения событие было бы ошибочным.
event-refused-busy = ⚠️ Событие меняется слишком быстро. Попробуйте ещё раз.

event-organizer = Организатор: { $name }
event-invite = ➕ Пригласить
event-ask-remove = Убрать из списка гостей: { $name }? Придёт сообщение об отмене.
event-guests-changed = Список изменился: выберите ещё раз.
event-remove = ✖️ Убрать из списка
event-page = Страница { $page } из { $pages }

picker-day = 📆 В какой день?
picker-hour = 📆 { $day }. В котором часу?
picker-minute = 📆 { $day }. Во сколько точно?
picker-length = 📆 { $day }, { $clock }. Как долго?
picker-or-type = Или напишите: завтра в 15:00, в пятницу в 10:30, через 2 часа

history-door-bot = Telegram
history-door-caldav = приложение-календарь
history-door-email = почта
history-door-rest = веб
history-door-cli = оператор
history-created = Создано: { $event }
history-invited = Приглашение: { $event }
history-asked-again = Снова нужен ответ
history-moved = Перенесено{ $which }
history-repeats = Повторение
history-title = Название{ $which }
history-place = Место{ $which }
history-status = Состояние{ $which }
history-confirmed = подтверждено
history-status-cancelled = отменено
history-status-tentative = предварительно
history-occurrence-added = Добавлена дата{ $which }
history-occurrence-removed = Убрана дата{ $which }
history-edited = Изменено: { $fields }
history-unlisted = { $count ->
    [one] Ещё { $count } изменение
    [few] Ещё { $count } изменения
   *[other] Ещё { $count } изменений
 }
history-guest-invited = Приглашение для: { $name }
history-guest-removed = Больше не в списке гостей: { $name }
history-answered = { $name }: { $status }{ $which }
history-uninvited-refused = { $name }: сообщено, что человек не приглашён
history-answered-uninvited = { $name } (не из списка гостей): { $status }{ $which }
history-proposed = Предложено другое время{ $which }: { $name }
history-proposal-accepted = Предложенное время принято{ $which }
history-proposal-declined = Предложенное время отклонено{ $which }
history-cancelled = Отменено{ $which }
history-parked = Письмо сохранено, но не применено: ничто не доказывает, кто его отправил
history-filed = Перемещено в другой календарь
history-forgotten = Один из участников удалил аккаунт. Вместо него стоит замена.
history-deleted = Удалено: { $event }
history-field-description = описание
history-field-reminders = напоминания
history-field-attachments = вложения
history-field-categories = категории
history-field-link = ссылка
history-field-conference = ссылка на видеовстречу
history-field-busy = занятость
history-field-privacy = кто это видит
history-field-colour = цвет
history-field-priority = важность
history-field-comment = комментарий
history-field-other = прочие сведения

command-undo = Отменить своё изменение
command-trash = Удалённые события и как их вернуть
undo-which = ↩️ <b>Ваши последние изменения.</b> Какое отменить?
undo-nothing = Отменять нечего.
undo-done = ↩️ <b>Отменено.</b> Гости узнают, что изменилось для них.
undo-gone = ↩️ <b>Отменено.</b> Событие теперь в корзине: /trash
button-undo = ↩️ Отменить изменение
button-redo = ↪️ Сделать снова
trash-list = 🗑 <b>Удалено за последние 30 дней.</b> Нажмите на событие, чтобы вернуть его; гости получат приглашение снова.
trash-empty = 🗑 Корзина пуста. Удалённые события хранятся здесь 30 дней.
trash-deleted = удалено { $at }
trash-restored = ♻️ <b>Событие снова здесь</b>
trash-too-old = Этого события больше нет в корзине.
trash-calendar = 🗂 <b>Календарь { $name }</b> вместе с событиями
trash-calendar-running = ⏳ Вернулось событий: { $count } из { $total } …
trash-calendar-back = ♻️ <b>Календарь { $name } снова здесь</b>. Вернулось событий: { $count }. Общий доступ к нему нужно открыть снова.
