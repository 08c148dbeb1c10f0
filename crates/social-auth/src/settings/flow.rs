//! The settings of the journeys and of the built-in steps, typed, resolved once at start.

use std::collections::BTreeMap;

use super::{BackendSettings, RequiredClaim};
use crate::attempt::DEFAULT_LIFETIME;
use crate::error::Result;

/// Two weeks, as in Django.
const DEFAULT_SESSION_AGE: i64 = 14 * 24 * 3600;

/// A week, as in Python Social Auth.
const DEFAULT_CODE_LIFETIME: i64 = 7 * 24 * 3600;

/// What the journeys of one backend instance go by.
#[derive(Debug, Clone, PartialEq)]
pub struct FlowSettings {
    /// Where a person goes after signing in (`LOGIN_REDIRECT_URL`).
    pub login_redirect_url: Option<String>,
    /// Where a person goes when it failed (`LOGIN_ERROR_URL`).
    pub login_error_url: Option<String>,
    /// The page with the buttons (`LOGIN_URL`).
    pub login_url: Option<String>,
    /// Where a new person goes (`NEW_USER_REDIRECT_URL`).
    pub new_user_redirect_url: Option<String>,
    /// Where a person goes who connected another account (`NEW_ASSOCIATION_REDIRECT_URL`).
    pub new_association_redirect_url: Option<String>,
    /// Where a person goes after disconnecting (`DISCONNECT_REDIRECT_URL`).
    pub disconnect_redirect_url: Option<String>,
    /// Where a person goes after signing out (`LOGOUT_REDIRECT_URL`).
    pub logout_redirect_url: Option<String>,
    /// Whether signing out ends the session at the provider too (`LOGOUT_AT_PROVIDER`).
    pub logout_at_provider: bool,
    /// Where the provider sends the browser after that (`POST_LOGOUT_REDIRECT_URI`).
    pub post_logout_redirect_uri: Option<String>,
    /// Where an inactive person goes (`INACTIVE_USER_URL`).
    pub inactive_user_url: Option<String>,
    /// Whether `next` is checked at all (`SANITIZE_REDIRECTS`).
    pub sanitize_redirects: bool,
    /// Hosts besides our own that `next` may name (`ALLOWED_REDIRECT_HOSTS`).
    pub allowed_redirect_hosts: Vec<String>,
    /// Schemes that `next` may have (`ALLOWED_REDIRECT_SCHEMES`).
    pub allowed_redirect_schemes: Vec<String>,
    /// Whether our own addresses are told as https whatever we see (`REDIRECT_IS_HTTPS`).
    pub redirect_is_https: bool,
    /// Parameters of begin that the pipeline gets to see (`FIELDS_STORED_IN_SESSION`).
    pub fields_stored_in_session: Vec<String>,
    /// Methods by which a sign-in may be begun (`LOGIN_METHODS`).
    pub login_methods: Vec<String>,
    /// Seconds from begin to complete (`STATE_LIFETIME`).
    pub state_lifetime: i64,
    /// Seconds that a token of ours is good for (`API_TOKEN_LIFETIME`).
    pub api_token_lifetime: i64,
    /// Seconds that a paused pipeline is kept (`PARTIAL_LIFETIME`).
    pub partial_lifetime: i64,
    /// Whether inactive users sign in all the same (`ALLOW_INACTIVE_USERS_LOGIN`).
    pub allow_inactive_users_login: bool,
    /// Whether errors reach the application instead of becoming replies (`RAISE_EXCEPTIONS`).
    pub raise_exceptions: bool,
    /// Seconds that a session of ours lasts when nobody uses it (`SESSION_COOKIE_AGE`).
    pub session_cookie_age: i64,
    /// Whether the session lasts as long as the provider says (`SESSION_EXPIRATION`).
    pub session_expiration: bool,
    /// Seconds after which a session ends, whoever uses it (`MAX_SESSION_LENGTH`).
    pub max_session_length: Option<i64>,
    /// The parameter by which a person asks to be remembered (`REMEMBER_SESSION_NAME`); without one everybody is.
    pub remember_session_name: Option<String>,
    /// For `social_names`.
    pub names: NameSettings,
    /// For `get_username`.
    pub username: UsernameSettings,
    /// For `create_user` and `user_details`.
    pub user: UserSettings,
    /// For `auth_allowed`.
    pub allowed: AllowedSettings,
    /// For `associate_by_email` (`ASSOCIATE_BY_EMAIL`).
    pub associate_by_email: EmailPolicy,
    /// For `mail_validation`.
    pub email: EmailSettings,
    /// For `sync_groups`: the provider's group → the group here (`GROUPS_MAP`).
    pub groups_map: Option<BTreeMap<String, String>>,
    /// What it means that a person who is signed in proves another account to be theirs (`ACCOUNT_MERGE`).
    pub account_merge: AccountMerge,
    /// The page that asks whether two accounts are to be one (`ACCOUNT_MERGE_URL`).
    pub account_merge_url: Option<String>,
    /// Whether a former identifier is believed without evidence (`ALLOW_UNVERIFIED_LEGACY_UID_MIGRATION`).
    pub allow_unverified_legacy_uid_migration: bool,
}

