//! Layers with trenches across the guide.

use super::error::GratingError;
use cpo_materials::{Angle, Length, Material, Quantity, Temperature, Wavelength};
use cpo_meshes::{CrossSection, LayerStack, Shape, Window};
use num_complex::Complex64;

use super::basis::Basis;
use super::lines::Lines;
use super::slab::Slab;
use super::system::{Medium, Mesh};

/// Wavelengths in the outer media between the outermost faces and the absorbing layers.
const CLEARANCE: f64 = 1.0;
/// Guide on both sides of the trenches where nothing else is asked for, m: room for the beam of a standard fibre.
const MARGIN: f64 = 8e-6;
/// Order of elements for the layers' own modes.
const SLAB_ORDER: usize = 6;

/// A grating: trenches etched from the top of one layer of a stack, the same all along x.
///
/// Light comes along +z in the unetched layer; z = 0 is where the first trench may begin.
#[derive(Clone, Debug)]
pub struct Grating {
    stack: LayerStack,
    core: String,
    etch: f64,
    fill: Material,
    trenches: Vec<[f64; 2]>,
    margins: [f64; 2],
}

impl Grating {
    /// `stack` from the substrate up, its outermost layers running on without end; trenches of depth `etch` from the
    /// top of layer `core` down, filled with `fill`.
    pub fn new(stack: LayerStack, core: &str, etch: Length, fill: &Material) -> Self {
        Self {
            stack,
            core: core.to_owned(),
            etch: etch.si(),
            fill: fill.clone(),
            trenches: Vec::new(),
            margins: [MARGIN; 2],
        }
    }

    /// Begin and end of every trench along z.
    #[must_use]
    pub fn trenches(mut self, trenches: &[[Length; 2]]) -> Self {
        self.trenches = trenches.iter().map(|t| t.map(|v| v.si())).collect();
        self
    }

    /// `periods` equal periods, each a tooth and then a trench, the tooth a share `fill` of the `pitch`.
    ///
    /// # Errors
    /// [`GratingError::Option`] for a number that is out of its range.
    pub fn uniform(self, periods: usize, pitch: Length, fill: f64) -> Result<Self, GratingError> {
        let fault = |what, value: String, allowed: &str| GratingError::Option {
            what,
            value,
            allowed: allowed.to_owned(),
        };
        if periods == 0 {
            return Err(fault("the number of periods", "0".into(), "at least 1"));
        }
        if !(fill > 0.0 && fill < 1.0) {
            return Err(fault(
                "the share of a tooth",
                fill.to_string(),
                "between 0 and 1",
            ));
        }
        let length = pitch.si();
        if !(length > 0.0 && length.is_finite()) {
            return Err(fault("the pitch", pitch.to_string(), "above zero"));
        }
        let trench = |k: usize| [(k as f64 + fill) * length, (k + 1) as f64 * length];
        Ok(self.with_edges((0..periods).map(trench).collect()))
    }

    /// Unetched guide before the first and after the last trench that the mesh contains.
    #[must_use]
    pub fn margins(mut self, before: Length, after: Length) -> Self {
        self.margins = [before.si(), after.si()];
        self
    }

    /// Trenches by a rule, for light of `wavelength`; see [`Apodisation`].
    ///
    /// # Errors
    /// [`GratingError::Option`] for a rule that is none; [`GratingError::NoRadiatingOrder`] where no period leads to the
    /// angle; [`GratingError::NoGuidedMode`] where the layers guide nothing.
    pub fn apodised(
        self,
        rule: &Apodisation,
        wavelength: Wavelength,
        temperature: Temperature,
    ) -> Result<Self, GratingError> {
        rule.check()?;
        // One wide trench shows both kinds of layers.
        let layout = self
            .clone()
            .with_edges(vec![[0.0, wavelength.si()]])
            .layout(wavelength, [wavelength; 2], temperature)?;
        let medium = layout.medium(wavelength)?;
        let indices = layout.indices(&medium, 0.0);
        let [tooth, etched] = indices.ok_or_else(|| self.lost())?;
        let along = medium.outer[1] * rule.angle.si().sin();
        let mut trenches = Vec::new();
        let mut z = 0.0;
        for _ in 0..rule.periods {
            let fill = (rule.fill - rule.rate * z).max(rule.least);
            let mean = fill * tooth + (1.0 - fill) * etched;
            let pitch = wavelength.si() / (mean - along);
            check_orders(mean, medium.outer[1], pitch, wavelength)?;
            trenches.push([z + fill * pitch, z + pitch]);
            z += pitch;
        }
        Ok(self.with_edges(trenches))
    }

