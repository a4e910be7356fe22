//! Where numbers come from, and what they cost.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::study::Study;

/// Program, commit, time, host and material sources, for the table's provenance.
///
/// SOURCE_DATE_EPOCH, if set, stands for the time and leaves the host out, so that equal studies
/// give equal bytes (https://reproducible-builds.org/specs/source-date-epoch/).
pub fn provenance(study: &Study) -> Vec<(String, String)> {
    let mut facts = program().to_vec();
    let fixed = std::env::var("SOURCE_DATE_EPOCH")
        .ok()
        .and_then(|text| text.parse().ok());
    let seconds = fixed.unwrap_or_else(|| {
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |d| d.as_secs())
    });
    facts.push(fact("time", utc(seconds)));
    if fixed.is_none()
        && let Ok(host) = std::fs::read_to_string("/proc/sys/kernel/hostname")
    {
        facts.push(fact("host", host.trim().to_owned()));
    }
    for (k, record) in study.materials_used().into_iter().enumerate() {
        let mut text = record.name.clone();
        if record.asked != record.name {
            text = format!("{} (asked for as {})", record.name, record.asked);
        }
        for (what, source) in [
            ("optical", record.source),
            ("thermal", record.thermal_source),
        ] {
            if let Some(source) = source {
                let doi = source
                    .doi
                    .map_or_else(String::new, |doi| format!(", DOI {doi}"));
                text += &format!("; {what}: {}{doi}", source.reference);
            }
        }
        facts.push(fact(&format!("material_{}", k + 1), text));
    }
    facts
}

/// This program and the commit that it was built from.
pub(crate) fn program() -> [(String, String); 2] {
    [
        fact("program", format!("cpo {}", env!("CARGO_PKG_VERSION"))),
        fact("commit", env!("CPO_COMMIT").to_owned()),
    ]
}

fn fact(name: &str, text: String) -> (String, String) {
    (name.to_owned(), text)
}

/// ISO 8601 of seconds since 1970 (days to civil date: H. Hinnant, "chrono-compatible low-level
/// date algorithms", 2013).
fn utc(seconds: u64) -> String {
    let (days, rest) = (seconds / 86_400 + 719_468, seconds % 86_400);
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    format!(
        "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z",
        rest / 3600,
        rest / 60 % 60,
        rest % 60
    )
}

/// Processor seconds of all threads of this process so far; NaN where the system does not tell.
pub(crate) fn processor_seconds() -> f64 {
    // Fields 14 and 15 after the command, which may hold spaces, in ticks of 1/100 s on Linux.
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after = stat.rsplit_once(')').map_or("", |(_, after)| after);
    let ticks: Vec<f64> = after
        .split_whitespace()
        .skip(11)
        .take(2)
        .filter_map(|t| t.parse().ok())
        .collect();
    if let [user, system] = ticks[..] {
        (user + system) / 100.0
    } else {
        f64::NAN
    }
}

/// Largest resident memory of this process in bytes; 0 where the system does not tell.
pub(crate) fn peak_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line
        .and_then(|rest| rest.split_whitespace().next())
        .and_then(|n| n.parse::<u64>().ok());
    kib.unwrap_or(0) * 1024
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_civil() {
        assert_eq!(utc(0), "1970-01-01T00:00:00Z");
        assert_eq!(utc(951_827_696), "2000-02-29T12:34:56Z");
        assert_eq!(utc(1_795_478_399), "2026-11-23T23:59:59Z");
    }
}
