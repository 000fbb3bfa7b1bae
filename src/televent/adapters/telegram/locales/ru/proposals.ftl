button-propose = 🕒 Предложить другое время
button-proposal-accept = ✅ Принять новое время
button-proposal-keep = ↩️ Оставить прежнее
button-proposal-keep-note = 💬 Оставить, с пояснением
button-proposal-send = 📨 Отправить
button-proposal-note = 💬 Добавить пояснение
proposal-of = 🕒 <b>{ $name }</b> предлагает другое время: <b>{ $title }</b>
proposal-time =
    Было: { $was }
    Предлагается: <b>{ $now }</b>
proposal-place = Место: { $was } → <b>{ $now }</b>
with-comment = 💬 { $comment }
proposal-outdated = ⚠️ С тех пор событие изменилось, поэтому принять это время одним нажатием нельзя.
proposal-series = 🔁 Перенесутся все даты серии.
proposal-declined = ↩️ Время события <b>{ $title }</b> не меняется, так решает <b>{ $name }</b>. Вы предлагали: { $when }
proposal-you-accepted = ✅ <i>Событие перенесено. Всем участникам отправлен новый запрос.</i>
proposal-you-declined = ↩️ <i>Событие остаётся как есть. { $name } получит ответ.</i>
proposal-sent = 🕒 Предложение отправлено, его получит { $name }: { $when }, <b>{ $title }</b>. Я сообщу вам ответ.
proposal-sent-already = 🕒 Это предложение уже отправлено, его получит { $name }: { $when }, <b>{ $title }</b>.
proposal-preview =
    Отправить такое предложение? Его получит { $name }.
    <b>{ $title }</b>
    Было: { $was }
    Предлагается: <b>{ $now }</b>
proposal-stopped = Хорошо, ничего не отправлено.
proposal-unread = Не могу понять эти слова как время: { $words }. Отправьте, пожалуйста, только время. Пояснение можно добавить потом.
proposal-unreadable = Не получилось прочитать время. Например: завтра в 15:00, пт 10:30-11:30, 2026-12-01 14:00
ask-proposal-date = Какую дату вы имеете в виду?
ask-proposal-time =
    <b>{ $title }</b>
    Сейчас: { $was }
    Когда вам удобно? Выберите или напишите время.
ask-proposal-note = Что передать? Напишите одним сообщением. Событие останется как есть.
ask-comment = Какое пояснение добавить? Напишите одним сообщением.
comment-too-long = Пояснение может быть не длиннее { $limit } символов. Пришлите, пожалуйста, покороче.
quick-hour = +1 ч: { $when }
quick-day = +1 день: { $when }
quick-week = +1 неделя: { $when }
