rule-unknown = repeats
rule-secondly = { $n ->
    [1] every second
   *[other] every { $n } seconds
 }
rule-minutely = { $n ->
    [1] every minute
   *[other] every { $n } minutes
 }
rule-hourly = { $n ->
    [1] every hour
   *[other] every { $n } hours
 }
rule-daily = { $n ->
    [1] every day
    [2] every other day
   *[other] every { $n } days
 }
rule-weekly = { $n ->
    [1] every week
    [2] every other week
   *[other] every { $n } weeks
 }
rule-monthly = { $n ->
    [1] every month
    [2] every other month
   *[other] every { $n } months
 }
rule-yearly = { $n ->
    [1] every year
    [2] every other year
   *[other] every { $n } years
 }
rule-weekdays = every weekday
rule-on-weekdays = on weekdays
rule-each-day = every { $days }
rule-other-day = every other { $days }
rule-on-days = on { $days }
rule-only-on-days = only on { $days }
weekday = { $day ->
    [0] Monday
    [1] Tuesday
    [2] Wednesday
    [3] Thursday
    [4] Friday
    [5] Saturday
    [6] Sunday
   *[any] weekday
 }
weekday-repeated = { weekday }
weekday-gender = m
rule-nth-day = { $n ->
    [1] the first { $day }
    [2] the second { $day }
    [3] the third { $day }
    [4] the fourth { $day }
    [5] the fifth { $day }
   *[other] { $day } number { $n }
 }
rule-nth-day-from-end = { $n ->
    [1] the last { $day }
    [2] the second to last { $day }
   *[other] { $day } number { $n } from the end
 }
rule-on-nth-days = on { $days }
rule-nth-in-month = on { $days } of { $month }
rule-nth-of-month = on { $days } of the month
rule-nth-of-year = on { $days } of the year
rule-of-each-month = { $clause } of every month
rule-on-dates = on { $days }
rule-date = { $form ->
    [one] the { $n }st
    [two] the { $n }nd
    [few] the { $n }rd
   *[other] the { $n }th
 }
rule-on-dates-from-end = on { $days }
rule-date-from-end = { $n ->
    [1] the last day
    [2] the second to last day
   *[other] day { $n } from the end
 }
rule-on-date = on { $date }
rule-in-months = in { $months }
month-in = { $month ->
    [1] January
    [2] February
    [3] March
    [4] April
    [5] May
    [6] June
    [7] July
    [8] August
    [9] September
    [10] October
    [11] November
   *[12] December
 }
month-of = { month-in }
rule-on-year-days = on { $days } of the year
rule-year-day = day { $n }
rule-year-day-from-end = { $n ->
    [1] the last day
   *[other] day { $n } from the end
 }
rule-in-weeks = in { $weeks } of the year
rule-week = week { $n }
rule-week-from-end = { $n ->
    [1] the last week
   *[other] week { $n } from the end
 }
rule-at-clocks = at { $clocks }
rule-hours = in the hours { $numbers }
rule-minutes = at the minutes { $numbers }
rule-seconds = at the seconds { $numbers }
rule-places = { $period ->
    [hourly] each hour only { $places } of these times
    [daily] each day only { $places } of these times
    [weekly] each week only { $places } of these times
    [monthly] each month only { $places } of these times
    [yearly] each year only { $places } of these times
   *[other] only { $places } of these times
 }
rule-place = { $form ->
    [one] the { $n }st
    [two] the { $n }nd
    [few] the { $n }rd
   *[other] the { $n }th
 }
rule-place-from-end = { $n ->
    [1] the last
   *[other] number { $n } from the end
 }
rule-more = { $n } more
rule-until = { $rule } until { $date }
rule-count = { $n ->
    [1] { $rule }, once
   *[other] { $rule }, { $n } times
 }
rule-elsewhere = { $rule } (days as in { $zone })
