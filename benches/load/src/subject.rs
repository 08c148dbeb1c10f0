//! A program under load: started on one core, and what the kernel tells of it.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{fs, io, thread};

use crate::Failure;

/// How long a program may take until it answers.
const PATIENCE: Duration = Duration::from_secs(20);

/// A program to be started.
pub(crate) struct Program {
    pub(crate) name: &'static str,
    pub(crate) path: std::path::PathBuf,
    /// The arguments, made for an address to listen on.
    pub(crate) arguments: Box<dyn Fn(SocketAddr) -> Vec<String>>,
    /// The core that it may use.
    pub(crate) core: Option<usize>,
}

/// A running program.
pub(crate) struct Subject {
    process: Child,
    pub(crate) address: SocketAddr,
    /// From its start to its first answer.
    pub(crate) cold_start: Duration,
}

impl Program {
    /// Starts it and waits for its first 200.
    pub(crate) fn start(&self, folder: &Path) -> Result<Subject, Failure> {
        if !self.path.exists() {
            return Err(
                format!("{} is missing: cargo build --release -p social-auth-server -p social-auth-load", self.path.display()).into()
            );
        }
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let mut command = match self.core {
            Some(core) => {
                let mut command = Command::new("taskset");
                command.args(["-c", &core.to_string()]).arg(&self.path);
                command
            }
            None => Command::new(&self.path),
        };
        command.args((self.arguments)(address)).current_dir(folder);
        let log = fs::File::create(folder.join(format!("{}.log", self.name)))?;
        let started = Instant::now();
        let process = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn()?;
        let mut subject = Subject { process, address, cold_start: Duration::ZERO };
        while !is_healthy(address) {
            if let Some(status) = subject.process.try_wait()? {
                return Err(format!("{} ended with {status}; see {}", self.name, folder.display()).into());
            }
            if started.elapsed() > PATIENCE {
                return Err(format!("{} does not answer", self.name).into());
            }
            thread::sleep(Duration::from_micros(200));
        }
        subject.cold_start = started.elapsed();
        Ok(subject)
    }
}

impl Subject {
    /// Processor time in user and kernel mode since its start (`utime` and `stime` of `/proc/<pid>/stat`).
    pub(crate) fn cpu(&self) -> Result<Duration, Failure> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.process.id()))?;
        // The second field is the program's name in parentheses, and may hold spaces.
        let fields: Vec<&str> = stat.rsplit_once(')').ok_or("/proc/<pid>/stat is unlike itself")?.1.split_whitespace().collect();
        let ticks = |index: usize| fields.get(index).and_then(|field| field.parse::<u64>().ok()).ok_or("no such field");
        // 100 ticks a second is part of Linux's interface to programs.
        Ok(Duration::from_millis(10 * (ticks(11)? + ticks(12)?)))
    }

    /// Resident memory in KiB: now, and at most so far.
    pub(crate) fn memory(&self) -> Result<(u64, u64), Failure> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id()))?;
        let kib = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            line.trim_start_matches(':').split_whitespace().next()?.parse().ok()
        };
        Ok((kib("VmRSS").ok_or("no VmRSS")?, kib("VmHWM").ok_or("no VmHWM")?))
    }
}

impl Drop for Subject {
    fn drop(&mut self) {
        if let Err(error) = self.process.kill().and_then(|()| self.process.wait()) {
            eprintln!("process {} could not be ended: {error}", self.process.id());
        }
    }
}

fn is_healthy(address: SocketAddr) -> bool {
    ask_health(address).is_ok_and(|answer| answer.starts_with("HTTP/1.1 200"))
}

fn ask_health(address: SocketAddr) -> io::Result<String> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(2)))?;
    write!(stream, "GET /healthz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}
