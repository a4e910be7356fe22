//! Figures of made-up data: they are drawn, to the size expected, the same each time; wrong data are refused.
//!
//! With FIGURES=folder in the environment the pictures are also written there, to be looked at.

use cpo_study::OutputError;
use cpo_study::figures::{
    Bar, BarFigure, DisplayUnit, LinePlot, MapFigure, MapLine, MapMarker, MatrixFigure, Picture,
    PlotAxis, Readings, Series, SeriesStyle, StackedBar, StackedBarFigure, Theme, TornadoBar,
    TornadoFigure, WaterfallFigure, WaterfallStep, contours,
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
        error: [error; 2],
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

fn waterfall() -> WaterfallFigure {
    let step = |name: &str, change: f64, error: f64, is_doubtful: bool| WaterfallStep {
        name: name.to_owned(),
        change,
        error,
        is_doubtful,
    };
    WaterfallFigure {
        title: "Lane 1, co-packaged: from wall plug to photodiode".to_owned(),
        start: ("wall plug".to_owned(), 0.35),
        steps: vec![
            step("laser", -9.2, 0.3, false),
            step("fibre to chip", -1.31, 0.02, false),
            step("split into 4", -6.2, 0.1, false),
            step("modulator, bias and extinction", -7.5, 0.5, true),
            step("chip to fibre", -1.31, 0.02, false),
            step("path and connectors", -0.8, 0.0, false),
            step("amplifier", 4.0, 0.2, false),
            step("fibre to photodiode", -1.1, f64::NAN, false),
        ],
        end: ("photodiode".to_owned(), 0.7),
        limit: Some(("receiver needs".to_owned(), 0.3e-3)),
    }
}

fn tornado() -> TornadoFigure {
    let bar = |name: &str, results: [f64; 2], inputs: [&str; 2]| TornadoBar {
        name: name.to_owned(),
        results: results.map(|r| r * 1e-12),
        inputs: inputs.map(str::to_owned),
        is_doubtful: name == "modulator swing",
    };
    TornadoFigure {
        title: "What moves the energy a bit".to_owned(),
        value: PlotAxis::new("energy", DisplayUnit::new("pJ/bit", 1e-12)),
        base: [5.2e-12, 0.1e-12],
        bars: vec![
            bar("loss of the path", [4.6, 6.3], ["1 dB", "3 dB"]),
            bar("wall-plug efficiency", [6.9, 4.5], ["10 %", "20 %"]),
            bar("ring tuning", [5.5, 5.9], ["0.2 nm", "1.4 nm"]),
            bar("modulator swing", [5.0, 5.3], ["1 V", "2 V"]),
            bar("nothing", [5.2, 5.2], ["0", "1"]),
        ],
    }
}

fn energies() -> StackedBarFigure {
    let items = [
        "laser",
        "driver",
        "modulator",
        "receiver",
        "tuning",
        "DSP",
        "host SerDes",
        "switch",
    ];
    let bar = |name: &str, parts: [f64; 8]| StackedBar {
        name: name.to_owned(),
        parts: parts.map(|p| p * 1e-12).to_vec(),
        error: 0.4e-12,
    };
    StackedBarFigure {
        title: "Energy a bit by architecture".to_owned(),
        value: PlotAxis::new("energy", DisplayUnit::new("pJ/bit", 1e-12)),
        items: items.map(str::to_owned).to_vec(),
        bars: vec![
            bar(
                "pluggable, retimed",
                [2.8, 1.9, 0.2, 1.6, 0.0, 6.0, 4.5, 5.0],
            ),
            bar("linear pluggable", [2.8, 2.4, 0.2, 1.6, 0.0, 0.0, 4.5, 5.0]),
            bar("co-packaged", [2.2, 0.9, 0.1, 1.1, 0.6, 0.0, 1.2, 5.0]),
        ],
    }
}

/// Margin over chip temperature and path loss, with what cannot be reached hatched.
fn break_even() -> MapFigure {
    let temperature: Vec<f64> = (0..31).map(|i| 293.15 + 3.0 * f64::from(i)).collect();
    let loss: Vec<f64> = (0..33).map(|i| 0.25 * f64::from(i)).collect();
    let values = Array2::from_shape_fn((31, 33), |(i, j)| {
        4.0 - 0.0007 * (temperature[i] - 293.15).powi(2) - 0.55 * loss[j]
    });
    let hatched = values.mapv(|v| v < -2.0);
    let mut map = MapFigure::over(
        "Saving of lasers on the chip",
        (
            PlotAxis::new("chip temperature", DisplayUnit::CELSIUS),
            &temperature,
        ),
        (
            PlotAxis::new("loss of the external path", DisplayUnit::DECIBEL),
            &loss,
        ),
        PlotAxis::new("saving", DisplayUnit::new("pJ/bit", 1.0)),
        values.clone(),
    );
    map.contours = contours(&temperature, &loss, &values, 0.0);
    map.note = "line: break-even; hatched: the lasers roll over".to_owned();
    map.hatched = Some(hatched);
    map.lines = vec![
        MapLine::Vertical(323.15, "liquid".to_owned()),
        MapLine::Vertical(326.15, "liquid, hot day".to_owned()),
        MapLine::Vertical(378.15, "air".to_owned()),
        MapLine::Horizontal(3.2, "fibre of 2 m".to_owned()),
        MapLine::Horizontal(7.9, "off the map's labels".to_owned()),
    ];
    map
}

#[test]
fn waterfalls_are_drawn() {
    look(
        "waterfall",
        &waterfall().render(Theme::Light).expect("drawn"),
    );
    let mut short = waterfall();
    short.limit = None;
    short.steps.truncate(1);
    look(
        "waterfall_short_dark",
        &short.render(Theme::Dark).expect("drawn"),
    );
}

#[test]
fn a_waterfall_ends_at_the_sum_of_its_steps() {
    let picture = waterfall().render(Theme::Light).expect("drawn");
    let Some(Readings::Boxes { boxes }) = picture.readings else {
        panic!("no readings");
    };
    // 350 mW is 25.4407 dBm; the steps take 23.42 dB, which leaves 2.0207 dBm or 1.592 mW.
    assert_eq!(boxes.len(), 10);
    assert_eq!(boxes[0].1, "wall plug\n25.44 dBm, 350 mW");
    assert_eq!(boxes[1].1, "laser\n−9.2(3) dB\nthen 16.24 dBm, 42.1 mW");
    assert_eq!(boxes[9].1, "photodiode\n2.0(7) dBm, 1.59 mW");
}

#[test]
fn tornados_are_drawn() {
    look("tornado", &tornado().render(Theme::Light).expect("drawn"));
    look(
        "tornado_dark",
        &tornado().render(Theme::Dark).expect("drawn"),
    );
    let Some(Readings::Boxes { boxes }) = tornado().render(Theme::Light).expect("drawn").readings
    else {
        panic!("no readings");
    };
    let names: Vec<&str> = boxes.iter().filter_map(|b| b.1.lines().next()).collect();
    let expected = [
        "wall-plug efficiency",
        "loss of the path",
        "ring tuning",
        "modulator swing",
        "nothing",
    ];
    assert_eq!(names, expected, "the longest on top");
    assert_eq!(
        boxes[1].1,
        "loss of the path\nat 1 dB: 4.6 pJ/bit\nat 3 dB: 6.3 pJ/bit\nbase 5.20(10) pJ/bit"
    );
}

#[test]
fn stacked_bars_are_drawn() {
    look("energies", &energies().render(Theme::Light).expect("drawn"));
    look(
        "energies_dark",
        &energies().render(Theme::Dark).expect("drawn"),
    );
}

#[test]
fn maps_over_quantities_are_drawn() {
    look(
        "break_even",
        &break_even().render(Theme::Light).expect("drawn"),
    );
    look(
        "break_even_dark",
        &break_even().render(Theme::Dark).expect("drawn"),
    );
}

#[test]
fn readings_are_those_of_the_picture_and_bounded() {
    let readings = |picture: Picture| picture.readings.expect("readings");
    // More cells than are read, with very fine ones: each reading is the value of the cell it lies in.
    let Readings::Grid {
        columns,
        rows,
        values,
        ..
    } = readings(mode_field().render(Theme::Light).expect("drawn"))
    else {
        panic!("no grid");
    };
    assert!(
        columns.len() <= 65
            && rows.len() <= 65
            && values.len() == (columns.len() - 1) * (rows.len() - 1)
    );
    assert!(columns.windows(2).all(|c| c[1] > c[0]) && rows.windows(2).all(|r| r[1] > r[0]));
    let most = values.iter().flatten().fold(0.0f64, |m, &v| m.max(v));
    // The field peaks just outside the walls, at 1.9 · 120 exp(−(0.225/0.28)²) MV/m.
    let peak = 1.9 * 120.0 * (-(0.225f64 / 0.28).powi(2)).exp();
    assert!((most - peak).abs() < 0.1 * peak, "{most} against {peak}");
    let mut long = dispersion();
    let x: Vec<f64> = (0..5000).map(|i| 1.5e-6 + f64::from(i) * 1e-11).collect();
    long.series = vec![Series::new("long", x.clone(), x, SeriesStyle::Line)];
    let Readings::Points { series, frame, .. } =
        readings(long.render(Theme::Light).expect("drawn"))
    else {
        panic!("no points");
    };
    assert_eq!(series[0].points.len(), 500);
    let inside = |p: &(f64, f64, f64, f64, Option<f64>)| {
        p.0 >= frame[0] && p.0 <= frame[2] && p.1 >= frame[1] && p.1 <= frame[3]
    };
    assert!(series[0].points.iter().all(inside));
    let matrix = |n| crosstalk(n).render(Theme::Light).expect("drawn");
    assert!(matrix(64).readings.is_some());
    assert!(matrix(161).readings.is_none());
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
    let mut fall = waterfall();
    fall.start.1 = 0.0;
    refused(fall.render(Theme::Light));
    let mut tornado = tornado();
    tornado.bars[0].results[1] = f64::NAN;
    refused(tornado.render(Theme::Light));
    let mut energies = energies();
    energies.bars[0].parts[0] = -1e-12;
    refused(energies.render(Theme::Light));
    energies.bars[0].parts.pop();
    refused(energies.render(Theme::Light));
    let mut map = break_even();
    map.hatched = Some(Array2::from_elem((2, 2), true));
    refused(map.render(Theme::Light));
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
