//! Another's provider in a process of its own, which ends with ours.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Mutex;
use std::{env, fs};

use serde_json::Value;

const SOURCES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/peers/oidc-provider");
const FILES: [&str; 3] = ["package.json", "package-lock.json", "server.mjs"];

/// A running provider.
pub(crate) struct Peer {
    pub(crate) issuer: String,
    pub(crate) client_secret: String,
    control: Mutex<(ChildStdin, BufReader<ChildStdout>)>,
    process: Mutex<Child>,
}

impl Peer {
    /// Starts the provider; `None`, and a line that says so, where that cannot be.
    pub(crate) fn start() -> Option<Peer> {
        if let Some(missing) = ["node", "npm"].into_iter().find(|program| !runs(program)) {
            assert!(env::var("CI").as_deref() != Ok("true"), "{missing} is missing: install nodejs and npm");
            // Past the test harness, which keeps to itself what a passing test prints by the usual macros.
            let notice = format!("\nNOT RUN: install nodejs npm ({missing} is missing)\n");
            std::io::stderr().write_all(notice.as_bytes()).unwrap();
            return None;
        }
        let mut process = Command::new("node")
            .arg("server.mjs")
            .current_dir(installed())
            .env("NODE_ENV", "test")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let (stdin, stdout) = (process.stdin.take().unwrap(), process.stdout.take().unwrap());
        let mut lines = BufReader::new(stdout);
        let hello = line(&mut lines);
        let text = |name: &str| hello[name].as_str().unwrap_or_else(|| panic!("no {name}: {hello}")).to_owned();
        Some(Peer {
            issuer: text("issuer"),
            client_secret: text("client_secret"),
            control: Mutex::new((stdin, lines)),
            process: Mutex::new(process),
        })
    }

    /// From now on it signs with other keys, and publishes no longer the old ones.
    pub(crate) fn rotate_keys(&self) {
        assert_eq!(self.tell("rotate")["rotated"], true);
    }

    /// How many requests a path has had so far.
    pub(crate) fn requests(&self, path: &str) -> u64 {
        self.tell("requests")[path].as_u64().unwrap_or_default()
    }

    fn tell(&self, command: &str) -> Value {
        let (stdin, lines) = &mut *self.control.lock().unwrap();
        writeln!(stdin, "{command}").unwrap();
        line(lines)
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let process = self.process.get_mut().unwrap();
        process.kill().and_then(|()| process.wait()).unwrap();
    }
}

fn line(lines: &mut impl BufRead) -> Value {
    let mut line = String::new();
    lines.read_line(&mut line).unwrap();
    serde_json::from_str(&line).unwrap_or_else(|_| panic!("the provider did not start, or ended: {line:?}"))
}

fn runs(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success())
}

/// The folder with the provider and its packages, as the lock file names them; made once, below `target`.
fn installed() -> PathBuf {
    static INSTALLING: Mutex<()> = Mutex::new(());
    let _alone = INSTALLING.lock().unwrap();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("peers/oidc-provider");
    fs::create_dir_all(&folder).unwrap();
    let lock = fs::read_to_string(Path::new(SOURCES).join("package-lock.json")).unwrap();
    let stamp = folder.join("installed");
    for file in FILES {
        fs::copy(Path::new(SOURCES).join(file), folder.join(file)).unwrap();
    }
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == lock) {
        return folder;
    }
    let npm = Command::new("npm").args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"]).current_dir(&folder).output().unwrap();
    assert!(npm.status.success(), "npm ci failed:\n{}", String::from_utf8_lossy(&npm.stderr));
    fs::write(&stamp, lock).unwrap();
    folder
}
