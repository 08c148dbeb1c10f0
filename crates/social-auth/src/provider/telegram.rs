//! Telegram's login widget: fields signed with a key made from the bot's token.
//! <https://core.telegram.org/widgets/login>
//!
//! The widget may also stand on a page of yours, with `/complete/telegram/` as its `data-auth-url`: who comes
//! that way is asked once more here. Mini Apps are `telegram-mini-app`.

use serde_json::{Map, Value};

use crate::backend::Widget;
use crate::error::{Error, Result};
use crate::protocol::signed::{
    Departs, Details, Fields, HookSettings, Hooks, Key, Launches, Mac, Proof, Signed, UidField, optional, required,
};

const BOT_TOKEN: &str = "The token that @BotFather gave the bot.";

/// Telegram.
pub const TELEGRAM: Signed = Signed {
    name: "telegram",
    title: "Telegram",
    docs: "https://core.telegram.org/widgets/login",
    class_paths: &["social_core.backends.telegram.TelegramAuth"],
    departure: Departs::Widget(&Widget {
        script: "https://telegram.org/js/telegram-widget.js?22",
        script_attributes: &[("data-telegram-login", "{bot_name}"), ("data-size", "large"), ("data-auth-url", "{callback}")],
        elements: &[],
        inline: "",
        origins: &["https://telegram.org", "https://oauth.telegram.org", "https://t.me"],
    }),
    proof: Proof::Mac(Mac { signature: "hash", key: Key::Sha256("BOT_TOKEN"), time: "auth_date", max_age: 86_400, ..Mac::BASE }),
    launches: Launches::Confirmed { framed_by: &[] },
    uid: UidField::Stable("id"),
    details: Details { username: "username | id", first_name: "first_name", last_name: "last_name", ..Details::NONE },
    keeps_all: true,
    settings: &[
        required("BOT_TOKEN", BOT_TOKEN),
        optional("BOT_NAME", "The bot's user name, for the button on our own page; not needed where the widget stands on yours."),
    ],
    ..Signed::BASE
};

/// Telegram, where the site is opened inside it (`initData`). <https://core.telegram.org/bots/webapps#validating-data-received-via-the-mini-app>
pub const TELEGRAM_MINI_APP: Signed = Signed {
    name: "telegram-mini-app",
    title: "Telegram",
    icon: "telegram",
    docs: "https://core.telegram.org/bots/webapps#validating-data-received-via-the-mini-app",
    class_paths: &[],
    departure: Departs::Elsewhere("inside Telegram: the page of the Mini App posts the fields of initData to our callback"),
    proof: Proof::Mac(Mac {
        fields: Fields::Parameters,
        signature: "hash",
        key: Key::Labelled("WebAppData", "BOT_TOKEN"),
        time: "auth_date",
        max_age: 3600,
        ..Mac::BASE
    }),
    uid: UidField::Stable("user.id"),
    details: Details { username: "user.username | user.id", first_name: "user.first_name", last_name: "user.last_name", ..Details::NONE },
    settings: &[required("BOT_TOKEN", BOT_TOKEN)],
    hooks: Hooks { answer: Some(read_user), sign: None },
    ..TELEGRAM
};

/// The person is a JSON text among the signed fields.
fn read_user(_: &HookSettings, answer: &mut Map<String, Value>) -> Result<()> {
    let user = answer.get("user").and_then(Value::as_str).ok_or_else(|| Error::missing_claim("user"))?;
    let user: Value = serde_json::from_str(user).map_err(|_| Error::invalid_claim("user"))?;
    answer.insert("user".to_owned(), user);
    Ok(())
}