    /// That the layers guide nothing.
    pub(super) fn lost(&self) -> GratingError {
        GratingError::NoGuidedMode {
            core: self.core.clone(),
        }
    }

    /// All positions along z times `factor`: what moves the wavelength that a grating is best at.
    #[must_use]
    pub fn scaled(mut self, factor: f64) -> Self {
        for edge in self.trenches.iter_mut().flatten() {
            *edge *= factor;
        }
        self
    }

    /// Every trench wider by `width` (m, narrower where negative), half of it at each edge: what exposure and etch leave of
    /// what is drawn.
    #[must_use]
    pub fn widened(mut self, width: f64) -> Self {
        for [begin, end] in &mut self.trenches {
            *begin -= 0.5 * width;
            *end += 0.5 * width;
        }
        self
    }

    /// Begin and end of every trench, m.
    pub fn edges(&self) -> &[[f64; 2]] {
        &self.trenches
    }

    /// The same with other trenches, m.
    #[must_use]
    pub fn with_edges(mut self, trenches: Vec<[f64; 2]>) -> Self {
        self.trenches = trenches;
        self
    }

    /// What is drawn, x of the cross-section being z along the guide, at the wavelength that clears the outer media.
    fn section(
        &self,
        wavelength: Wavelength,
        temperature: Temperature,
    ) -> Result<Drawn, GratingError> {
        let (Some(first), Some(last)) = (self.trenches.first(), self.trenches.last()) else {
            return Err(GratingError::NoTrenches);
        };
        let least = wavelength.si();
        if let Some(&margin) = self.margins.iter().find(|m| m.is_nan() || **m < least) {
            return Err(GratingError::Option {
                what: "the guide before or after the trenches",
                value: Length::from_si(margin).to_string(),
                allowed: format!("at least a wavelength, {wavelength}"),
            });
        }
        for (k, pair) in self.trenches.iter().enumerate() {
            let before = k
                .checked_sub(1)
                .map_or(f64::NEG_INFINITY, |b| self.trenches[b][1]);
            let in_order = pair[0] < pair[1] && before < pair[0];
            if !in_order {
                return Err(GratingError::Trenches {
                    number: k + 1,
                    before: k,
                    from: Length::from_si(pair[0]).to_string(),
                    to: Length::from_si(pair[1]).to_string(),
                });
            }
        }
        let along = [first[0] - self.margins[0], last[1] + self.margins[1]];
        // As tall as any stack, to learn where its faces are.
        let tall = Window {
            x: along,
            y: [-1e-3, 1e-3],
        };
        let plain = self.stack.planar(&self.core, tall)?;
        let mut regions = plain.regions().iter();
        // The highest layer is the background: it has no top to etch from.
        let core = regions.find(|region| region.name == self.core);
        let top = core.ok_or_else(|| self.lost())?.shape.bounds().y[1];
        if !(self.etch > 0.0 && self.etch <= top) {
            return Err(GratingError::Option {
                what: "the depth of etch",
                value: Length::from_si(self.etch).to_string(),
                allowed: format!(
                    "above zero and at most the layer's {}",
                    Length::from_si(top)
                ),
            });
        }
        let faces = plain.snap_y();
        let middle = 0.5 * (along[0] + along[1]);
        let (lowest, highest) = (faces[0], faces[faces.len() - 1]);
        let clear = |y: f64| -> Result<f64, GratingError> {
            let material = &plain.materials()[plain.material_at(middle, y)];
            let index = material.permittivity(wavelength, temperature)?[0].sqrt().re;
            Ok(CLEARANCE * wavelength.si() / index)
        };
        let window = Window {
            x: along,
            y: [
                lowest - clear(lowest - 1e-9)?,
                highest + clear(highest + 1e-9)?,
            ],
        };
        let mut section = plain.with_window(window)?;
        for (k, trench) in self.trenches.iter().enumerate() {
            let shape = Shape::Rectangle {
                x: 0.5 * (trench[0] + trench[1]),
                bottom: top - self.etch,
                width: trench[1] - trench[0],
                height: self.etch,
            };
            section = section.paint(&format!("trench {}", k + 1), self.fill.clone(), shape)?;
        }
        let mut up = vec![window.y[0]];
        up.extend(faces);
        up.push(top - self.etch);
        up.push(window.y[1]);
        up.sort_by(f64::total_cmp);
        up.dedup_by(|a, b| (*a - *b).abs() < 1e-13);
        Ok(Drawn {
            section,
            up,
            core: [0.0, top],
        })
    }

