add-to-calendar = Добавить в календарь:
calendar-file = файл календаря (.ics)
one-date = Только эта встреча из серии: { $when }
guest-answer-private = Ответ по ссылкам даётся от вашего имени: не пересылайте их. Ответить можно и в своём календаре или кнопками почтовой программы.
answer-accepted = принято
answer-declined = отклонено
answer-tentative = под вопросом
