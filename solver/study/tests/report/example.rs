//! A small report with one of everything.

use cpo_study::figures::{
    DisplayUnit, LinePlot, MapFigure, PlotAxis, Series, SeriesStyle, StackedBar, StackedBarFigure,
    Theme,
};
use cpo_study::report::{
    Alternative, Cell, Choice, Column, Report, ReportFigure, ReportStatus, ReportTable, Section,
};
use cpo_study::table::Status;
use ndarray::Array2;

fn curves() -> ReportFigure {
    let wavelength: Vec<f64> = (0..11).map(|i| 1.5e-6 + f64::from(i) * 1e-8).collect();
    let index = wavelength
        .iter()
        .map(|w| 2.447_192 - 1.03e6 * (w - 1.55e-6))
        .collect();
    let mut series = Series::new("TE0", wavelength, index, SeriesStyle::LineAndMarkers);
    series.error = vec![2e-3; 11];
    let plot = LinePlot {
        title: "wire: effective index".into(),
        x: PlotAxis::new("wavelength", DisplayUnit::NANOMETRE),
        y: PlotAxis::new("effective index", DisplayUnit::ONE),
        secondary: None,
        series: vec![series],
    };
    let picture = |theme| plot.render(theme).expect("drawn");
    ReportFigure::new(
        &picture(Theme::Light),
        &picture(Theme::Dark),
        "Effective index of mode 0; bars are numerical errors.",
    )
}

fn map() -> ReportFigure {
    let offsets: Vec<f64> = (0..41).map(|i| (f64::from(i) - 20.0) * 0.2e-6).collect();
    let loss = Array2::from_shape_fn((41, 41), |(i, j)| {
        1.31 + 8.686 * (offsets[i].powi(2) + offsets[j].powi(2)) / 9e-12
    });
    let map = MapFigure::misalignment("facet: misalignment", &offsets, &offsets, loss);
    let picture = |theme| map.render(theme).expect("drawn");
    ReportFigure::new(
        &picture(Theme::Light),
        &picture(Theme::Dark),
        "Loss over offsets of the fibre, gap 5 µm.",
    )
}

/// Picojoules a bit of two designs at one boundary.
fn energy(boundary: &str, host: f64) -> ReportFigure {
    let bar = |name: &str, laser: f64| StackedBar {
        name: name.into(),
        parts: vec![laser * 1e-12, 1.5e-12, host * 1e-12],
        error: 0.2e-12,
    };
    let figure = StackedBarFigure {
        title: format!("Energy a bit, {boundary}"),
        value: PlotAxis::new("energy", DisplayUnit::new("pJ/bit", 1e-12)),
        items: ["laser", "driver and receiver", "host SerDes"]
            .map(Into::into)
            .to_vec(),
        bars: vec![bar("co-packaged", 2.5), bar("pluggable", 3.5)],
    };
    let picture = |theme| figure.render(theme).expect("drawn");
    let caption = format!("Energy a bit by item; boundary: {boundary}.");
    ReportFigure::new(&picture(Theme::Light), &picture(Theme::Dark), caption)
}

/// What depends on the boundary, once as a figure and once as a table.
fn boundaries(with_figures: bool) -> Choice {
    let alternative = |(name, host): (&str, f64)| {
        let unit = DisplayUnit::new("pJ/bit", 1e-12);
        let value = |v: f64| Cell::value(v * 1e-12, Some(2e-13), Status::Ok, "", unit);
        let serdes = Cell::number(host * 1e-12, unit)
            .with_origin("component data: Zhou et al. 2022, doi:10.1109/example, 2022");
        let row = |design: &str, laser: f64| {
            vec![
                Cell::text(design),
                value(laser),
                serdes.clone(),
                value(laser + 1.5 + host),
            ]
        };
        let table = ReportTable {
            caption: format!("Energy a bit; boundary: {name}."),
            columns: vec![
                Column::new("design", ""),
                Column::new("laser", unit.symbol).of_table("link/dr4/laser_energy"),
                Column::new("host SerDes", unit.symbol),
                Column::new("all", unit.symbol).with_origin("computed: sum of the items"),
            ],
            rows: vec![row("co-packaged", 2.5), row("pluggable", 3.5)],
        };
        Alternative {
            name: name.into(),
            text: String::new(),
            tables: if with_figures {
                Vec::new()
            } else {
                vec![table]
            },
            figures: if with_figures {
                vec![energy(name, host)]
            } else {
                Vec::new()
            },
        }
    };
    Choice {
        name: "Boundary".into(),
        alternatives: [("optics", 0.0), ("+ host SerDes", 4.0), ("+ switch", 9.0)]
            .map(alternative)
            .to_vec(),
    }
}

