//! Where a browser may be sent: hostile addresses, and the comparison with the WHATWG URL parser that
//! browsers follow. See CVE-2020-5233, CVE-2020-4037, CVE-2020-11053 and CVE-2021-21291 (oauth2-proxy),
//! CVE-2021-32805 (Flask-AppBuilder), CVE-2024-21497 (caddy-security), CVE-2022-31093 (next-auth).

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use proptest::prelude::*;
use serde_json::json;
use social_auth::redirect::{AfterLogin, Destinations, build_absolute_uri, sanitize, url_add_parameters};
use social_auth::settings::{FlowSettings, Settings};
use url::Url;

const HOSTS: &[&str] = &["example.com", "app.example.com:8443"];
const SCHEMES: &[&str] = &["http", "https", "com.example.app"];

/// Addresses that lead somewhere else in some browser, or hide where they lead.
const HOSTILE: &[&str] = &[
    "//evil.example",
    "//evil.example/",
    "//evil.example/%2f..",
    "///evil.example",
    "////evil.example",
    "/////evil.example",
    "//evil.example@example.com",
    "//example.com@evil.example",
    "//example.com:80@evil.example",
    "//example.com.evil.example",
    "//evil.example#example.com",
    "//evil.example?example.com",
    "//evil.example/example.com",
    "//evilexample.com",
    "//example.comevil",
    "//sub.example.com",
    "//example.com:443",
    "//example.com.",
    "//EXAMPLE.com@evil.example",
    "//[::1]/",
    "//[example.com]/",
    "//127.0.0.1/",
    "//2130706433/",
    "//0x7f.1/",
    "//localhost",
    "//evil。example",
    "//ｅxample.com",
    "//example%2ecom",
    "//%65xample.com",
    r"/\evil.example",
    r"\/evil.example",
    r"\\evil.example",
    r"\evil.example",
    r"//\evil.example",
    r"/\/evil.example",
    r"\/\/evil.example",
    r"/\\evil.example",
    r"\\\evil.example",
    r"/x\..\..\evil",
    r"https:\\evil.example",
    r"https:/\evil.example",
    r"https:\/evil.example",
    r"https://example.com\@evil.example",
    r"https://example.com\evil.example",
    r"https://evil.example\@example.com",
    r"https://evil.example\.example.com",
    "/\t/evil.example",
    "/\n/evil.example",
    "/\r/evil.example",
    "\t//evil.example",
    "\n//evil.example",
    "\r\n//evil.example",
    "/\t\\evil.example",
    "//\tevil.example",
    "ht\ttps://evil.example",
    "https:\t//evil.example",
    "https\n://evil.example",
    "java\tscript:alert(1)",
    "java\nscript:alert(1)",
    "\u{1}javascript:alert(1)",
    "\u{0}//evil.example",
    "/x\u{0}",
    "/x\r\nLocation: https://evil.example",
    "/x\r\n\r\n<script>",
    "/\u{b}/evil.example",
    "/\u{c}/evil.example",
    "\u{1f}//evil.example",
    "\u{7f}//evil.example",
    "\u{85}//evil.example",
    " //evil.example",
    "   //evil.example",
    " ///evil.example",
    " https://evil.example",
    " javascript:alert(1)",
    "\u{feff}//evil.example",
    "\u{200b}//evil.example",
    "\u{200e}/x",
    "/\u{200d}/evil.example",
    "/x\u{202e}moc.live//",
    "/\u{2066}x",
    "\u{ad}//evil.example",
    "\u{e0001}/x",
    "http:evil.example",
    "https:evil.example",
    "https:/evil.example",
    "https:///evil.example",
    "https:////evil.example",
    "https:",
    "https:/",
    "https://",
    "https:///",
    "https://?",
    "https://#",
    "https:example.com",
    "https:/example.com",
    "https:///example.com",
    "HTTPS:evil.example",
    "https://evil.example",
    "https://evil.example/?example.com",
    "https://evil.example#example.com",
    "https://evil.example/example.com",
    "https://example.com@evil.example",
    "https://example.com:pw@evil.example",
    "https://user@example.com/",
    "https://user:pw@example.com/",
    "https://@example.com/",
    "https://:@example.com/",
    "https://@evil.example",
    "https://example.com%40evil.example",
    "https://example.com%2f@evil.example",
    "https://example.com%5c@evil.example",
    "https://example.com%00.evil.example",
    "https://example.com%09.evil.example",
    "https://example.com%0d%0a",
    "https://example.com.evil.example",
    "https://example.com.",
    "https://notexample.com",
    "https://sub.example.com",
    "https://example.com:443/",
    "https://example.com:8443/",
    "https://app.example.com/",
    "https://app.example.com:8443@evil.example",
    "https://example.com;evil.example",
    "https://example.com,evil.example",
    "https://example.com evil.example",
    "https://example.com&evil.example",
    "https://example.com$evil.example",
    "https://example.com'evil.example",
    "https://[::1]/",
    "https://[::1",
    "https://[",
    "https://example.com[",
    "https://ｅxample.com/",
    "https://example。com/",
    "https://EXAMPLE.COM/",
    "https://exаmple.com/",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "javascript://example.com/%0aalert(1)",
    "javascript:/example.com",
    "javascript:",
    "vbscript:x",
    "data:text/html,<script>alert(1)</script>",
    "data:,x",
    "file:///etc/passwd",
    "blob:https://example.com/x",
    "about:blank",
    "view-source:https://example.com",
    "ftp://example.com/",
    "ws://example.com/",
    "wss://example.com/",
    "mailto:a@example.com",
    "intent://example.com#Intent;end",
    "other.app:/callback",
    "com.example.appx:/callback",
    "com.example.app://:",
    "x:y",
    "",
];

