change-time = было { $was } → стало { $now }
change-end = конец: был { $was } → стал { $now }
change-zone = часовой пояс: был { $was } → стал { $now }
change-rule = повторение: раньше { $was } → теперь { $now }
change-no-rule = нет
change-title = название: раньше { $was } → теперь { $now }
change-no-title = нет
change-place = место: раньше { $was } → теперь { $now }
change-no-place = не указано
change-quoted = «{ $text }»
all-day-within = весь день
guess-half = Думаю, что это { $clock }.
guess-hour = Время — моё предположение: { $clock }.
guess-day = День — моё предположение: { $day }.
guess-month = Месяц — моё предположение: { $day }.
guess-year = Год — моё предположение: { $year }.
guess-about = Время сказано примерно, я ставлю его точно.
guess-other = Часть этого — моё предположение. Проверьте, пожалуйста.
guess-length = { $minutes ->
    [60] Думаю, что это займёт час.
   *[other] Думаю, что это займёт { $length }.
 }
guess-skipped = В этот день часы переводят и такого времени нет, поэтому получается { $clock }.
guess-repeated = В этот день такое время бывает дважды, я взял первое.
