subject-counter = Предложено другое время: { $summary } — { $when }
subject-decline-counter = Предложенное время отклонено: { $summary } — { $when }
lead-counter = { $name } предлагает другое время: { $summary }
lead-decline-counter = Время встречи «{ $summary }» не меняется. { $name } отклоняет предложенное время.
comment = Комментарий: { $comment }
