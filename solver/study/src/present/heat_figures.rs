//! Temperatures from above and from the front, and crosstalk.
//!
//! Pictures are cropped to where it is warm, drawn between the cells' centres by linear
//! interpolation, and stretched where a stack of layers to scale would be a line.

use ndarray::Array2;

use super::heat::boundary;
use super::modes_figures::{closed, push};
use super::{Context, Figure, drawn, sensitivity};
use crate::figures::{
    DisplayUnit, LinePlot, MapFigure, MatrixFigure, PlotAxis, Series, SeriesStyle,
};
use crate::output_error::OutputError;
use crate::run::{HeatOutcome, StepRecord, TemperatureSlice};

/// Height over width of a front view: a stack to scale would be a line.
const FRONT_ASPECT: f64 = 0.6;
/// From above, the map is cropped to where the temperature exceeds the coldest by this share of the range …
const WARM: f64 = 0.08;
/// … with a margin of this share of the extent.
const MARGIN: f64 = 0.15;
/// The detail reaches so many half widths of the hot spot from its centre.
const DETAIL_REACH: f64 = 5.0;
/// A hot spot is a detail if its half width is below this share of the body.
const DETAIL_SHARE: f64 = 0.05;
/// Points of a picture along each axis, about.
const SAMPLES: f64 = 240.0;
/// Outlines thinner than this share of the picture would hide what they enclose.
const THINNEST_OUTLINE: f64 = 0.02;
/// Most curves of a step response.
const MOST_CURVES: usize = 5;
/// Most sources of a matrix that can be read.
const MOST_SOURCES: usize = 256;

/// A window along two axes, m.
type Region = [[f64; 2]; 2];

/// All figures of `[heat.NAME]`.
pub(super) fn figures(context: Context<'_>, name: &str) -> Result<Vec<Figure>, OutputError> {
    let (points, conditions) = context.heat_points(name);
    let mut figures = Vec::new();
    let mut first = true;
    for (p, &h) in points.iter().enumerate() {
        let Ok(outcome) = &context.results.heats[h] else {
            continue;
        };
        let label = conditions.label(p);
        let lasers = context.plan.lasers.iter().zip(&context.results.lasers);
        let heated = lasers
            .into_iter()
            .any(|(point, solved)| point.heat == h && solved.is_ok());
        let powers = if heated {
            "powers of the floorplan, and the lasers as at their first operating point"
        } else {
            "powers of the floorplan"
        };
        for slice in &outcome.pictures {
            figures.extend(temperatures(name, &label, powers, outcome, slice)?);
        }
        if first && outcome.sources.len() > 1 {
            figures.push(crosstalk(name, &label, outcome)?);
        }
        if let (true, Some(step)) = (first, &outcome.step) {
            figures.push(step_response(name, &label, outcome, step)?);
        }
        if first {
            figures.extend(sensitivity::figure(name, &label, outcome)?);
        }
        first = false;
    }
    let switched = super::switch::heat_figure(context, name, &points, &conditions)?;
    figures.extend(switched);
    Ok(figures)
}

/// Rises after 1 W was switched on in the first source that is not alone in its row: its own and those farther and farther off.
fn step_response(
    name: &str,
    label: &str,
    outcome: &HeatOutcome,
    step: &StepRecord,
) -> Result<Figure, OutputError> {
    let (n, count) = (outcome.sources.len(), step.times.len());
    // all sources where curves can be told apart, else near and far ones
    let shown: Vec<usize> = if n <= MOST_CURVES {
        (0..n).collect()
    } else {
        (0..MOST_CURVES)
            .map(|k| k * (n - 1) / (MOST_CURVES - 1))
            .collect()
    };
    let from = shown[0];
    let series = shown.iter().map(|&i| {
        let values = &step.impedance[(i * n + from) * count..][..count];
        let mut curve = Series::new(
            &outcome.sources[i],
            Vec::new(),
            Vec::new(),
            SeriesStyle::LineAndMarkers,
        );
        for (&time, value) in step.times.iter().zip(values) {
            push(&mut curve, time, value);
        }
        curve
    });
    let plot = LinePlot {
        title: format!("Rise after a step of power in {}", outcome.sources[from]),
        x: PlotAxis::new("time", DisplayUnit::SECOND).in_decades(),
        y: PlotAxis::new("mean rise", DisplayUnit::KELVIN_PER_WATT),
        secondary: None,
        series: series.collect(),
    };
    let caption = format!(
        "Mean rises of sources of {name} after 1 W was switched on in {}; {label}. K/W belongs to its boundary: {}.",
        outcome.sources[from],
        boundary(outcome)
    );
    drawn(
        format!("heat_{name}_step"),
        format!("heat.{name}"),
        caption,
        |theme| plot.render(theme),
    )
}