/// Whose address has to be proved, and how.
#[derive(Debug, Clone, PartialEq)]
pub struct EmailSettings {
    /// `FORCE_EMAIL_VALIDATION`.
    pub force_validation: bool,
    /// `PASSWORDLESS`: a letter for every sign-in.
    pub passwordless: bool,
    /// `EMAIL_VALIDATION_URL`.
    pub validation_url: Option<String>,
    /// Seconds that a code is good for (`EMAIL_VALIDATION_EXPIRED_THRESHOLD`); `None` is for ever.
    pub code_lifetime: Option<i64>,
}

/// How names are completed.
#[derive(Debug, Clone, PartialEq)]
pub struct NameSettings {
    /// `FIRSTLAST_FROM_FULL`.
    pub firstlast_from_full: bool,
    /// `FULL_FROM_FIRSTLAST`.
    pub full_from_firstlast: bool,
}

/// How user names are made.
#[derive(Debug, Clone, PartialEq)]
pub struct UsernameSettings {
    /// `USERNAME_IS_FULL_EMAIL`.
    pub is_full_email: bool,
    /// `UUID_LENGTH`: characters of the suffix that makes a name unique.
    pub uuid_length: usize,
    /// `CLEAN_USERNAMES`.
    pub clean: bool,
    /// `SLUGIFY_USERNAMES`.
    pub slugify: bool,
    /// `CLEAN_USERNAME_FUNCTION`: a built-in function by its dotted or short name.
    pub clean_function: Option<String>,
    /// `SLUGIFY_FUNCTION`: a built-in function by its dotted or short name.
    pub slugify_function: Option<String>,
    /// `USERNAME_MAX_LENGTH`, in characters.
    pub max_length: usize,
}

/// How users are made and kept up to date.
#[derive(Debug, Clone, PartialEq)]
pub struct UserSettings {
    /// `USER_FIELDS`.
    pub fields: Vec<String>,
    /// `PROTECTED_USER_FIELDS`.
    pub protected: Vec<String>,
    /// `NO_DEFAULT_PROTECTED_USER_FIELDS`.
    pub no_default_protected: bool,
    /// `IMMUTABLE_USER_FIELDS`.
    pub immutable: Vec<String>,
    /// `USER_FIELD_MAPPING`: field of the details → field of the user.
    pub mapping: BTreeMap<String, String>,
    /// `FORCE_EMAIL_LOWERCASE`.
    pub force_email_lowercase: bool,
}

/// Who may sign in. `None` is no rule; an empty list is none either, as in Python Social Auth.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AllowedSettings {
    /// `WHITELISTED_EMAILS`.
    pub emails: Vec<String>,
    /// `WHITELISTED_DOMAINS`.
    pub domains: Vec<String>,
    /// `ALLOW_GROUPS`.
    pub groups: Option<Vec<String>>,
    /// `REQUIRED_CLAIMS`: all of them.
    pub claims: Vec<RequiredClaim>,
}

/// What it means that a user with the address of somebody new exists.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum EmailPolicy {
    /// The sign-in is refused; the person may sign in to that account and connect.
    #[default]
    Refuse,
    /// The person is sent to sign in to that account, and then connected.
    Confirm,
    /// The person is that user, if both the provider and this application have verified the address.
    Verified,
}

/// What it means that a person who is signed in proves another account to be theirs too.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum AccountMerge {
    /// Nothing: the identity is in use.
    #[default]
    Refuse,
    /// The two may become one; the other is switched off.
    Deactivate,
    /// The two may become one; the other is deleted.
    Delete,
}

