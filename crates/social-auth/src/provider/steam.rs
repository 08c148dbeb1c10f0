//! Steam. <https://steamcommunity.com/dev>
//!
//! The person's number stands at the end of the identifier; the profile comes from the Web API.

use serde_json::{Map, Value};

use crate::error::{Error, Result, Stage};
use crate::protocol::openid::{Call, Details, HookSettings, Hooks, Identifier, OpenId, TokenIn, UidField, required};

const IDENTIFIERS: &str = "https://steamcommunity.com/openid/";

/// Steam by OpenID 2.0.
pub const STEAM: OpenId = OpenId {
    name: "steam",
    title: "Steam",
    docs: "https://steamcommunity.com/dev",
    class_paths: &["social_core.backends.steam.SteamOpenId", "social.backends.steam.SteamOpenId"],
    identifier: Identifier::Fixed("https://steamcommunity.com/openid"),
    associates: false,
    uid: UidField::Joined("", "steamid"),
    details: Details { username: "player.personaname", extra: &[("player", "player")], ..Details::NONE },
    profile: &[Call {
        url: "https://api.steampowered.com/ISteamUser/GetPlayerSummaries/v0002/",
        token: TokenIn::Nowhere,
        query: &[("key", "{api_key}"), ("steamids", "{steamid}")],
        root: "response.players[0]",
        into: "player",
        ..Call::GET
    }],
    settings: &[required("API_KEY", "A Web API key, made at https://steamcommunity.com/dev/apikey.")],
    hooks: Hooks { verified: Some(number), details: |_, _, _| {} },
    ..OpenId::BASE
};

/// Takes the number out of the identifier.
fn number(_: &HookSettings, answer: &mut Map<String, Value>) -> Result<()> {
    let identifier = answer.get("identity_url").and_then(Value::as_str).unwrap_or_default();
    let Some(path) = identifier.strip_prefix(IDENTIFIERS) else {
        return Err(Error::invalid_claim("identity_url").stage(Stage::UserInfo).detail("the identifier is none of Steam's"));
    };
    let number = path.strip_prefix("id/").filter(|number| !number.is_empty() && number.bytes().all(|digit| digit.is_ascii_digit()));
    let Some(number) = number.map(Value::from) else {
        return Err(Error::missing_claim("steamid").stage(Stage::UserInfo).detail("the identifier does not end with a number"));
    };
    answer.insert("steamid".to_owned(), number);
    Ok(())
}
