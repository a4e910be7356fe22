//! The surface that figures are drawn on.
//!
//! Lines and areas are plotters'; text is set glyph by glyph with `ab_glyph`, since plotters drops the side bearings of
//! this kind of font and so spaces its letters unevenly. Coordinates are those of the figure as shown (96 per inch), x to
//! the right, y down.

use std::sync::LazyLock;

use ab_glyph::{Font, FontRef, PxScale, ScaleFont, point};
use plotters::backend::{BitMapBackend, DrawingBackend};
use plotters::style::{RGBColor, ShapeStyle};

use super::readings::Readings;
use crate::output_error::OutputError;

/// Stored pixels per shown unit: sharp on screens of high density and in print.
const STORED: usize = 2;
/// Drawn pixels per stored one, averaged: plotters does not smooth thick lines.
const AVERAGED: usize = 2;
const DRAWN: usize = STORED * AVERAGED;
/// Largest side of a figure, shown units: what a plot may cost in memory is bounded.
const LARGEST_SIDE: f64 = 2000.0;

/// The only fonts: part of the program.
static FONT: LazyLock<Option<FontRef<'static>>> =
    LazyLock::new(|| FontRef::try_from_slice(dejavu::sans::regular()).ok());
static BOLD_FONT: LazyLock<Option<FontRef<'static>>> =
    LazyLock::new(|| FontRef::try_from_slice(dejavu::sans::bold()).ok());

/// Colours of everything but the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    /// Dark on white: screens, print.
    Light,
    /// Light on near-black.
    Dark,
}

impl Theme {
    pub(super) fn background(self) -> RGBColor {
        match self {
            Self::Light => RGBColor(255, 255, 255),
            Self::Dark => RGBColor(28, 31, 36),
        }
    }

    pub(super) fn ink(self) -> RGBColor {
        match self {
            Self::Light => RGBColor(34, 38, 43),
            Self::Dark => RGBColor(226, 229, 233),
        }
    }

    pub(super) fn muted(self) -> RGBColor {
        match self {
            Self::Light => RGBColor(90, 97, 105),
            Self::Dark => RGBColor(160, 167, 176),
        }
    }

    pub(super) fn grid(self) -> RGBColor {
        match self {
            Self::Light => RGBColor(229, 232, 236),
            Self::Dark => RGBColor(52, 57, 64),
        }
    }

    /// Colour of series `n`: Okabe & Ito's set, told apart by the colour-blind; blue raised on dark ground.
    pub(super) fn series(self, n: usize) -> RGBColor {
        let blue = if self == Self::Light {
            RGBColor(0, 114, 178)
        } else {
            RGBColor(86, 170, 233)
        };
        let set = [
            blue,
            RGBColor(213, 94, 0),
            RGBColor(0, 158, 115),
            RGBColor(204, 121, 167),
            RGBColor(230, 159, 0),
            RGBColor(110, 110, 200),
        ];
        set[n % set.len()]
    }
}

/// A finished figure.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    /// PNG file, twice as many pixels as it is wide.
    pub png: Vec<u8>,
    /// Width as shown, CSS pixels.
    pub width: u32,
    /// Height as shown, CSS pixels.
    pub height: u32,
    /// What lies under the pointer.
    pub readings: Option<Readings>,
}

/// Where a text stands relative to its position, which lies on the base line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Align {
    Left,
    Centre,
    Right,
}

/// How a text looks.
#[derive(Clone, Copy, Debug)]
pub(super) struct TextStyle {
    /// Size of the em, shown units.
    pub size: f64,
    pub bold: bool,
    /// Reads upwards.
    pub upwards: bool,
    pub align: Align,
    pub colour: RGBColor,
}

impl TextStyle {
    pub fn new(size: f64, align: Align, colour: RGBColor) -> Self {
        Self {
            size,
            bold: false,
            upwards: false,
            align,
            colour,
        }
    }

    pub fn bold(self) -> Self {
        Self { bold: true, ..self }
    }

    pub fn upwards(self) -> Self {
        Self {
            upwards: true,
            ..self
        }
    }

    /// Height of capitals, which centring a line on a point needs.
    pub fn cap_height(&self) -> f64 {
        0.729 * self.size // of DejaVu Sans
    }
}

pub(super) struct Canvas {
    title: String,
    pub theme: Theme,
    width: usize,
    height: usize,
    pixels: Vec<u8>,
}

