//! From level to level: what each step of a chain takes of a power, in dB, from the first to the last.
//!
//! Level after n steps: L_n = L_0 + Σ c_i, in dBm = 10 log₁₀(P / 1 mW), with the change c_i of each step in dB, negative
//! for a loss. The axis is in dBm below and in watts above.

use super::axis::compact;
use super::bar_rows::{BarRows, NUMBER_GAP, Swatch, draw_legend, top_below};
use super::canvas::{Align, Canvas, Picture, TextStyle, Theme};
use super::frame::{TICK_GAP, TICK_SIZE};
use super::readings::{BoxReading, Readings};
use crate::number::{significant, value_with_error_or};
use crate::output_error::OutputError;

const MILLIWATT: f64 = 1e-3;
/// Of a number without an error bar.
const DIGITS: usize = 4;

/// One step.
#[derive(Clone, Debug, PartialEq)]
pub struct WaterfallStep {
    /// What it is: "fibre to chip".
    pub name: String,
    /// What it does, dB: negative for a loss.
    pub change: f64,
    /// Half length of its error bar, dB.
    pub error: f64,
    /// Not to be trusted (unconverged): hollow.
    pub is_doubtful: bool,
}

/// Steps from one level to another.
#[derive(Clone, Debug, PartialEq)]
pub struct WaterfallFigure {
    /// Title, above the bars.
    pub title: String,
    /// Name and power (W) of the first level: "wall plug".
    pub start: (String, f64),
    /// The steps, from top to bottom.
    pub steps: Vec<WaterfallStep>,
    /// Name of the last level and half length of its error bar (dB): "photodiode". The steps' errors need not add up to it.
    pub end: (String, f64),
    /// Name and power (W) of a level that the last one is held against, drawn dashed: "receiver needs".
    pub limit: Option<(String, f64)>,
}

impl WaterfallFigure {
    /// Draws the steps.
    ///
    /// # Errors
    /// No steps, one that is no number, or a power that is not above 0.
    pub fn render(&self, theme: Theme) -> Result<Picture, OutputError> {
        let powers = [Some(self.start.1), self.limit.as_ref().map(|limit| limit.1)];
        let mut powers = powers.into_iter().flatten();
        if !powers.all(|power| power > 0.0 && power.is_finite())
            || self.steps.is_empty()
            || self.steps.iter().any(|step| !step.change.is_finite())
        {
            return Err(OutputError::Figure {
                figure: self.title.clone(),
                problem: String::from(
                    "there are no steps, one is no number, or a power is not above 0",
                ),
            });
        }
        let levels = self.levels();
        let limit = self.limit.as_ref().map(|(name, power)| {
            let level = dbm(*power);
            (
                level,
                format!("dashed: {name}, {} dBm", significant(level, 3)),
            )
        });
        let swatches: Vec<Swatch<'_>> = [
            Some((0, "level")),
            Some((1, "loss")),
            self.steps
                .iter()
                .any(|s| s.change > 0.0)
                .then_some((2, "gain")),
        ]
        .into_iter()
        .flatten()
        .map(|(n, text)| Swatch {
            colour: theme.series(n),
            text,
        })
        .collect();
        let rows = self.rows(&levels, limit.as_ref().map(|limit| limit.0), &swatches);
        let after = |row: usize| power_text(levels[row.min(levels.len() - 1)]);
        let widest = (0..levels.len() + 1)
            .map(|row| Canvas::text_width(&after(row), TICK_SIZE, false))
            .fold(0.0, f64::max);
        let mut canvas = rows.canvas(&self.title, widest + 16.0, theme)?;
        draw_legend(&mut canvas, rows.left, &swatches)?;
        if let Some((_, text)) = &limit {
            let style = TextStyle::new(TICK_SIZE, Align::Right, theme.ink());
            canvas.text(text, [rows.right, 42.0], style)?;
        }
        draw_watts(&mut canvas, &rows)?;
        rows.draw_axis(&mut canvas, "optical or electrical power (dBm)")?;

