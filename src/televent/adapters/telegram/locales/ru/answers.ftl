they-delegated = { $name } не сможет прийти и передаёт приглашение другому человеку.
they-delegated-to = { $name } не сможет прийти и передаёт приглашение: { $delegate }.
they-completed = { $name }: ваша задача выполнена.
they-started = { $name }: работа над вашей задачей начата.
they-took-back = { $name } отзывает ответ на ваше приглашение.
they-answered = { $name } отвечает на ваше приглашение: { $answer }