/// The view of a slice, and of a hot spot that is too small to be seen in it.
fn temperatures(
    name: &str,
    label: &str,
    powers: &str,
    outcome: &HeatOutcome,
    slice: &TemperatureSlice,
) -> Result<Vec<Figure>, OutputError> {
    let Some(peak) = peak(slice) else {
        return Ok(Vec::new());
    };
    let whole: Region = [0, 1].map(|d| extent(&slice.faces[d]));
    let from_above = slice.axes[1] == "y";
    let mut views: Vec<(&str, Region, String)> = Vec::new();
    if from_above {
        views.push(("above", warm(slice, whole), slice.title.clone()));
    } else {
        views.push(("front", whole, slice.title.clone()));
        if let Some(region) = detail(slice, peak, whole) {
            let title = format!("{}, its hottest spot", slice.title);
            views.push(("front_detail", region, title));
        }
    }
    views
        .into_iter()
        .map(|(suffix, region, title)| {
            let mut map = map(slice, region, format!("{name}, {title}"));
            let mut caption = format!(
                "Temperature of {name}, {title}; {label}; {powers}. Boundary: {}.",
                boundary(outcome)
            );
            if !from_above && let Some(factor) = stretched(&mut map) {
                caption += &format!(
                    " Not to scale: heights are drawn {factor:.0} times as large as widths."
                );
            }
            drawn(
                format!("heat_{name}_{suffix}"),
                format!("heat.{name}"),
                caption,
                |theme| map.render(theme),
            )
        })
        .collect()
}

fn extent(faces: &[f64]) -> [f64; 2] {
    [
        faces.first().copied().unwrap_or(0.0),
        faces.last().copied().unwrap_or(0.0),
    ]
}

fn centres(faces: &[f64]) -> Vec<f64> {
    faces.windows(2).map(|f| 0.5 * (f[0] + f[1])).collect()
}

/// The hottest cell; none if no temperature is a number or the faces do not fit.
fn peak(slice: &TemperatureSlice) -> Option<[usize; 2]> {
    let (nx, ny) = slice.temperature.dim();
    if slice.faces[0].len() != nx + 1 || slice.faces[1].len() != ny + 1 {
        return None;
    }
    let cells = slice.temperature.indexed_iter();
    let finite = cells.filter(|(_, t)| t.is_finite());
    let ((i, j), _) = finite.max_by(|a, b| a.1.total_cmp(b.1))?;
    Some([i, j])
}

/// Where it is warm, with a margin.
fn warm(slice: &TemperatureSlice, whole: Region) -> Region {
    let coldest = slice
        .temperature
        .iter()
        .copied()
        .fold(f64::INFINITY, f64::min);
    let hottest = slice.temperature.iter().copied().fold(0.0, f64::max);
    let threshold = coldest + WARM * (hottest - coldest);
    let mut region: Option<Region> = None;
    for ((i, j), &t) in slice.temperature.indexed_iter() {
        if t >= threshold {
            let cell = [
                [slice.faces[0][i], slice.faces[0][i + 1]],
                [slice.faces[1][j], slice.faces[1][j + 1]],
            ];
            let known = region.unwrap_or(cell);
            region =
                Some([0, 1].map(|d| [known[d][0].min(cell[d][0]), known[d][1].max(cell[d][1])]));
        }
    }
    let region = region.unwrap_or(whole);
    [0, 1].map(|d| {
        let margin = MARGIN * (region[d][1] - region[d][0]);
        [
            (region[d][0] - margin).max(whole[d][0]),
            (region[d][1] + margin).min(whole[d][1]),
        ]
    })
}

