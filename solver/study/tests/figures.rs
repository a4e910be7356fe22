//! Figures of made-up data: they are drawn, to the size expected, the same each time; wrong data are refused.
//!
//! With FIGURES=folder in the environment the pictures are also written there, to be looked at.

use cpo_study::OutputError;
use cpo_study::figures::{
    Bar, BarFigure, DisplayUnit, LinePlot, MapFigure, MapMarker, MatrixFigure, Picture, PlotAxis,
    Series, SeriesStyle, Theme,
};
use ndarray::Array2;

fn look(name: &str, picture: &Picture) {
    assert_eq!(picture.png[..8], *b"\x89PNG\r\n\x1a\n");
    // Width in the header of PNG: stored at twice the size shown.
    let width = u32::from_be_bytes(picture.png[16..20].try_into().expect("four bytes"));
    assert_eq!(width, 2 * picture.width);
    if let Ok(folder) = std::env::var("FIGURES") {
        std::fs::write(format!("{folder}/{name}.png"), &picture.png).expect("written");
    }
}

/// Faces that shrink towards ±`edge`, as a mode solver grades them.
fn graded(from: f64, to: f64, edges: &[f64]) -> Vec<f64> {
    let mut faces = vec![from];
    while faces[faces.len() - 1] < to {
        let x = faces[faces.len() - 1];
        let distance = edges
            .iter()
            .map(|e| (x - e).abs())
            .fold(f64::INFINITY, f64::min);
        faces.push((x + 4e-9 + 0.25 * distance).min(to));
    }
    faces
}

fn mode_field() -> MapFigure {
    let x = graded(-1.0e-6, 1.0e-6, &[-0.225e-6, 0.225e-6]);
    let y = graded(-0.6e-6, 0.8e-6, &[0.0, 0.22e-6]);
    let centre = |faces: &[f64], i: usize| (faces[i] + faces[i + 1]) / 2.0;
    let field = Array2::from_shape_fn((x.len() - 1, y.len() - 1), |(i, j)| {
        let (u, v) = (centre(&x, i), centre(&y, j) - 0.11e-6);
        let jump = if u.abs() > 0.225e-6 { 1.9 } else { 1.0 };
        120e6 * jump * (-(u / 0.28e-6).powi(2) - (v / 0.2e-6).powi(2)).exp()
    });
    let core = vec![
        [-0.225e-6, 0.0],
        [0.225e-6, 0.0],
        [0.225e-6, 0.22e-6],
        [-0.225e-6, 0.22e-6],
        [-0.225e-6, 0.0],
    ];
    MapFigure::mode_field("wire, mode 0 (TE), 1550 nm", x, y, field, vec![core])
}

fn misalignment() -> MapFigure {
    let offsets: Vec<f64> = (0..61).map(|i| (f64::from(i) - 30.0) * 0.15e-6).collect();
    let loss = Array2::from_shape_fn((61, 61), |(i, j)| {
        1.31 + 4.343
            * (((offsets[i] - 0.3e-6) / 2.6e-6).powi(2) + (offsets[j] / 2.1e-6).powi(2))
            * 2.0
    });
    MapFigure::misalignment("facet: misalignment", &offsets, &offsets, loss)
}

fn side_view() -> MapFigure {
    let x = graded(-5e-3, 5e-3, &[-1e-3, 0.0, 1e-3])
        .into_iter()
        .step_by(2)
        .collect::<Vec<_>>();
    let x = if x[x.len() - 1] < 5e-3 {
        [x, vec![5e-3]].concat()
    } else {
        x
    };
    let z: Vec<f64> = [
        0.0, 100e-6, 300e-6, 500e-6, 600e-6, 680e-6, 700e-6, 702e-6, 705e-6,
    ]
    .to_vec();
    let values = Array2::from_shape_fn((x.len() - 1, z.len() - 1), |(i, j)| {
        let u = (x[i] + x[i + 1]) / 2.0;
        308.15
            + [-1e-3, 0.0, 1e-3]
                .iter()
                .map(|c| 30.0 * (z[j] / 7e-4) / (1.0 + ((u - c) / 2e-4).powi(2)))
                .sum::<f64>()
    });
    let mut map = MapFigure::new(
        "array: temperature, side view",
        PlotAxis::new("temperature", DisplayUnit::CELSIUS),
        x,
        z,
        values,
    );
    map.y.name = "z".into();
    map.y.unit = DisplayUnit::MICROMETRE;
    map.markers = vec![MapMarker {
        position: [0.0, 690e-6],
        label: "laser2".into(),
    }];
    map
}

