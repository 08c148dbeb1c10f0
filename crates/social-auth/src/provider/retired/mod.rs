//! Services whose sign-in was closed, or given up by Python Social Auth: what happened, and what serves instead.
//!
//! Those whose flow was the standard one are described here, beside the others that came to this list later, so that
//! existing settings and associations are understood. That the addresses are still theirs nobody promises: whoever owns
//! them now can vouch for anybody. So a server that is started with one says so.
//!
//! What happened is told by the removals in social-core's repository (#231, #472, #1080, #1176, #1411, #1441, #1693,
//! #1699, #1740, #1923), which name their sources.

mod actionid_openid;
mod appsfuel;
mod beats;
mod behance;
mod changetip;
mod clef;
mod docker;
mod douban;
mod echosign;
mod edmodo;
mod evernote_sandbox;
mod itembase;
mod jawbone;
mod linkedin;
mod live;
mod mendeley;
mod moves;
mod pixelpin;
mod professionali;
mod rdio;
mod runkeeper;
mod shimmering;
mod wunderlist;

pub use actionid_openid::ACTIONID_OPENID;
pub use appsfuel::{APPSFUEL, APPSFUEL_SANDBOX};
pub use beats::BEATS;
pub use behance::BEHANCE;
pub use changetip::CHANGETIP;
pub use clef::CLEF;
pub use docker::DOCKER;
pub use douban::DOUBAN;
pub use echosign::ECHOSIGN;
pub use edmodo::EDMODO;
pub use evernote_sandbox::EVERNOTE_SANDBOX;
pub use itembase::{ITEMBASE, ITEMBASE_SANDBOX};
pub use jawbone::JAWBONE;
pub use linkedin::LINKEDIN;
pub use live::LIVE;
pub use mendeley::MENDELEY;
pub use moves::MOVES;
pub use pixelpin::{PIXELPIN_OAUTH2, PIXELPIN_OPENIDCONNECT};
pub use professionali::PROFESSIONALI;
pub use rdio::{RDIO_OAUTH1, RDIO_OAUTH2};
pub use runkeeper::RUNKEEPER;
pub use shimmering::SHIMMERING;
pub use wunderlist::WUNDERLIST;

/// What became of a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retired {
    /// The name of the provider.
    pub name: &'static str,
    /// What happened: a sentence without its full stop.
    pub what: &'static str,
    /// The provider that serves instead; empty where none does.
    pub instead: &'static str,
    /// Dotted class paths of Python Social Auth, where there is no provider any more that has them.
    pub class_paths: &'static [&'static str],
}

/// A service that is described and can be configured.
const fn described(name: &'static str, what: &'static str, instead: &'static str) -> Retired {
    Retired { name, what, instead, class_paths: &[] }
}