pub fn example() -> Report {
    let mode = |wavelength: f64, index: f64, error: f64, status: Status, reason: &str| {
        vec![
            Cell::number(wavelength, DisplayUnit::NANOMETRE),
            Cell::text("TE0"),
            Cell::below(0.1, DisplayUnit::DECIBEL_PER_CENTIMETRE),
            Cell::value(index, Some(error), status, reason, DisplayUnit::ONE),
            Cell::value(4.05, Some(0.01), Status::Ok, "", DisplayUnit::ONE),
            Cell::value(
                123.0,
                Some(2.5),
                Status::Ok,
                "",
                DisplayUnit::DECIBEL_PER_CENTIMETRE,
            ),
        ]
    };
    let columns = vec![
        Column::new("Wavelength", "nm"),
        Column::new("Mode", ""),
        Column::new("Absorption", "dB/cm").of_table("waveguide/wire/absorption"),
        Column::new("Effective index", "").of_table("waveguide/wire/effective_index"),
        Column::new("Group index", "").of_table("waveguide/wire/group_index"),
        Column::new("Propagation loss", "dB/cm").of_table("waveguide/wire/loss"),
    ];
    let rows = vec![
        mode(1.53e-6, 2.467_8, 3e-7, Status::Ok, ""),
        mode(1.55e-6, 2.447_192_6, 3e-7, Status::Ok, ""),
        mode(
            1.57e-6,
            2.426_6,
            1e-3,
            Status::Unconverged,
            "three grids reach 1e-3, 1e-5 was asked for",
        ),
        mode(
            1.59e-6,
            f64::NAN,
            f64::NAN,
            Status::Failed,
            "no guided mode above the cladding's index",
        ),
    ];
    let table = ReportTable {
        caption: "Modes at 20 °C".into(),
        columns,
        rows,
    };
    let section = |title: &str, tables, figures| Section {
        title: title.into(),
        text: "A strip of silicon in silica.".into(),
        tables,
        figures,
        choice: None,
    };
    Report {
        title: "wire <450 nm × 220 nm>".into(),
        description: "Silicon wire & its fibre.\n\nSecond paragraph: what the study asks, and of which design.".into(),
        status: ReportStatus::Partial,
        summary: "10 of 12 values converged; 1 unconverged, 1 failed".into(),
        warnings: vec!["The index of Si is used outside its range (1.2 µm to 14 µm).".into()],
        sections: vec![
            section("Modes of wire", vec![table], vec![curves()]),
            section("Coupling facet", Vec::new(), vec![map()]),
            section("Heat", Vec::new(), Vec::new()),
            Section {
                choice: Some(boundaries(true)),
                ..section("Energy in a figure", Vec::new(), Vec::new())
            },
            Section {
                choice: Some(boundaries(false)),
                ..section("Energy in a table", Vec::new(), Vec::new())
            },
        ],
        provenance: vec![
            ("Program".into(), "cpo 0.1.0".into()),
            ("Study, SHA-256".into(), "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".into()),
        ],
        study: "[study]\nname = \"wire\" # a < b & c\n".into(),
    }
}
