//! Delay from host to host, the fibre's flight apart.
//!
//! Error correction once, a SerDes at each electrical hop (two ends; one more at each end where the optics retime), a DSP in
//! each module that has one.

use crate::component::{ComponentName as C, Values};

/// Delay in s: `has_dsp` of a module at each end, `has_serdes` of an engine at each end.
pub fn latency(values: &Values, has_dsp: bool, has_serdes: bool) -> f64 {
    let both_ends = |present: bool, delay: f64| if present { 2.0 * delay } else { 0.0 };
    values[C::FecLatency]
        + values[C::SerdesLatency]
        + both_ends(has_dsp, values[C::DspLatency])
        + both_ends(has_serdes, values[C::SerdesLatency])
}