        let floor = rows.range()[0];
        let (first, last) = (levels[0], levels[levels.len() - 1]);
        let mut boxes = Vec::new();
        let mut read = |row: usize, text: String| boxes.push(BoxReading(rows.area(row), text));
        rows.draw_bar(
            &mut canvas,
            0,
            [floor, first],
            [0.0, 1.0],
            (theme.series(0), false),
        )?;
        read(0, format!("{}\n{}", self.start.0, level_text(first)));
        for (n, step) in self.steps.iter().enumerate() {
            let (row, before, level) = (n + 1, levels[n], levels[n + 1]);
            let colour = theme.series(if step.change > 0.0 { 2 } else { 1 });
            rows.draw_bar(
                &mut canvas,
                row,
                [before, level],
                [0.0, 1.0],
                (colour, step.is_doubtful),
            )?;
            // From the end of the row above, so that the eye keeps the level.
            let x = rows.at(before);
            canvas.line(
                &[[x, rows.middle(n)], [x, rows.middle(row)]],
                0.75,
                theme.muted(),
            )?;
            let error = finite(step.error);
            let whisker = rows.draw_error(&mut canvas, row, level, [error; 2])?;
            let end = rows.at(before.max(level)).max(whisker[1]);
            let text = format!("{} dB", value_with_error_or(step.change, error, DIGITS));
            rows.draw_text(
                &mut canvas,
                row,
                &text,
                end + NUMBER_GAP,
                (Align::Left, theme.ink()),
            )?;
            read(
                row,
                format!("{}\n{text}\nthen {}", step.name, level_text(level)),
            );
        }
        let row = levels.len();
        rows.draw_bar(
            &mut canvas,
            row,
            [floor, last],
            [0.0, 1.0],
            (theme.series(0), false),
        )?;
        let error = finite(self.end.1);
        let whisker = rows.draw_error(&mut canvas, row, last, [error; 2])?;
        let text = format!("{} dBm", value_with_error_or(last, error, DIGITS));
        let end = rows.at(last).max(whisker[1]) + NUMBER_GAP;
        rows.draw_text(&mut canvas, row, &text, end, (Align::Left, theme.ink()))?;
        read(row, format!("{}\n{text}, {}", self.end.0, power_text(last)));
        if let Some((level, _)) = limit {
            rows.draw_dashed(&mut canvas, level)?;
        }
        for row in 0..=levels.len() {
            let place = rows.right + 8.0;
            rows.draw_text(
                &mut canvas,
                row,
                &after(row),
                place,
                (Align::Left, theme.muted()),
            )?;
        }
        canvas.finish(Some(Readings::Boxes { boxes }))
    }

    /// Level before the first step and after each, dBm.
    fn levels(&self) -> Vec<f64> {
        let mut levels = vec![dbm(self.start.1)];
        for step in &self.steps {
            levels.push(levels[levels.len() - 1] + step.change);
        }
        levels
    }

    fn rows(&self, levels: &[f64], limit: Option<f64>, swatches: &[Swatch<'_>]) -> BarRows {
        let all = levels.iter().copied().chain(limit);
        let (lower, upper) = all.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, u), v| {
            (l.min(v), u.max(v))
        });
        let mut names = vec![self.start.0.clone()];
        names.extend(self.steps.iter().map(|step| step.name.clone()));
        names.push(self.end.0.clone());
        // The axis in watts stands between the legend and the rows.
        let top = top_below(swatches) + TICK_SIZE + TICK_GAP;
        BarRows::new(names, top, [lower, upper], [26.0, 96.0])
    }
}

/// The axis above: powers of ten of a watt.
fn draw_watts(canvas: &mut Canvas, rows: &BarRows) -> Result<(), OutputError> {
    let (ink, muted) = (canvas.theme.ink(), canvas.theme.muted());
    canvas.line(
        &[[rows.left, rows.top], [rows.right, rows.top]],
        0.75,
        muted,
    )?;
    let style = TextStyle::new(TICK_SIZE, Align::Centre, ink);
    let [lower, upper] = rows.range();
    let decades = (lower / 10.0).ceil() as i32..=(upper / 10.0).floor() as i32;
    for decade in decades {
        let level = 10.0 * f64::from(decade);
        let x = rows.at(level);
        canvas.line(&[[x, rows.top - 4.0], [x, rows.top]], 0.75, muted)?;
        canvas.text(&power_text(level), [x, rows.top - TICK_GAP], style)?;
    }
    Ok(())
}

fn dbm(power: f64) -> f64 {
    10.0 * (power / MILLIWATT).log10()
}

fn finite(error: f64) -> f64 {
    if error.is_finite() { error } else { 0.0 }
}

/// "12.3 mW" of a level in dBm.
fn power_text(level: f64) -> String {
    let milliwatts = 10f64.powf(level / 10.0);
    let (value, unit) = match milliwatts {
        m if m >= 999.5 => (m / 1e3, "W"),
        m if m < 0.1 => (m * 1e3, "µW"),
        m => (m, "mW"),
    };
    let place = 10f64.powi(2 - value.log10().floor() as i32);
    format!("{} {unit}", compact((value * place).round() / place))
}

fn level_text(level: f64) -> String {
    format!("{} dBm, {}", significant(level, 4), power_text(level))
}