    /// The mesh for all wavelengths between `ends`, and what the solver needs to know of it; lengths are in 1/k₀ of
    /// `reference`.
    pub(super) fn layout(
        &self,
        reference: Wavelength,
        [shortest, longest]: [Wavelength; 2],
        temperature: Temperature,
    ) -> Result<Layout, GratingError> {
        let drawn = self.section(reference, temperature)?;
        let unit = reference.vacuum_wavenumber();
        let window = drawn.section.window();
        let mut along = vec![window.x[0]];
        along.extend(self.trenches.iter().flatten());
        along.push(window.x[1]);
        let materials = drawn.section.materials().to_vec();
        let mut indices = Vec::with_capacity(materials.len());
        for material in &materials {
            let square = material.permittivity(reference, temperature)?[0];
            indices.push(square.norm().sqrt());
        }
        let index = |z: f64, y: f64| indices[drawn.section.material_at(z, y)];
        let middles = |faces: &[f64]| -> Vec<f64> {
            let pairs = faces.windows(2);
            pairs.map(|pair| 0.5 * (pair[0] + pair[1])).collect()
        };
        let (columns, rows) = (middles(&along), middles(&drawn.up));
        let by_column: Vec<f64> = columns
            .iter()
            .map(|&z| rows.iter().map(|&y| index(z, y)).fold(0.0, f64::max))
            .collect();
        let by_row: Vec<f64> = rows
            .iter()
            .map(|&y| columns.iter().map(|&z| index(z, y)).fold(0.0, f64::max))
            .collect();
        let scaled = |faces: &[f64]| -> Vec<f64> { faces.iter().map(|v| unit * v).collect() };
        let span = [shortest, longest].map(|w| w.si() / reference.si());
        let guide = by_column[0];
        let outer = [by_row[0], by_row[by_row.len() - 1]];
        let along = Lines::new(&scaled(&along), &by_column, [guide, guide], span);
        let up = Lines::new(&scaled(&drawn.up), &by_row, outer, span);
        // In the layers the media run on.
        let within = |v: f64, ends: [f64; 2]| v.clamp(ends[0] + 1e-12, ends[1] - 1e-12);
        let mut kinds = Vec::with_capacity(along.intervals() * up.intervals());
        for a in 0..along.intervals() {
            for b in 0..up.intervals() {
                let z = within(along.middle(a) / unit, window.x);
                let y = within(up.middle(b) / unit, window.y);
                kinds.push(drawn.section.material_at(z, y));
            }
        }
        let face = unit * drawn.up[drawn.up.len() - 2];
        let rows_between = |low: f64, high: f64| up.nearest(unit * low)..up.nearest(unit * high);
        let core = rows_between(drawn.core[0], drawn.core[1]);
        let etched = rows_between(drawn.core[1] - self.etch, drawn.core[1]);
        Ok(Layout {
            unit,
            core,
            etched,
            face,
            mesh: Mesh { along, up, kinds },
            materials,
            temperature,
        })
    }
}

/// A rule for trenches that radiate more and more along the grating, as a fibre's beam has it (R. Marchetti et al.,
/// Sci. Rep. 7, 16670 (2017), DOI 10.1038/s41598-017-16505-z).
///
/// Period i begins at z with a tooth, a share F = F₀ − R z of it, and ends with a trench; it is
/// λ/(F n_O + (1 − F) n_E − n sin θ) long, n_O and n_E being n_eff of the layers unetched and etched and n the index
/// of the highest medium, in which the beam leaves at θ from the vertical.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Apodisation {
    /// F₀.
    pub fill: f64,
    /// R, 1/m; 0 for a uniform grating.
    pub rate: f64,
    /// F is never less.
    pub least: f64,
    /// θ.
    pub angle: Angle,
    /// How many periods there are.
    pub periods: usize,
}

/// A grating on paper.
struct Drawn {
    section: CrossSection,
    /// All faces up, the window's among them.
    up: Vec<f64>,
    /// Bottom and top of the guiding layer.
    core: [f64; 2],
}

/// A mesh with its rows named.
pub(super) struct Layout {
    /// Wavenumber that lengths are measured by, 1/m.
    pub(super) unit: f64,
    pub(super) mesh: Mesh,
    /// Rows of the guiding layer.
    pub(super) core: std::ops::Range<usize>,
    /// Rows of the trenches.
    pub(super) etched: std::ops::Range<usize>,
    /// The highest face.
    pub(super) face: f64,
    materials: Vec<Material>,
    temperature: Temperature,
}

