//! Another's program beside ours. It answers commands, a line each, in JSON, and ends with us.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Mutex;

use serde_json::Value;

/// A running program.
pub(crate) struct Process {
    hello: Value,
    control: Mutex<(ChildStdin, BufReader<ChildStdout>)>,
    child: Mutex<Child>,
}

impl Process {
    /// Starts a program, which says in its first line where it is.
    pub(crate) fn start(mut command: Command) -> Process {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let (stdin, stdout) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let mut lines = BufReader::new(stdout);
        let hello = line(&mut lines);
        Process { hello, control: Mutex::new((stdin, lines)), child: Mutex::new(child) }
    }

    /// What its first line says under this name.
    pub(crate) fn said(&self, name: &str) -> String {
        self.hello[name].as_str().unwrap_or_else(|| panic!("no {name}: {}", self.hello)).to_owned()
    }

    /// The same, where it need not say anything.
    pub(crate) fn may_have_said(&self, name: &str) -> Option<String> {
        self.hello[name].as_str().map(str::to_owned)
    }

    /// Its answer to a command.
    pub(crate) fn tell(&self, command: &str) -> Value {
        let (stdin, lines) = &mut *self.control.lock().unwrap();
        writeln!(stdin, "{command}").unwrap();
        line(lines)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let child = self.child.get_mut().unwrap();
        child.kill().and_then(|()| child.wait()).unwrap();
    }
}

fn line(lines: &mut impl BufRead) -> Value {
    let mut line = String::new();
    lines.read_line(&mut line).unwrap();
    serde_json::from_str(&line).unwrap_or_else(|_| panic!("the program did not start, or ended: {line:?}"))
}
