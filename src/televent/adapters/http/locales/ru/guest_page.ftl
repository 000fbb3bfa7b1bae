guest-gone = Эта встреча отменена.
guest-cancelled = Эта встреча отменена.
guest-removed = Вас больше не приглашают на эту встречу.
guest-over = Это событие уже прошло.
guest-not-counted = Ответ не засчитан. Ниже — что со встречей сейчас.
guest-file = Файл календаря (.ics)
guest-file-title = Файла нет