fn crosstalk(n: usize) -> MatrixFigure {
    let names: Vec<String> = (1..=n).map(|i| format!("laser{i}")).collect();
    let values = Array2::from_shape_fn((n, n), |(i, j)| {
        31.2 / (1.0 + 12.0 * (i as f64 - j as f64).abs().powf(1.1))
    });
    MatrixFigure {
        title: "array: thermal crosstalk".into(),
        row_title: "rise at".into(),
        column_title: "heated by".into(),
        rows: names.clone(),
        columns: names,
        value: PlotAxis::new("thermal resistance", DisplayUnit::KELVIN_PER_WATT),
        values,
    }
}

fn light_current() -> LinePlot {
    let current: Vec<f64> = (0..61).map(|i| f64::from(i) * 5e-3).collect();
    let power = |base: f64| {
        current
            .iter()
            .map(|i| {
                ((i - 0.02 - base * 2e-4).max(0.0) * 0.35 * (1.0 - i * (1.0 + base / 40.0)))
                    .max(0.0)
            })
            .collect()
    };
    let voltage = current
        .iter()
        .map(|i| 0.9 + 2.2 * i + 0.04 * (1.0 + i / 1e-4).ln())
        .collect();
    let mut series = vec![
        Series::new("25 °C", current.clone(), power(25.0), SeriesStyle::Line),
        Series::new("55 °C", current.clone(), power(55.0), SeriesStyle::Line),
        Series::new(
            "operating points",
            vec![0.12, 0.15],
            vec![0.0255, 0.031],
            SeriesStyle::Markers,
        ),
        Series::new("voltage, 25 °C", current, voltage, SeriesStyle::Line),
    ];
    series[2].doubtful = vec![false, true];
    series[3].secondary = true;
    LinePlot {
        title: "laser: power and voltage".into(),
        x: PlotAxis::new("current", DisplayUnit::MILLIAMPERE),
        y: PlotAxis::new("optical power", DisplayUnit::MILLIWATT),
        secondary: Some(PlotAxis::new("voltage", DisplayUnit::VOLT)),
        series,
    }
}

fn dispersion() -> LinePlot {
    let wavelength: Vec<f64> = (0..11).map(|i| 1.5e-6 + f64::from(i) * 1e-8).collect();
    let index: Vec<f64> = wavelength
        .iter()
        .map(|w| 2.447_192 - 1.03e6 * (w - 1.55e-6))
        .collect();
    let mut series = Series::new("TE0", wavelength, index, SeriesStyle::LineAndMarkers);
    series.error = vec![
        0.002, 0.004, 0.002, 0.002, 0.002, 0.008, 0.002, 0.002, 0.002, 0.002, 0.002,
    ];
    series.doubtful = (0..11).map(|i| i == 5).collect();
    LinePlot {
        title: "wire: effective index".into(),
        x: PlotAxis::new("wavelength", DisplayUnit::NANOMETRE),
        y: PlotAxis::new("effective index", DisplayUnit::ONE),
        secondary: None,
        series: vec![series],
    }
}

#[test]
fn maps_are_drawn() {
    let picture = mode_field().render(Theme::Light).expect("drawn");
    look("mode_field", &picture);
    assert_eq!(
        picture,
        mode_field().render(Theme::Light).expect("drawn"),
        "the same each time"
    );
    look(
        "mode_field_dark",
        &mode_field().render(Theme::Dark).expect("drawn"),
    );
    look(
        "misalignment",
        &misalignment().render(Theme::Light).expect("drawn"),
    );
    look(
        "side_view",
        &side_view().render(Theme::Light).expect("drawn"),
    );
}

