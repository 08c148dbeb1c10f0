//! Providers whose sign-in, by the protocol that is here, was closed or given up by Python Social Auth. They are kept
//! for associations that exist; `social-auth backends` says so.

/// The name, and what serves instead; empty where nothing does.
pub(super) const RETIRED: &[(&str, &str)] = &[
    ("500px", ""),
    ("aol", ""),
    ("bitbucket", "bitbucket-oauth2"),
    ("dropbox", "dropbox-oauth2"),
    ("google", "google-oauth2"),
    ("khanacademy-oauth1", ""),
    ("openstackdev", "openinfra"),
    ("openstreetmap", "openstreetmap-oauth2"),
    ("readability", ""),
    ("skyrock", ""),
    ("thisismyjam", ""),
    ("withings", ""),
    ("yahoo", "yahoo-oauth2"),
    ("yahoo-oauth", "yahoo-oauth2"),
];
