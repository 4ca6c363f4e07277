//! The real program with its demonstration, a browser before it, and what every page is held to.

use std::path::PathBuf;

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::process::Command;

use crate::webdriver::{self, Browser, Program};

/// Where tests/run says that the rules of accessibility are.
const AXE: &str = "NIGHTBELL_TEST_AXE";

/// A kind of window.
#[derive(Clone, Copy)]
pub enum Window {
    /// On a desk.
    Desktop,
    /// In a hand.
    Hand,
}

impl Window {
    /// Makes the page that is looked at as large as it is there.
    async fn fit(self, browser: &Browser) {
        if let Window::Hand = self {
            let screen = json!({ "width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": true });
            browser.devtools("Emulation.setDeviceMetricsOverride", screen).await;
        }
    }
}

/// A demonstration and a browser that shows its phones.
pub struct Stage {
    pub browser: Browser,
    /// The one-time link of the first administrator.
    pub pages: String,
    window: Window,
    _demo: Program,
    _files: TempDir,
}

impl Stage {
    /// Starts both on data of their own, and opens the phones.
    pub async fn open(window: Window) -> Stage {
        let files = tempfile::tempdir().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_nightbell"));
        command.args(["demo", "--listen", "127.0.0.1:0", "--data"]).arg(files.path().join("data"));
        let mut demo = Program::start(command.current_dir(files.path()));
        let phones = demo.told("Phones", &[' ']).await;
        let pages = demo.told("Pages", &[' ']).await;

        let (width, height) = match window {
            Window::Desktop => (1600, 1000),
            Window::Hand => (500, 900),
        };
        let browser = Browser::open(&files.path().join("profile"), width, height).await;
        window.fit(&browser).await;
        browser.go(&phones).await;
        let connected = "return document.body.innerText.includes('Connected')";
        browser.until("the page to be connected", connected, json!([])).await;
        Stage { browser, pages, window, _demo: demo, _files: files }
    }

    /// Opens a window beside the phones, and turns to it; answers that of the phones.
    pub async fn open_window(&self) -> webdriver::Window {
        let phones = self.browser.open_window().await;
        self.window.fit(&self.browser).await;
        phones
    }

    /// What every page is held to, in dark and in light: nothing to be scrolled sideways, none of axe's rules broken.
    /// The pictures are left in the build's own temporary folder, for who wants to see.
    pub async fn look(&self, moment: &str) {
        for scheme in ["dark", "light"] {
            let feature = json!({ "name": "prefers-color-scheme", "value": scheme });
            self.browser.devtools("Emulation.setEmulatedMedia", json!({ "features": [feature] })).await;
            let sideways =
                "return document.scrollingElement.scrollWidth - document.documentElement.clientWidth";
            let sideways = self.browser.run(sideways, json!([])).await;
            assert_eq!(sideways, json!(0), "{moment}, {scheme}: pixels to be scrolled sideways");
            let broken = self.broken_rules().await;
            assert!(
                broken.is_empty(),
                "{moment}, {scheme}: rules of accessibility broken:\n{}",
                broken.join("\n")
            );
            let size = match self.window {
                Window::Desktop => "desktop",
                Window::Hand => "hand",
            };
            let name = format!("{}-{size}-{scheme}.png", moment.replace(' ', "-"));
            std::fs::write(
                PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name),
                self.browser.picture().await,
            )
            .unwrap();
        }
    }

    async fn broken_rules(&self) -> Vec<String> {
        let file = std::env::var(AXE).unwrap_or_else(|_| {
            panic!("{AXE} is not set: run tests/run, which fetches axe-core for the tests")
        });
        if self.browser.run("return typeof axe", json!([])).await == "undefined" {
            self.browser.run(&std::fs::read_to_string(file).unwrap(), json!([])).await;
        }
        let report = "const done = arguments[0];
             axe.run(document, { resultTypes: ['violations'] }).then(
               (found) => done(found.violations.map(({ id, help, nodes }) =>
                 `${id}: ${help}: ${nodes.map((node) => node.target.join(' ')).join('; ')}`)),
               (fault) => done([String(fault)]));";
        let broken = self.browser.run_long(report, json!([])).await;
        broken.as_array().unwrap().iter().filter_map(Value::as_str).map(str::to_owned).collect()
    }

    /// Ends the play: the console must have been told nothing.
    pub async fn close(self) {
        self.close_after(&[]).await;
    }

    /// Ends the play: the console must have been told of nothing but pages with these statuses.
    pub async fn close_after(self, statuses: &[u16]) {
        let mut console = self.browser.console().await;
        let told =
            |line: &String, status: &u16| line.contains(&format!("responded with a status of {status} "));
        console.retain(|line| !statuses.iter().any(|status| told(line, status)));
        assert!(console.is_empty(), "the console was told:\n{}", console.join("\n"));
        self.browser.close().await;
    }
}
