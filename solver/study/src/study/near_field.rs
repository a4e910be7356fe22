//! A field at a fibre's end from a file of comma-separated values.
//!
//! The first line names the columns: `x [um]`, `y [um]` with the unit of length in brackets, and the field in any one
//! unit as `intensity` (its phase is then flat), `E_re` and `E_im` of a field polarised along one line, or `Ex_re`, `Ex_im`,
//! `Ey_re` and `Ey_im`. An imaginary part left out is zero. Points lie on a rectangular grid, which may be graded, in any
//! order; lines that begin with `#` are remarks.

use cpo_materials::{Angle, Length, Quantity};
use cpo_solver::coupling::{CouplingError, MeasuredField};
use ndarray::Array2;
use num_complex::Complex64;

use super::csv_file::{Wrong, distinct, name_and_unit, nearest, reader};
use super::reader::Reader;
use crate::file::{Cursor, listed};

/// Fewest points along an axis: half as many still draw a beam.
const FEWEST: usize = 8;

/// Columns that hold a field.
const FIELDS: [&str; 7] = [
    "intensity",
    "E_re",
    "E_im",
    "Ex_re",
    "Ex_im",
    "Ey_re",
    "Ey_im",
];

/// A field by its values on a grid of points.
#[derive(Clone, Debug)]
pub struct NearField {
    /// Rising coordinates, m.
    axes: [Vec<f64>; 2],
    /// Field at (x, y), y fastest: along a line, or along x and y.
    components: Vec<Vec<Complex64>>,
}

impl NearField {
    /// Whether the field states its own direction.
    pub fn is_vector(&self) -> bool {
        self.components.len() == 2
    }

    /// The field in a medium of `index` at every `every`-th point, a scalar one at `angle` from the x axis.
    ///
    /// # Errors
    /// [`CouplingError`] if the field carries no power.
    pub fn beam(
        &self,
        index: f64,
        angle: Angle,
        every: usize,
    ) -> Result<MeasuredField, CouplingError> {
        let [x, y] = self.axes.each_ref().map(|axis| every_nth(axis, every));
        let rows = self.axes[1].len();
        let on_grid = |values: &[Complex64]| {
            Array2::from_shape_fn((x.len(), y.len()), |(i, j)| values[every * (i * rows + j)])
        };
        let electric = match &self.components[..] {
            [along] => {
                let along = on_grid(along);
                [angle.si().cos(), angle.si().sin()].map(|part| along.mapv(|e| e * part))
            }
            [ex, ey, ..] => [on_grid(ex), on_grid(ey)],
            [] => return Err(CouplingError::NoForwardPower { power: 0.0 }),
        };
        MeasuredField::new([x, y], electric, index)
    }

    fn read(text: &str) -> Result<Self, Wrong> {
        let mut reader = reader(text);
        let header = reader
            .headers()
            .map_err(|e| Wrong(Some(1), e.to_string()))?;
        let columns = Columns::of(header)?;
        let mut points = Vec::new();
        for record in reader.records() {
            let record =
                record.map_err(|e| Wrong(e.position().map(csv::Position::line), e.to_string()))?;
            let line = record.position().map(csv::Position::line);
            let number = |column: usize| -> Result<f64, Wrong> {
                let text = record.get(column).unwrap_or_default();
                match text.parse::<f64>() {
                    Ok(value) if value.is_finite() => Ok(value),
                    _ => Err(Wrong(
                        line,
                        format!("\"{text}\" in column {} is not a finite number", column + 1),
                    )),
                }
            };
            let at = [0, 1].map(|d| number(columns.axes[d].0).map(|v| v * columns.axes[d].1));
            let [x, y] = at;
            let mut values = Vec::with_capacity(columns.components.len());
            for component in &columns.components {
                let [re, im] = component.map(|column| column.map_or(Ok(0.0), number));
                values.push(Complex64::new(re?, im?));
            }
            if columns.is_intensity {
                let intensity = values[0].re;
                if intensity < 0.0 {
                    return Err(Wrong(line, format!("an intensity cannot be {intensity}")));
                }
                values[0] = Complex64::from(intensity.sqrt());
            }
            points.push(([x?, y?], values, line));
        }
        Self::on_grid(points, columns.components.len())
    }

