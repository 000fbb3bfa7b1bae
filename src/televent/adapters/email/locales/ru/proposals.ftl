subject-counter = Предложено другое время: { $summary } — { $when }
subject-decline-counter = Предложенное время отклонено: { $summary } — { $when }
lead-counter = { $name } предлагает другое время: { $summary }
lead-decline-counter = Время встречи «{ $summary }» не меняется. { $name } отклоняет предложенное время.
comment = Комментарий: { $comment }
subject-refresh = { $name } просит прислать встречу ещё раз
lead-refresh = { $name }: пришло изменение встречи, которой нет в календаре. Пришлите, пожалуйста, всю встречу.
rest-refresh = Программы календаря отвечают на такое письмо сами. Если ваша не отвечает, отправьте приглашение ещё раз.
