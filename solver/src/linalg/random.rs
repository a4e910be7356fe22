//! Reproducible start vectors.

use super::scalar::Scalar;

/// A vector with all modes in it (SplitMix64, Steele et al. 2014, DOI 10.1145/2660193.2660195).
pub(crate) fn pseudo_random<T: Scalar>(len: usize, seed: u64) -> Vec<T> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (0..len)
        .map(|_| {
            state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut z = state;
            z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            T::real((z ^ (z >> 31)) as f64 / u64::MAX as f64 - 0.5)
        })
        .collect()
}
