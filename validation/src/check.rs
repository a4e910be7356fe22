//! One number against its reference.

/// A computed number, its reference, and the limits within which they must agree.
#[derive(Clone, Debug, PartialEq)]
pub struct Check {
    /// The case it belongs to.
    pub case: String,
    /// What is compared, with its unit.
    pub quantity: String,
    /// The reference.
    pub reference: f64,
    /// The reference's own uncertainty (absolute).
    pub uncertainty: f64,
    /// What this program finds.
    pub computed: f64,
    /// The error bar this program states, where it states one.
    pub bar: Option<f64>,
    /// Largest difference allowed, the reference's uncertainty apart.
    pub tolerance: f64,
    /// Where the tolerance comes from.
    pub basis: String,
}

impl Check {
    /// |computed − reference|.
    pub fn error(&self) -> f64 {
        (self.computed - self.reference).abs()
    }

    /// Error over error bar: at most 1 for an honest bar and an exact reference.
    pub fn ratio(&self) -> Option<f64> {
        self.bar.map(|bar| self.error() / bar)
    }

    /// Whether the error bar, widened by the reference's uncertainty, holds the reference.
    pub fn inside(&self) -> bool {
        self.bar
            .is_none_or(|bar| self.error() <= bar + self.uncertainty)
    }

    /// Inside the bar and within the tolerance. A NaN fails.
    pub fn passed(&self) -> bool {
        self.inside() && self.error() <= self.tolerance + self.uncertainty
    }
}

#[cfg(test)]
mod tests {
    use super::Check;

    fn check(computed: f64, bar: Option<f64>) -> Check {
        Check {
            case: "c".into(),
            quantity: "q".into(),
            reference: 1.0,
            uncertainty: 0.01,
            computed,
            bar,
            tolerance: 0.1,
            basis: "b".into(),
        }
    }

    #[test]
    fn both_limits_count() {
        assert!(check(1.05, Some(0.05)).passed());
        assert!(!check(1.07, Some(0.05)).passed(), "outside the bar");
        assert!(!check(1.12, Some(0.2)).passed(), "outside the tolerance");
        assert!(check(1.1, None).passed());
        assert!(!check(f64::NAN, None).passed());
        assert!(!check(1.0, Some(f64::NAN)).passed());
    }
}