/// Around a hot spot that the whole view is too coarse for: as far as it takes the temperature to
/// fall half-way to the coldest at the same height, several times over.
fn detail(slice: &TemperatureSlice, peak: [usize; 2], whole: Region) -> Option<Region> {
    let [i, j] = peak;
    let t = &slice.temperature;
    let coldest = t.column(j).iter().copied().fold(f64::INFINITY, f64::min);
    let half = 0.5 * (t[[i, j]] + coldest);
    let centres = [0, 1].map(|d| centres(&slice.faces[d]));
    let at = [centres[0][i], centres[1][j]];
    let width = |d: usize| {
        let along = |k: usize| if d == 0 { t[[k, j]] } else { t[[i, k]] };
        let cold = (0..centres[d].len()).filter(|&k| along(k) < half);
        cold.map(|k| (centres[d][k] - at[d]).abs())
            .fold(f64::INFINITY, f64::min)
    };
    let widths = [width(0), width(1)];
    let small = |d: usize| widths[d] < DETAIL_SHARE * (whole[d][1] - whole[d][0]);
    (small(0) && small(1)).then(|| {
        [0, 1].map(|d| {
            let reach = DETAIL_REACH * widths[d];
            [
                (at[d] - reach).max(whole[d][0]),
                (at[d] + reach).min(whole[d][1]),
            ]
        })
    })
}

/// The map of a region, interpolated between the cells' centres.
fn map(slice: &TemperatureSlice, region: Region, title: String) -> MapFigure {
    let faces = [0, 1].map(|d| refined(&slice.faces[d], region[d]));
    let sampled = [0, 1].map(|d| weights(&centres(&slice.faces[d]), &centres(&faces[d])));
    let t = &slice.temperature;
    let values = Array2::from_shape_fn((sampled[0].len(), sampled[1].len()), |(a, b)| {
        let ([i, k], u) = sampled[0][a];
        let ([j, l], v) = sampled[1][b];
        (1.0 - v) * ((1.0 - u) * t[[i, j]] + u * t[[k, j]])
            + v * ((1.0 - u) * t[[i, l]] + u * t[[k, l]])
    });
    let value = PlotAxis::new("temperature", DisplayUnit::CELSIUS);
    let [x_faces, y_faces] = faces;
    let mut map = MapFigure::new(title, value, x_faces, y_faces, values);
    map.x.name = slice.axes[0].into();
    map.y.name = slice.axes[1].into();
    map.outlines = slice
        .outlines
        .iter()
        .filter(|line| {
            (0..2).all(|d| {
                let ends = line.iter().map(|p| p[d]);
                let (least, most) = ends.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, m), v| {
                    (l.min(v), m.max(v))
                });
                most - least > THINNEST_OUTLINE * (region[d][1] - region[d][0])
            })
        })
        .map(|line| closed(line))
        .collect();
    map
}

/// Faces within a window, cells that are wide there split evenly.
fn refined(faces: &[f64], window: [f64; 2]) -> Vec<f64> {
    let widest = (window[1] - window[0]) / SAMPLES;
    let mut all = vec![window[0]];
    for pair in faces.windows(2) {
        let [from, to] = [pair[0].max(window[0]), pair[1].min(window[1])];
        if to > from {
            let parts = ((to - from) / widest).ceil().max(1.0) as usize;
            all.extend((1..parts).map(|k| from + (to - from) * k as f64 / parts as f64));
            all.push(to);
        }
    }
    all
}

/// For each sample the two neighbouring points and the weight of the second; flat beyond the ends.
fn weights(points: &[f64], samples: &[f64]) -> Vec<([usize; 2], f64)> {
    let last = points.len().saturating_sub(1);
    samples
        .iter()
        .map(|&s| match points.partition_point(|&p| p <= s) {
            0 => ([0, 0], 0.0),
            n if n > last => ([last, last], 0.0),
            n => (
                [n - 1, n],
                (s - points[n - 1]) / (points[n] - points[n - 1]),
            ),
        })
        .collect()
}

/// Stretches a flat map upwards by a round factor, which is returned: lengths and their unit grow
/// together, so that the axis still reads true.
fn stretched(map: &mut MapFigure) -> Option<f64> {
    let span = |faces: &[f64]| {
        let [from, to] = extent(faces);
        to - from
    };
    let (width, height) = (span(&map.x_faces), span(&map.y_faces));
    let wanted = FRONT_ASPECT * width / height;
    // Not for NaN and infinity, of an empty map.
    if !(wanted.is_finite() && wanted >= 1.5) {
        return None;
    }
    let power = 10f64.powi(wanted.log10().floor() as i32);
    let factor = power * (wanted / power).round();
    let unit = DisplayUnit::for_length(height);
    map.y.unit = DisplayUnit::new(unit.symbol, factor * unit.size);
    map.y.name = format!("{}, drawn {factor:.0} times as high", map.y.name);
    map.y_faces.iter_mut().for_each(|y| *y *= factor);
    let points = map.outlines.iter_mut().flatten();
    points.for_each(|point| point[1] *= factor);
    Some(factor)
}

