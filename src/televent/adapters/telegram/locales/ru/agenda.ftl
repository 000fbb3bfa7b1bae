agenda-today = 📅 <b>Сегодня</b> · { $day }
agenda-tomorrow = 📅 <b>Завтра</b> · { $day }
agenda-yesterday = 📅 <b>Вчера</b> · { $day }
agenda-day = 📅 <b>{ $day }</b>
agenda-week = 📅 <b>Ближайшие семь дней</b> · { $first } – { $last }
agenda-days = 📅 <b>{ $first } – { $last }</b>
agenda-list = 📅 <b>Что предстоит</b> · до { $last }
agenda-nothing = Ничего не запланировано. ☀️ Чтобы добавить событие, просто напишите, например: <code>обед с Аней завтра в полдень</code>
agenda-repeats = <b>Повторяется</b>
agenda-only-repeats = только то, что повторяется
agenda-every-day = Каждый день
agenda-all-day = Весь день
agenda-part = ({ $day }/{ $days })
agenda-until = (до { $day })
agenda-now = сейчас
agenda-in = через { $length }
agenda-unanswered = (вы не ответили)
agenda-tentative = (под вопросом)
agenda-day-today = { $day } · сегодня
agenda-day-tomorrow = { $day } · завтра
agenda-more = { $count ->
    [one] … и ещё { $count } событие: «Позже ›»
    [few] … и ещё { $count } события: «Позже ›»
   *[other] … и ещё { $count } событий: «Позже ›»
 }
agenda-declined = { $count ->
    [one] { $count } отклонённое событие не показано.
    [few] { $count } отклонённых события не показаны.
   *[other] { $count } отклонённых событий не показано.
 }
agenda-day-unclear =
    Не понимаю, какой это день: «{ $words }». Попробуйте, например:
    /today пятница
    /today 24 декабря
    /week следующая
    /week картинка
agenda-gone = Это кнопка старого сообщения. Отправьте /today или /week.
button-earlier = ‹ Раньше
button-today = Сегодня
button-later = Позже ›
button-picture = 🖼 Картинка
button-text = 📄 Текст
button-dark = 🌙 Тёмная
button-light = ☀️ Светлая
picture-free = Ничего не запланировано
picture-all-day = Весь день
picture-more = ещё { $count }
picture-not-drawn = { $count ->
    [one] { $count } событие не поместилось на картинке: оно есть в тексте.
    [few] { $count } события не поместились на картинке: они есть в тексте.
   *[other] { $count } событий не поместилось на картинке: они есть в тексте.
 }
picture-caption-day = 📅 { $first }
picture-caption-week = 📅 { $first } – { $last }
search-usage =
    Что найти? Напишите слова из названия, места, имён или описания в любом порядке. Хватит и начала слова, опечатка не помешает:
    /search зубной
    /search аня бюджет
    /search йога 2026-12
search-long = Слишком длинно: хватит { $limit } символов.
search-nothing = Ничего не нашлось. Все слова должны быть в одном событии: в названии, месте, именах или описании. Попробуйте меньше слов или только начало слова.
search-no-more = Больше ничего нет.
agenda-found-day = 📅 Только { $day }
agenda-found-days = 📅 Только { $first } – { $last }
button-search-more = Ещё ›
button-search-first = ‹ К началу
