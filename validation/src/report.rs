//! All cases, run and written down.

use std::fmt::Write;

use crate::corpus::Which;
use crate::modes::ModeRun;
use crate::{
    Check, ValidationError, corpus, coupler, coupling, faces, grating, heat, heater, laser,
    materials, modes, operating_point,
};

/// A group of comparisons with their source.
#[derive(Debug)]
pub struct Section {
    /// Heading.
    pub title: String,
    /// Where the references come from, one line each.
    pub sources: Vec<String>,
    /// The comparisons.
    pub checks: Vec<Check>,
    /// Comparisons that are known to fail; the sources say why.
    pub misses: Vec<Check>,
}

/// Everything.
#[derive(Debug)]
pub struct Report {
    /// The comparisons, by part.
    pub sections: Vec<Section>,
    /// Every mode case at every error asked for.
    pub calibration: Vec<ModeRun>,
}

/// A reference this many times less certain than the bar says nothing about the bar.
const BLUR: f64 = 0.3;
/// Errors asked for of the corpus.
const CORPUS_ERRORS: [f64; 3] = [1e-3, 1e-4, 1e-5];

impl Report {
    /// Runs every case. `progress` is told what begins.
    ///
    /// # Errors
    /// The first case that cannot be run; a wrong number is no error.
    pub fn run(progress: impl Fn(&str)) -> Result<Self, ValidationError> {
        let mut sections = Vec::new();
        let mut section = |title: &str, sources: Vec<String>, checks| {
            sections.push(Section {
                title: title.to_owned(),
                sources,
                checks,
                misses: Vec::new(),
            });
        };
        let references = modes::references()?;
        let mut calibration: Vec<ModeRun> = Vec::new();
        let (mut checks, mut sources) = (Vec::new(), Vec::new());
        for case in &references.cases {
            progress(&format!("mode {}", case.id));
            for &asked in &case.errors {
                calibration.push(case.run(asked)?);
            }
            if let Some(finest) = calibration.last() {
                checks.extend(finest.index.iter().chain(&finest.derived).cloned());
            }
            sources.push(format!(
                "{}: {}. Source: {}.",
                case.id, case.what, case.source
            ));
        }
        section("Modes", sources, checks);

        progress("corpus");
        let closed = corpus::corpus(Which::Closed)?;
        let open = corpus::corpus(Which::Open)?;
        let mut checks = closed.independent_checks()?;
        for asked in CORPUS_ERRORS {
            checks.extend(corpus::checks([&closed, &open], asked)?);
        }
        let about = vec![closed.about.clone(), open.about.clone()];
        section("Error bars of modes", about, checks);

        progress("coupling");
        let references = coupling::references()?;
        section(
            "Gaussian beams",
            vec![references.gaussian.source.clone()],
            references.gaussian.run()?,
        );
        section(
            "Fibre modes",
            vec![references.fibre.source.clone()],
            references.fibre.run()?,
        );

        progress("couplers");
        let references = coupler::references()?;
        section(
            "Guides to fibres",
            vec![references.facets.source.clone()],
            references.facets.run()?,
        );
        section(
            "Tapers between chips",
            vec![references.double_taper.source.clone()],
            references.double_taper.run()?,
        );

        let references = heat::references()?;
        let source =
            |id: &str, what: &str, source: &str| format!("{id}: {what}. Source: {source}.");
        progress("heat T1");
        let case = &references.manufactured;
        section(
            "Heat: exact field",
            vec![source(&case.id, &case.what, &case.source)],
            case.run()?,
        );
        progress("heat T2");
        let case = &references.block;
        section(
            "Heat: source on a block",
            vec![source(&case.id, &case.what, &case.source)],
            case.run()?,
        );
        progress("heat T3");
        let case = &references.array;
        section(
            "Heat: crosstalk of eight lasers",
            vec![source(&case.id, &case.what, &case.source)],
            case.run(1e-3)?,
        );
        progress("heat T3 by windows");
        section(
            "Heat: lasers in a window",
            vec![source(&case.id, &case.what, &case.source)],
            case.windows(2e-3)?,
        );
        progress("heat T3 by time");
        section(
            "Heat: lasers switched on",
            vec![source(&case.id, &case.what, &case.steps.source)],
            case.steps(2e-3)?,
        );
        progress("heat T4");
        let case = &references.square;
        section(
            "Heat: a square switched on",
            vec![source(&case.id, &case.what, &case.source)],
            case.run()?,
        );

        progress("heat by faces");
        section(
            "Heat: faces and the adjoint",
            vec![String::from(
                "A plate heated through its volume under a grey face, on a coolant that warms up, and by what its resistance changes. Source: closed forms, \
                 `validation/src/faces.rs`.",
            )],
            faces::run()?,
        );

        progress("lasers and materials");
        let (mut checks, mut sources) = (Vec::new(), Vec::new());
        for case in laser::references()? {
            sources.push(source(&case.id, &case.what, &case.source));
            checks.extend(case.run()?);
        }
        section("Lasers", sources, checks);
        let references = materials::references()?;
        section(
            "Materials",
            vec![references.source.clone()],
            references.run()?,
        );

        progress("gratings");
        let references = grating::references()?;
        section(
            "Uniform gratings",
            vec![references.uniform.source.clone()],
            references.uniform.run()?,
        );
        let published = references.apodised.run()?;
        sections.push(Section {
            title: "Apodised gratings".to_owned(),
            sources: vec![
                references.apodised.source.clone(),
                references.apodised.misses.clone(),
            ],
            checks: published.checks,
            misses: published.misses,
        });
        let references = operating_point::references()?;
        let case = &references.case;
        let operated = case.run()?;
        let mut sources = vec![source(&case.id, &case.what, &case.source)];
        sources.extend(operated.notes);
        sources.push(references.missing);
        sections.push(Section {
            title: "Lasers that heat themselves".to_owned(),
            sources,
            checks: operated.checks,
            misses: Vec::new(),
        });
        progress("heaters");
        let (mut checks, mut misses) = (Vec::new(), Vec::new());
        let mut sources = Vec::new();
        for case in heater::references()? {
            sources.push(source(&case.id, &case.what, &case.source));
            let compared = case.run()?;
            checks.extend(compared.checks);
            misses.extend(compared.misses);
        }
        sources.push(heater::MISSES.to_owned());
        sections.push(Section {
            title: "Heat and light: phase shifters".to_owned(),
            sources,
            checks,
            misses,
        });
        Ok(Self {
            sections,
            calibration,
        })
    }

