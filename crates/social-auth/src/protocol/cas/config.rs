//! A provider's description with the settings applied.

use url::Url;

use super::description::Cas;
use crate::backend::BackendInfo;
use crate::error::Result;
use crate::protocol::profile::{About, Described, HookSettings, IdentityConfig, declared, info};
use crate::secret::Secret;
use crate::settings::BackendSettings;

/// Which of the protocol's versions is spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Version {
    /// Plain text, a user name and nothing else (section 2.4).
    One,
    /// XML (section 2.5).
    Two,
    /// XML with attributes (section 2.5, `/p3`).
    Three,
}

impl Version {
    /// Where below the server's address tickets are checked.
    fn endpoint(self) -> &'static str {
        match self {
            Version::One => "validate",
            Version::Two => "serviceValidate",
            Version::Three => "p3/serviceValidate",
        }
    }
}

/// What one backend instance goes by.
pub(super) struct Config {
    pub info: BackendInfo,
    pub version: Version,
    pub login_url: String,
    pub validate_url: String,
    pub logout_url: String,
    /// Whether the person has to give a password now, whatever session there is (`renew`).
    pub renew: bool,
    /// Whether only those come in whom the server need not ask anything (`gateway`).
    pub gateway: bool,
    /// Whether the server posts its answer (`method=POST`, CAS 3).
    pub answers_by_post: bool,
    pub identity: IdentityConfig,
    pub hook_settings: HookSettings,
}

impl Config {
    /// Applies settings to a description.
    ///
    /// # Errors
    /// `missing_setting` or `invalid_setting`, stage `start`.
    pub fn resolve(provider: &'static Cas, instance: &str, settings: &BackendSettings<'_>) -> Result<Self> {
        let version = match settings.integer("CAS_VERSION")?.unwrap_or(3) {
            1 => Version::One,
            2 => Version::Two,
            3 => Version::Three,
            _ => return Err(settings.invalid("CAS_VERSION", "must be 1, 2 or 3")),
        };
        let (renew, gateway) = (settings.boolean("RENEW", false)?, settings.boolean("GATEWAY", false)?);
        if renew && gateway {
            return Err(settings.invalid("GATEWAY", "cannot be on together with RENEW: one never asks, the other always (section 2.1.1)"));
        }
        let server = server(provider, settings)?;
        let own =
            |name: &str, path: &str| Ok::<_, crate::Error>(settings.text(name)?.map_or_else(|| format!("{server}/{path}"), str::to_owned));
        Ok(Config {
            info: info(&about(provider), instance, settings)?,
            version,
            login_url: own("LOGIN_PAGE_URL", "login")?,
            validate_url: own("VALIDATE_URL", version.endpoint())?,
            logout_url: own("CAS_LOGOUT_URL", "logout")?,
            renew,
            gateway,
            answers_by_post: settings.boolean("ANSWER_BY_POST", false)?,
            identity: IdentityConfig::resolve(&described(provider), settings)?,
            hook_settings: HookSettings {
                backend: instance.to_owned(),
                client_id: String::new(),
                secret: Secret::default(),
                scope: Vec::new(),
                declared: declared(provider.settings, settings)?,
            },
        })
    }
}

/// The server's address without a slash at its end.
fn server(provider: &Cas, settings: &BackendSettings<'_>) -> Result<String> {
    let text = match settings.text("SERVER_URL")?.unwrap_or(provider.server_url) {
        "" => return Err(settings.missing("SERVER_URL", "It is the address of the CAS server, such as https://cas.example.edu/cas.")),
        text => text,
    };
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "https" | "http") && url.has_host());
    let url = url.ok_or_else(|| settings.invalid("SERVER_URL", "must be an address such as https://cas.example.edu/cas"))?;
    if url.query().is_some() || url.fragment().is_some() {
        return Err(settings.invalid("SERVER_URL", "must have neither a query nor a fragment: /login and /serviceValidate go behind it"));
    }
    Ok(text.trim_end_matches('/').to_owned())
}

fn about(provider: &Cas) -> About {
    About {
        name: provider.name,
        title: provider.title,
        icon: provider.icon,
        protocol: Cas::PROTOCOL,
        association_only: false,
        uid: provider.uid,
    }
}

fn described(provider: &Cas) -> Described {
    Described { uid: provider.uid, uid_switches: &[], details: provider.details, groups: provider.groups, extra_data: provider.extra_data }
}
