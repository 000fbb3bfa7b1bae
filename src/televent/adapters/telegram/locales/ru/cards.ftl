button-accept = ✅ Принять
button-decline = ❌ Отклонить
button-tentative = ❔ Под вопросом
button-change = Изменить ответ
button-note = 💬 Добавить сообщение
button-one-date = 📆 Только один раз…
button-this-date = Только этот раз
button-following = Этот раз и все следующие
button-all-dates = Все встречи
button-next-date = Ответить на следующую ▸
invited-by = <i>Вас приглашает { $name }.</i>
card-repeats = 🔁 { $rule }
one-of = 🔁 одна из встреч: { $rule }
card-updated = 🔄 <i>Встреча изменена. Организатор: { $name }.</i>
card-asks-again = 🔄 <i>{ $name } просит ответить ещё раз.</i>
card-back = Встреча всё-таки состоится.
card-confirmed = Встреча теперь точно состоится.
card-not-certain = Встреча пока не точно.
card-cancelled = 🚫 <i>Встреча отменена.</i>
card-cancelled-date = 🚫 <i>В этот раз встреча отменена.</i>
card-removed = 🚫 <i>Вас больше нет в списке участников, его ведёт { $name }. Встреча состоится без вас.</i>
card-over = ⌛ <i>Это событие уже прошло.</i>
date-changed = 📆 <b>{ $when }</b>: { $changes }
date-edited = изменилось описание или состояние
date-cancelled = 🚫 <b>{ $when }</b>: отменено
date-added = ➕ <b>{ $when }</b>: добавлено
more-dates = { $count ->
    [one] … и ещё { $count } дата
    [few] … и ещё { $count } даты
   *[other] … и ещё { $count } дат
 }
and-dates = { $count ->
    [one] и ещё { $count } дата
    [few] и ещё { $count } даты
   *[other] и ещё { $count } дат
 }
changed-property = { $name ->
    [DESCRIPTION] 📝 Изменилось описание.
    [ATTACH] 📎 Изменились вложения.
   *[other] 🔗 Изменилась ссылка.
 }
answer-date = Ваш ответ — только на этот раз.
answer-following = Ваш ответ — на этот раз и на все следующие.
which-date = На какую дату ответить?
you-accepted = ✅ <i>Вы приняли приглашение.</i>
you-declined = ❌ <i>Вы отклонили приглашение.</i>
you-tentative = ❔ <i>Вы ответили «под вопросом».</i>
you-accepted-date = ✅ <i>Вы придёте в этот раз.</i>
you-declined-date = ❌ <i>Вы не придёте в этот раз.</i>
you-tentative-date = ❔ <i>Вы ответили «под вопросом» на этот раз.</i>
you-accepted-following = ✅ <i>Вы придёте в этот раз и во все следующие.</i>
you-declined-following = ❌ <i>Вы не придёте в этот раз и во все следующие.</i>
you-tentative-following = ❔ <i>Вы ответили «под вопросом» на этот раз и на все следующие.</i>
toast-accepted = Принято
toast-declined = Отклонено
toast-tentative = Под вопросом
toast-already = Вы уже так ответили
toast-gone = Этого события больше нет.
toast-cancelled = Эта встреча отменена.
toast-removed = Вас больше не приглашают на эту встречу.
toast-over = Это событие уже прошло.
toast-not-invited = На это событие от вас не ждут ответа.
toast-moved = Время изменилось, поэтому ответ не засчитан. Ответьте, пожалуйста, на новой карточке.
toast-newer-card = Ответ не засчитан: ниже есть более новая карточка этой встречи.
toast-not-from-there = Сначала ответьте на более ранние даты или на все сразу: ответ, который начинается позже, организатору не отправить.
ask-note = 💬 Что передать? Получит { $name }. Пришлите одно сообщение или /cancel.
note-sent = 💬 Сообщение отправлено. Получит { $name }.
note-too-long = В сообщении может быть { $limit } знаков. В вашем { $length }. Пришлите, пожалуйста, короче.
answer-first = Сначала ответьте на приглашение.
rsvp-usage =
    /rsvp accept|decline|tentative &lt;событие&gt;
    Для одной даты: /rsvp accept &lt;событие&gt; пятница
rsvp-organizer = «{ $title }» организуете вы, поэтому вы уже участвуете. Чтобы отменить: /cancel { $code }
rsvp-own = «{ $title }» — ваше собственное событие: ответа никто не ждёт.
rsvp-no-date = В этот день «{ $title }» не проходит. Ответ не отправлен.
they-accepted = { $name } придёт на вашу встречу.
they-declined = { $name } не придёт на вашу встречу.
they-tentative = { $name } под вопросом на вашу встречу.
they-changed = { $name }: { $was } → { $now }
they-noted = { $name } ({ $answer }): добавлено сообщение.
word-accepted = придёт
word-declined = не придёт
word-tentative = под вопросом
they-bring = { $count ->
    [one] Вместе с ещё { $count } человеком.
   *[other] Вместе с ещё { $count } людьми.
 }