    fn checks(&self) -> impl Iterator<Item = &Check> {
        self.sections.iter().flat_map(|section| &section.checks)
    }

    /// Index checks of the calibration whose bar does not hold the reference.
    pub fn violations(&self) -> Vec<(&ModeRun, &Check)> {
        self.calibration
            .iter()
            .flat_map(|run| run.index.iter().chain(&run.derived).map(move |c| (run, c)))
            .filter(|(_, check)| !check.inside())
            .collect()
    }

    /// Comparisons that are known to fail.
    pub fn misses(&self) -> impl Iterator<Item = &Check> {
        self.sections.iter().flat_map(|section| &section.misses)
    }

    /// Comparisons that passed and that failed, known misses apart. A violated bar of the calibration counts as failed.
    pub fn tally(&self) -> (usize, usize) {
        let passed = self.checks().filter(|check| check.passed()).count();
        let failed = self.checks().count() - passed;
        let finest = |run: &ModeRun| self.checks().any(|c| run.index.contains(c));
        let coarse = self
            .violations()
            .iter()
            .filter(|(run, _)| !finest(run))
            .count();
        (passed, failed + coarse)
    }

    /// The report as Markdown.
    pub fn markdown(&self) -> String {
        let mut text = String::new();
        // Writing to a String cannot fail.
        let _ = self.write(&mut text);
        text
    }

