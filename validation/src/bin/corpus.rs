//! The corpora of guides: `corpus closed references` prints `data/corpus.json` with its references computed anew,
//! `corpus closed calibrate` judges the error bars at several errors asked for (every one of guides that are named), `corpus closed differences` checks
//! modes by extrapolated finite differences; `corpus open ...` the same for `data/open.json`. Names of guides,
//! separated by commas, may follow.

use std::process::ExitCode;

use cpo_validation::ValidationError;
use cpo_validation::corpus::{Bar, Corpus, Judged, PARTS, Which, corpus};

/// Errors asked for.
const ASKED: [f64; 4] = [1e-3, 1e-4, 1e-5, 1e-6];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let run = || -> Result<bool, ValidationError> {
        let which = match arguments.first().map(String::as_str) {
            Some("closed") => Which::Closed,
            Some("open") => Which::Open,
            _ => return Ok(false),
        };
        let mut corpus = corpus(which)?;
        if let Some(names) = arguments.get(2) {
            corpus
                .guides
                .retain(|guide| names.split(',').any(|name| name == guide.id));
        }
        match arguments.get(1).map(String::as_str) {
            Some("references") => references(&corpus)?,
            Some("calibrate") => calibrate(&corpus, arguments.len() > 2)?,
            Some("differences") => differences(&corpus)?,
            _ => return Ok(false),
        }
        Ok(true)
    };
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => {
            eprintln!("corpus closed | open  references | calibrate | differences  [GUIDE,GUIDE]");
            ExitCode::from(2)
        }
        Err(error) => {
            eprintln!("the corpus could not be run: {error}");
            ExitCode::from(3)
        }
    }
}

fn references(corpus: &Corpus) -> Result<(), ValidationError> {
    let mut known = corpus.clone();
    for guide in &mut known.guides {
        *guide = guide.with_references()?;
    }
    print!("{}", known.text()?);
    Ok(())
}

fn calibrate(corpus: &Corpus, every: bool) -> Result<(), ValidationError> {
    for asked in ASKED {
        let mut judged: Vec<Judged> = Vec::new();
        for guide in &corpus.guides {
            for (m, mode) in guide.judge(asked)?.into_iter().enumerate() {
                for (bar, part) in mode.parts.iter().zip(PARTS) {
                    if let Some(bar) = bar.filter(|bar| every || !bar.holds()) {
                        println!(
                            "{asked:.0e} {} mode {m}, {part}: bar {:.1e}, error {:.1e}, ratio {:.2}",
                            guide.id,
                            bar.bar,
                            bar.error,
                            bar.ratio()
                        );
                    }
                }
                judged.push(mode);
            }
        }
        for (part, name) in PARTS.into_iter().enumerate() {
            let bars: Vec<Bar> = judged.iter().filter_map(|mode| mode.parts[part]).collect();
            let held = bars.iter().filter(|bar| bar.holds()).count();
            let mut ratios: Vec<f64> = bars.iter().map(Bar::ratio).collect();
            ratios.sort_by(f64::total_cmp);
            let (worst, median) = (ratios.first(), ratios.get(ratios.len() / 2));
            println!(
                "{asked:.0e} {name}: {held} of {} held, median {median:?}, worst {worst:?}",
                bars.len()
            );
        }
    }
    Ok(())
}

fn differences(corpus: &Corpus) -> Result<(), ValidationError> {
    for guide in &corpus.guides {
        for ([value, bar], known) in guide.differences()?.into_iter().zip(&guide.modes) {
            let [reference, uncertainty] = known.walled;
            let error = value - reference;
            println!(
                "{}: {value:.9} ± {bar:.1e}, {error:+.1e} off {reference:.9} ± {uncertainty:.0e}",
                guide.id
            );
        }
    }
    Ok(())
}
