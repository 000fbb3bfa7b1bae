meeting-subject-invited = Приглашение: { $title } — { $when }
meeting-subject-changed = Изменено: { $title } — { $when }
meeting-subject-cancelled = Отменено: { $title } — { $when }
meeting-subject-answers = Ответы: { $title } — { $when }
meeting-subject-proposal = Предлагают другое время: { $title } — { $when }
meeting-subject-declined = Время не меняется: { $title }
meeting-invited = Вас приглашает { $name }.
meeting-changed = Встреча изменена. Организатор: { $name }.
meeting-asks-again = { $name } просит ответить ещё раз.
meeting-cancelled = Встреча отменена.
meeting-cancelled-date = В этот раз встреча отменена.
meeting-over = Это событие уже прошло.
meeting-repeats = Повторяется: { $rule }
meeting-one-of = Одна из встреч: { $rule }
meeting-date-changed = { $when }: { $changes }
meeting-date-edited = изменилось описание или состояние
meeting-date-cancelled = { $when }: отменено
meeting-date-added = { $when }: добавлено
meeting-more-dates = { $count ->
    [one] … и ещё { $count } дата
    [few] … и ещё { $count } даты
   *[other] … и ещё { $count } дат
 }
meeting-back = Встреча всё-таки состоится.
meeting-confirmed = Встреча теперь точно состоится.
meeting-not-certain = Встреча пока не точно.
meeting-property = { $name ->
    [DESCRIPTION] Изменилось описание.
    [ATTACH] Изменились вложения.
   *[other] Изменилась ссылка.
 }
meeting-you-accepted = Вы приняли приглашение.
meeting-you-declined = Вы отклонили приглашение.
meeting-you-tentative = Вы ответили «под вопросом».
meeting-accept = Принять
meeting-decline = Отклонить
meeting-tentative = Под вопросом
meeting-answer-private = Эта ссылка только для вас: ответ по ней даётся от вашего имени.
meeting-answer-elsewhere = Событие есть в вашем календаре. Ответьте, пожалуйста, в приложении календаря.
meeting-they-accepted = { $name } придёт на вашу встречу.
meeting-they-declined = { $name } не придёт на вашу встречу.
meeting-they-tentative = { $name } под вопросом на вашу встречу.
meeting-they-delegated = { $name } не сможет прийти и передаёт приглашение: { $delegate }.
meeting-they-took-back = { $name } отзывает ответ на ваше приглашение.
meeting-they-answered = { $name } отвечает на ваше приглашение: { $answer }
meeting-note = Сообщение: { $note }
meeting-more-answers = { $count ->
    [one] … и ещё { $count } ответ
    [few] … и ещё { $count } ответа
   *[other] … и ещё { $count } ответов
 }
meeting-proposal = { $name } предлагает другое время: { $title }
meeting-proposal-accept = Принять новое время
meeting-proposal-keep = Оставить время
meeting-proposal-how = Чтобы принять его, перенесите событие в приложении календаря. Чтобы оставить прежнее, ничего не делайте.
meeting-proposed = Предлагается: { $when }
meeting-proposal-place = Место: { $place }
meeting-declined = Время события не меняется: { $title }. Так решает { $name }.
meeting-they-bring = { $count ->
    [one] Вместе с ещё { $count } человеком.
   *[other] Вместе с ещё { $count } людьми.
 }
