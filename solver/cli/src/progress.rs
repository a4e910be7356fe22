//! Progress: a bar with the time left on a terminal, plain lines in a log.

use std::io::IsTerminal;
use std::sync::Mutex;

use cpo_study::run::{PointDone, Progress};
use cpo_study::table::Status;
use indicatif::{ProgressBar, ProgressStyle};

use crate::tell;

/// Progress on standard error.
pub(crate) struct Terminal {
    bar: Mutex<Option<ProgressBar>>,
}

impl Terminal {
    pub(crate) fn new() -> Self {
        Self {
            bar: Mutex::new(None),
        }
    }

    fn with_bar(&self, act: impl FnOnce(&ProgressBar)) -> bool {
        // A poisoned lock means that a thread panicked: its message matters, not the bar.
        match self.bar.lock() {
            Ok(bar) => bar.as_ref().map(act).is_some(),
            Err(_) => false,
        }
    }
}

impl Progress for Terminal {
    fn begin(&self, points: usize) {
        if !std::io::stderr().is_terminal() {
            tell!("{points} points");
            return;
        }
        let bar = ProgressBar::new(points as u64);
        let template = "{bar:30} {pos}/{len} points  {elapsed} elapsed, about {eta} left  {msg}";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.enable_steady_tick(std::time::Duration::from_millis(250));
        if let Ok(mut place) = self.bar.lock() {
            *place = Some(bar);
        }
    }

    fn done(&self, point: &PointDone) {
        let line = match point.status {
            Status::Ok => format!("{}  {:.2} s", point.name, point.time.as_secs_f64()),
            status if point.reason.is_empty() => format!("{}  {}", point.name, status.name()),
            status => format!("{}  {}: {}", point.name, status.name(), point.reason),
        };
        let on_terminal = self.with_bar(|bar| {
            bar.inc(1);
            if point.status == Status::Ok {
                bar.set_message(point.name.clone());
            } else {
                bar.println(&line);
            }
        });
        if !on_terminal {
            tell!("{line}");
        }
    }

    fn end(&self) {
        self.with_bar(ProgressBar::finish_and_clear);
    }
}
