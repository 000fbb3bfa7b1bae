# Создание событий: черновики, предпросмотр, диалог.
draft-change = ✏️ Изменить
draft-change-what = Что изменить?
draft-change-title = Название
draft-change-time = Время
draft-change-duration = Длительность
draft-change-location = Место
draft-change-invite = Гости
draft-change-description = Описание
draft-back = ← Назад
draft-others = Вы имели в виду другое время?
draft-over = Это время уже прошло. Всё равно создать?
draft-tomorrow = Завтра
draft-week = На следующей неделе
draft-unread = Не понимаю { $words }.
draft-read-rest = Без этих слов получается:
draft-without = Без них
draft-again = Написать заново
draft-pick = 📅 Выбрать время
draft-time = Другое время
draft-time-unread = Не понимаю «{ $words }». Пришлите, пожалуйста, только время.
draft-no-time =
    Мне нужно знать, когда. Попробуйте, например:
    Встреча завтра в 15:00 на 1 час
    Обед, пт 12:30-13:30
    Планёрка, каждый будний 9:30
draft-as-title = 🆕 Новое событие
draft-new-event = 🆕 Новое событие
draft-help = ❓ Помощь
draft-stop = ✖️ Прервать вопрос
draft-author = <i>Это написал(а) { $name }.</i>
draft-made-already = Это событие уже создано. Изменить его: /event
draft-forgotten = Этого черновика у меня больше нет. Пришлите, пожалуйста, текст ещё раз.
draft-whether-title = Это название или новое событие?
draft-whether-time = Это время или новое событие? Если время, остальные слова не войдут.
draft-whether-duration = Это длительность или новое событие?
draft-whether-description = Это описание или новое событие?
draft-whether-location = Это место или новое событие?
draft-whether-invite = Это о гостях или новое событие?
draft-whether = Это ответ или новое событие?
draft-mine = Мой ответ
draft-new = 🆕 Новое событие
ask-line = Напишите, пожалуйста, всё предложение ещё раз.
talk-hello = 👋 Здравствуйте, { $name }! Напишите, что планируете, например «Обед с Аней завтра в полдень», или спросите: /today
talk-thanks = Пожалуйста! 🙂
talk-fine = 👍
talk-what = Я веду ваш календарь. Напишите, что планируете, например «Обед с Аней завтра в полдень». Подробнее: /help
