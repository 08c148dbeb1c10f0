//! The two programs on one file: a Django project with social-app-django, and `social-auth serve`. Both get the same
//! settings, as variables of the environment.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use serde_json::{Value, json};
use social_auth::SocialAuth;
use social_auth::storage::Association;
use social_auth_sqlx::SqlxStorage;
use social_auth_testkit::DevProvider;
use tempfile::TempDir;

use crate::browser::{Browser, Page};
use crate::install;
use crate::process::Process;

const SECRET_KEY: &str = "a key of at least thirty-two random characters";

/// The steps, by the names that they have in a project's `settings.py`.
const PIPELINE: [&str; 10] = [
    "social_core.pipeline.social_auth.social_details",
    "social_core.pipeline.social_auth.social_uid",
    "social_core.pipeline.social_auth.auth_allowed",
    "social_core.pipeline.social_auth.social_user",
    "social_core.pipeline.user.get_username",
    "social_core.pipeline.mail.mail_validation",
    "social_core.pipeline.user.create_user",
    "social_core.pipeline.social_auth.associate_user",
    "social_core.pipeline.social_auth.load_extra_data",
    "social_core.pipeline.user.user_details",
];

/// Whose users a project has.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Users {
    /// Django's `auth_user`.
    Djangos,
    /// A model of the project's own: `AUTH_USER_MODEL = "people.Person"`.
    Own,
}

/// A project: its file, its settings, and the provider that it signs people in with.
pub(crate) struct Site {
    pub(crate) provider: DevProvider,
    folder: TempDir,
    generation: u8,
    users: Users,
}

impl Site {
    pub(crate) async fn new(generation: u8, users: Users) -> Site {
        let folder = tempfile::tempdir().unwrap();
        Site { provider: DevProvider::start().await.unwrap(), folder, generation, users }
    }

    /// Django, on this file; `None`, and a line that says so, where there is no Python.
    pub(crate) fn django(&self) -> Option<Django> {
        let (mut command, _) = install::environment(&format!("django-{}", self.generation), &[("python3", "python3-venv")])?;
        // Compiled files have no place among the sources.
        command.args(["-B", "-u", "project.py"]).current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/peers/django"));
        command.envs(self.settings()).env("DJANGO_DATABASE", self.file());
        if self.users == Users::Own {
            command.env("DJANGO_USERS", "people");
        }
        let process = Process::start(command);
        Some(Django { url: process.said("url"), process })
    }

    /// `social-auth serve`, on the same file and with the same settings.
    pub(crate) fn serve(&self) -> Server {
        let mut command = Command::new(social_auth());
        command.arg("serve").current_dir(self.folder.path()).envs(self.settings());
        command.env("SOCIAL_AUTH_LISTEN", "127.0.0.1:0").env("SOCIAL_AUTH_SECRET_KEY", SECRET_KEY);
        command.env("SOCIAL_AUTH_DATABASE_URL", self.url());
        // What Django has a function for, and what is for a provider on this machine.
        command.env("SOCIAL_AUTH_EMAIL_BACKEND", "file").env("SOCIAL_AUTH_EMAIL_FILE_PATH", self.letters());
        command.env("SOCIAL_AUTH_OPENID_OPENID_ALLOW_LOOPBACK", "true");
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().unwrap();
        let mut said = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut said).unwrap();
        let url = said.trim().strip_prefix("social-auth listening on ").unwrap_or_else(|| panic!("the server did not start: {said:?}"));
        Server { url: url.to_owned(), child }
    }

    /// The link of the newest letter of `social-auth serve`.
    fn link(&self) -> Option<String> {
        let letters = std::fs::read_dir(self.letters()).ok()?.map(|letter| letter.unwrap().path());
        let newest = letters.max_by_key(|letter| letter.metadata().unwrap().modified().unwrap())?;
        let letter = std::fs::read_to_string(&newest).unwrap().replace("=\r\n", "").replace("=3D", "=");
        std::fs::remove_file(newest).unwrap();
        letter.split_whitespace().find(|word| word.contains("verification_code=")).map(str::to_owned)
    }

    /// Whether people prove their addresses at Django: the step of social-core 5, which goes with release 6, never sees the
    /// code that a link brings.
    pub(crate) fn has_letters(&self) -> bool {
        self.generation != 6
    }

    /// An association as a Rust application reads it.
    pub(crate) async fn association(&self, social: &SocialAuth, provider: &str, uid: &str) -> Association {
        social.social().association(provider, uid).await.unwrap().expect("an association")
    }

    /// A Rust application on the same file, for what `social-auth serve` does only inside.
    pub(crate) async fn application(&self) -> SocialAuth {
        let storage = SqlxStorage::connect(&self.url()).await.unwrap();
        let settings = [
            ("KEY", self.provider.client_id().to_owned()),
            ("SECRET", self.provider.client_secret().to_owned()),
            ("OIDC_ENDPOINT", self.provider.issuer()),
        ];
        let builder = SocialAuth::builder().public_url("http://localhost:8000").secret_key(SECRET_KEY).storage(storage);
        builder.backend("oidc", settings).build().unwrap_or_else(|error| panic!("{error}"))
    }

    fn settings(&self) -> Vec<(&'static str, String)> {
        let backends = ["social_core.backends.open_id_connect.OpenIdConnectAuth", "social_core.backends.open_id.OpenIdAuth"];
        vec![
            ("AUTHENTICATION_BACKENDS", json!(backends).to_string()),
            ("SOCIAL_AUTH_OIDC_OIDC_ENDPOINT", self.provider.issuer()),
            ("SOCIAL_AUTH_OIDC_KEY", self.provider.client_id().to_owned()),
            ("SOCIAL_AUTH_OIDC_SECRET", self.provider.client_secret().to_owned()),
            ("SOCIAL_AUTH_OIDC_EXTRA_DATA", json!(["picture", ["expires_in", "expires"]]).to_string()),
            ("SOCIAL_AUTH_OIDC_FORCE_EMAIL_VALIDATION", self.has_letters().to_string()),
            ("SOCIAL_AUTH_PIPELINE", json!(PIPELINE).to_string()),
        ]
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("site.sqlite3")
    }

    fn letters(&self) -> PathBuf {
        self.folder.path().join("letters")
    }

    fn url(&self) -> String {
        format!("sqlite://{}", self.file().display())
    }
}