#[test]
fn the_misalignment_map_marks_the_optimum_and_one_decibel() {
    let map = misalignment();
    // Sampled every 0.15 µm, and the optimum at 0.3 µm is a sample.
    assert!(
        (map.markers[0].position[0] - 0.3e-6).abs() < 1e-12
            && map.markers[0].position[1].abs() < 1e-12
    );
    assert_eq!(map.contours.len(), 1);
    let farthest = map.contours[0]
        .iter()
        .map(|p| p[0] - 0.3e-6)
        .fold(0.0, f64::max);
    // 1 dB at 2.6 µm sqrt(1 / 8.686); linear interpolation of a parabola over 0.15 µm shifts it by less than h²/8/r.
    assert!(
        (farthest - 2.6e-6 * (1.0 / 8.686f64).sqrt()).abs() < 5e-9,
        "{farthest}"
    );
}

#[test]
fn matrices_are_drawn() {
    look(
        "crosstalk",
        &crosstalk(6).render(Theme::Light).expect("drawn"),
    );
    look(
        "crosstalk_large",
        &crosstalk(64).render(Theme::Dark).expect("drawn"),
    );
}

#[test]
fn curves_are_drawn() {
    look(
        "light_current",
        &light_current().render(Theme::Light).expect("drawn"),
    );
    look(
        "dispersion",
        &dispersion().render(Theme::Light).expect("drawn"),
    );
    look(
        "dispersion_dark",
        &dispersion().render(Theme::Dark).expect("drawn"),
    );
}

fn bars(values: &[(&str, f64, f64, bool)]) -> BarFigure {
    let bar = |&(name, value, error, is_doubtful): &(&str, f64, f64, bool)| Bar {
        name: name.to_owned(),
        value,
        error,
        is_doubtful,
    };
    BarFigure {
        title: "What moves the resistance of laser1".to_owned(),
        value: PlotAxis::new("p ∂R/∂p", DisplayUnit::KELVIN_PER_WATT),
        bars: values.iter().map(bar).collect(),
    }
}

#[test]
fn bars_are_drawn() {
    let both = bars(&[
        ("conductivity of organic, through", -151.25, 2.0, false),
        ("thickness of substrate", 60.0, 25.0, true),
        ("convection at bottom", -20.4, 0.0, false),
        ("contact below chip", 1e-3, f64::NAN, false),
        ("conductivity of nothing", 0.0, 0.0, false),
    ]);
    look("bars", &both.render(Theme::Light).expect("drawn"));
    look("bars_dark", &both.render(Theme::Dark).expect("drawn"));
    let one = bars(&[("thickness", 1e-12, 1e-9, true)]);
    look("bar", &one.render(Theme::Light).expect("drawn"));
    let nought = bars(&[("thickness", 0.0, 0.0, false)]);
    look(
        "bar_of_nought",
        &nought.render(Theme::Light).expect("drawn"),
    );
}

#[test]
fn wrong_data_are_refused() {
    let refused = |result: Result<Picture, OutputError>| {
        assert!(
            matches!(result, Err(OutputError::Figure { .. })),
            "{result:?}"
        )
    };
    let mut map = mode_field();
    map.x_faces.pop();
    refused(map.render(Theme::Light));
    let mut map = mode_field();
    map.y_faces.reverse();
    refused(map.render(Theme::Light));
    let mut map = mode_field();
    map.values.fill(f64::NAN);
    refused(map.render(Theme::Light));
    let mut plot = dispersion();
    plot.series[0].y.pop();
    refused(plot.render(Theme::Light));
    let mut plot = dispersion();
    plot.series[0].y.fill(f64::NAN);
    refused(plot.render(Theme::Light));
    let mut matrix = crosstalk(3);
    matrix.rows.pop();
    refused(matrix.render(Theme::Light));
    refused(bars(&[]).render(Theme::Light));
    refused(bars(&[("nothing", f64::NAN, 0.0, false)]).render(Theme::Light));
}

#[test]
fn odd_data_are_drawn() {
    let mut plot = dispersion();
    plot.series[0].y.fill(2.4);
    plot.series[0].error.clear();
    look("constant", &plot.render(Theme::Light).expect("a constant"));
    plot.series[0].x.truncate(1);
    plot.series[0].y.truncate(1);
    plot.series[0].doubtful.clear();
    look("single", &plot.render(Theme::Light).expect("one point"));
    plot.series[0].y[0] = 1e300;
    plot.render(Theme::Light).expect("a huge number");
    let mut map = mode_field();
    map.values[[0, 0]] = f64::NAN;
    map.values[[1, 0]] = f64::INFINITY;
    look("holes", &map.render(Theme::Light).expect("holes"));
}
