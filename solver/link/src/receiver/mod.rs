//! What a receiver needs: noise, bit errors, amplitude.

mod modulation;
mod modulation_amplitude;
mod q_factor;
mod sensitivity;

pub use modulation::Modulation;
pub use modulation_amplitude::{amplitude_of_average, average_over_amplitude};
pub use q_factor::{bit_error_ratio, q_factor};
pub use sensitivity::thermal_sensitivity;
