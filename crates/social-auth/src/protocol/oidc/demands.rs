//! Claims that were asked for as essential, and must be answered so (OpenID Connect Core 1.0, section 5.5.1.1).

use serde_json::{Map, Value};

use crate::error::{Error, Result};
use crate::jose::{Claims, texts};
use crate::settings::BackendSettings;

/// What is demanded of the person's authentication.
#[derive(Default)]
pub(super) struct Demands {
    /// Of which class it must be (`acr`); `None` where any will do, empty where any will do that is named.
    classes: Option<Vec<String>>,
    /// Whether it must be told when it was (`auth_time`).
    time: bool,
}

impl Demands {
    /// Reads `CLAIMS`, and `ACR_VALUES` where `ACR_VALUES_ESSENTIAL` is set.
    ///
    /// # Errors
    /// `missing_setting` or `invalid_setting`, stage `start`.
    pub(super) fn resolve(settings: &BackendSettings<'_>) -> Result<Self> {
        let claims = settings.table("CLAIMS")?;
        let mut demands = claims.map(Demands::of).unwrap_or_default();
        if settings.boolean("ACR_VALUES_ESSENTIAL", false)? {
            let values = settings.list("ACR_VALUES")?.unwrap_or_default();
            if values.is_empty() {
                return Err(settings.missing("ACR_VALUES", "ACR_VALUES_ESSENTIAL says that one of them is essential."));
            }
            demands.classes = Some(values);
        }
        Ok(demands)
    }

    fn of(claims: &Map<String, Value>) -> Self {
        let essential = |name: &str| {
            let request = claims.get("id_token")?.get(name)?;
            (request.get("essential") == Some(&Value::Bool(true))).then_some(request)
        };
        let wanted = |request: &Value| texts(request.get("values").or_else(|| request.get("value"))).map(str::to_owned).collect();
        Demands { classes: essential("acr").map(wanted), time: essential("auth_time").is_some() }
    }

    /// Checks a verified id token.
    ///
    /// # Errors
    /// `missing_claim` or `invalid_claim` for `acr` or `auth_time`.
    pub(super) fn check(&self, claims: &Claims) -> Result<()> {
        if self.time {
            claims.require_time("auth_time")?;
        }
        let Some(classes) = &self.classes else { return Ok(()) };
        let class = claims.require_text("acr")?;
        if classes.is_empty() || classes.iter().any(|wanted| wanted == class) {
            return Ok(());
        }
        Err(Error::invalid_claim("acr")
            .detail(format!("the person authenticated by \"{class}\", and it must be \"{}\"", classes.join("\" or \""))))
    }
}
