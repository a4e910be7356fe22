//! Reasons in a file: each text once, along an axis of its own, and a number a value that says which, 0 for none.
//!
//! HDF5 keeps strings of variable length uncompressed in its heap, at 32 bytes a value even where they are empty; numbers that are mostly
//! 0 take next to nothing.

use std::collections::HashMap;

/// The texts, "" first, the others in order of their first use, and for each reason its position among them.
pub(super) fn numbered(reasons: &[String]) -> (Vec<String>, Vec<u32>) {
    let mut texts = vec![String::new()];
    let mut positions = HashMap::from([("", 0)]);
    let numbers = reasons
        .iter()
        .map(|reason| {
            *positions.entry(reason.as_str()).or_insert_with(|| {
                texts.push(reason.clone());
                texts.len() as u32 - 1
            })
        })
        .collect();
    (texts, numbers)
}

/// The reasons again; the first number that is no position if there is one.
pub(super) fn spelled_out(texts: &[String], numbers: &[u32]) -> Result<Vec<String>, u32> {
    numbers
        .iter()
        .map(|&number| texts.get(number as usize).cloned().ok_or(number))
        .collect()
}
