//! The page holds what it was given, escaped, and refers to nothing outside itself.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cpo_study::figures::{Bar, BarFigure, DisplayUnit, PlotAxis, Theme};
use cpo_study::report::{ReportFigure, ReportStatus};
use sha2::{Digest, Sha256};

use super::example::example;

#[test]
fn the_page_holds_what_it_was_given() {
    let page = example().render().expect("rendered");
    if let Ok(path) = std::env::var("REPORT") {
        std::fs::write(path, &page).expect("written");
    }
    let parts = [
        "<title>wire &lt;450 nm × 220 nm&gt;</title>",
        "Silicon wire &amp; its fibre.",
        "<td class=\"number\" data-value=\"2.4471926\" data-error=\"3·10⁻⁷\">2.4471926(3)</td>",
        "<span class=\"flag\">unconverged</span><small>three grids",
        "<span class=\"flag failed\">failed</span>",
        "1.23(3)",
        "&lt; 0.001",
        "badge partial",
        "9f86d081",
        "# a &lt; b &amp; c",
        "data-origin=\"loss_table.h5: &#x2f;waveguide&#x2f;wire&#x2f;effective_index\"",
        "<li><b>host SerDes</b> of pluggable: component data: Zhou et al. 2022",
        "<h3>Boundary: + host SerDes</h3>",
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
        "http://", "https://", "src=\"/", "<link", "url(", "@import", "file:", "style=\"",
        "onclick",
    ] {
        assert!(!page.contains(part), "the page refers to {part}");
    }
    // Each of the five figures in two themes.
    assert_eq!(page.matches("data:image/png;base64,").count(), 10);
}

/// The policy names what is between the tags, and nothing else may run.
#[test]
fn only_the_script_and_the_style_of_the_program_are_let_in() {
    let page = example().render().expect("rendered");
    let between = |from: &str, to: &str| {
        let rest = page.split_once(from).expect(from).1;
        rest.split_once(to).expect(to).0
    };
    let policy = between("Content-Security-Policy\" content=\"", "\">");
    for (kind, text) in [
        ("style", between("<style>", "</style>")),
        ("script", between("<script>", "</script>")),
    ] {
        let hash = STANDARD.encode(Sha256::digest(text));
        assert!(
            policy.contains(&format!("{kind}-src 'sha256-{hash}'")),
            "{kind}: {policy}"
        );
    }
    assert!(
        policy.contains("default-src 'none'") && !policy.contains("unsafe"),
        "{policy}"
    );
}

#[test]
fn nothing_put_in_ends_a_script() {
    let mut report = example();
    let figure = BarFigure {
        title: "bars".into(),
        value: PlotAxis::new("</script><b>", DisplayUnit::ONE),
        bars: vec![Bar {
            name: "</script><script>alert(1)</script>".into(),
            value: 1.0,
            error: [0.0; 2],
            is_doubtful: false,
        }],
    };
    let picture = |theme| figure.render(theme).expect("drawn");
    let figure = ReportFigure::new(&picture(Theme::Light), &picture(Theme::Dark), "</script>");
    report.sections[0].figures = vec![figure];
    let page = report.render().expect("rendered");
    assert!(!page.contains("alert(1)</script>"));
    // One script of the program, and readings of five figures.
    assert_eq!(page.matches("<script").count(), 1 + 5);
    assert_eq!(page.matches("</script>").count(), 1 + 5);
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
