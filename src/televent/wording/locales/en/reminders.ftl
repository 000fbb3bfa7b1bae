distance-now = now
distance-today = today
distance-tomorrow = tomorrow
distance-over = over
distance-minutes = { $count ->
    [one] in { $count } minute
   *[other] in { $count } minutes
 }
distance-hours = { $count ->
    [one] in { $count } hour
   *[other] in { $count } hours
 }
distance-hours-minutes = in { $hours } h { $minutes } min
distance-days = { $count ->
    [one] in { $count } day
   *[other] in { $count } days
 }
distance-began = { $count ->
    [one] began { $count } minute ago
   *[other] began { $count } minutes ago
 }
