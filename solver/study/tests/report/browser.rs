//! A headless Chromium, driven by its DevTools protocol over a pair of pipes.
//!
//! Keys and the pointer arrive as from a person, so that what the browser itself does with them (radio buttons, focus,
//! buttons) is part of what is tested.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// Longest wait for an answer: a busy machine is slow, a dead browser is silent.
const PATIENCE: Duration = Duration::from_secs(180);

/// One window.
pub struct Browser {
    child: Child,
    requests: ChildStdin,
    messages: Receiver<Value>,
    session: Option<String>,
    last: u64,
    /// What happened on the page, in order.
    pub events: Vec<Value>,
    folder: tempfile::TempDir,
}

/// The browser to test with: CHROMIUM in the environment, or one of the usual names.
fn program() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("CHROMIUM") {
        return Some(named.into());
    }
    let path = std::env::var_os("PATH")?;
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let mut candidates = names
        .iter()
        .flat_map(|name| std::env::split_paths(&path).map(move |folder| folder.join(name)));
    candidates.find(|candidate| candidate.is_file())
}

impl Browser {
    /// A browser, or a line that says that there is none; with CPO_READERS=required there must be one.
    pub fn start() -> Option<Self> {
        let Some(program) = program() else {
            let is_required = std::env::var("CPO_READERS").is_ok_and(|value| value == "required");
            assert!(
                !is_required,
                "CPO_READERS=required, and there is no Chromium"
            );
            println!("skipped: there is no Chromium; set CHROMIUM to its path");
            return None;
        };
        let folder = tempfile::tempdir().expect("a folder");
        // The protocol is spoken over the descriptors 3 and 4, which the shell makes of our two pipes.
        let mut child = Command::new("sh")
            .args(["-c", r#"exec "$0" "$@" 3<&0 4>&1 0</dev/null 1>/dev/null"#])
            .arg(program)
            .args(["--headless=new", "--no-sandbox", "--disable-gpu"])
            .args(["--no-first-run", "--hide-scrollbars"])
            .arg("--remote-debugging-pipe")
            .arg(format!(
                "--user-data-dir={}",
                folder.path().join("profile").display()
            ))
            .arg("about:blank")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("a shell");
        let requests = child.stdin.take().expect("a pipe");
        let answers = BufReader::new(child.stdout.take().expect("a pipe"));
        let (sender, messages) = channel();
        std::thread::spawn(move || {
            for message in answers.split(0) {
                let Ok(message) = message else { break };
                let message = serde_json::from_slice(&message).expect("JSON");
                if sender.send(message).is_err() {
                    break;
                }
            }
        });
        let mut browser = Self {
            child,
            requests,
            messages,
            session: None,
            last: 0,
            events: Vec::new(),
            folder,
        };
        let target = browser.call("Target.createTarget", json!({ "url": "about:blank" }));
        let attach = json!({ "targetId": target["targetId"], "flatten": true });
        let session = browser.call("Target.attachToTarget", attach);
        browser.session = session["sessionId"].as_str().map(str::to_owned);
        for domain in ["Page", "Runtime", "Log", "Network"] {
            browser.call(&format!("{domain}.enable"), json!({}));
        }
        Some(browser)
    }

    /// One command and its answer; what happens meanwhile is kept.
    pub fn call(&mut self, method: &str, parameters: Value) -> Value {
        self.last += 1;
        let mut request = json!({ "id": self.last, "method": method, "params": parameters });
        if let Some(session) = &self.session {
            request["sessionId"] = json!(session);
        }
        let mut bytes = request.to_string().into_bytes();
        bytes.push(0);
        self.requests
            .write_all(&bytes)
            .expect("the browser is there");
        loop {
            let message = self.next();
            if message["id"] == json!(self.last) {
                assert!(message.get("error").is_none(), "{method}: {message}");
                return message["result"].clone();
            }
            self.events.push(message);
        }
    }

    fn next(&mut self) -> Value {
        let message = self.messages.recv_timeout(PATIENCE);
        message.expect("the browser is silent")
    }

    /// Opens a page in a window of that size and waits until it has loaded.
    pub fn open(&mut self, page: &str, [width, height]: [u32; 2]) {
        let file = self.folder.path().join("report.html");
        std::fs::write(&file, page).expect("written");
        self.resize([width, height]);
        self.events.clear();
        let url = format!("file://{}", file.display());
        self.call("Page.navigate", json!({ "url": url }));
        while !self
            .events
            .iter()
            .any(|e| e["method"] == "Page.loadEventFired")
        {
            let event = self.next();
            self.events.push(event);
        }
    }

    pub fn resize(&mut self, [width, height]: [u32; 2]) {
        let size =
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.call("Emulation.setDeviceMetricsOverride", size);
    }

    /// "screen" or "print", "light" or "dark".
    pub fn emulate(&mut self, medium: &str, scheme: &str) {
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        let media = json!({ "media": medium, "features": features });
        self.call("Emulation.setEmulatedMedia", media);
    }

    /// The value of an expression on the page.
    #[track_caller]
    pub fn evaluate(&mut self, expression: &str) -> Value {
        let parameters =
            json!({ "expression": expression, "returnByValue": true, "awaitPromise": true });
        let answer = self.call("Runtime.evaluate", parameters);
        assert!(
            answer.get("exceptionDetails").is_none(),
            "{expression}: {answer}"
        );
        answer["result"]["value"].clone()
    }

    /// Presses and releases a key.
    pub fn press(&mut self, key: &str) {
        let (code, text) = match key {
            "Tab" => (9, ""),
            "Enter" => (13, "\r"),
            "Escape" => (27, ""),
            " " => (32, " "),
            "ArrowLeft" => (37, ""),
            "ArrowUp" => (38, ""),
            "ArrowRight" => (39, ""),
            "ArrowDown" => (40, ""),
            other => panic!("no key {other}"),
        };
        for kind in ["keyDown", "keyUp"] {
            let mut event = json!({ "type": kind, "key": key, "windowsVirtualKeyCode": code });
            if kind == "keyDown" && !text.is_empty() {
                event["text"] = json!(text);
            }
            self.call("Input.dispatchKeyEvent", event);
        }
    }

    /// Moves the pointer to a place in the window.
    pub fn point_at(&mut self, [x, y]: [f64; 2]) {
        let event = json!({ "type": "mouseMoved", "x": x, "y": y });
        self.call("Input.dispatchMouseEvent", event);
    }

    /// What the page complained of, and what it asked for beyond itself.
    pub fn complaints(&self) -> Vec<String> {
        let is_complaint = |event: &&Value| match event["method"].as_str() {
            Some("Runtime.exceptionThrown" | "Log.entryAdded" | "Network.loadingFailed") => true,
            Some("Runtime.consoleAPICalled") => true,
            Some("Network.requestWillBeSent") => {
                let url = event["params"]["request"]["url"]
                    .as_str()
                    .unwrap_or_default();
                !url.starts_with("data:") && !url.ends_with("/report.html")
            }
            _ => false,
        };
        let complaints = self.events.iter().filter(is_complaint);
        complaints.map(Value::to_string).collect()
    }

    /// A picture of the whole page.
    pub fn picture(&mut self, file: &Path) {
        let parameters = json!({ "captureBeyondViewport": true });
        self.save("Page.captureScreenshot", parameters, file);
    }

    /// A picture of what is in the window.
    pub fn window(&mut self, file: &Path) {
        self.save("Page.captureScreenshot", json!({}), file);
    }

    /// The page on paper (A4).
    pub fn print(&mut self, file: &Path) {
        let parameters =
            json!({ "paperWidth": 8.27, "paperHeight": 11.69, "printBackground": false });
        self.save("Page.printToPDF", parameters, file);
    }

    fn save(&mut self, method: &str, parameters: Value, file: &Path) {
        let answer = self.call(method, parameters);
        let data = answer["data"].as_str().expect("data");
        std::fs::write(file, STANDARD.decode(data).expect("base64")).expect("written");
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Of no consequence where it has ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
