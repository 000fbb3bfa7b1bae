settings-strangers = 📨 Приглашения от незнакомых: { $value }
setting-strangers =
    📨 Приглашения по почте от незнакомых отправителей. «Сначала спросить» — я покажу их, прежде чем что-то появится в календаре.
    Сейчас: <b>{ $value }</b>
setting-strangers-never = отклонять
setting-strangers-ask = сначала спросить
setting-strangers-always = сразу в календарь
button-settings-strangers = 📨 Незнакомые
button-settings-believed = 🤝 Кому я верю
believed-none = Без проверки вы не верите никому. Кнопка для этого есть под письмом, которое я не могу проверить.
believed-list = Письмам от этих отправителей я верю без проверки. Такой адрес может вписать кто угодно, поэтому пусть список будет коротким. Нажмите, чтобы убрать.
believed-removed = Письмам от { $sender } без проверки я больше не верю.
believed-gone = Этого отправителя в списке уже нет.
usage-strangers = Не понял. Например: <code>/settings незнакомые спросить</code>, <code>никогда</code> или <code>всегда</code>.
settings-uninvited = 🚪 Те, кого вы не приглашали: { $value }
setting-uninvited =
    🚪 Люди, которые отвечают на ваши встречи без приглашения, и те, кого гость посылает вместо себя. «Пускать» — приглашать их, «отказывать» — сообщать, что они не приглашены.
    Сейчас: <b>{ $value }</b>
setting-uninvited-allow = пускать
setting-uninvited-ask = сначала спросить
setting-uninvited-deny = отказывать
button-settings-uninvited = 🚪 Без приглашения
usage-uninvited = Не понял. Например: <code>/settings неприглашённые спросить</code>, <code>пускать</code> или <code>отказывать</code>.
