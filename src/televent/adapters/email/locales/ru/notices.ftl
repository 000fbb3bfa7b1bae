notice-offer-subject = Письмо от { $sender } принесло календарь
notice-offer = Письмо от { $sender } на ваш адрес Televent принесло события (их { $count }), которые никого не приглашают, поэтому ничего не сохранено: { $titles }

    Чтобы добавить их, откройте вложение того письма в своём календаре.
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