/// Addresses that people use.
const HARMLESS: &[&str] = &[
    "/",
    "/profile",
    "/profile?tab=1#top",
    "/a b",
    "/é",
    "/日本",
    "profile",
    "profile/x",
    "./x",
    "../x",
    "?tab=1",
    "#top",
    "/?u=//evil.example",
    "/?u=https://evil.example/",
    "/#//evil.example",
    "/x//y",
    "/%2f/evil.example",
    "/%5cevil.example",
    "/%09/evil.example",
    "/%0d%0aX:y",
    "/x:y",
    "/@evil.example",
    "/.//x",
    "1:2",
    " /x",
    "/x ",
    "https://example.com",
    "http://example.com/x",
    "HTTPS://example.com/",
    "https://example.com?x=1",
    "https://example.com#x",
    "https://example.com/@evil.example",
    "https://example.com/?u=https://evil.example",
    "https://app.example.com:8443/x",
    "//example.com/x",
    "com.example.app:/callback",
    "com.example.app://callback?code=1",
    "COM.EXAMPLE.APP:/callback",
];

/// Where browsers end up, from a page of ours, on http and https.
fn browsers_stay(url: &str) -> bool {
    ["http://example.com/complete/github/", "https://example.com/complete/github/?state=x"].iter().all(|page| {
        let Ok(target) = Url::parse(page).unwrap().join(url) else { return false };
        let authority = match (target.host_str(), target.port()) {
            (Some(host), Some(port)) => format!("{host}:{port}"),
            (host, _) => host.unwrap_or_default().to_owned(),
        };
        match target.scheme() {
            "http" | "https" => HOSTS.contains(&authority.as_str()) && target.username().is_empty() && target.password().is_none(),
            scheme => scheme == "com.example.app",
        }
    })
}

#[test]
fn hostile_addresses_are_refused() {
    assert!(HOSTILE.len() > 140, "{}", HOSTILE.len());
    for url in HOSTILE {
        assert_eq!(sanitize(url, HOSTS, SCHEMES), None, "{url:?}");
    }
}

#[test]
fn harmless_addresses_pass_unchanged_and_browsers_agree() {
    for url in HARMLESS {
        assert_eq!(sanitize(url, HOSTS, SCHEMES), Some(*url), "{url:?}");
        assert!(browsers_stay(url), "{url:?}");
    }
}

#[test]
fn no_setting_allows_a_scheme_that_runs_what_it_says() {
    for url in ["javascript:alert(1)", "data:text/html,x", "vbscript:x", "file:///x", "blob:x", "about:blank"] {
        let scheme = url.split(':').next().unwrap();
        assert_eq!(sanitize(url, HOSTS, &[scheme]), None, "{url}");
    }
}

#[test]
fn an_empty_host_in_the_settings_allows_nothing() {
    for url in ["https:///evil.example", "///evil.example", "https://", "//"] {
        assert_eq!(sanitize(url, &["", "example.com"], SCHEMES), None, "{url}");
    }
}

