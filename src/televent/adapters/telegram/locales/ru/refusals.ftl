# Почему что-то не сделано. По одному тексту на каждый вид отказа: refusal-{класс}.
refusal-AddressTaken = Этот адрес уже принадлежит другой учётной записи.
refusal-CalendarNameTaken = Календарь с таким названием уже есть.
refusal-ComponentNotSupported = В этот календарь нельзя добавить такую запись.
refusal-DefaultCalendarStays = Основной календарь удалить нельзя.
refusal-EndsBeforeStart = Предложенное время заканчивается раньше, чем начинается.
refusal-ErasedSubject = Эта учётная запись удалена.
refusal-HiddenFromSharees = Личные и закрытые события доступны только владельцу календаря.
refusal-InvalidAddress = Это не похоже на адрес почты. Пример: ann@example.com
refusal-InvalidName = Такое название здесь не подходит.
refusal-InvalidObject = Так событие стало бы ошибочным. Ничего не изменено.
refusal-InvalidPreference = Такой настройки нет или у неё не бывает такого значения. /settings
refusal-MeetingIsCancelled = Это событие отменено.
refusal-MeetingIsOver = Это событие уже прошло.
refusal-MeetingStays = Встреча остаётся в календаре своего участника.
refusal-NoSuchOccurrence = В этот день события нет.
refusal-NotFromThere = Сначала ответьте на более ранние даты или сразу на все: начать с этой даты здесь нельзя.
refusal-NotInvited = Вы не приглашены на это событие.
refusal-NotOrganizer = Это может сделать только организатор.
refusal-NotSentFromHere = Ваши ответы этому организатору отправляет приложение календаря. Предложите время в нём.
refusal-NotShared = Этот календарь вам не открыт.
refusal-ObjectTooLarge = Событие больше, чем принимает сервер.
refusal-OnlyEventsMove = Другое время можно предложить только для события.
refusal-OrganizerStays = Организатора встречи сменить нельзя: удалите её, и пусть новый организатор создаст свою.
refusal-OutdatedProposal = С тех пор как было предложено это время, событие изменилось, поэтому оно не перенесено.
refusal-OwnMeeting = Это ваше событие: вы можете сами его перенести.
refusal-PreconditionFailed = Пока вы смотрели, событие изменилось. Откройте его, пожалуйста, ещё раз.
refusal-ProposalIsAnswered = Вы уже ответили на это предложение.
refusal-ProposeOneOccurrence = Это событие повторяется: предложите другое время для одной даты.
refusal-QuotaExceeded = Место для ваших вложений закончилось.
refusal-ReadOnlyShare = Этот календарь открыт вам только для чтения.
refusal-SameTime = Событие и так назначено на это время.
refusal-SchedulingUidConflict = Эта встреча уже есть в другом вашем календаре.
refusal-SeriesProposal = Правило этой серии нельзя перенести так. Измените её, пожалуйста, сами.
refusal-TextTooLong = { $field ->
    [SUMMARY] Название слишком длинное
    [LOCATION] Место слишком длинное
    [DESCRIPTION] Описание слишком длинное
   *[other] Текст слишком длинный
 }. Символов здесь: { $length }, а можно не больше { $limit }. Отправьте, пожалуйста, покороче.
refusal-TimeIsOver = Это время уже прошло.
refusal-TooManyAttachments = Больше вложений к этому событию добавить нельзя.
refusal-TooManyAttendees = Слишком много приглашённых сразу.
refusal-TooManyCodes = Пока хватит кодов. Попробуйте, пожалуйста, позже.
refusal-TooManyDevices = Паролей для приложений уже пятьдесят. Сначала отзовите один из них: /device list
refusal-TooManyProperties = Для свойств календаря больше нет места.
refusal-TooManyBelieved = Отправителей, которым вы всегда верите, уже сто. Сначала уберите одного в /settings.
refusal-TooManyReminders = Обычных напоминаний может быть не больше пяти.
refusal-TooManySharees = Календарь уже открыт двумстам людям.
refusal-TryAgain = Календарь меняется слишком быстро. Попробуйте ещё раз.
refusal-UidConflict = Это событие уже есть в календаре.
refusal-UnknownAccount = Такой учётной записи нет.
refusal-UnknownAnswer = Ответ может быть таким: accept, decline или tentative.
refusal-UnknownCalendar = Такого календаря нет.
refusal-UnknownDestination = Нет календаря, в который это можно положить.
refusal-UnknownDevice = Такого пароля нет. /device list
refusal-UnknownManagedId = У события нет такого вложения.
refusal-UnknownOccurrenceId = В этот день события больше нет.
refusal-UnknownProposal = Этого предложения больше нет: возможно, его заменило более новое.
refusal-UnknownResource = Этого события больше нет.
refusal-UnknownSharee = Здесь нет никого с таким именем.
refusal-UnmanagedId = В событии названо вложение, которого нет.
refusal-UnmovableSeries = Эту серию нельзя так перенести. Измените одно событие или само повторение.
refusal-Unreachable = Связаться с организатором нельзя: адрес не принимает сообщения.
refusal-UnreadableTimes = Событие должно закончиться позже, чем начнётся.
refusal-UnsplittableSeries = Эту серию нельзя здесь разделить. Измените одно событие или все.
refusal-WrongCode = Код неверен или уже не действует. Получить новый: /start
