command-language = Language
zone-guess =
    🌍 In { $city } it is { $clock } now. Right?
    If not, share your location, choose a city, or type its name.
zone-known =
    🌍 Your time zone is that of { $city }: it is { $clock } there now.
    For another one share your location, choose a city, or type its name.
button-zone-yes = ✓ Yes, { $city }
button-zone-location = 📍 My location
button-zone-cities = 🏙 Other cities
button-location = 📍 Share my location
zone-send-location = Tap the button below the chat. I use the location for your time zone only, and do not keep it.
zone-cities = 🏙 Choose a city, or type yours. An offset such as +3 works too.
zone-which = Which one do you mean by “{ $text }”?
zone-unknown =
    I know no place “{ $text }”. Try a large city near you, such as Paris or Новосибирск, an abbreviation such as CET, or an offset such as UTC+5:30.
zone-nowhere = I know no time zone for that place. Please type a city.
zone-set = ✅ Your time zone is that of { $city }. It is { $clock } there now. To change it: /timezone
zone-skipped = All right. I show times for { $clock }. To change that: /timezone
zone-keyboard-gone = You need not share your location any more.
offer-russian = Я говорю и по-русски. Перейти на русский?
button-russian = Да, по-русски
