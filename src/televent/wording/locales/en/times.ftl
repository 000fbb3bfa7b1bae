all-day = All day
clock-changes = ({ $length }: the clocks change)
length-days = { $n ->
    [one] { $n } day
   *[other] { $n } days
 }
length-hours = { $n } h
length-minutes = { $n } min
zone-unknown = Televent does not know the time zone “{ $zone }”. The time is shown as the sender wrote it. Please ask them.
event-time = { $day } at { $start } - { $end }
event-all-day = { $day }, all day
