rule-unknown = повторяется
rule-secondly = { $n ->
    [1] каждую секунду
    [one] раз в { $n } секунду
    [few] раз в { $n } секунды
   *[other] раз в { $n } секунд
 }
rule-minutely = { $n ->
    [1] каждую минуту
    [one] раз в { $n } минуту
    [few] раз в { $n } минуты
   *[other] раз в { $n } минут
 }
rule-hourly = { $n ->
    [1] каждый час
    [one] раз в { $n } час
    [few] раз в { $n } часа
   *[other] раз в { $n } часов
 }
rule-daily = { $n ->
    [1] каждый день
    [2] через день
    [one] раз в { $n } день
    [few] раз в { $n } дня
   *[other] раз в { $n } дней
 }
rule-weekly = { $n ->
    [1] каждую неделю
    [one] раз в { $n } неделю
    [few] раз в { $n } недели
   *[other] раз в { $n } недель
 }
rule-monthly = { $n ->
    [1] каждый месяц
    [one] раз в { $n } месяц
    [few] раз в { $n } месяца
   *[other] раз в { $n } месяцев
 }
rule-yearly = { $n ->
    [1] каждый год
    [one] раз в { $n } год
    [few] раз в { $n } года
   *[other] раз в { $n } лет
 }
rule-weekdays = по будням
rule-on-weekdays = по будням
rule-each-day = { $count ->
    [1] { $day ->
        [0] каждый понедельник
        [1] каждый вторник
        [2] каждую среду
        [3] каждый четверг
        [4] каждую пятницу
        [5] каждую субботу
       *[6] каждое воскресенье
     }
   *[other] по { $days }
 }
rule-other-day = раз в 2 недели по { $days }
rule-on-days = по { $days }
rule-only-on-days = только по { $days }
weekday = { $day ->
    [0] понедельник
    [1] вторник
    [2] среду
    [3] четверг
    [4] пятницу
    [5] субботу
    [6] воскресенье
   *[any] будний день
 }
weekday-repeated = { $day ->
    [0] понедельникам
    [1] вторникам
    [2] средам
    [3] четвергам
    [4] пятницам
    [5] субботам
   *[6] воскресеньям
 }
weekday-gender = { $day ->
    [2] f
    [4] f
    [5] f
    [6] n
   *[any] m
 }
rule-nth-day = { $gender ->
    [f] { $n ->
        [1] в первую { $day }
        [2] во вторую { $day }
        [3] в третью { $day }
        [4] в четвёртую { $day }
        [5] в пятую { $day }
       *[other] в { $n }-ю { $day }
     }
    [n] { $n ->
        [1] в первое { $day }
        [2] во второе { $day }
        [3] в третье { $day }
        [4] в четвёртое { $day }
        [5] в пятое { $day }
       *[other] в { $n }-е { $day }
     }
   *[m] { $n ->
        [1] в первый { $day }
        [2] во второй { $day }
        [3] в третий { $day }
        [4] в четвёртый { $day }
        [5] в пятый { $day }
       *[other] в { $n }-й { $day }
     }
 }
rule-nth-day-from-end = { $gender ->
    [f] { $n ->
        [1] в последнюю { $day }
        [2] в предпоследнюю { $day }
       *[other] в { $n }-ю с конца { $day }
     }
    [n] { $n ->
        [1] в последнее { $day }
        [2] в предпоследнее { $day }
       *[other] в { $n }-е с конца { $day }
     }
   *[m] { $n ->
        [1] в последний { $day }
        [2] в предпоследний { $day }
       *[other] в { $n }-й с конца { $day }
     }
 }
rule-on-nth-days = { $days }
rule-nth-in-month = { $days } { $month }
rule-nth-of-month = { $days } месяца
rule-nth-of-year = { $days } года
rule-of-each-month = { $clause } каждого месяца
rule-on-dates = { $days } числа
rule-date = { $n }-го
rule-on-dates-from-end = { $days }
rule-date-from-end = { $n ->
    [1] в последний день
    [2] в предпоследний день
   *[other] в { $n }-й с конца день
 }
rule-on-date = { $date }
rule-in-months = в { $months }
month-in = { $month ->
    [1] январе
    [2] феврале
    [3] марте
    [4] апреле
    [5] мае
    [6] июне
    [7] июле
    [8] августе
    [9] сентябре
    [10] октябре
    [11] ноябре
   *[12] декабре
 }
month-of = { $month ->
    [1] января
    [2] февраля
    [3] марта
    [4] апреля
    [5] мая
    [6] июня
    [7] июля
    [8] августа
    [9] сентября
    [10] октября
    [11] ноября
   *[12] декабря
 }
rule-on-year-days = { $days } года
rule-year-day = в { $n }-й день
rule-year-day-from-end = { $n ->
    [1] в последний день
   *[other] в { $n }-й с конца день
 }
rule-in-weeks = { $weeks } года
rule-week = на { $n }-й неделе
rule-week-from-end = { $n ->
    [1] на последней неделе
   *[other] на { $n }-й с конца неделе
 }
rule-at-clocks = в { $clocks }
rule-hours = в часы { $numbers }
rule-minutes = в минуты { $numbers }
rule-seconds = в секунды { $numbers }
rule-places = { $period ->
    [hourly] из этих времён каждый час только { $places }
    [daily] из этих времён каждый день только { $places }
    [weekly] из этих времён каждую неделю только { $places }
    [monthly] из этих времён каждый месяц только { $places }
    [yearly] из этих времён каждый год только { $places }
   *[other] из этих времён только { $places }
 }
rule-place = { $n }-е
rule-place-from-end = { $n ->
    [1] последнее
   *[other] { $n }-е с конца
 }
rule-more = ещё { $n }
rule-until = { $rule } до { $date } включительно
rule-count = { $n ->
    [one] { $rule }, { $n } раз
    [few] { $rule }, { $n } раза
   *[other] { $rule }, { $n } раз
 }
rule-elsewhere = { $rule } (дни по времени: { $zone })