impl Canvas {
    pub fn new(title: &str, width: f64, height: f64, theme: Theme) -> Self {
        let side = |s: f64| s.clamp(1.0, LARGEST_SIDE).ceil() as usize;
        let (width, height) = (side(width), side(height));
        let RGBColor(r, g, b) = theme.background();
        let pixels = [r, g, b].repeat(width * height * DRAWN * DRAWN);
        Self {
            title: title.to_owned(),
            theme,
            width,
            height,
            pixels,
        }
    }

    fn error(&self, problem: impl ToString) -> OutputError {
        OutputError::Figure {
            figure: self.title.clone(),
            problem: problem.to_string(),
        }
    }

    fn with_backend(
        &mut self,
        draw: impl FnOnce(&mut BitMapBackend<'_>) -> Result<(), String>,
    ) -> Result<(), OutputError> {
        let size = ((self.width * DRAWN) as u32, (self.height * DRAWN) as u32);
        let drawn = draw(&mut BitMapBackend::with_buffer(&mut self.pixels, size));
        drawn.map_err(|problem| self.error(problem))
    }

    pub fn line(
        &mut self,
        points: &[[f64; 2]],
        width: f64,
        colour: RGBColor,
    ) -> Result<(), OutputError> {
        if points.len() < 2 {
            return Ok(());
        }
        self.with_backend(|backend| {
            let style = ShapeStyle {
                color: colour.into(),
                filled: false,
                stroke_width: drawn_length(width),
            };
            backend
                .draw_path(points.iter().map(|&p| drawn(p)), &style)
                .map_err(|e| e.to_string())
        })
    }

    pub fn polygon(&mut self, points: &[[f64; 2]], colour: RGBColor) -> Result<(), OutputError> {
        self.with_backend(|backend| {
            backend
                .fill_polygon(points.iter().map(|&p| drawn(p)), &colour)
                .map_err(|e| e.to_string())
        })
    }

    pub fn disc(
        &mut self,
        centre: [f64; 2],
        radius: f64,
        colour: RGBColor,
    ) -> Result<(), OutputError> {
        self.with_backend(|backend| {
            backend
                .draw_circle(drawn(centre), drawn_length(radius), &colour, true)
                .map_err(|e| e.to_string())
        })
    }

    /// Colours each drawn pixel of a rectangle by its centre.
    pub fn raster(
        &mut self,
        corner: [f64; 2],
        opposite: [f64; 2],
        colour: impl Fn(f64, f64) -> RGBColor,
    ) {
        let ((x0, y0), (x1, y1)) = (drawn(corner), drawn(opposite));
        let clip = |v: i32, side: usize| v.clamp(0, (side * DRAWN) as i32) as usize;
        for py in clip(y0, self.height)..clip(y1, self.height) {
            for px in clip(x0, self.width)..clip(x1, self.width) {
                let centre = |p: usize| (p as f64 + 0.5) / DRAWN as f64;
                let RGBColor(r, g, b) = colour(centre(px), centre(py));
                let start = 3 * (py * self.width * DRAWN + px);
                self.pixels[start..start + 3].copy_from_slice(&[r, g, b]);
            }
        }
    }

    /// Width of a text as shown.
    pub fn text_width(text: &str, size: f64, bold: bool) -> f64 {
        let Some(font) = font(bold) else { return 0.0 };
        let font = font.as_scaled(scale(font, size));
        let mut previous = None;
        text.chars().fold(0.0, |width, c| {
            let glyph = font.glyph_id(c);
            let kern = previous.map_or(0.0, |p| font.kern(p, glyph));
            previous = Some(glyph);
            width + f64::from(kern + font.h_advance(glyph))
        })
    }

    /// Sets a text with its base line through `position`.
    pub fn text(
        &mut self,
        text: &str,
        position: [f64; 2],
        style: TextStyle,
    ) -> Result<(), OutputError> {
        let font =
            font(style.bold).ok_or_else(|| self.error("the font of the program is damaged"))?;
        let shift = match style.align {
            Align::Left => 0.0,
            Align::Centre => -0.5,
            Align::Right => -1.0,
        } * Self::text_width(text, style.size, style.bold)
            * DRAWN as f64;
        let font = font.as_scaled(scale(font, style.size * DRAWN as f64));
        let (mut along, mut previous) = (shift as f32, None);
        let (origin_x, origin_y) = (position[0] * DRAWN as f64, position[1] * DRAWN as f64);
        for c in text.chars() {
            let glyph = font.glyph_id(c);
            along += previous.map_or(0.0, |p| font.kern(p, glyph));
            previous = Some(glyph);
            if let Some(outline) =
                font.outline_glyph(glyph.with_scale_and_position(font.scale(), point(along, 0.0)))
            {
                let bounds = outline.px_bounds();
                outline.draw(|gx, gy, coverage| {
                    let (right, down) = (
                        f64::from(gx as f32 + bounds.min.x),
                        f64::from(gy as f32 + bounds.min.y),
                    );
                    // Turned a quarter to the left, right becomes up and down becomes right.
                    let (dx, dy) = if style.upwards {
                        (down, -right)
                    } else {
                        (right, down)
                    };
                    self.blend(
                        (origin_x + dx).round(),
                        (origin_y + dy).round(),
                        style.colour,
                        coverage,
                    );
                });
            }
            along += font.h_advance(glyph);
        }
        Ok(())
    }

    fn blend(&mut self, x: f64, y: f64, colour: RGBColor, coverage: f32) {
        let (width, height) = (self.width * DRAWN, self.height * DRAWN);
        if x < 0.0 || y < 0.0 || x >= width as f64 || y >= height as f64 {
            return;
        }
        let start = 3 * (y as usize * width + x as usize);
        for (pixel, ink) in self.pixels[start..start + 3]
            .iter_mut()
            .zip([colour.0, colour.1, colour.2])
        {
            let (old, new) = (f32::from(*pixel), f32::from(ink));
            *pixel = (old + coverage.clamp(0.0, 1.0) * (new - old)).round() as u8;
        }
    }

    /// The picture, and what it says at each place.
    pub fn finish(self, readings: Option<Readings>) -> Result<Picture, OutputError> {
        let (width, height) = (self.width * STORED, self.height * STORED);
        let mut stored = Vec::with_capacity(3 * width * height);
        for y in 0..height {
            for x in 0..width {
                for c in 0..3 {
                    let block = (0..AVERAGED).flat_map(|dy| (0..AVERAGED).map(move |dx| (dx, dy)));
                    let sum: usize = block
                        .map(|(dx, dy)| {
                            usize::from(
                                self.pixels[3
                                    * ((y * AVERAGED + dy) * self.width * DRAWN
                                        + x * AVERAGED
                                        + dx)
                                    + c],
                            )
                        })
                        .sum();
                    stored.push((sum / (AVERAGED * AVERAGED)) as u8);
                }
            }
        }
        // Curves and repeated rows compress best as they are, maps by what changes from row to row.
        let mut encoded = [png::FilterType::NoFilter, png::FilterType::Up]
            .map(|filter| encode(&stored, [width, height], filter))
            .into_iter()
            .collect::<Result<Vec<Vec<u8>>, _>>()
            .map_err(|problem| self.error(problem))?;
        encoded.sort_by_key(Vec::len);
        Ok(Picture {
            png: encoded.swap_remove(0),
            width: self.width as u32,
            height: self.height as u32,
            readings,
        })
    }
}

/// A PNG file of RGB pixels.
fn encode(
    pixels: &[u8],
    [width, height]: [usize; 2],
    filter: png::FilterType,
) -> Result<Vec<u8>, png::EncodingError> {
    let mut png = Vec::new();
    let mut encoder = png::Encoder::new(&mut png, width as u32, height as u32);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_filter(filter);
    encoder.set_compression(png::Compression::Default);
    // 192 pixels an inch, so that programs that honour it show the figure at its size.
    let per_metre = (96.0 * STORED as f64 / 0.0254).round() as u32;
    encoder.set_pixel_dims(Some(png::PixelDimensions {
        xppu: per_metre,
        yppu: per_metre,
        unit: png::Unit::Meter,
    }));
    let mut writer = encoder.write_header()?;
    writer.write_image_data(pixels)?;
    writer.finish()?;
    Ok(png)
}

fn drawn(point: [f64; 2]) -> (i32, i32) {
    (
        (point[0] * DRAWN as f64).round() as i32,
        (point[1] * DRAWN as f64).round() as i32,
    )
}

fn drawn_length(length: f64) -> u32 {
    (length * DRAWN as f64).round().max(1.0) as u32
}

fn font(bold: bool) -> Option<&'static FontRef<'static>> {
    if bold {
        BOLD_FONT.as_ref()
    } else {
        FONT.as_ref()
    }
}

/// `ab_glyph` scales by the height of a line, typography by the em.
fn scale(font: &FontRef<'_>, em: f64) -> PxScale {
    PxScale::from(
        (em * f64::from(font.height_unscaled() / font.units_per_em().unwrap_or(2048.0))) as f32,
    )
}