    fn write(&self, out: &mut String) -> std::fmt::Result {
        let (passed, failed) = self.tally();
        writeln!(out, "# Validation\n")?;
        writeln!(
            out,
            "Written by `cargo run --release -p cpo-validation`. A comparison passes if the computed value lies within \
             its own error bar of the reference (widened by the reference's uncertainty) and within the tolerance.\n"
        )?;
        let misses = self.misses().count();
        let tally = format!("{passed} passed, {failed} failed, {misses} known to miss");
        writeln!(out, "{tally}.\n")?;
        let violations = self.violations();
        if violations.is_empty() {
            writeln!(out, "No error bar missed its reference.\n")?;
        }
        for (run, check) in &violations {
            writeln!(
                out,
                "**VIOLATION**: {} {} at {:.0e} asked: error {:.2e}, bar {:.2e}.\n",
                check.case,
                check.quantity,
                run.asked,
                check.error(),
                check.bar.unwrap_or(f64::NAN)
            )?;
        }
        for section in &self.sections {
            writeln!(out, "## {}\n", section.title)?;
            for source in &section.sources {
                writeln!(out, "- {source}")?;
            }
            writeln!(
                out,
                "\n| case | quantity | reference | computed | error bar | true error | error / bar | tolerance | basis | |\n\
                 |---|---|---|---|---|---|---|---|---|---|"
            )?;
            for check in &section.checks {
                writeln!(out, "{}", row(check, "**FAILED**"))?;
            }
            for check in &section.misses {
                writeln!(out, "{}", row(check, "**missed**, as known"))?;
            }
            writeln!(out)?;
        }
        self.write_calibration(out)?;
        writeln!(out, "\n{tally}")
    }

    fn write_calibration(&self, out: &mut String) -> std::fmt::Result {
        writeln!(
            out,
            "## Calibration of the error bars\n\n\
             Every mode case at several errors asked for. \"error / bar\" is at most 1 for an honest bar; where the reference is \
             itself less certain than {BLUR} of the bar the ratio says nothing and stands in brackets.\n"
        )?;
        writeln!(
            out,
            "| case | quantity | asked | bar | true error | error / bar | unknowns | order |\n|---|---|---|---|---|---|---|---|"
        )?;
        let mut ratios = Vec::new();
        for run in &self.calibration {
            for (m, check) in run.index.iter().enumerate() {
                let order = run.orders.get(m).copied().flatten();
                let (Some(bar), Some(ratio)) = (check.bar, check.ratio()) else {
                    continue;
                };
                let sharp = check.uncertainty <= BLUR * bar;
                if sharp {
                    ratios.push(ratio);
                }
                writeln!(
                    out,
                    "| {} | {} | {:.0e} | {:.1e} | {:.1e} | {} | {} | {} |",
                    check.case,
                    check.quantity,
                    run.asked,
                    bar,
                    check.error(),
                    if sharp {
                        format!("{ratio:.3}")
                    } else {
                        format!("({ratio:.3})")
                    },
                    run.unknowns,
                    order.map_or_else(|| "irregular".to_owned(), |p| format!("{p:.2}")),
                )?;
            }
        }
        ratios.sort_by(f64::total_cmp);
        let held = ratios.iter().filter(|&&r| r <= 1.0).count();
        let at = |share: f64| ratios.get((share * (ratios.len() as f64 - 1.0)) as usize);
        writeln!(
            out,
            "\n{held} of {} bars hold the reference; error / bar: median {:.2}, largest {:.2}.\n",
            ratios.len(),
            at(0.5).copied().unwrap_or(f64::NAN),
            at(1.0).copied().unwrap_or(f64::NAN)
        )
    }
}

/// A line of the table, with the word for a comparison that does not pass.
fn row(check: &Check, otherwise: &str) -> String {
    let bar = |value: Option<f64>| value.map_or_else(String::new, |v| format!("{v:.1e}"));
    format!(
        "| {} | {} | {} | {} | {} | {:.1e} | {} | {:.1e} | {} | {} |",
        check.case,
        check.quantity,
        number(check.reference),
        number(check.computed),
        bar(check.bar),
        check.error(),
        check
            .ratio()
            .map_or_else(String::new, |r| format!("{r:.2}")),
        check.tolerance,
        check.basis,
        if check.passed() { "passed" } else { otherwise },
    )
}

/// Ten digits, or powers of ten where those would be zeros.
fn number(value: f64) -> String {
    if value != 0.0 && value.abs() < 1e-3 {
        format!("{value:.4e}")
    } else {
        format!("{value:.9}")
    }
}
