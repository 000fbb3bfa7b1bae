all-day = Весь день
clock-changes = ({ $length }: перевод часов)
length-days = { $n ->
    [one] { $n } день
    [few] { $n } дня
   *[other] { $n } дней
 }
length-hours = { $n } ч
length-minutes = { $n } мин
zone-unknown = Televent не знает часовой пояс «{ $zone }». Время показано так, как его написал отправитель. Уточните у него.
event-time = { $day } с { $start } до { $end }
event-all-day = { $day }, весь день
