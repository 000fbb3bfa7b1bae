command-freebusy = Когда вы и другие свободны
freebusy-heading = 🕒 <b>Занятое время</b>: { $people } · { $zone }
freebusy-you = Вы
freebusy-line = { $name }: { $times }
freebusy-all-free = весь день свободен
freebusy-free = Свободно { $length }. Нажмите на время, чтобы создать событие:
freebusy-common = Все свободны { $length }. Нажмите на время, чтобы создать встречу:
freebusy-none = Общего свободного времени ({ $length }) с 8:00 до 20:00 нет. Попробуйте короче или другой день, например /freebusy неделя 30м
freebusy-unseen = Не могу сказать, когда свободны: { $people }. Их здесь нет, или они не разрешили вам спрашивать (это выбирают в /settings).
freebusy-too-many = Спрашивайте, пожалуйста, не больше чем о { $limit } людях сразу.
freebusy-meeting = Встреча
freebusy-create = Нажмите на строку, чтобы скопировать её, поменяйте название и отправьте: <code>{ $line }</code>
freebusy-then-invite = Потом я спрошу, кого пригласить. Ответьте: <code>{ $people }</code>
freebusy-usage =
    Не понимаю: «{ $words }». Попробуйте, например:
    /freebusy – когда вы свободны сегодня
    /freebusy завтра
    /freebusy @bob ann@example.com пятница 1ч
    /freebusy @bob неделя 30м
