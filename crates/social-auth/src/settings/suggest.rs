//! "Did you mean …?"

/// What people write who know other libraries, and the name that it has here.
const ELSEWHERE: &[(&str, &str)] = &[
    ("ALLOWED_DOMAINS", "WHITELISTED_DOMAINS"),
    ("ALLOWED_EMAILS", "WHITELISTED_EMAILS"),
    ("API_SECRET", "SECRET"),
    ("APP_ID", "KEY"),
    ("APP_SECRET", "SECRET"),
    ("AUTHORIZATION_ENDPOINT", "AUTHORIZATION_URL"),
    ("AUTH_URL", "AUTHORIZATION_URL"),
    ("BASE_URL", "PUBLIC_URL"),
    ("BIND", "LISTEN"),
    ("CLIENT_ID", "KEY"),
    ("CLIENT_KEY", "KEY"),
    ("CLIENT_SECRET", "SECRET"),
    ("CONSUMER_KEY", "KEY"),
    ("CONSUMER_SECRET", "SECRET"),
    ("DATABASE", "DATABASE_URL"),
    ("DISCOVERY_URL", "OIDC_ENDPOINT"),
    ("EXTENDED_PERMISSIONS", "SCOPE"),
    ("EXTRA_SCOPE", "SCOPE"),
    ("HTTP_PROXY", "PROXIES"),
    ("ISSUER", "OIDC_ENDPOINT"),
    ("ISSUER_URL", "OIDC_ENDPOINT"),
    ("JWKS_URL", "JWKS_URI"),
    ("LEEWAY", "JWT_LEEWAY"),
    ("LOG_LEVEL", "LOG"),
    ("PORT", "LISTEN"),
    ("PROXY", "PROXIES"),
    ("SCOPES", "SCOPE"),
    ("TIMEOUT", "REQUESTS_TIMEOUT"),
    ("TLS_VERIFY", "VERIFY_SSL"),
    ("TOKEN_ENDPOINT", "ACCESS_TOKEN_URL"),
    ("TOKEN_URL", "ACCESS_TOKEN_URL"),
    ("USERINFO_ENDPOINT", "USERINFO_URL"),
];

/// Below this two names have nothing to do with each other (Jaro-Winkler, 0 to 1).
const ALIKE: f64 = 0.84;

/// The candidate that is most like what was written, if one is alike at all. Case does not count.
pub(crate) fn closest<'a>(written: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let written = written.to_uppercase().replace('-', "_");
    let score = |candidate: &str| {
        let candidate = candidate.to_uppercase().replace('-', "_");
        // One letter too many, missing, wrong or swapped is alike however short the name is.
        let comparable = written.len() > 2 && written.len().abs_diff(candidate.len()) <= 1;
        if comparable && strsim::damerau_levenshtein(&written, &candidate) <= 1 { 1.0 } else { strsim::jaro_winkler(&written, &candidate) }
    };
    let scored = candidates.into_iter().map(|candidate| (score(candidate), candidate));
    scored.filter(|(score, _)| *score >= ALIKE).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, candidate)| candidate)
}

/// The name that something has here which has this one elsewhere.
pub(super) fn known_elsewhere(name: &str) -> Option<&'static str> {
    ELSEWHERE.iter().find(|(theirs, _)| *theirs == name).map(|(_, ours)| *ours)
}