    /// Sorts points onto the grid that they form.
    fn on_grid(
        points: Vec<([f64; 2], Vec<Complex64>, Option<u64>)>,
        components: usize,
    ) -> Result<Self, Wrong> {
        let axes: [Vec<f64>; 2] =
            std::array::from_fn(|d| distinct(points.iter().map(|(at, ..)| at[d])));
        for (axis, name) in axes.iter().zip(["x", "y"]) {
            if axis.len() < FEWEST {
                let told = format!(
                    "the grid has {} points along {name}; at least {FEWEST} draw a beam",
                    axis.len()
                );
                return Err(Wrong(None, told));
            }
        }
        let [nx, ny] = axes.each_ref().map(Vec::len);
        let mut values = vec![vec![Complex64::ZERO; nx * ny]; components];
        let mut filled = vec![false; nx * ny];
        for (at, field, line) in points {
            let [i, j] = [0, 1].map(|d| nearest(&axes[d], at[d]));
            let place = i * ny + j;
            if std::mem::replace(&mut filled[place], true) {
                let [x, y] = at.map(Length::from_si);
                return Err(Wrong(
                    line,
                    format!("the point x = {x}, y = {y} comes twice"),
                ));
            }
            for (component, value) in values.iter_mut().zip(field) {
                component[place] = value;
            }
        }
        if let Some(gap) = filled.iter().position(|&there| !there) {
            let [x, y] = [axes[0][gap / ny], axes[1][gap % ny]].map(Length::from_si);
            return Err(Wrong(
                None,
                format!("the {nx} by {ny} grid of its points has none at x = {x}, y = {y}"),
            ));
        }
        let field = Self {
            axes,
            components: values,
        };
        // whether it carries power
        match field.beam(1.0, Angle::deg(0.0), 1) {
            Ok(_) => Ok(field),
            Err(error) => Err(Wrong(None, error.to_string())),
        }
    }
}

/// Where the columns of a file are.
struct Columns {
    /// Column and unit in m of x and y.
    axes: [(usize, f64); 2],
    /// Real and imaginary part of each component.
    components: Vec<[Option<usize>; 2]>,
    is_intensity: bool,
}

impl Columns {
    fn of(header: &csv::StringRecord) -> Result<Self, Wrong> {
        let wrong = |told: String| Wrong(Some(1), told);
        let mut axes = [None; 2];
        let mut fields = [None; FIELDS.len()];
        for (column, title) in header.iter().enumerate() {
            let (name, unit) = name_and_unit(title);
            let slot = match ["x", "y"].iter().position(|axis| *axis == name) {
                Some(d) => {
                    let unit = unit.and_then(|unit| format!("1 {unit}").parse::<Length>().ok());
                    let unit = unit.ok_or_else(|| {
                        wrong(format!(
                            "column \"{title}\" needs a unit of length: \"{name} [um]\""
                        ))
                    })?;
                    axes[d].replace((column, unit.si())).is_some()
                }
                None => match FIELDS.iter().position(|field| *field == name) {
                    Some(f) => fields[f].replace(column).is_some(),
                    None => {
                        let known = listed(["x [um]", "y [um]"].into_iter().chain(FIELDS));
                        return Err(wrong(format!(
                            "there is no column \"{title}\"; known are {known}"
                        )));
                    }
                },
            };
            if slot {
                return Err(wrong(format!("column \"{title}\" comes twice")));
            }
        }
        let [Some(x), Some(y)] = axes else {
            return Err(wrong(String::from(
                "columns \"x [um]\" and \"y [um]\" are needed",
            )));
        };
        let [intensity, e_re, e_im, ex_re, ex_im, ey_re, ey_im] = fields;
        let components = match (intensity, e_re, ex_re, ey_re) {
            (Some(_), None, None, None) => vec![[intensity, None]],
            (None, Some(_), None, None) => vec![[e_re, e_im]],
            (None, None, Some(_), Some(_)) => vec![[ex_re, ex_im], [ey_re, ey_im]],
            _ => {
                return Err(wrong(String::from(
                    "the field is needed in one way: intensity; or E_re, E_im; or Ex_re, Ex_im, Ey_re, Ey_im",
                )));
            }
        };
        let used = components.iter().flatten().flatten().count();
        if used < fields.iter().flatten().count() {
            return Err(wrong(String::from(
                "an imaginary part stands without its real part",
            )));
        }
        Ok(Self {
            axes: [x, y],
            components,
            is_intensity: intensity.is_some(),
        })
    }
}

fn every_nth(axis: &[f64], every: usize) -> Vec<f64> {
    axis.iter().copied().step_by(every).collect()
}

impl Reader {
    /// Reads a field beside the study.
    pub(crate) fn near_field(&mut self, cursor: &Cursor<'_>) -> Option<NearField> {
        let allowed = "a line of titles such as `x [um],y [um],E_re,E_im`, then the points of a rectangular grid";
        self.csv_file(cursor, "field", allowed, NearField::read)
    }
}
