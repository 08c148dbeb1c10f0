//! Icons of our own drawing: a letter on a rounded square, in the colour that people know a provider by.

use minijinja::Value;
use social_auth::backend::BackendInfo;

/// Colours that providers state for their brand, by the beginning of the provider's name; white is read
/// well on each (contrast 4.5:1 or more), so some are a shade darker than the original.
const COLOURS: &[(&str, &str)] = &[
    ("apple", "#1d1d1f"),
    ("azuread", "#0067b8"),
    ("bitbucket", "#0052cc"),
    ("discord", "#4752c4"),
    ("dropbox", "#0057d8"),
    ("facebook", "#0866d6"),
    ("github", "#24292f"),
    ("gitlab", "#b8400e"),
    ("gitea", "#4a7a1e"),
    ("google", "#1a66d1"),
    ("keycloak", "#33678a"),
    ("linkedin", "#0a66c2"),
    ("microsoft", "#0067b8"),
    ("oauth2", "#475569"),
    ("oidc", "#a14b06"),
    ("okta", "#00497a"),
    ("reddit", "#c23400"),
    ("slack", "#611f69"),
    ("spotify", "#117a37"),
    ("steam", "#1b2838"),
    ("twitch", "#7a35e8"),
    ("twitter", "#0f1419"),
    ("yahoo", "#5f01d1"),
];

/// The icon of a backend. Decoration: the name stands beside it.
pub(super) fn of(info: &BackendInfo) -> Value {
    drawing(&info.title, &info.provider)
}

/// The icon of a backend that is no longer set up.
pub(super) fn of_unknown(name: &str) -> Value {
    drawing(name, name)
}

fn drawing(title: &str, provider: &str) -> Value {
    let letter = title.chars().find(|c| c.is_alphanumeric()).unwrap_or('?');
    let letter: String = letter.to_uppercase().collect();
    let colour = COLOURS.iter().find(|(name, _)| provider.starts_with(name)).map(|(_, colour)| (*colour).to_owned());
    let colour = colour.unwrap_or_else(|| format!("hsl({} 55% 34%)", hue(provider)));
    Value::from_safe_string(format!(
        "<svg class=\"icon\" viewBox=\"0 0 28 28\" aria-hidden=\"true\" focusable=\"false\">\
         <rect x=\".5\" y=\".5\" width=\"27\" height=\"27\" rx=\"6.5\" fill=\"{colour}\" stroke=\"#fff\" stroke-opacity=\".35\"/>\
         <text x=\"14\" y=\"19.5\" text-anchor=\"middle\" font-size=\"15\" font-weight=\"700\" fill=\"#fff\">{letter}</text></svg>"
    ))
}

/// The same for the same name, always: FNV-1a.
fn hue(name: &str) -> u32 {
    name.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)) % 360
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use minijinja::value::ValueKind;

    use super::*;

    #[test]
    fn an_icon_has_one_letter_and_nothing_that_could_be_markup() {
        let icon = drawing("<script>", "<script>\"");
        assert_eq!(icon.kind(), ValueKind::String);
        assert!(icon.is_safe());
        let icon = icon.to_string();
        assert!(icon.contains(">S</text>"), "{icon}");
        assert!(!icon.contains("script"), "{icon}");
        assert!(drawing("...", "x").to_string().contains(">?</text>"));
    }

    #[test]
    fn a_second_backend_of_a_provider_has_its_colour() {
        assert!(drawing("GitHub for staff", "github-org").to_string().contains("#24292f"));
        assert_eq!(drawing("Acme", "acme").to_string(), drawing("Acme", "acme").to_string());
    }
}
