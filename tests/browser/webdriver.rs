//! As much of WebDriver (<https://www.w3.org/TR/webdriver2/>) as a person at a page needs: look, wait, click, type. A
//! client library would bring thirty crates for these few requests.

use std::path::Path;
use std::process::Stdio;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

/// How long a script may run before it is taken for lost with a page that was left meanwhile.
const SCRIPT_MS: u32 = 20_000;

/// How often a page is asked for what is waited for, each time for as long as a script may run.
const MOST_LOOKS: usize = 4;

/// The key under which WebDriver hands over an element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// The keys that write nothing (<https://www.w3.org/TR/webdriver2/#keyboard-actions>).
pub mod keys {
    pub const BACKSPACE: &str = "\u{e003}";
    pub const TAB: &str = "\u{e004}";
    pub const ENTER: &str = "\u{e007}";
    pub const CONTROL: &str = "\u{e009}";
    pub const RIGHT: &str = "\u{e014}";
}

/// Chromium without its own errands, and with one thing on: it ends when its driver does, however that ends.
const SWITCHES: &[&str] = &[
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-debugging-pipe",
];

/// A child process that ends with its owner, and its standard output.
pub struct Program {
    _child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Program {
    /// Starts a program. What it writes to standard error shows among the test's.
    pub fn start(command: &mut Command) -> Program {
        let command = command.stdin(Stdio::null()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().unwrap_or_else(|error| {
            panic!("{command:?}: {error}; tests/run brings what the browser test needs")
        });
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Program { _child: child, lines }
    }

    /// What stands after `before` on the first line that has it, up to the next of `end`.
    pub async fn told(&mut self, before: &str, end: &[char]) -> String {
        while let Some(line) = self.lines.next_line().await.unwrap() {
            if let Some((_, rest)) = line.split_once(before) {
                return rest.trim_start().split(end).next().unwrap_or_default().to_owned();
            }
        }
        panic!("the program ended before it said \"{before}\"");
    }
}

/// One of a browser's windows.
pub struct Window(Value);

/// A browser, and the page that is looked at.
pub struct Browser {
    _driver: Program,
    http: reqwest::Client,
    /// The session's address.
    session: String,
}

impl Browser {
    /// A window of this many pixels, with a profile of its own.
    pub async fn open(profile: &Path, width: u32, height: u32) -> Browser {
        let mut driver = Program::start(
            // Fields of days and times have their parts in the order of that language.
            Command::new("chromedriver").arg("--port=0").env("LANGUAGE", "en_US").env_remove("LC_ALL"),
        );
        let port = driver.told("started successfully on port ", &['.']).await;
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let mut switches: Vec<String> = SWITCHES.iter().map(ToString::to_string).collect();
        switches.push(format!("--user-data-dir={}", profile.display()));
        switches.push(format!("--window-size={width},{height}"));
        let wanted = json!({ "capabilities": { "alwaysMatch": {
            "browserName": "chrome",
            "timeouts": { "script": SCRIPT_MS },
            "goog:loggingPrefs": { "browser": "ALL" },
            "goog:chromeOptions": { "args": switches },
        } } });
        let mut browser = Browser { _driver: driver, http, session: format!("http://127.0.0.1:{port}") };
        let begun = browser.ask("session", wanted).await;
        browser.session = format!("{}/session/{}", browser.session, begun["sessionId"].as_str().unwrap());
        browser
    }

    async fn try_ask(&self, what: &str, order: Value) -> Result<Value, String> {
        let request = self.http.post(format!("{}/{what}", self.session)).json(&order);
        let mut answer: Value = request.send().await.unwrap().json().await.unwrap();
        match answer["value"].take() {
            Value::Object(fault) if fault.contains_key("error") => {
                Err(format!("{}: {}", fault["error"], fault["message"]))
            }
            value => Ok(value),
        }
    }

    async fn ask(&self, what: &str, order: Value) -> Value {
        match self.try_ask(what, order).await {
            Ok(value) => value,
            Err(fault) => panic!("the browser: {fault}"),
        }
    }

    /// Opens an address.
    pub async fn go(&self, url: &str) {
        self.ask("url", json!({ "url": url })).await;
    }

    /// Opens a window beside those that there are, and turns to it; answers the one that was looked at.
    pub async fn open_window(&self) -> Window {
        let mut opened = self.ask("window/new", json!({ "type": "window" })).await;
        self.turn_to(&Window(opened["handle"].take())).await
    }

    /// Turns to a window; answers the one that was looked at.
    pub async fn turn_to(&self, window: &Window) -> Window {
        let before = self.http.get(format!("{}/window", self.session)).send().await.unwrap();
        let mut before: Value = before.json().await.unwrap();
        self.ask("window", json!({ "handle": window.0 })).await;
        Window(before["value"].take())
    }

    /// Runs a function's body in the page.
    pub async fn run(&self, script: &str, args: Value) -> Value {
        self.ask("execute/sync", json!({ "script": script, "args": args })).await
    }

    /// Runs a function's body in the page that calls its last argument when it is done.
    pub async fn run_long(&self, script: &str, args: Value) -> Value {
        self.ask("execute/async", json!({ "script": script, "args": args })).await
    }

    /// Waits until a function's body answers with something true, and returns that. The page looks for itself, often; a
    /// look that was lost with the page on which it began is taken up on the next.
    pub async fn until(&self, awaited: &str, condition: &str, args: Value) -> Value {
        let script = format!(
            "const done = arguments[arguments.length - 1];
             const look = () => {{
               const found = (() => {{ {condition} }})();
               if (found) done(found); else setTimeout(look, 40);
             }};
             look();"
        );
        let mut fault = String::new();
        for _ in 0..MOST_LOOKS {
            match self.try_ask("execute/async", json!({ "script": script, "args": args })).await {
                Ok(found) => return found,
                Err(why) => fault = why,
            }
        }
        let shown = self.run("return document.body.innerText", json!([])).await;
        panic!("waited for {awaited} ({fault})\n{}", shown.as_str().unwrap_or_default());
    }

    /// Clicks the middle of what an XPath finds, once a person could: scrolled to, shown, and not covered. A page that is
    /// alive may draw it anew between the look and the click; then what stands there now is clicked.
    pub async fn click(&self, xpath: &str) {
        let mut fault = String::new();
        for _ in 0..MOST_LOOKS {
            let element = self.find(xpath).await;
            match self.try_ask(&format!("element/{element}/click"), json!({})).await {
                Ok(_) => return,
                Err(why) if why.contains("stale element reference") => fault = why,
                Err(why) => panic!("the browser: {why}"),
            }
        }
        panic!("the browser: {fault}");
    }

    /// Empties a field and types into it.
    pub async fn fill(&self, xpath: &str, text: &str) {
        let element = self.find(xpath).await;
        self.ask(&format!("element/{element}/clear"), json!({})).await;
        self.ask(&format!("element/{element}/value"), json!({ "text": text })).await;
    }

    async fn find(&self, xpath: &str) -> String {
        let found = self.ask("element", json!({ "using": "xpath", "value": xpath })).await;
        found[ELEMENT].as_str().unwrap().to_owned()
    }

    /// Presses a key of the keyboard, wherever the focus is.
    pub async fn press_key(&self, key: &str) {
        self.press_keys(&[], key).await;
    }

    /// Presses keys one after the other, wherever the focus is, while others are held down.
    pub async fn press_keys(&self, held: &[&str], text: &str) {
        let stroke = |kind: &str, key: &str| json!({ "type": kind, "value": key });
        let mut strokes: Vec<Value> = held.iter().map(|key| stroke("keyDown", key)).collect();
        for key in text.chars().map(|key| key.to_string().replace('\n', keys::ENTER)) {
            strokes.extend([stroke("keyDown", &key), stroke("keyUp", &key)]);
        }
        strokes.extend(held.iter().map(|key| stroke("keyUp", key)));
        let keyboard = json!({ "type": "key", "id": "keyboard", "actions": strokes });
        self.ask("actions", json!({ "actions": [keyboard] })).await;
    }

    /// Presses the mouse or a finger at a point of the window, moves it to another, and lets go. A finger rests a moment
    /// first, which is how a touch becomes a drag.
    pub async fn drag(&self, pointer: &str, (from, to): ([f64; 2], [f64; 2])) {
        let rest = if pointer == "touch" { 1200 } else { 50 };
        let go = |[x, y]: [f64; 2], duration: u32| json!({ "type": "pointerMove", "x": x.round(), "y": y.round(), "duration": duration });
        let middle = [(from[0] + to[0]) / 2.0, (from[1] + to[1]) / 2.0];
        let strokes = json!([
            go(from, 0),
            { "type": "pointerDown", "button": 0 },
            { "type": "pause", "duration": rest },
            go(middle, 100),
            go(to, 100),
            { "type": "pause", "duration": 50 },
            { "type": "pointerUp", "button": 0 },
        ]);
        let device = json!({ "type": "pointer", "id": pointer, "parameters": { "pointerType": pointer }, "actions": strokes });
        self.ask("actions", json!({ "actions": [device] })).await;
    }

    /// A command of the browser's own protocol, for what WebDriver has no word for.
    pub async fn devtools(&self, command: &str, params: Value) -> Value {
        self.ask("goog/cdp/execute", json!({ "cmd": command, "params": params })).await
    }

    /// The whole page, as a PNG.
    pub async fn picture(&self) -> Vec<u8> {
        let picture = self.devtools("Page.captureScreenshot", json!({ "captureBeyondViewport": true })).await;
        STANDARD.decode(picture["data"].as_str().unwrap()).unwrap()
    }

    /// What the console has been told since the last look.
    pub async fn console(&self) -> Vec<String> {
        let entries = self.ask("se/log", json!({ "type": "browser" })).await;
        entries
            .as_array()
            .unwrap()
            .iter()
            .map(|entry| format!("{} {}", entry["level"], entry["message"]))
            .collect()
    }

    /// Closes the window.
    pub async fn close(self) {
        self.http.delete(&self.session).send().await.unwrap();
    }
}
