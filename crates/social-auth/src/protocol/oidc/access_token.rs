//! Access tokens that are JWTs and tell who the person is (RFC 9068, and Keycloak before it).

use serde_json::{Map, Value};

use super::id_token::{already_valid, audience_is_us, not_expired, subject_is_sound};
use super::{DEFAULT_LEEWAY, IdTokenRules, IssuerRule};
use crate::clock::Clock;
use crate::error::{Error, Result, Stage};
use crate::jose::{ACCESS_TOKEN, Algorithm, Claims, Jws, KeySet, Keys};
use crate::protocol::oauth2::HookSettings;
use crate::secret::Secret;
use crate::settings::BackendSettings;

/// Verifies access tokens with the public key in the settings.
pub(crate) struct SignedAccessTokens {
    keys: KeySet,
    algorithm: Algorithm,
    audiences: Vec<String>,
    issuer: Option<String>,
    leeway: i64,
    clock: Clock,
}

impl SignedAccessTokens {
    /// Reads `PUBLIC_KEY` and `ALGORITHM`.
    ///
    /// # Errors
    /// `missing_setting` or `invalid_setting`, stage `start`.
    pub(crate) fn new(settings: &BackendSettings<'_>, hooks: &HookSettings, clock: Clock) -> Result<Self> {
        let name = settings.text("ALGORITHM")?.unwrap_or("RS256");
        let known = Algorithm::from_name(name).filter(|algorithm| !algorithm.is_symmetric());
        let algorithm = known.ok_or_else(|| settings.invalid("ALGORITHM", "must be an algorithm of a public key, such as RS256"))?;
        let pem = settings.required("PUBLIC_KEY", "It is the key that the provider signs access tokens with.")?;
        Ok(SignedAccessTokens {
            keys: KeySet::from_public_pem("PUBLIC_KEY", pem, algorithm).map_err(|error| error.stage(Stage::Start))?,
            algorithm,
            audiences: vec![hooks.client_id.clone()],
            issuer: settings.text("ID_TOKEN_ISSUER")?.map(str::to_owned),
            leeway: settings.integer("JWT_LEEWAY")?.unwrap_or(DEFAULT_LEEWAY),
            clock,
        })
    }

    /// What a good token states.
    ///
    /// # Errors
    /// Stage `token_validation`: as for id tokens.
    pub(crate) fn verify(&self, token: &Secret) -> Result<Map<String, Value>> {
        self.claims(token).map(Claims::into_map).map_err(|error| error.stage_if_unknown(Stage::TokenValidation))
    }

    fn claims(&self, token: &Secret) -> Result<Claims> {
        let verified = Jws::parse(token.expose(), ACCESS_TOKEN)?.verify(&Keys::public(&self.keys), &[self.algorithm])?;
        let claims = Claims::parse(&verified.payload)?;
        let issuer = IssuerRule::exact(self.issuer.as_deref().unwrap_or_default());
        let rules = IdTokenRules { leeway: self.leeway, ..IdTokenRules::new(&issuer, &self.audiences, self.clock.now()) };
        // The key is that of one realm: where no issuer is set, the signature tells who issued it.
        if self.issuer.is_some() && !issuer.matches(claims.require_text("iss")?) {
            return Err(Error::invalid_claim("iss").detail("the access token is from another issuer (setting ID_TOKEN_ISSUER)"));
        }
        audience_is_us(&claims, &rules)?;
        not_expired(&claims, &rules)?;
        already_valid(&claims, &rules)?;
        subject_is_sound(&claims)?;
        Ok(claims)
    }
}
