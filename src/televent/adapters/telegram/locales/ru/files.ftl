# Файлы календаря.
file-has = 📥 <b>{ $name }</b>: { $count ->
    [one] { $count } запись
    [few] { $count } записи
   *[other] { $count } записей
 }
file-over = Уже прошли: { $count }.
file-here = Уже есть в вашем календаре: { $count }.
file-newer = Новее, чем в вашем календаре: { $count }.
file-unreadable = Не удалось прочитать: { $count }.
file-sends-nothing = Никто не получит сообщений об импорте.
file-nothing-new = Импортировать нечего.
file-import-all = { $count ->
    [1] 📥 Импортировать
   *[other] 📥 Импортировать все ({ $count })
 }
file-import-new = Только новые ({ $count })
file-add = ➕ Добавить в календарь
file-invitation = ✉️ Приглашение из файла:
file-from = <i>От { $name } ({ $address }). Проверить это я не могу. Ответ уйдёт на этот адрес почтой.</i>
file-unproven = { $name } (из файла)
file-added = ✅ Добавлено. Ответить можно ниже.
file-invitation-here = Эта встреча уже есть в вашем календаре. По файлу я её не меняю: это может только организатор.
file-invitation-organizer-here = Организатор этой встречи тоже здесь. Приглашения я принимаю только напрямую, а не из файла.
file-invitation-not-me = Это приглашение не для вас.
file-message = Этот файл – сообщение о встрече ({ $method }). Я не применяю его: файл не доказывает, кто его написал. Изменить событие самим: /list
file-too-large = Файл слишком большой. Я читаю файлы до { $limit } МБ.
file-too-many = В файле слишком много записей или строк. Я читаю до { $count } записей за раз.
file-broken = Не могу прочитать этот файл как календарь.
file-empty = В этом файле нет событий.
file-gone = Telegram больше не отдаёт мне этот файл. Пришлите его, пожалуйста, ещё раз.
file-forgotten = Этого файла у меня больше нет. Пришлите его, пожалуйста, ещё раз.
file-not-imported = Хорошо, ничего не импортировано.
file-progress = ⏳ { $done } из { $total } …
file-imported = ✅ Импортировано: { $count }.
file-refused = Не импортировано: { $count }.