impl Layout {
    /// The materials at a wavelength.
    pub(super) fn medium(&self, wavelength: Wavelength) -> Result<Medium, GratingError> {
        let scale = wavelength.vacuum_wavenumber() / self.unit;
        let mut squares = Vec::with_capacity(self.materials.len());
        for material in &self.materials {
            let permittivity = material.permittivity(wavelength, self.temperature)?[0];
            squares.push(scale * scale * permittivity);
        }
        let (lowest, highest) = (0, self.mesh.up.intervals() - 1);
        let outer = [lowest, highest].map(|row| squares[self.mesh.kind(0, row)].sqrt().re / scale);
        Ok(Medium {
            scale,
            squares,
            outer,
        })
    }

    /// k² of every row of a column.
    pub(super) fn column(&self, medium: &Medium, column: usize) -> Vec<Complex64> {
        let rows = 0..self.mesh.up.intervals();
        rows.map(|row| medium.squares[self.mesh.kind(column, row)])
            .collect()
    }

    /// n_eff of the layers left of the trench that begins at `edge` (m), and in it: of what is left of the guide, or
    /// the filling's index where that is nothing.
    fn indices(&self, medium: &Medium, edge: f64) -> Option<[f64; 2]> {
        let trench = self.mesh.along.nearest(self.unit * edge);
        let basis = Basis::new(SLAB_ORDER);
        let index = |column: usize, rows: std::ops::Range<usize>| -> Option<f64> {
            let slab = Slab::new(&basis, &self.mesh.up, &self.column(medium, column));
            let mode = slab.guided(rows)?;
            Some(mode.wavenumber.re / medium.scale)
        };
        let tooth = index(trench - 1, self.core.clone())?;
        let left = self.core.start..self.etched.start;
        let etched = if left.is_empty() {
            let filling = medium.squares[self.mesh.kind(trench, self.etched.start)];
            filling.sqrt().re / medium.scale
        } else {
            index(trench, left)?
        };
        Some([tooth, etched])
    }

    /// That trenches radiate upwards: some order m of their mean pitch has |n − m λ/Λ| below the highest medium's index.
    pub(super) fn check_radiation(
        &self,
        trenches: &[[f64; 2]],
        wavelength: Wavelength,
    ) -> Result<(), GratingError> {
        let [first, .., last] = trenches else {
            return Ok(());
        };
        let periods = (trenches.len() - 1) as f64;
        let pitch = (last[0] - first[0]) / periods;
        let open: f64 = trenches.iter().map(|t| t[1] - t[0]).sum();
        let share = (open / (trenches.len() as f64 * pitch)).min(1.0);
        let medium = self.medium(wavelength)?;
        match self.indices(&medium, first[0]) {
            Some([tooth, etched]) => {
                let mean = (1.0 - share) * tooth + share * etched;
                check_orders(mean, medium.outer[1], pitch, wavelength)
            }
            None => Ok(()),
        }
    }
}

/// That a grating of mean index `index` radiates into a medium of index `limit`.
fn check_orders(
    index: f64,
    limit: f64,
    pitch: f64,
    wavelength: Wavelength,
) -> Result<(), GratingError> {
    let wavelength = wavelength.si();
    let along = |order: f64| index - order * wavelength / pitch;
    // Orders whose index is not yet below −limit.
    let highest = ((index + limit) * pitch / wavelength).floor();
    if pitch > 0.0 && highest >= 1.0 && along(highest) < limit {
        return Ok(());
    }
    Err(GratingError::NoRadiatingOrder {
        pitch: Length::from_si(pitch).to_string(),
        index,
        order: along(1.0),
        limit,
        shortest: Length::from_si(wavelength / (index + limit)).to_string(),
        longest: Length::from_si(wavelength / (index - limit)).to_string(),
    })
}

impl Apodisation {
    fn check(&self) -> Result<(), GratingError> {
        let fault = |what, value: String, allowed: &str| GratingError::Option {
            what,
            value,
            allowed: allowed.to_owned(),
        };
        let is_share = |share: f64| share > 0.0 && share < 1.0;
        if !is_share(self.fill) {
            let value = self.fill.to_string();
            return Err(fault(
                "the share of the first tooth",
                value,
                "between 0 and 1",
            ));
        }
        if !(is_share(self.least) && self.least <= self.fill) {
            let value = self.least.to_string();
            let allowed = "above 0 and at most that of the first tooth";
            return Err(fault("the least share of a tooth", value, allowed));
        }
        if !(self.rate >= 0.0 && self.rate.is_finite()) {
            let value = format!("{} /m", self.rate);
            return Err(fault("the rate that teeth shrink at", value, "0 or more"));
        }
        if self.periods == 0 {
            let value = "0".to_owned();
            return Err(fault("the number of periods", value, "at least 1"));
        }
        Ok(())
    }
}
