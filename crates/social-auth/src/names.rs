//! A person's name, whole and in parts: each derived from the other where one is missing.

use crate::settings::NameSettings;

/// A name as a provider gives it. Absent parts are `None`, never "".
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    /// The whole name.
    pub fullname: Option<String>,
    /// The given name.
    pub first_name: Option<String>,
    /// The family name.
    pub last_name: Option<String>,
}

impl Names {
    /// Trims what is there and derives what is missing, as far as the settings allow.
    ///
    /// The whole name is cut at its first space, and only if neither part is known: one known part
    /// does not tell where the other begins.
    ///
    /// ```
    /// use social_auth::names::Names;
    /// use social_auth::settings::NameSettings;
    /// let both = NameSettings { firstlast_from_full: true, full_from_firstlast: true };
    /// let names = Names { fullname: Some("Ada King Lovelace".into()), ..Names::default() }.completed(&both);
    /// assert_eq!(names.first_name.as_deref(), Some("Ada"));
    /// assert_eq!(names.last_name.as_deref(), Some("King Lovelace"));
    /// ```
    #[must_use]
    pub fn completed(self, settings: &NameSettings) -> Self {
        let mut names =
            Names { fullname: present(self.fullname), first_name: present(self.first_name), last_name: present(self.last_name) };
        match (&names.fullname, &names.first_name, &names.last_name) {
            (Some(full), None, None) if settings.firstlast_from_full => {
                let (first, last) = full.split_once(' ').unwrap_or((full, ""));
                (names.first_name, names.last_name) = (present(Some(first.to_owned())), present(Some(last.to_owned())));
            }
            (None, first, last) if settings.full_from_firstlast => names.fullname = joined(first.as_deref(), last.as_deref()),
            _ => {}
        }
        names
    }
}

/// The parts as one. Some providers give the whole name as the family name, so a given name that stands
/// in it already is not put in front once more.
fn joined(first: Option<&str>, last: Option<&str>) -> Option<String> {
    match (first, last) {
        (Some(first), Some(last)) if stands_in(first, last) => Some(last.to_owned()),
        (Some(first), Some(last)) => Some(format!("{first} {last}")),
        (one, other) => one.or(other).map(str::to_owned),
    }
}

/// Whether `part` stands in `whole` between white space or its ends.
fn stands_in(part: &str, whole: &str) -> bool {
    whole.match_indices(part).any(|(start, _)| {
        let before = whole.get(..start).and_then(|before| before.chars().next_back());
        let after = whole.get(start + part.len()..).and_then(|after| after.chars().next());
        before.is_none_or(char::is_whitespace) && after.is_none_or(char::is_whitespace)
    })
}

/// The text without white space around it, unless nothing is left.
fn present(text: Option<String>) -> Option<String> {
    text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}
