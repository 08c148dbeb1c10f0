//! Packages that others' programs are made of, fetched once, below `target`, in the versions that stand in the
//! lock file beside each program.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::{env, fs};

const SOURCES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/peers");

/// A program in JavaScript: `server.mjs`, with the packages of `package-lock.json`. `None`, and a line that says
/// so, where there is no Node.js.
pub(crate) fn node(peer: &str) -> Option<Command> {
    let program = Program { peer, lock: "package-lock.json", needs: &[("node", "nodejs"), ("npm", "npm")] };
    let folder = program.installed(|folder| {
        run(Command::new("npm").args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"]).current_dir(folder));
    })?;
    let mut command = Command::new("node");
    command.arg("server.mjs").env("NODE_ENV", "test").current_dir(folder);
    Some(command)
}

/// A program in Python: `server.py`, with the packages of `requirements.txt` in an environment of its own. `None`,
/// and a line that says so, where there is no Python.
pub(crate) fn python(peer: &str) -> Option<Command> {
    python_needing(peer, &[("python3", "python3-venv")])
}

/// The same for a program that calls another: Python must be among what it needs.
pub(crate) fn python_needing(peer: &str, needs: &[(&str, &str)]) -> Option<Command> {
    let (mut command, folder) = environment(peer, needs)?;
    command.args(["-u", "server.py"]).current_dir(folder);
    Some(command)
}

/// Python with the packages of `requirements.txt`, and the folder of the program.
pub(crate) fn environment(peer: &str, needs: &[(&str, &str)]) -> Option<(Command, PathBuf)> {
    let program = Program { peer, lock: "requirements.txt", needs };
    let folder = program.installed(|folder| {
        run(Command::new("python3").args(["-m", "venv", "--clear", "environment"]).current_dir(folder));
        let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", "-r", "requirements.txt"];
        run(Command::new(folder.join("environment/bin/python")).args(pip).current_dir(folder));
    })?;
    Some((Command::new(folder.join("environment/bin/python")), folder))
}

struct Program<'a> {
    /// Its folder among the sources.
    peer: &'a str,
    /// The file that names the packages.
    lock: &'a str,
    /// Programs, and the Debian packages that bring them.
    needs: &'a [(&'a str, &'a str)],
}

impl Program<'_> {
    /// The folder with the program and its packages.
    fn installed(&self, install: impl FnOnce(&Path)) -> Option<PathBuf> {
        static INSTALLING: Mutex<()> = Mutex::new(());
        if self.is_missing() {
            return None;
        }
        let _alone = INSTALLING.lock().unwrap();
        let (sources, folder) = (Path::new(SOURCES).join(self.peer), Path::new(env!("CARGO_TARGET_TMPDIR")).join("peers").join(self.peer));
        fs::create_dir_all(&folder).unwrap();
        for file in fs::read_dir(&sources).unwrap() {
            let file = file.unwrap();
            fs::copy(file.path(), folder.join(file.file_name())).unwrap();
        }
        let (lock, stamp) = (fs::read_to_string(sources.join(self.lock)).unwrap(), folder.join("installed"));
        if !fs::read_to_string(&stamp).is_ok_and(|installed| installed == lock) {
            install(&folder);
            fs::write(&stamp, lock).unwrap();
        }
        Some(folder)
    }

    fn is_missing(&self) -> bool {
        let Some((missing, _)) = self.needs.iter().find(|(program, _)| !runs(program)) else { return false };
        let packages: Vec<_> = self.needs.iter().map(|(_, package)| *package).collect();
        let install = format!("install {} ({missing} is missing)", packages.join(" "));
        assert!(env::var("CI").as_deref() != Ok("true"), "{install}");
        // Past the test harness, which keeps to itself what a passing test prints by the usual macros.
        std::io::stderr().write_all(format!("\nNOT RUN: {install}\n").as_bytes()).unwrap();
        true
    }
}

fn runs(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success())
}

fn run(command: &mut Command) {
    let output = command.output().unwrap();
    let said = [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned()).concat();
    assert!(output.status.success(), "{command:?} failed:\n{said}");
}
