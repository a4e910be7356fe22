//! The report holds what it was given, escaped, and refers to nothing outside itself.
//!
//! With REPORT=file in the environment the page is also written there, to be looked at.

use cpo_study::figures::{DisplayUnit, LinePlot, MapFigure, PlotAxis, Series, SeriesStyle, Theme};
use cpo_study::report::{Cell, Column, Report, ReportFigure, ReportStatus, ReportTable, Section};
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

fn example() -> Report {
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
        Column::new("Absorption", "dB/cm"),
        Column::new("Effective index", ""),
        Column::new("Group index", ""),
        Column::new("Propagation loss", "dB/cm"),
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
        ],
        provenance: vec![
            ("Program".into(), "cpo 0.1.0".into()),
            ("Study, SHA-256".into(), "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".into()),
        ],
        study: "[study]\nname = \"wire\" # a < b & c\n".into(),
    }
}

#[test]
fn the_page_holds_what_it_was_given() {
    let page = example().render().expect("rendered");
    if let Ok(path) = std::env::var("REPORT") {
        std::fs::write(path, &page).expect("written");
    }
    let parts = [
        "<title>wire &lt;450 nm × 220 nm&gt;</title>",
        "Silicon wire &amp; its fibre.",
        "<td class=\"number\">2.4471926(3)</td>",
        "<span class=\"flag\">unconverged</span><small>three grids",
        "<span class=\"flag failed\">failed</span>",
        "1.23(3)",
        "&lt; 0.001",
        "badge partial",
        "9f86d081",
        "# a &lt; b &amp; c",
    ];
    for part in parts {
        assert!(page.contains(part), "the page lacks {part}");
    }
    assert_eq!(
        page,
        example().render().expect("rendered"),
        "the same each time"
    );
}

#[test]
fn the_page_needs_nothing_else() {
    let page = example().render().expect("rendered");
    for part in [
        "http://", "https://", "<script", "<link", "url(", "@import", "src=\"/", "file:",
    ] {
        assert!(!page.contains(part), "the page refers to {part}");
    }
    // Each figure in two themes.
    assert_eq!(page.matches("data:image/png;base64,").count(), 4);
}

#[test]
fn an_empty_report_is_a_page() {
    let mut report = example();
    report.sections.clear();
    report.warnings.clear();
    report.provenance.clear();
    report.status = ReportStatus::Failed;
    let page = report.render().expect("rendered");
    assert!(
        page.contains("badge failed")
            && page.contains("</html>")
            && !page.contains("class=\"warnings\"")
    );
}