/// A service with a protocol of its own, or none that can be spoken any more.
const fn gone(name: &'static str, what: &'static str, instead: &'static str, class_paths: &'static [&'static str]) -> Retired {
    Retired { name, what, instead, class_paths }
}

/// All of them.
pub static RETIRED: &[Retired] = &[
    described("500px", "500px closed its interface in 2018", ""),
    described("actionid-openid", "Python Social Auth gave up ActionID by OpenID in 2026", ""),
    described("aol", "AOL has ended its OpenID", ""),
    described("appsfuel", "Appsfuel ended in 2014", ""),
    described("appsfuel-sandbox", "Appsfuel ended in 2014", ""),
    described("beats", "Beats Music ended in 2015", ""),
    described("behance", "Behance gives no keys to new applications, and Python Social Auth gave it up in 2026", ""),
    described("bitbucket", "Bitbucket has switched OAuth 1.0a off", "bitbucket-oauth2"),
    described("changetip", "ChangeTip ended in 2016", ""),
    described("clef", "Clef ended in 2017", ""),
    described("docker", "Docker has taken the interface out of its Hub", ""),
    described("douban", "this interface of Douban had no TLS and was replaced", "douban-oauth2"),
    described("dropbox", "Dropbox has switched OAuth 1.0a off", "dropbox-oauth2"),
    described("echosign", "Adobe renamed EchoSign in 2015 and took these addresses away", ""),
    described("edmodo", "Edmodo ended in 2022", ""),
    described("evernote-sandbox", "Evernote's sandbox is gone", "evernote"),
    described("google", "Google ended OpenID 2.0 in 2015", "google-oauth2"),
    described("google-oauth", "Google has switched OAuth 1.0 off", "google-oauth2"),
    described("itembase", "Itembase has ended", ""),
    described("itembase-sandbox", "Itembase has ended", ""),
    described("jawbone", "Jawbone was wound up in 2017", ""),
    described("khanacademy-oauth1", "Khan Academy closed its interface in 2020", ""),
    described("linkedin", "LinkedIn has switched OAuth 1.0a off", "linkedin-openidconnect"),
    described("live", "Microsoft replaced Live Connect", "microsoft-graph"),
    described("mendeley", "this interface of Mendeley had no TLS and was replaced", "mendeley-oauth2"),
    described("moves", "Facebook closed Moves in 2018", ""),
    described("openstackdev", "OpenStack's OpenID for trying out is gone", "openinfra"),
    described("openstreetmap", "OpenStreetMap has switched OAuth 1.0a off", "openstreetmap-oauth2"),
    described("pixelpin-oauth2", "PixelPin replaced this interface, and has ended since", ""),
    described("pixelpin-openidconnect", "PixelPin has ended", ""),
    described("professionali", "Professionali.ru has ended", ""),
    described("rdio-oauth1", "Rdio ended in 2015", ""),
    described("rdio-oauth2", "Rdio ended in 2015", ""),
    described("readability", "Readability ended in 2016", ""),
    described("runkeeper", "RunKeeper closed its interface for other applications", ""),
    described("shimmering", "Shimmering Verify has ended", ""),
    described("skyrock", "Skyrock ended in 2023", ""),
    described("thisismyjam", "This Is My Jam ended in 2015", ""),
    described("withings", "Withings switched OAuth 1.0a off in 2018", ""),
    described("wunderlist", "Microsoft closed Wunderlist in 2020", ""),
    described("yahoo", "Yahoo has ended its OpenID", "yahoo-oauth2"),
    described("yahoo-oauth", "Yahoo has switched OAuth 1.0a off", "yahoo-oauth2"),
    gone(
        "exacttarget",
        "ExactTarget became Salesforce Marketing Cloud, which ended the sign-in by a posted token in 2019",
        "salesforce-oauth2",
        &["social_core.backends.exacttarget.ExactTargetOAuth2", "social.backends.exacttarget.ExactTargetOAuth2"],
    ),
    gone(
        "google-appengine",
        "the users of Google App Engine are known within that runtime only",
        "google-oauth2",
        &["social_core.backends.gae.GoogleAppEngineAuth", "social.backends.gae.GoogleAppEngineAuth"],
    ),
    gone(
        "google-plus",
        "Google closed Google+ in 2019",
        "google-oauth2",
        &["social_core.backends.google.GooglePlusAuth", "social.backends.google.GooglePlusAuth"],
    ),
    gone("nk", "NK.pl (NaszaKlasa) ended in 2021", "", &["social_core.backends.nk.NKOAuth2", "social.backends.nk.NKOAuth2"]),
    gone(
        "orkut",
        "Google closed Orkut in 2014",
        "",
        &["social_auth.backends.contrib.orkut.OrkutBackend", "social_auth.backends.contrib.orkut.OrkutAuth"],
    ),
    gone(
        "persona",
        "Mozilla closed Persona in 2016",
        "email",
        &[
            "social_core.backends.persona.PersonaAuth",
            "social.backends.persona.PersonaAuth",
            "social_auth.backends.browserid.BrowserIDBackend",
        ],
    ),
    gone("pocket", "Mozilla closed Pocket in 2025", "", &["social_core.backends.pocket.PocketAuth", "social.backends.pocket.PocketAuth"]),
];

impl Retired {
    /// What happened and what serves instead, in words for whoever configured it.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self.instead {
            "" => format!("{}; nothing takes its place", self.what),
            instead => format!("{}; `{instead}` serves instead", self.what),
        }
    }
}
