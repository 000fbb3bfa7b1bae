settings = ⚙️ <b>Настройки</b>. Нажмите кнопку, чтобы узнать, зачем она, и что-то изменить.
settings-name = 👤 Ваше имя, как его видят другие: { $value }
settings-zone = 🌍 Часовой пояс: { $value }
settings-language = 🗣 Язык: { $value }
settings-clock = 🕐 Часы: { $value }
settings-week = 📆 Неделя начинается: { $value }
settings-reminders = ⏰ Напоминания до события: { $value }
settings-digest = ☀️ План на день: { $value }
settings-notifications = 🔔 Сообщения: { $value }
settings-invites = ✉️ Приглашения: { $value }
settings-quiet = 🌙 Тихие часы: { $value }
settings-app = 📱 События со своим сигналом: { $value }
settings-shared = 👥 Календари, которыми с вами делятся: { $value }
settings-profile = 🪪 Ваш открытый профиль: { $value }
settings-busy = 👀 Кто может узнать, когда вы заняты: { $value }
settings-addresses = 📧 Почта для приглашений: { $value }
settings-no-address = пока нет
setting-off = не присылать
setting-none = нет
setting-at-start = в момент начала
setting-clock-12 = 12 часов ({ $example })
setting-clock-24 = 24 часа ({ $example })
setting-clock-usual = как принято в русском языке ({ $example })
setting-week-usual = { $day }, как принято
setting-notifications-on = пишу вам и без вопроса
setting-notifications-off = только отвечаю вам
setting-invites-on = присылаю карточку
setting-invites-off = без карточек, только в календаре
setting-app-on = напоминаю и я
setting-app-off = звонит только приложение
language-en = English
language-ru = Русский
setting-shared-on = видны в ваших планах
setting-shared-off = не видны в ваших планах
setting-profile-on = в нём видно ваше имя
setting-profile-off = его нет
setting-profile =
    🪪 Программы, которые знают номер вашего аккаунта, могут запросить ваш открытый профиль. Показывать в нём ваше имя? Больше там ничего нет.
    Сейчас: { $value }.
setting-shared =
    👥 Другие могут поделиться с вами календарём. Показывать ли его события в /today, /week и на картинках, с именем владельца?
    Сейчас: { $value }.
setting-language =
    🗣 На каком языке мне писать? Сейчас: русский.
    Вы можете писать мне и по-русски, и по-английски.
setting-clock =
    🕐 Как мне писать время?
    Сейчас: { $value }.
setting-week =
    📆 С какого дня начинается ваша неделя? Это важно для «следующей недели» и для выбора даты.
    Сейчас: { $value }.
setting-reminders =
    ⏰ За сколько до события напоминать? Событие со своим сигналом напоминает о себе в его время.
    Сейчас: { $value }.
    Нажатие добавляет время или убирает его; «нет» убирает все. Не больше пяти.
setting-digest =
    ☀️ Раз в день я присылаю, что запланировано и какие приглашения ждут ответа. Во сколько?
    Сейчас: { $value }.
setting-notifications =
    🔔 Можно ли мне писать вам без вопроса: приглашения, ответы гостей, напоминания, план на день?
    Сейчас: { $value }.
setting-invites =
    ✉️ Когда вас приглашают, я могу прислать карточку с кнопками для ответа. Без неё приглашение есть только в календаре; об изменениях того, что вы приняли, я всё равно сообщу.
    Сейчас: { $value }.
setting-quiet =
    🌙 В тихие часы я ничего не пишу сам: всё ждёт их конца. Только напоминание, которое потом было бы поздним, и план на день приходят в своё время.
    Сейчас: { $value }.
setting-app =
    📱 У некоторых событий есть свой сигнал, по которому звонит приложение-календарь. Напоминать ли о них и здесь? О событиях без сигнала я напоминаю всегда.
    Сейчас: { $value }.