fn crosstalk(name: &str, label: &str, outcome: &HeatOutcome) -> Result<Figure, OutputError> {
    let all = outcome.sources.len();
    let n = all.min(MOST_SOURCES);
    let names = outcome.sources[..n].to_vec();
    let figure = MatrixFigure {
        title: format!("Crosstalk of {name}"),
        row_title: "mean rise at".into(),
        column_title: "heated by".into(),
        rows: names.clone(),
        columns: names,
        value: PlotAxis::new("thermal resistance", DisplayUnit::KELVIN_PER_WATT),
        values: Array2::from_shape_fn((n, n), |(i, j)| outcome.mean_between(i, j).value),
    };
    let rest = if n < all {
        format!(" The first {n} of {all} sources.")
    } else {
        String::new()
    };
    let caption = format!(
        "Mean rise of each source of {name} for a watt in each other; {label}. \
         K/W belongs to its boundary: {}.{rest}",
        boundary(outcome)
    );
    drawn(
        format!("heat_{name}_crosstalk"),
        format!("heat.{name}"),
        caption,
        |theme| figure.render(theme),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A hot stripe of 4 µm in a body of 1 mm by 0.1 mm.
    fn slice() -> TemperatureSlice {
        let x: Vec<f64> = (0..=250).map(|i| 4e-6 * f64::from(i)).collect();
        let z = vec![0.0, 98e-6, 99e-6, 100e-6];
        let temperature = Array2::from_shape_fn((250, 3), |(i, k)| match (i, k) {
            (125, 1) => 350.0,
            _ => 300.0 + k as f64,
        });
        TemperatureSlice {
            title: "a cut".into(),
            axes: ["x", "z"],
            faces: [x, z],
            temperature,
            outlines: Vec::new(),
        }
    }

    #[test]
    fn interpolation_is_exact_for_a_plane_and_flat_beyond_the_centres() {
        let points = [1.0, 2.0, 4.0];
        let at = |s: f64| {
            let [([i, j], w)] = weights(&points, &[s])[..] else {
                panic!("one sample, one weight");
            };
            (1.0 - w) * points[i] + w * points[j]
        };
        assert_eq!([0.0, 1.5, 3.0, 9.0].map(at), [1.0, 1.5, 3.0, 4.0]);
    }

    #[test]
    fn refined_faces_rise_and_fill_the_window() {
        let faces = refined(&[0.0, 1.0, 1.001, 5.0], [0.5, 2.0]);
        assert!(faces.windows(2).all(|f| f[1] > f[0]));
        assert_eq!((faces.first(), faces.last()), (Some(&0.5), Some(&2.0)));
        assert!(faces.contains(&1.001), "a thin layer keeps its faces");
    }

    #[test]
    fn a_small_hot_spot_gets_a_detail_around_it() {
        let slice = slice();
        let whole = [0, 1].map(|d| extent(&slice.faces[d]));
        let peak = peak(&slice).unwrap();
        assert_eq!(peak, [125, 1]);
        let [x, z] = detail(&slice, peak, whole).unwrap();
        // five half widths of one cell, 4 µm, to either side of the cell's centre at 502 µm
        assert!((x[0] - 482e-6).abs() < 1e-9 && (x[1] - 522e-6).abs() < 1e-9);
        assert!(z[0] > 90e-6 && z[1] == 100e-6);
    }

    #[test]
    fn a_flat_map_is_stretched_and_still_reads_true() {
        let slice = slice();
        let whole = [0, 1].map(|d| extent(&slice.faces[d]));
        let mut map = map(&slice, whole, "a map".into());
        let top = |map: &MapFigure| map.y.unit.show(map.y_faces[map.y_faces.len() - 1]);
        let before = top(&map) * map.y.unit.size;
        assert_eq!(stretched(&mut map), Some(6.0));
        // 0.1 mm before and after, to round-off
        assert!((top(&map) * DisplayUnit::MICROMETRE.size - before).abs() < 1e-15);
        assert!(map.y.name.contains("6 times as high"));
    }
}
