//! The page of the book about settings, written from the registry.

use std::fmt::Write as _;

use super::names::{GROUPS, Group, UNSUPPORTED};
use super::{Scope, SettingDecl};

const INTRODUCTION: &str = "\
<!-- Written by the program from its registry of settings: UPDATE_DOCS=1 cargo test -p social-auth --test settings -->

# Settings

Settings come from a TOML file, from environment variables, and from the program; the environment wins over
the file, and the program over both. Names are Python Social Auth's. For a backend, the first of these that is
set wins: `SOCIAL_AUTH_<BACKEND>_<NAME>`, `SOCIAL_AUTH_<NAME>`, `<NAME>`.

```toml
public_url = \"https://login.example.org\"        # or SOCIAL_AUTH_PUBLIC_URL = …
login_redirect_url = \"/account/\"

[backends.github]
key = \"Iv1.8a61f9b3a7aba766\"                     # or SOCIAL_AUTH_GITHUB_KEY = …
secret = { file = \"/run/secrets/github\" }        # or { env = \"GITHUB_SECRET\" }, or the text itself

[backends.staff]
provider = \"google-oauth2\"                       # a second backend of a provider, with settings of its own
whitelisted_domains = [\"example.org\"]
```

In the environment a setting has its flat name, `SOCIAL_AUTH_GITHUB_KEY`; dashes become underscores. Lists and
tables are JSON there, and lists may also be words separated by spaces or commas. `SOCIAL_AUTH_GITHUB_SECRET_FILE`
names a file that holds the value.

Nothing is ignored in silence: a name that does not exist, a value of a wrong type, one thing said twice in one
place keep the program from starting, with the file, the line and what was probably meant.
";

/// The page `docs/settings.md`.
#[must_use]
pub fn settings_page() -> String {
    let mut page = INTRODUCTION.to_owned();
    for group in GROUPS {
        page.push_str(&section(group));
    }
    page.push_str("\n## Known, and without effect\n\nPython Social Auth has these. They are told at start, never ignored in silence; ");
    page.push_str("those marked * keep the program from starting, since it would be less safe without them.\n\n");
    page.push_str("| name | what serves instead |\n| --- | --- |\n");
    for entry in UNSUPPORTED {
        let mark = if entry.refused { " *" } else { "" };
        line(&mut page, &[&format!("`{}`{mark}", entry.name), entry.instead]);
    }
    page
}

fn section(group: &Group) -> String {
    let mut text = format!("\n## {}\n\n{}\n\n| name | value | where | without it | what it does |\n", group.title, group.doc);
    text.push_str("| --- | --- | --- | --- | --- |\n");
    for decl in group.settings {
        let default = decl.default.map(default).unwrap_or_default();
        line(&mut text, &[&format!("`{}`", decl.name), &decl.kind.title(), place(decl), &default, decl.doc]);
    }
    text
}

fn line(page: &mut String, cells: &[&str]) {
    let cells: Vec<String> = cells.iter().map(|cell| cell.replace('|', "\\|")).collect();
    // Writing to a String cannot fail.
    let _ = writeln!(page, "| {} |", cells.join(" | "));
}

fn place(decl: &SettingDecl) -> &'static str {
    match decl.scope {
        Scope::Site => "site",
        Scope::Backend => "backend",
        Scope::Both => "site, backend",
        Scope::Server => "server",
    }
}

/// A value is code; a phrase is not.
fn default(text: &str) -> String {
    if text.contains('`') || text.starts_with("the ") || text.contains(", ") && !text.starts_with('[') || text.starts_with("this ") {
        text.to_owned()
    } else {
        format!("`{text}`")
    }
}
