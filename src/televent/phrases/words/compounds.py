"""Words of time that belong to a noun and tell no time there: "half marathon", "happy hour", "вечер встречи"."""

from __future__ import annotations

_OF_A_SEASON = [
    "party", "parties", "sale", "sales", "camp", "camps", "school", "cleaning", "clean", "tyres", "tires", "concert",
    "holidays", "holiday", "break", "term", "show", "shows", "collection", "coat", "coats", "menu", "fair", "ball",
    "bulbs", "fete", "fayre", "festival", "internship", "reading", "games", "olympics", "project", "update",
    "release", "campaign", "boots", "jacket", "uniform", "clothes", "wardrobe", "ball", "social", "catalogue",
    "house", "garden", "wedding", "trip", "soup", "season", "planting", "preview", "budget", "schedule", "programme",
    "program", "course", "courses", "recital", "production",
]  # fmt: skip
_OF_A_DAY = [
    "рождения", "рожденья", "варенья", "матери", "отца", "города", "учителя", "открытых", "знаний", "здоровья",
    "донора", "памяти", "святого", "независимости", "медика", "строителя", "семьи", "именинника", "влюбленных",
]  # fmt: skip
AROUND: dict[str, tuple[list[str], list[str]]] = {
    "half": ([], ["marathon", "marathons", "term", "terms", "day", "days", "board", "price", "pint", "pints", "dozen",
        "brother", "sister", "moon", "size", "year", "yearly", "pipe", "century", "mile", "iron", "ironman",
        "portion", "tank", "crown", "fare", "way", "life"]),
    "hour": (["happy", "rush", "lunch", "power", "golden", "quiet", "story", "earth", "office", "coffee", "study",
        "family", "visiting", "dress"], []),
    "hours": (["office", "opening", "visiting", "working", "business", "core", "support", "happy", "flexi", "contact",
        "consultation", "closing", "after", "school"], []),
    "minutes": (["meeting", "the", "take", "taking", "write", "review", "approve", "send", "circulate", "type",
        "draft"], ["of", "from"]),
    "week": (["fashion", "book", "freshers", "fresher's", "reading", "design", "tech", "climate", "restaurant",
        "science", "welcome", "shark", "holy", "assessment", "exam", "mock", "mental", "art", "fresher", "hen",
        "wellbeing", "health", "enrichment", "learning"], ["planner"]),
    "weekend": (["hen", "stag", "bank", "long", "birthday", "spa", "girls", "lads", "open", "reunion"], ["bag",
        "trip", "away", "getaway", "plans", "papers", "rota"]),
    "days": (["open", "inset", "training", "sick", "rest", "race", "bank", "snow", "boxing", "early", "holiday",
        "leave"], []),
    "year": (["new", "school", "tax", "academic", "financial", "fiscal", "gap", "light", "calendar", "final", "leap"],
        ["end", "group", "book", "planner", "review", "party", "reunion"]),
    "month": (["history", "pride"], []),
    "last": ([], ["minute", "chance", "orders", "call", "class", "lesson", "session", "game", "match", "payment",
        "episode", "train", "bus", "tickets", "dose", "exam", "rehearsal", "checks", "supper", "shift", "bits",
        "push", "dinner", "assembly", "instalment", "post"]),
    "annual": ([], ["leave", "holiday", "pass", "ticket", "membership"]),
    "next": ([], ["steps", "level", "gen", "door", "chapter", "phase", "stage", "round", "doors"]),
    "once": ([], ["upon", "over"]),
    "early": ([], ["bird", "years", "access", "dismissal", "closing", "careers", "release", "doors", "closure"]),
    "late": ([], ["fee", "fees", "checkout", "shift", "show", "bar", "opening", "license"]),
    "mid": ([], ["term", "year", "season", "air", "level", "point", "terms"]),
    "quarter": ([], ["final", "finals", "pounder", "back", "master", "mile", "pound"]),
    "past": ([], ["papers", "paper", "life", "exam", "pupils", "students"]),
    "repeat": (["on", "a", "collect"], ["prescription", "prescriptions", "order", "performance", "customer",
        "after"]),
    "following": ([], ["up"]),
    "end": (["front", "back", "high", "rear", "lower", "west", "east", "top", "dead", "south", "north"], ["user",
        "users", "to"]),
    "now": ([], ["tv"]),
    "previous": ([], ["owner", "employer", "landlord", "tenant", "version"]),
    "upcoming": ([], ["meeting", "meetings", "review", "reviews", "call", "calls", "session", "sessions", "class",
        "classes", "lesson", "lessons", "steps", "game"]),
    "год": (["учебный", "финансовый"], []),
    "года": (["человек", "учитель", "итоги", "премия", "учебного"], []),
    "неделя": (["тематическая"], ["моды", "высокой", "книги", "дизайна", "театра"]),
    "недели": (["итоги", "планы", "план", "меню", "обзор"], ["моды"]),
    "неделю": (["план", "планы", "меню", "закупка", "продукты", "продуктов"], []),
    "месяц": (["план", "планы", "отчет", "итоги"], []),
    "месяца": (["итоги", "закрытие", "сотрудник", "планы"], []),
    "час": ([], ["пик", "икс"]),
    "минут": (["пять"], ["славы"]),
    "последний": (["мой", "наш"], ["звонок", "день", "урок", "шанс", "экзамен", "бой", "рывок", "штрих", "матч"]),
    "четверть": (["первая", "вторая", "третья", "эта"], ["заканчивается", "закончится", "кончается", "начинается"]),
    "последнее": ([], ["занятие", "собрание", "задание"]),
    "последняя": ([], ["лекция", "пара", "репетиция", "тренировка", "встреча", "серия", "примерка"]),
    "выходной": (["взять", "мой", "беру", "у"], []),
    "число": (["большое", "какое"], []),
    "пол": ([], ["мыть", "покрасить", "кг", "литра", "кило"]),
    **dict.fromkeys(("spring", "summer", "autumn", "winter"), ([], _OF_A_SEASON)),
    **dict.fromkeys(("день", "дня", "дню", "днем"), ([], _OF_A_DAY)),
}  # fmt: skip
"""Words by those right before and right behind them, with which they tell no time."""
NIGHTS = frozenset([
    "awards", "bingo", "board", "boys", "card", "cards", "carol", "carols", "casino", "cheese", "cinema", "club",
    "coffee", "comedy", "concert", "craft", "crafts", "cub", "cubs", "curry", "dance", "date", "disco", "family",
    "fight", "film", "fireworks", "gala", "game", "games", "girls", "hen", "info", "information", "jazz", "karaoke",
    "ladies", "lads", "match", "mic", "movie", "music", "open", "opening", "opera", "parent's", "parents", "parents'",
    "parents’", "pizza", "poker", "prize", "prom", "quiz", "race", "school", "school's", "scout", "scouts", "sports",
    "stag", "steak", "taco", "theatre", "trivia", "wedding", "wine",
])  # fmt: skip
"""Words before "night", "evening" or "morning" that make a noun with it: "quiz night", "parents evening"."""
OF_THE_DAY = frozenset([
    "assembly", "bird", "briefing", "bus", "circle", "class", "classes", "club", "course", "dress", "duty", "fair",
    "flight", "huddle", "jog", "lecture", "lectures", "mass", "nap", "news", "out", "owl", "pages", "photo", "photos",
    "prayer", "prayers", "primrose", "rehearsal", "ride", "routine", "run", "school", "service", "session", "shift",
    "snack", "standup", "stroll", "suit", "surgery", "swim", "sync", "tea", "train", "walk", "workout", "yoga",
    "встречи", "выпускников", "джаза", "зарядка", "йога", "летучка", "молитва", "настолок", "откровений", "памяти",
    "песни", "планерка", "планёрка", "поэзии", "пробежка", "прогулка", "романса", "служба", "смена", "танцев",
    "тренировка",
])  # fmt: skip
"""Nouns behind a part of the day that make a noun with it: "evening class", "вечер встречи"."""
WISHES = frozenset([
    "good", "great", "happy", "lovely", "nice", "доброго", "доброе", "доброй", "добрый", "отличного", "прекрасного",
    "приятного", "приятной", "продуктивного", "спокойной", "удачного", "удачной", "хорошего", "хорошей", "хороших",
    "чудесного",
])  # fmt: skip
"""Words before a part of the day that make a greeting or a wish of it."""
NAMES = frozenset([
    "april", "august", "autumn", "dawn", "eve", "june", "may", "summer", "август", "майя", "марта", "марте",
    "мартой", "марту", "мая",
])  # fmt: skip
"""Words of time that are also first names, where they are written with a capital letter."""
CALLED = frozenset([
    "&", "and", "ask", "call", "collect", "email", "for", "help", "invite", "meet", "miss", "phone", "pick",
    "ring", "see", "tell", "text", "thank", "visit", "with", "встретить", "для", "забрать", "и", "позвонить",
    "с", "со", "у",
])  # fmt: skip
"""Words before a name."""
