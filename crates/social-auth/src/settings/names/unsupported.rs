//! Names that Python Social Auth documents and that are not honoured: each with what serves instead.

/// A known name without effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unsupported {
    /// The short name.
    pub name: &'static str,
    /// Whether starting without it would be less safe than what was asked for, so that it is refused.
    pub refused: bool,
    /// What serves instead.
    pub instead: &'static str,
}

const fn ignored(name: &'static str, instead: &'static str) -> Unsupported {
    Unsupported { name, refused: false, instead }
}

const fn refused(name: &'static str, instead: &'static str) -> Unsupported {
    Unsupported { name, refused: true, instead }
}

const COLUMN: &str = "The tables are those of Python Social Auth's Django application, with its column lengths.";
const STORAGE: &str = "The storage is given to the builder, or chosen by DATABASE_URL.";
const SESSION: &str = "The session is the framework adapter's.";
const ADMIN: &str = "It configures Django's admin, which goes on working on the same tables.";
const DJANGO: &str = "It configures Django itself.";

/// All of them.
pub const UNSUPPORTED: &[Unsupported] = &[
    ignored("STORAGE", STORAGE),
    ignored("STRATEGY", "The framework adapter takes the strategy's place."),
    ignored("USER_MODEL", "Users are kept by the storage's user trait, which an application implements for its own table."),
    ignored("UID_LENGTH", COLUMN),
    ignored("NONCE_SERVER_URL_LENGTH", COLUMN),
    ignored("ASSOCIATION_SERVER_URL_LENGTH", COLUMN),
    ignored("ASSOCIATION_HANDLE_LENGTH", COLUMN),
    ignored("EMAIL_LENGTH", COLUMN),
    ignored("POSTGRES_JSONFIELD", COLUMN),
    ignored("JSONFIELD_ENABLED", COLUMN),
    ignored("JSONFIELD_CUSTOM", COLUMN),
    ignored("URL_NAMESPACE", "Addresses are mounted by the adapter, or below MOUNT."),
    ignored("ADMIN_USER_SEARCH_FIELDS", ADMIN),
    ignored("ADMIN_SEARCH_FIELDS", ADMIN),
    ignored("LOGIN_FUNCTION", SESSION),
    ignored("LOGGEDIN_FUNCTION", SESSION),
    ignored("LOGIN_METHOD", SESSION),
    ignored("INSTALLED_APPS", DJANGO),
    ignored("MIDDLEWARE", DJANGO),
    ignored("TEMPLATE_CONTEXT_PROCESSORS", DJANGO),
    ignored("TEMPLATES", DJANGO),
    ignored("EMAIL_VALIDATION_FUNCTION", "EMAIL_HOST says how letters are sent; an application gives the builder a mailer of its own."),
    ignored("LOCAL_HTML", "The page with LoginRadius's widget is ours; another cannot be put in its place."),
    ignored("USE_DEPRECATED_API", "Google has closed the interface that it chose; google-oauth2 asks the one of today."),
    refused("JWT_DECODE_OPTIONS", "The checks of an id token cannot be switched off."),
    ignored("BACKEND_ERROR_URL", "django-social-auth's name of LOGIN_ERROR_URL."),
    ignored("COMPLETE_URL_NAME", "Addresses are mounted by the adapter, or below MOUNT."),
    ignored("ASSOCIATE_URL_NAME", "Addresses are mounted by the adapter, or below MOUNT."),
    ignored("DEFAULT_USERNAME", "django-social-auth's; a step of your own before create_user may choose the name."),
    ignored("FORCE_RANDOM_USERNAME", "django-social-auth's; a step of your own before create_user may choose the name."),
    ignored("USERNAME_FIXER", "django-social-auth's name of CLEAN_USERNAME_FUNCTION."),
    ignored("PROCESS_EXCEPTIONS", "The application sees errors by RAISE_EXCEPTIONS."),
    ignored("LAST_LOGIN", SESSION),
    ignored("MODELS", STORAGE),
    ignored("PIPELINE_RESUME_ENTRY", "A paused pipeline goes on at the step that paused it."),
    ignored("PARTIAL_PIPELINE_KEY", "A paused pipeline goes on at the step that paused it."),
    ignored("EXPIRATION", "The lifetime of a token is stored as `expires`, as in Python Social Auth."),
    refused("CREATE_USERS", "To make no new accounts, leave create_user out of PIPELINE."),
    ignored("ASSOCIATE_BY_MAIL", "ASSOCIATE_BY_EMAIL says whether accounts are connected by e-mail address."),
    ignored("CHANGE_SIGNAL_ONLY", "PROTECTED_USER_FIELDS and IMMUTABLE_USER_FIELDS say what a sign-in may change."),
    ignored("NONCE_LIFETIME", "A nonce lives as long as its sign-in: STATE_LIFETIME."),
];
