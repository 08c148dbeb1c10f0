//! `social-auth clear`: Django's `clearsocial`, with sessions.

use std::process::ExitCode;

use social_auth::storage::{Expiring, SocialStorage as _};
use time::{Duration, OffsetDateTime};

use crate::cli::Clear;
use crate::commands::serve;
use crate::config::{Arguments, Config};
use crate::failure::Failure;
use crate::logging::Logging;

/// Removes what is over, and says how much.
pub(crate) async fn run(arguments: Clear) -> Result<ExitCode, Failure> {
    let Clear { configured, database_url, partials, codes, sessions, age } = arguments;
    let config =
        Config::load(&Arguments { file: configured.config.as_deref(), database_url: database_url.as_deref(), ..Arguments::default() })?;
    Logging::warnings().start();
    let storage = serve::storage(&config.database_url).await?;
    let now = OffsetDateTime::now_utc();
    let kinds = [
        (Expiring::Partials, partials, "paused sign-ins"),
        (Expiring::Codes, codes, "unused e-mail codes"),
        (Expiring::Sessions, sessions, "sessions"),
        (Expiring::Claims, false, "used states and nonces"),
        (Expiring::OpenIdAssociations, false, "secrets of OpenID servers"),
    ];
    let all = !(partials || codes || sessions);
    for (kind, _, name) in kinds.into_iter().filter(|(_, named, _)| all || *named) {
        let before = match kind {
            Expiring::Partials | Expiring::Codes => (now - Duration::days(age.into())).unix_timestamp(),
            kind => kind.over_before(now.unix_timestamp()),
        };
        println!("{} {name} removed", storage.clear(kind, before).await?);
    }
    storage.close().await;
    Ok(ExitCode::SUCCESS)
}
