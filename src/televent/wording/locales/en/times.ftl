all-day = All day
clock-changes = ({ $length }: the clocks change)
length-days = { $n ->
    [one] { $n } day
   *[other] { $n } days
 }
length-hours = { $n } h
length-minutes = { $n } min