/// Goes on to the provider and through its page as this person, back to the site.
async fn through_provider(browser: &mut Browser, site: &Site, mut page: Page, person: &str) -> Page {
    let is_there = |page: &Page| page.url.as_str().starts_with(site.provider.url());
    while let Some(form) = page.form().filter(|form| is_there(&page) || form.action.as_str().starts_with(site.provider.url())) {
        let filled: &[(&str, &str)] = if is_there(&page) { &[("person", person)] } else { &[] };
        page = browser.submit(&page, form, filled).await;
    }
    page
}

/// The running project.
pub(crate) struct Django {
    pub(crate) url: String,
    process: Process,
}

impl Django {
    /// Signs somebody in, who opens the link of a letter if one is sent. The answer is the user's name.
    pub(crate) async fn sign_in(&self, site: &Site, backend: &str, person: &str) -> Value {
        let mut browser = Browser::new();
        let page = self.begin(&mut browser, site, backend, person).await;
        if page.url.path() == "/sent/" {
            let link = self.tell("link")["link"].as_str().unwrap().to_owned();
            return self.open(&mut browser, &link).await;
        }
        self.username(&mut browser, &page).await
    }

    /// The same, up to the page that comes back from the provider.
    pub(crate) async fn begin(&self, browser: &mut Browser, site: &Site, backend: &str, person: &str) -> Page {
        let page = browser.open(&format!("{}/begin/{backend}/", self.url)).await;
        let filled = [("openid_identifier", site.provider.openid_identifier())];
        let filled: Vec<_> = filled.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let page = browser.submit(&page, page.form().unwrap(), &filled).await;
        through_provider(browser, site, page, person).await
    }

    /// Opens a link of a letter and says yes if asked. The answer is the user's name.
    pub(crate) async fn open(&self, browser: &mut Browser, link: &str) -> Value {
        let mut page = browser.open(link).await;
        if let Some(form) = page.form() {
            page = browser.submit(&page, form, &[]).await;
        }
        self.username(browser, &page).await
    }

    async fn username(&self, browser: &mut Browser, page: &Page) -> Value {
        assert_eq!(page.url.path(), "/account/", "{:?} {}", page.status, page.text);
        let account = browser.open(&format!("{}/account/", self.url)).await;
        serde_json::from_str::<Value>(&account.text).unwrap()["username"].clone()
    }

    pub(crate) fn tell(&self, command: &str) -> Value {
        self.process.tell(command)
    }
}

/// The running server.
pub(crate) struct Server {
    pub(crate) url: String,
    child: Child,
}

impl Server {
    /// Signs somebody in, who opens the link of a letter if one is sent. The answer is that of `/api/me`.
    pub(crate) async fn sign_in(&self, site: &Site, backend: &str, person: &str) -> Value {
        let mut browser = Browser::new();
        let identifier = site.provider.openid_identifier();
        let query = if backend == "openid" { format!("?openid_identifier={identifier}") } else { String::new() };
        let page = browser.open(&format!("{}/login/{backend}/{query}", self.url)).await;
        let mut page = through_provider(&mut browser, site, page, person).await;
        if page.url.path() != "/account/" {
            page = browser.open(&site.link().unwrap_or_else(|| panic!("no letter: {}", page.words()))).await;
            page = browser.submit(&page, page.form().unwrap(), &[]).await;
        }
        let me = browser.open(&format!("{}/api/me", self.url)).await;
        let me: Value = serde_json::from_str(&me.text).unwrap();
        assert!(me["user"].is_object(), "{person} by {backend}: {:?} {}", page.status, page.words());
        me
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().and_then(|()| self.child.wait()).unwrap();
    }
}

/// The program, built from the sources as they are.
fn social_auth() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let mut build = Command::new(env!("CARGO"));
        build.args(["build", "--quiet", "--locked", "-p", "social-auth-server", "--bin", "social-auth", "--message-format", "json"]);
        let built = build.current_dir(env!("CARGO_MANIFEST_DIR")).stderr(Stdio::inherit()).output().unwrap();
        assert!(built.status.success(), "social-auth cannot be built");
        let messages = String::from_utf8(built.stdout).unwrap();
        let executable = messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()).find_map(|message| {
            let executable = message["executable"].as_str()?;
            Some(PathBuf::from(executable))
        });
        executable.expect("cargo says where the program is")
    })
}
