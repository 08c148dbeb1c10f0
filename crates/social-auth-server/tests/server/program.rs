//! The program as a process of its own.

#![allow(dead_code, reason = "each test target uses another part of it")]

use std::path::Path;
use std::process::{ExitStatus, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use social_auth_testkit::DevProvider;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, BufReader};
use tokio::process::{Child, Command};

const PATIENCE: Duration = Duration::from_secs(30);

/// A running server, ended when dropped.
pub(crate) struct Program {
    child: Child,
    /// `http://127.0.0.1:…`
    pub(crate) address: String,
    folder: TempDir,
    log: Arc<Mutex<String>>,
    printed: Arc<Mutex<String>>,
}

/// A command of the program in this folder, without settings from the test's environment.
pub(crate) fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_social-auth"));
    command.current_dir(folder).args(arguments).env_clear().stdin(Stdio::null()).kill_on_drop(true);
    command
}

/// Runs a command to its end.
pub(crate) async fn run(folder: &Path, arguments: &[&str]) -> Output {
    tokio::time::timeout(PATIENCE, command(folder, arguments).output()).await.expect("the command ends").unwrap()
}

/// Standard output and error of a command.
pub(crate) fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// Settings with one backend a protocol at the development provider.
pub(crate) fn settings(idp: &DevProvider) -> String {
    let (url, issuer, key, secret) = (idp.url(), idp.issuer(), idp.client_id(), idp.client_secret());
    format!(
        r#"
listen = "127.0.0.1:0"
database_url = "sqlite://users.db"
requests_timeout = 2

[backends.dev-oauth2]
provider = "oauth2"
title = "Development OAuth 2.0"
key = "{key}"
secret = "{secret}"
scope = ["profile", "email"]
authorization_url = "{url}/oauth2/authorize"
access_token_url = "{url}/oauth2/token"
user_url = "{url}/oauth2/user"
details = {{ username = "login", email = "email", fullname = "name" }}

[backends.dev-oidc]
provider = "oidc"
title = "Development OpenID Connect"
key = "{key}"
secret = "{secret}"
oidc_endpoint = "{issuer}"
"#
    )
}

impl Program {
    /// `serve` with both protocols at the development provider; `more` stands before the backends.
    pub(crate) async fn serve(idp: &DevProvider, more: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("social-auth.toml"), format!("{more}\n{}", settings(idp))).unwrap();
        Self::start(folder, &["serve"]).await
    }

    /// `demo` on a free port.
    pub(crate) async fn demo() -> Self {
        Self::start(tempfile::tempdir().unwrap(), &["demo", "--listen", "127.0.0.1:0"]).await
    }

    /// Any command that serves.
    pub(crate) async fn start(folder: TempDir, arguments: &[&str]) -> Self {
        let mut child = command(folder.path(), arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let log = Arc::new(Mutex::new(String::new()));
        collect(child.stderr.take().unwrap(), log.clone());
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let first = tokio::time::timeout(PATIENCE, lines.next_line()).await.expect("the program says where it listens").unwrap();
        let address = first.as_deref().and_then(|line| line.strip_prefix("social-auth listening on "));
        let address = address.unwrap_or_else(|| panic!("the program did not start: {}", log.lock().unwrap())).to_owned();
        let printed = Arc::new(Mutex::new(String::new()));
        collect(lines.into_inner(), printed.clone());
        Program { child, address, folder, log, printed }
    }

    /// What it logged so far.
    pub(crate) fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// What follows these words on a line that it printed.
    pub(crate) async fn printed_behind(&self, words: &str) -> String {
        for _ in 0..300 {
            let found = self.printed.lock().unwrap().lines().find_map(|line| line.strip_prefix(words).map(|rest| rest.trim().to_owned()));
            if let Some(found) = found {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("no \"{words}\" in {}", self.printed.lock().unwrap())
    }

    /// Where it runs.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Tells it to end, as service managers do.
    pub(crate) async fn terminate(&self) {
        let id = self.child.id().expect("the program runs").to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().await.unwrap().success());
    }

    /// Waits for its end; answers how it ended and all that it logged.
    pub(crate) async fn ended(mut self) -> (ExitStatus, String) {
        let status = tokio::time::timeout(PATIENCE, self.child.wait()).await.expect("the program ends").unwrap();
        (status, self.log())
    }

    /// How many rows a table of its database has.
    pub(crate) async fn rows(&self, table: &'static str) -> i64 {
        let mut database = self.database().await;
        let sql = match table {
            "auth_user" => "SELECT COUNT(*) FROM auth_user",
            "social_auth_usersocialauth" => "SELECT COUNT(*) FROM social_auth_usersocialauth",
            "social_auth_session" => "SELECT COUNT(*) FROM social_auth_session",
            other => panic!("{other} is not counted"),
        };
        sqlx::query_scalar(sql).fetch_one(&mut database).await.unwrap()
    }

    /// A connection of our own to its database.
    pub(crate) async fn database(&self) -> sqlx::SqliteConnection {
        let path = self.folder.path().join("users.db");
        <sqlx::SqliteConnection as sqlx::Connection>::connect(&format!("sqlite://{}", path.display())).await.unwrap()
    }
}

fn collect(stream: impl AsyncRead + Unpin + Send + 'static, log: Arc<Mutex<String>>) {
    tokio::spawn(async move {
        let mut lines = BufReader::new(stream).lines();
        while let Ok(Some(line)) = lines.next_line().await {
            let mut log = log.lock().unwrap();
            log.push_str(&line);
            log.push('\n');
        }
    });
}
