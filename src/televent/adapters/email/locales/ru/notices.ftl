notice-guest-undeliverable-subject = Не доставлено: { $title }
notice-guest-undeliverable = Письма о «{ $title }» не доходят до { $address }: такого адреса нет, или он их не принимает. Проверьте его или сообщите другим способом.
notice-guest-wrote-subject = { $sender } отвечает: { $title }
notice-guest-wrote = { $sender } отвечает письмом на «{ $title }» (отправитель не подтверждён):

    { $subject }

    { $text }
notice-wrote-to-you-subject = { $sender } пишет о: { $title }
notice-wrote-to-you = { $sender } пишет вам о «{ $title }» (отправитель не подтверждён):

    { $subject }

    { $text }
notice-mail-unusable-subject = Письмо от { $sender } ничего не изменило
notice-mail-unusable = Письмо от { $sender } принесло календарь, который ничего не меняет: { $why ->
        [task] в нём задача или заметка, а Televent принимает по почте только события.
        [no-guest] это ответ, в котором не сказано, чей он.
        [method] в нём просьба, которой Televent не знает.
        [large] он слишком велик.
        [organizer] в вашем календаре это событие организует другой человек. Если организатор сменился, удалите событие и попросите новое приглашение.
        [own] он о событии, которое вы импортировали или создали сами: менять его можете только вы.
       *[unreadable] в нём нельзя прочитать ни одного события.
    }

    Тема письма: { $subject }
notice-party-crasher-subject = Ответил тот, кого не приглашали: { $title }
notice-party-crasher = На одну дату встречи «{ $title }» ответил тот, кого не приглашали: { $sender }. Ничего не изменено. Чтобы человек участвовал, добавьте его в гости события в своём календаре.
notice-uninvited-refused-subject = Отказано тому, кого не приглашали: { $title }
notice-uninvited-refused = На «{ $title }» ответил тот, кого не приглашали: { $sender }. Ему сообщено, что он не приглашён: так выбрано в ваших настройках.
notice-delegate-refused-subject = Замена не приглашена: { $title }
notice-delegate-refused = { $delegator } не придёт на «{ $title }» и назвал вместо себя { $sender }. { $sender } не приглашён: так выбрано в ваших настройках.
notice-webhook-disabled-subject = Вебхук выключен: { $host }
notice-webhook-disabled = { $why ->
        [gone] Программа на { $host } ответила, что событий больше не хочет (410), поэтому её вебхук выключен.
       *[failing] Программа на { $host } пять дней не принимала событий, поэтому её вебхук выключен.
    } Когда она заработает, включите его: PATCH /api/webhooks/… Доставки последних тридцати дней можно отправить снова.
uninvited-subject = Пригласить? { $person }: { $title }
uninvited-answer = На «{ $title }» ответил тот, кого не приглашали: { $person }. Пока ничего не изменено.
uninvited-delegate = { $delegator } не придёт на «{ $title }» и посылает вместо себя { $person }. Пока на { $person } ничего не отправлено.
uninvited-decide = Решить
uninvited-elsewhere = Чтобы человек участвовал, добавьте его в гости события в своём календаре. Иначе ничего не делайте.
offer-subject = Письмо от { $sender } принесло календарь
offer-lead = Письмо от { $sender } принесло календарь, событий в нём: { $count }. Они никого не приглашают, поэтому пока ничего не сохранено.
offer-more = … и ещё { $count }
offer-look = Посмотреть и импортировать
offer-elsewhere = Чтобы добавить их, откройте вложение того письма в своём календаре.
share-offered-subject = { $name } делится с вами календарём: { $title }
share-offered = { $name } делится с вами календарём «{ $title }». Вы можете { $access }.
share-accepted-subject = Изменился ваш доступ: { $title }
share-accepted = { $name } меняет ваш доступ к календарю «{ $title }»: вы можете { $access }.
share-ended-subject = Больше не доступен вам: { $title }
share-ended = { $name } больше не делится с вами календарём «{ $title }».
share-invited-subject = Приглашение в командный календарь: { $title }
share-invited = { $name } приглашает вас в командный календарь «{ $title }». Как участник вы сможете { $access }. Пока вы не согласитесь, в ваших календарях ничего не появится.
share-role-subject = Изменилась ваша роль: { $title }
share-role = Командный календарь «{ $title }»: теперь вы можете { $access }.
share-left-subject = Вы больше не участник: { $title }
share-left = Вы больше не участник командного календаря «{ $title }».
share-access-manager = менять его и выбирать участников
share-access-read = видеть его
share-access-write = видеть и менять его
share-look = Принять или отклонить
share-elsewhere = Принять его можно в приложении, которое показывает приглашения к календарям, например от Apple.
notice-share-accepted-by-subject = { $name } принимает ваш календарь: { $title }
notice-share-accepted-by = { $name } принимает ваш календарь «{ $title }».
notice-share-declined-by-subject = { $name } отклоняет ваш календарь: { $title }
notice-share-declined-by = { $name } отклоняет ваш календарь «{ $title }».
notice-guest-mail-unreachable-subject = Приглашение не дойдёт до { $name }: { $title }
notice-guest-mail-unreachable = { $name } не получит приглашение на «{ $title }»: почтовый сервер говорит, что такого адреса нет. Пожалуйста, сообщите этому человеку другим способом.
notice-guest-unreachable-subject = Карточка не дойдёт до { $name }: { $title }
notice-guest-unreachable = { $name } не получит приглашение на «{ $title }»: Telegram не принимает для этого человека сообщения от Televent. Пожалуйста, сообщите ему другим способом.
notice-account-key-added-subject = Новый ключ API: { $name }
notice-account-key-added = Программа теперь может действовать от вашего имени в Televent с новым ключом API «{ $name }».

    Если это были не вы, отзовите ключ и задайте новый пароль.
notice-account-device-added-subject = Новый пароль устройства: { $name }
notice-account-device-added = Приложение календаря теперь может входить в ваш аккаунт Televent с новым паролем устройства «{ $name }».

    Если это были не вы, отзовите его и задайте новый пароль.
notice-account-address-added-subject = Новый адрес: { $address }
notice-account-address-added = { $address } теперь адрес вашего аккаунта Televent.

    Если это были не вы, удалите его и задайте новый пароль.
notice-account-password-set-subject = Новый пароль
notice-account-password-set = У вашего аккаунта Televent новый пароль. Другие сеансы завершены.

    Если это были не вы, задайте другой через «Забыли пароль» и проверьте ключи API и устройства.
notice-account-telegram-linked-subject = Telegram привязан
notice-account-telegram-linked = К вашему аккаунту Televent теперь привязан Telegram.

    Если это были не вы, отвяжите его и задайте новый пароль.
notice-account-telegram-unlinked-subject = Telegram отвязан
notice-account-telegram-unlinked = Telegram больше не привязан к вашему аккаунту Televent.

    Если это были не вы, задайте новый пароль и привяжите его снова.