/// Pieces that make trouble when put together.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => prop::sample::select(vec![
            "/", "//", "\\", ":", "@", "?", "#", ".", "..", ";", " ", "\t", "\n", "\r", "\0", "[", "]", "%2f", "%5c", "%09", "%40", "http:",
            "https:", "HTTPS:", "javascript:", "data:", "com.example.app:", "example.com", "app.example.com:8443", "evil.example", ":80",
            "user", "\u{200b}", "\u{202e}", "\u{feff}", "。", "／", "＠", "ß", "\u{3000}", "\u{a0}", "\u{2028}",
        ])
        .prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
        1 => "[a-z0-9]{1,4}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]

    #[test]
    fn what_passes_stays_where_we_said_in_browsers_too(pieces in prop::collection::vec(piece(), 0..8)) {
        let url = pieces.concat();
        if let Some(passed) = sanitize(&url, HOSTS, SCHEMES) {
            prop_assert_eq!(passed, &url);
            prop_assert!(browsers_stay(&url), "{:?}", url);
        }
    }

    #[test]
    fn what_passes_fits_in_a_header(url in any::<String>()) {
        if let Some(url) = sanitize(&url, HOSTS, SCHEMES) {
            prop_assert!(http::HeaderValue::try_from(url).is_ok());
        }
    }

    #[test]
    fn a_path_under_our_address_stays_on_our_host(pieces in prop::collection::vec(piece(), 0..6)) {
        let path = pieces.concat();
        let url = build_absolute_uri("https://example.com", &path);
        if url != path && let Ok(url) = Url::parse(&url) {
            prop_assert_eq!(url.host_str(), Some("example.com"));
        }
    }

    #[test]
    fn added_parameters_are_read_back_as_given(name in ".{1,8}", value in any::<String>(), fragment in "(#[a-z]{1,4})?") {
        let url = url_add_parameters(&format!("https://example.com/?known=1{fragment}"), &[(&name, &value)]);
        let read: Vec<_> = Url::parse(&url).unwrap().query_pairs().into_owned().collect();
        prop_assert!(read.contains(&(name.clone(), value)), "{}", url);
        prop_assert_eq!(url.contains('#'), !fragment.is_empty());
    }

    /// Advisory 51: whatever `next` is, there is an answer, and it is ours.
    #[test]
    fn every_next_leads_somewhere_allowed(pieces in prop::collection::vec(piece(), 0..8), flags in any::<[bool; 3]>()) {
        let settings = flow(&[("LOGIN_REDIRECT_URL", "/home"), ("NEW_USER_REDIRECT_URL", "/welcome"), ("LOGIN_ERROR_URL", "/error")]);
        let next = pieces.concat();
        let after = AfterLogin { next: Some(&next), is_new: flags[0], new_association: flags[1], inactive: flags[2] };
        let url = Destinations::new(&settings, "https://example.com").after_login(&after).unwrap();
        prop_assert!(browsers_stay(&url), "{:?}", url);
    }
}

fn flow(values: &[(&str, &str)]) -> FlowSettings {
    let mut settings = Settings::new();
    for (name, value) in values {
        settings.set(&format!("SOCIAL_AUTH_{name}"), *value);
    }
    settings.set("SOCIAL_AUTH_ALLOWED_REDIRECT_SCHEMES", json!(SCHEMES));
    FlowSettings::resolve(&settings.of_backend("github")).unwrap()
}

/// Advisory 50: social-core 4.8.7 and 6.2 looked `next` up among the settings.
#[test]
fn next_is_a_literal_local_path() {
    let settings = flow(&[("LOGIN_REDIRECT_URL", "/home"), ("SECRET_PAGE", "https://secret.example")]);
    let destinations = Destinations::new(&settings, "https://example.com/app");
    let go = |next| destinations.after_login(&AfterLogin { next: Some(next), ..AfterLogin::default() });
    assert_eq!(go("SECRET_PAGE").as_deref(), Some("/home?next=SECRET_PAGE"));
    assert_eq!(go("/LOGIN_ERROR_URL").as_deref(), Some("/LOGIN_ERROR_URL"));
    assert_eq!(go("//secret.example").as_deref(), Some("/home"));
}

#[test]
fn our_own_host_counts_with_its_port() {
    let settings = flow(&[]);
    let destinations = Destinations::new(&settings, "http://localhost:8000");
    assert!(destinations.allowed("http://localhost:8000/x").is_some());
    assert!(destinations.allowed("http://localhost/x").is_none());
    assert!(destinations.allowed("http://localhost:8001/x").is_none());
}