impl FlowSettings {
    /// Reads them as one backend sees them.
    ///
    /// # Errors
    /// `invalid_setting` for a value of a wrong type or out of range.
    pub fn resolve(settings: &BackendSettings<'_>) -> Result<Self> {
        let text = |name: &str| settings.text(name).map(|text| text.map(str::to_owned));
        let list = |name: &str| settings.list(name).map(Option::unwrap_or_default);
        let schemes = settings.list("ALLOWED_REDIRECT_SCHEMES")?.unwrap_or_else(|| vec!["http".into(), "https".into()]);
        let methods = settings.list("LOGIN_METHODS")?.unwrap_or_else(|| vec!["GET".into(), "POST".into()]);
        Ok(FlowSettings {
            login_redirect_url: text("LOGIN_REDIRECT_URL")?,
            login_error_url: text("LOGIN_ERROR_URL")?,
            login_url: text("LOGIN_URL")?,
            new_user_redirect_url: text("NEW_USER_REDIRECT_URL")?,
            new_association_redirect_url: text("NEW_ASSOCIATION_REDIRECT_URL")?,
            disconnect_redirect_url: text("DISCONNECT_REDIRECT_URL")?,
            logout_redirect_url: text("LOGOUT_REDIRECT_URL")?,
            logout_at_provider: settings.boolean("LOGOUT_AT_PROVIDER", false)?,
            post_logout_redirect_uri: text("POST_LOGOUT_REDIRECT_URI")?,
            inactive_user_url: text("INACTIVE_USER_URL")?,
            sanitize_redirects: settings.boolean("SANITIZE_REDIRECTS", true)?,
            allowed_redirect_hosts: list("ALLOWED_REDIRECT_HOSTS")?,
            allowed_redirect_schemes: schemes,
            redirect_is_https: settings.boolean("REDIRECT_IS_HTTPS", false)?,
            fields_stored_in_session: list("FIELDS_STORED_IN_SESSION")?,
            login_methods: methods.iter().map(|method| method.to_ascii_uppercase()).collect(),
            state_lifetime: positive(settings, "STATE_LIFETIME", DEFAULT_LIFETIME)?,
            api_token_lifetime: positive(settings, "API_TOKEN_LIFETIME", 14 * 24 * 3600)?,
            partial_lifetime: positive(settings, "PARTIAL_LIFETIME", 7 * 24 * 3600)?,
            allow_inactive_users_login: settings.boolean("ALLOW_INACTIVE_USERS_LOGIN", false)?,
            raise_exceptions: settings.boolean("RAISE_EXCEPTIONS", false)?,
            session_cookie_age: positive(settings, "SESSION_COOKIE_AGE", DEFAULT_SESSION_AGE)?,
            session_expiration: settings.boolean("SESSION_EXPIRATION", false)?,
            max_session_length: seconds(settings, "MAX_SESSION_LENGTH")?,
            remember_session_name: settings.text("REMEMBER_SESSION_NAME")?.filter(|name| !name.is_empty()).map(str::to_owned),
            names: NameSettings {
                firstlast_from_full: settings.boolean("FIRSTLAST_FROM_FULL", true)?,
                full_from_firstlast: settings.boolean("FULL_FROM_FIRSTLAST", true)?,
            },
            username: username(settings)?,
            user: user(settings)?,
            allowed: AllowedSettings {
                emails: list("WHITELISTED_EMAILS")?,
                domains: list("WHITELISTED_DOMAINS")?,
                groups: groups(settings)?,
                claims: RequiredClaim::resolve(settings)?,
            },
            associate_by_email: email_policy(settings)?,
            email: email(settings)?,
            groups_map: settings.setting("GROUPS_MAP").map(|_| settings.pairs("GROUPS_MAP")).transpose()?.map(BTreeMap::from_iter),
            account_merge: account_merge(settings)?,
            account_merge_url: text("ACCOUNT_MERGE_URL")?,
            allow_unverified_legacy_uid_migration: settings.boolean("ALLOW_UNVERIFIED_LEGACY_UID_MIGRATION", false)?,
        })
    }
}

