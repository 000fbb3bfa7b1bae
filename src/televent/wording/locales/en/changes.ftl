change-time = was { $was } → now { $now }
change-end = end: was { $was } → now { $now }
change-zone = time zone: was { $was } → now { $now }
change-rule = repetition: was { $was } → now { $now }
change-no-rule = none
change-title = title: was { $was } → now { $now }
change-no-title = none
change-place = place: was { $was } → now { $now }
change-no-place = none
change-quoted = “{ $text }”
all-day-within = all day
guess-half = I assumed { $clock }.
guess-hour = I assumed the time: { $clock }.
guess-day = I assumed the day: { $day }.
guess-month = I assumed the month: { $day }.
guess-year = I assumed the year { $year }.
guess-about = You said about when; I put it exactly then.
guess-other = I assumed a part of this. Please look at it.
guess-length = { $minutes ->
    [60] I assumed one hour.
   *[other] I assumed a length of { $length }.
 }
guess-skipped = The clocks skip that time, so it becomes { $clock }.
guess-repeated = The clocks show that time twice on this day. I took the first one.
