//! Local user names: made of what the provider says, fit for the column, and not taken.

use unicode_normalization::UnicodeNormalization;

use crate::error::{Error, Reason, Result};
use crate::settings::UsernameSettings;
use crate::storage::UserStorage;

/// A function that `CLEAN_USERNAME_FUNCTION` and `SLUGIFY_FUNCTION` may name.
pub type Cleaner = fn(&str) -> String;

const CLEANERS: &[(&str, Cleaner)] = &[("clean_username", clean), ("slugify", slugify), ("append_slash", crate::redirect::append_slash)];

/// The built-in function of this name; dotted Python Social Auth paths (`social_core.utils.slugify`) count
/// by their last part.
#[must_use]
pub fn cleaner(name: &str) -> Option<Cleaner> {
    let short = name.rsplit('.').next().unwrap_or(name);
    CLEANERS.iter().find(|(known, _)| *known == short).map(|(_, cleaner)| *cleaner)
}

/// Keeps ASCII letters, digits and `_.@+-`: what Django takes for a user name.
///
/// ```
/// assert_eq!(social_auth::username::clean("Foo Bär"), "FooBr");
/// ```
#[must_use]
pub fn clean(name: &str) -> String {
    name.chars().filter(|c| c.is_ascii_alphanumeric() || "_.@+-".contains(*c)).collect()
}

/// Lower case, ASCII where Unicode knows a base letter, words joined by single hyphens.
///
/// ```
/// assert_eq!(social_auth::username::slugify("  Naïve   Café! "), "naive-cafe");
/// ```
#[must_use]
pub fn slugify(text: &str) -> String {
    let kept: String =
        text.nfkd().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-') || (c.is_ascii() && c.is_whitespace())).collect();
    let mut slug = String::with_capacity(kept.len());
    for c in kept.trim().chars() {
        match c {
            '-' | ' ' | '\t'..='\r' => {
                if !slug.ends_with('-') {
                    slug.push('-');
                }
            }
            other => slug.push(other.to_ascii_lowercase()),
        }
    }
    slug
}

/// Names that follow from one wish: the wish itself, then the wish with a random suffix.
#[derive(Debug)]
pub struct Candidates<'a> {
    wish: &'a str,
    settings: &'a UsernameSettings,
}

impl<'a> Candidates<'a> {
    /// The candidates for a wish.
    #[must_use]
    pub fn new(wish: &'a str, settings: &'a UsernameSettings) -> Self {
        Candidates { wish, settings }
    }

    /// The wish, cut and cleaned. May be empty, when nothing of it is left.
    #[must_use]
    pub fn plain(&self) -> String {
        self.fit(self.wish)
    }

    /// The wish with the first `suffix` characters of `random` at its end, cut so that they fit.
    #[must_use]
    pub fn suffixed(&self, random: &str, suffix: usize) -> String {
        let suffix: String = random.chars().take(suffix.min(self.settings.max_length)).collect();
        let room = self.settings.max_length.saturating_sub(suffix.chars().count());
        let stem: String = self.wish.chars().take(room).collect();
        self.fit(&format!("{stem}{suffix}"))
    }

    fn fit(&self, name: &str) -> String {
        let limit = self.settings.max_length;
        let mut name: String = name.chars().take(limit).collect();
        let named = |function: &Option<String>, default: Cleaner| function.as_deref().and_then(cleaner).unwrap_or(default);
        if self.settings.clean {
            name = named(&self.settings.clean_function, clean)(&name);
        }
        if self.settings.slugify {
            name = named(&self.settings.slugify_function, slugify)(&name);
        }
        // A function may lengthen: compatibility forms such as "ﬃ" become several letters.
        name.chars().take(limit).collect()
    }
}

/// The first candidate for the wish that is neither empty, nor `refused`, nor taken. Without a wish the
/// name is random. `random` gives 32 hexadecimal digits a call.
///
/// The name may be taken by the time that the user is made: the storage's unique key decides.
///
/// # Errors
/// `username_in_use` after 16 tries: with `USERNAME_MAX_LENGTH` very short, all names may be taken.
pub async fn choose(
    wish: Option<&str>,
    settings: &UsernameSettings,
    users: &dyn UserStorage,
    refused: &[String],
    random: &mut (dyn FnMut() -> String + Send),
) -> Result<String> {
    const TRIES: usize = 16;
    /// From here on a configured suffix that is too short to be unique is replaced by the longest.
    const LONG_FROM: usize = 8;
    let drawn;
    let wish = match wish.filter(|wish| !wish.is_empty()) {
        Some(wish) => wish,
        None => {
            drawn = random();
            &drawn
        }
    };
    let candidates = Candidates::new(wish, settings);
    for attempt in 0..TRIES {
        let name = match attempt {
            0 => candidates.plain(),
            // With UUID_LENGTH = 0 every further candidate would be the first one again.
            1..LONG_FROM if settings.uuid_length > 0 => candidates.suffixed(&random(), settings.uuid_length),
            _ => candidates.suffixed(&random(), 32),
        };
        if !name.is_empty() && !refused.contains(&name) && !users.username_exists(&name).await? {
            return Ok(name);
        }
    }
    Err(Error::new(Reason::UsernameInUse).detail(format!(
        "no free user name was found in {TRIES} tries; USERNAME_MAX_LENGTH ({}) or UUID_LENGTH ({}) may be too small",
        settings.max_length, settings.uuid_length
    )))
}
