parked-nobody = никто
parked-unverified = { $name } (не проверено)
parked-from = В письме сказано, что оно от { $name } (не проверено).
parked-from-proven = Письмо от { $name }, и это проверено.
parked-why-unjudged = Никто не проверил, откуда оно на самом деле.
parked-why-unsigned = В нём нет подписи домена отправителя: его мог послать кто угодно.
parked-why-broken = Подпись домена отправителя неверна: письмо изменили в пути или подделали.
parked-why-failed = Почтовый сервер говорит, что оно не с домена отправителя. Скорее всего, это подделка.
parked-why-unanswered = Домен отправителя не ответил, и подпись проверить не удалось.
parked-why-nobody = В нём не назван один отправитель.
parked-why-other = Отправитель — не тот, чьё это событие или чей это ответ.
parked-why-unknown = С этим отправителем у вас ещё не было встреч.
parked-lead-reply-unproven = Пришёл ответ, который я не могу проверить
parked-lead-request-unproven = Пришло изменение события, которое я не могу проверить
parked-lead-sender-unknown = { $count ->
    [one] { $count } письмо от незнакомого отправителя
    [few] { $count } письма от незнакомого отправителя
   *[other] { $count } писем от незнакомого отправителя
}
parked-new = Новое: «{ $title }», { $when }
parked-changed = «{ $title }», { $when }: { $changes }
parked-cancelled = Отменяет «{ $title }», { $when }
parked-cancelled-new = Отменяет приглашение на «{ $title }»
parked-answer = Засчитает ответ { $name }: { $answer } («{ $title }»)
parked-proposal = { $name } предлагает другое время для «{ $title }»: было { $was } → станет { $now }
parked-other = О событии «{ $title }»
parked-details = подробности
parked-more = … и ещё { $count }
parked-untitled = без названия
parked-partstat-ACCEPTED = принимает
parked-partstat-DECLINED = отклоняет
parked-partstat-TENTATIVE = возможно
parked-partstat-other = ответ
parked-nothing-yet-event = В вашем календаре ничего не изменилось.
parked-nothing-yet-new = В вашем календаре этого пока нет.
parked-done-applied = ✅ Применено.
parked-done-unchanged = Ничего не изменилось: в календаре уже так, или пришло более новое.
parked-done-ignored = 🚫 Пропущено. Ничего не изменилось.
parked-done-was-applied = Это уже применено.
parked-done-was-ignored = Это уже пропущено. Ничего не изменилось.
parked-done-gone = Это письмо больше не хранится. Ничего не изменилось.
parked-done-believed = С этого времени я верю письмам от { $sender }. Отменить это можно в /settings.
parked-button-apply = Применить
parked-button-ignore = Пропустить
parked-button-believe = Всегда верить этому отправителю
parked-subject = Решите, пожалуйста: { $lead }
parked-private = Ссылка только для вас. Если её просто открыть, ничего не изменится.
parked-elsewhere = Сравните в своём календаре. Ссылки нет: у этого сервера нет публичного адреса.
