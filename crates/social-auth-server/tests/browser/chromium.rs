//! Debian's chromium, headless, with a profile of its own, ended with the test.

use std::process::Stdio;
use std::time::Duration;

use serde_json::json;
use tempfile::TempDir;
use thirtyfour::{ChromiumLikeCapabilities as _, DesiredCapabilities, WebDriver};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

use super::walk::Walk;

const PATIENCE: Duration = Duration::from_secs(60);

const FLAGS: &[&str] = &[
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--hide-scrollbars",
];

/// What the browser is like.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Look {
    /// A window on a desk, light.
    Desk,
    /// A telephone in the dark.
    DarkPhone,
    /// A window without JavaScript.
    WithoutScripts,
}

/// A browser and its driver.
pub(crate) struct Chromium {
    driver: WebDriver,
    _chromedriver: Child,
    _profile: TempDir,
}

impl Chromium {
    /// Starts a browser that knows nobody.
    ///
    /// # Panics
    /// Without chromium and chromedriver, saying what to install: a test that is not run proves nothing.
    pub(crate) async fn start(look: Look) -> Self {
        let (chromedriver, port) = chromedriver().await;
        let profile = tempfile::tempdir().unwrap();
        let mut capabilities = DesiredCapabilities::chrome();
        for flag in FLAGS {
            capabilities.add_arg(flag).unwrap();
        }
        capabilities.add_arg(&format!("--user-data-dir={}", profile.path().display())).unwrap();
        match look {
            Look::Desk => capabilities.add_arg("--window-size=1000,1100").unwrap(),
            Look::WithoutScripts => capabilities.add_arg("--blink-settings=scriptEnabled=false").unwrap(),
            Look::DarkPhone => {
                capabilities.add_arg("--blink-settings=preferredColorScheme=0").unwrap();
                let screen = json!({ "deviceMetrics": { "width": 390, "height": 844, "pixelRatio": 2.0, "touch": true } });
                capabilities.add_experimental_option("mobileEmulation", screen).unwrap();
            }
        }
        let driver = tokio::time::timeout(PATIENCE, WebDriver::new(format!("http://127.0.0.1:{port}"), capabilities));
        let driver = driver.await.expect("chromium starts in time").expect("chromium starts");
        Chromium { driver, _chromedriver: chromedriver, _profile: profile }
    }

    /// Takes a walk, and ends the browser however the walk ended.
    pub(crate) async fn walk<F>(self, address: &str, walk: F)
    where
        F: AsyncFnOnce(Walk),
    {
        // The driver's session ends when its last handle is dropped, also by a panic; ended here it is
        // gone before the next test begins.
        walk(Walk::new(self.driver.clone(), address)).await;
        self.driver.quit().await.expect("chromium ends");
    }
}

/// Debian's driver on a free port.
async fn chromedriver() -> (Child, u16) {
    let started = Command::new("chromedriver").arg("--port=0").stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true).spawn();
    let mut chromedriver = started.unwrap_or_else(|error| {
        panic!("chromedriver cannot be started ({error}): apt-get install chromium chromium-driver, or leave out `--test browser`")
    });
    let mut lines = BufReader::new(chromedriver.stdout.take().unwrap()).lines();
    while let Some(line) = tokio::time::timeout(PATIENCE, lines.next_line()).await.expect("chromedriver speaks").unwrap() {
        if let Some((_, port)) = line.split_once("started successfully on port ") {
            let port = port.trim_end_matches('.').parse().unwrap();
            tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
            return (chromedriver, port);
        }
    }
    panic!("chromedriver ended before it served");
}