button-settings-name = 👤 Имя
button-settings-zone = 🌍 Часовой пояс
button-settings-language = 🗣 Язык
button-settings-clock = 🕐 Часы
button-settings-week = 📆 Неделя
button-settings-reminders = ⏰ Напоминания
button-settings-digest = ☀️ План на день
button-settings-notifications = 🔔 Сообщения
button-settings-invites = ✉️ Приглашения
button-settings-quiet = 🌙 Тихие часы
button-settings-app = 📱 Свой сигнал
button-settings-shared = 👥 Общие
button-settings-profile = 🪪 Открытый профиль
button-settings-busy = 👀 Когда я занят(а)
button-settings-typed = ✏️ Ввести другое
button-back = ← Назад
button-keep-so = Пусть так
ask-name = Как мне вас называть? Не больше { $most } символов.
ask-reminders = За сколько до события напоминать? Например: 10 60, или 1 час, или 1 день
ask-digest = Во сколько присылать план на день? Например: 8:30
ask-quiet = С какого и до какого времени молчать? Например: 22-7
settings-usage =
    Нет настройки «{ $name }». Есть: имя, пояс, язык, часы, неделя, напоминания, сводка, уведомления, приглашения, тишина, приложение, общие, профиль, занятость.
    Например: /settings часы 24 · /settings напоминания 10 60 · /settings тишина 22-7
usage-name = В имени от 1 до { $most } символов. Например: /settings имя Аня
usage-language = Я говорю по-русски и по-английски: /settings язык ru, /settings язык en
usage-clock = В часах 12 или 24 часа: /settings часы 12, /settings часы 24, /settings часы авто
usage-week = Нужен день недели: /settings неделя понедельник, /settings неделя воскресенье, /settings неделя авто
usage-reminders = Нужно не больше пяти промежутков времени, каждый не длиннее четырёх недель: /settings напоминания 10 60, /settings напоминания 1ч 1д, /settings напоминания нет
usage-digest = Нужно время дня: /settings сводка 8:30, /settings сводка нет
usage-notifications = Здесь да или нет: /settings уведомления да, /settings уведомления нет
usage-invites = Здесь да или нет: /settings приглашения да, /settings приглашения нет
usage-quiet = Нужны два разных времени дня: /settings тишина 22-7, /settings тишина 23:00-7:30, /settings тишина нет
usage-app = Здесь да или нет: /settings приложение да, /settings приложение нет
usage-shared = Здесь да или нет: /settings общие да, /settings общие нет
usage-profile = Здесь да или нет: /settings профиль да, /settings профиль нет
usage-busy = /settings занятость все|знакомые|никто – кто может узнать, когда вы заняты (но не чем)
busy-offer = 👀 Кто может узнать, когда вы заняты: { $busy }. Самих событий никто не увидит. Изменить можно здесь или позже: /settings
busy-setting =
    👀 Кто может узнать у меня, когда вы заняты, чтобы найти время? Видно только время, но не события.
    Сейчас: { $busy }.
button-busy-everyone = Все
button-busy-known = Знакомые
button-busy-nobody = Никто
busy-everyone = все, у кого здесь есть учётная запись
busy-known = те, с кем у вас встречи или общий календарь
busy-nobody = никто
busy-named = только те, кого вы назвали в приложении календаря
addresses =
    📧 Письма для вас идут на основной адрес. Приглашения на любой из этих адресов, а также на адрес с «+», например ann+work@example.com, приходят сюда. Нажмите на адрес, чтобы изменить его.
addresses-none = 📧 Адреса пока нет. С ним сюда будут приходить приглашения из Gmail и Outlook.
address-primary = ✓ { $address } (основной)
address-other = · { $address }
address-page =
    📧 { $address }
    Если убрать адрес, встречи, на которые он приглашён, останутся вашими: их изменения по-прежнему приходят, и ответы уходят от него. Новые приглашения на него не приходят.
address-preferred = Теперь письма для вас идут на { $address }.
address-removed = Адрес { $address } убран.
address-gone = Этого адреса в списке уже нет.
ask-address = Какой адрес почты? Я отправлю на него код. /cancel – отменить.
button-settings-addresses = 📧 Адреса почты
button-address-add = ➕ Добавить адрес
button-address-prefer = Сделать основным
button-address-remove = ✖ Убрать
