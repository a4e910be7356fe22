//! No text makes the reader or the planner panic, and every refusal says where.

use std::path::Path;

use cpo_study::{Study, StudyError};
use proptest::prelude::*;

const STUDIES: [&str; 3] = [
    include_str!("../../../examples/studies/wire.toml"),
    include_str!("../../../examples/studies/edge_coupler.toml"),
    include_str!("../../../examples/studies/laser_array.toml"),
];

/// Reads and plans; refusals must have a message with a place.
fn digest(text: &str) -> Result<(), TestCaseError> {
    match Study::parse(text, "text.toml", Path::new("tests")).and_then(|study| study.plan()) {
        Ok(plan) => prop_assert!(!plan.is_empty()),
        Err(StudyError::Invalid(report)) => {
            prop_assert!(report.errors().count() > 0);
            prop_assert!(report.to_string().contains("--> text.toml:"));
        }
        Err(other) => prop_assert!(false, "{other}"),
    }
    Ok(())
}

/// A piece of text that may stand where another did.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ -~µ\\n]{0,6}",
        Just("nan".to_owned()),
        Just("\"\"".to_owned()),
        Just("[]".to_owned()),
        Just("{}".to_owned()),
        Just("-1".to_owned()),
        Just("0".to_owned()),
        Just("9223372036854775807".to_owned()),
        Just("1e308".to_owned()),
        Just("\"1e300 m\"".to_owned()),
        Just("\"-300 degC\"".to_owned()),
        Just("true".to_owned()),
        Just("[[\"1 um\"]]".to_owned()),
        Just("{ from = \"1 um\", to = \"2 um\", points = 3 }".to_owned()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    /// A stretch of a study is replaced.
    #[test]
    fn mutated_studies_do_not_panic(
        which in 0..STUDIES.len(),
        at in 0.0..1.0_f64,
        length in 0_usize..12,
        with in piece(),
    ) {
        let characters: Vec<char> = STUDIES[which].chars().collect();
        let from = (at * characters.len() as f64) as usize;
        let to = (from + length).min(characters.len());
        let text: String = characters[..from].iter().copied()
            .chain(with.chars())
            .chain(characters[to..].iter().copied())
            .collect();
        digest(&text)?;
    }

    /// A value behind an equals sign is replaced: the text mostly stays TOML.
    #[test]
    fn mutated_values_do_not_panic(which in 0..STUDIES.len(), nth in 0_usize..80, with in piece()) {
        let text = STUDIES[which];
        let equals: Vec<usize> = text.match_indices("= ").map(|(i, _)| i + 2).collect();
        let from = equals[nth % equals.len()];
        let end = text[from..].find([',', '\n', '}']).map_or(text.len(), |i| from + i);
        digest(&format!("{}{}{}", &text[..from], with, &text[end..]))?;
    }

    /// Lines are dropped and swapped.
    #[test]
    fn shuffled_lines_do_not_panic(which in 0..STUDIES.len(), a in 0_usize..60, b in 0_usize..60, drop in any::<bool>()) {
        let mut lines: Vec<&str> = STUDIES[which].lines().collect();
        let (a, b) = (a % lines.len(), b % lines.len());
        lines.swap(a, b);
        if drop {
            lines.remove(a);
        }
        digest(&lines.join("\n"))?;
    }

    /// Bytes as they come.
    #[test]
    fn bytes_do_not_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        digest(&String::from_utf8_lossy(&bytes))?;
    }
}

/// Nesting that would exhaust the stack is refused.
#[test]
fn deep_nesting_is_an_error() {
    let deep = 200_000;
    for text in [
        format!("a{} = 1\n", ".a".repeat(deep)),
        format!("[a{}]\n", ".a".repeat(deep)),
        format!("a = {}\n", "[".repeat(deep)),
        format!("a = {}\n", "{ a = ".repeat(deep)),
    ] {
        digest(&text).unwrap();
    }
}
