//! A figure of the report.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use crate::figures::Picture;

/// A figure.
#[derive(Clone, Debug, Serialize)]
pub struct ReportFigure {
    light: String,
    dark: String,
    width: u32,
    height: u32,
    caption: String,
    /// What lies under the pointer, as JSON that may stand in a script element; empty for nothing.
    readings: String,
}

impl ReportFigure {
    /// A figure in both themes; the caption also serves those who cannot see it.
    pub fn new(light: &Picture, dark: &Picture, caption: impl Into<String>) -> Self {
        Self {
            light: STANDARD.encode(&light.png),
            dark: STANDARD.encode(&dark.png),
            width: light.width,
            height: light.height,
            caption: caption.into(),
            readings: light
                .readings
                .as_ref()
                .map_or_else(String::new, |readings| readings.to_json()),
        }
    }
}
