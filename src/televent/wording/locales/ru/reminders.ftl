distance-now = сейчас
distance-today = сегодня
distance-tomorrow = завтра
distance-over = уже закончилось
distance-minutes = { $count ->
    [one] через { $count } минуту
    [few] через { $count } минуты
   *[other] через { $count } минут
 }
distance-hours = { $count ->
    [one] через { $count } час
    [few] через { $count } часа
   *[other] через { $count } часов
 }
distance-hours-minutes = через { $hours } ч { $minutes } мин
distance-days = { $count ->
    [one] через { $count } день
    [few] через { $count } дня
   *[other] через { $count } дней
 }
distance-began = { $count ->
    [one] началось { $count } минуту назад
    [few] началось { $count } минуты назад
   *[other] началось { $count } минут назад
 }