fn username(settings: &BackendSettings<'_>) -> Result<UsernameSettings> {
    let length = |name: &str, default: usize| match settings.integer(name)? {
        None => Ok(default),
        Some(value) => usize::try_from(value).map_err(|_| settings.invalid(name, "must not be negative")),
    };
    let function = |name: &str| match settings.text(name)? {
        Some(function) if crate::username::cleaner(function).is_none() => {
            Err(settings.invalid(name, "must be one of clean_username, slugify, append_slash; for another, replace the step get_username"))
        }
        other => Ok(other.map(str::to_owned)),
    };
    let max_length = length("USERNAME_MAX_LENGTH", 150)?;
    if max_length == 0 {
        return Err(settings.invalid("USERNAME_MAX_LENGTH", "must be at least 1"));
    }
    Ok(UsernameSettings {
        is_full_email: settings.boolean("USERNAME_IS_FULL_EMAIL", false)?,
        uuid_length: length("UUID_LENGTH", 16)?,
        clean: settings.boolean("CLEAN_USERNAMES", true)?,
        slugify: settings.boolean("SLUGIFY_USERNAMES", false)?,
        clean_function: function("CLEAN_USERNAME_FUNCTION")?,
        slugify_function: function("SLUGIFY_FUNCTION")?,
        max_length,
    })
}

fn user(settings: &BackendSettings<'_>) -> Result<UserSettings> {
    Ok(UserSettings {
        fields: settings.list("USER_FIELDS")?.unwrap_or_else(|| vec!["username".into(), "email".into()]),
        protected: settings.list("PROTECTED_USER_FIELDS")?.unwrap_or_default(),
        no_default_protected: settings.boolean("NO_DEFAULT_PROTECTED_USER_FIELDS", false)?,
        immutable: settings.list("IMMUTABLE_USER_FIELDS")?.unwrap_or_default(),
        mapping: settings.pairs("USER_FIELD_MAPPING")?.into_iter().collect(),
        force_email_lowercase: settings.boolean("FORCE_EMAIL_LOWERCASE", false)?,
    })
}

fn email(settings: &BackendSettings<'_>) -> Result<EmailSettings> {
    let code_lifetime = match settings.integer("EMAIL_VALIDATION_EXPIRED_THRESHOLD")? {
        None => Some(DEFAULT_CODE_LIFETIME),
        Some(0) => None,
        Some(seconds) if seconds > 0 => Some(seconds),
        Some(_) => return Err(settings.invalid("EMAIL_VALIDATION_EXPIRED_THRESHOLD", "must be a number of seconds, or 0 for no limit")),
    };
    Ok(EmailSettings {
        force_validation: settings.boolean("FORCE_EMAIL_VALIDATION", false)?,
        passwordless: settings.boolean("PASSWORDLESS", false)?,
        validation_url: settings.text("EMAIL_VALIDATION_URL")?.map(str::to_owned),
        code_lifetime,
    })
}

fn email_policy(settings: &BackendSettings<'_>) -> Result<EmailPolicy> {
    match settings.text("ASSOCIATE_BY_EMAIL")? {
        None | Some("refuse") => Ok(EmailPolicy::Refuse),
        Some("confirm") => Ok(EmailPolicy::Confirm),
        Some("verified") => Ok(EmailPolicy::Verified),
        Some(_) => Err(settings.invalid("ASSOCIATE_BY_EMAIL", "must be refuse, confirm or verified")),
    }
}

fn account_merge(settings: &BackendSettings<'_>) -> Result<AccountMerge> {
    match settings.text("ACCOUNT_MERGE")? {
        None | Some("refuse") => Ok(AccountMerge::Refuse),
        Some("deactivate") => Ok(AccountMerge::Deactivate),
        Some("delete") => Ok(AccountMerge::Delete),
        Some(_) => Err(settings.invalid("ACCOUNT_MERGE", "must be refuse, deactivate or delete")),
    }
}

/// A rule that somebody began to write must not silently be none; an empty name would let in whoever has
/// a group without a name.
fn groups(settings: &BackendSettings<'_>) -> Result<Option<Vec<String>>> {
    let groups = settings.list("ALLOW_GROUPS")?;
    if groups.is_none() && settings.setting("ALLOW_GROUPS").is_some() {
        return Err(settings.invalid("ALLOW_GROUPS", "must be a list of names; leave it out for no rule"));
    }
    if groups.iter().flatten().any(|group| group.trim().is_empty()) {
        return Err(settings.invalid("ALLOW_GROUPS", "must not contain an empty name"));
    }
    Ok(groups)
}

fn positive(settings: &BackendSettings<'_>, name: &str, default: i64) -> Result<i64> {
    Ok(seconds(settings, name)?.unwrap_or(default))
}

fn seconds(settings: &BackendSettings<'_>, name: &str) -> Result<Option<i64>> {
    match settings.integer(name)? {
        Some(value) if value <= 0 => Err(settings.invalid(name, "must be a positive number of seconds")),
        value => Ok(value),
    }
}
