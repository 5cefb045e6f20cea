//! Figures as one would type them.

/// A number with as few digits as tell it from every other one of 32 bits: 0.999, 1e-12, 3.4e38.
pub fn figure(value: f32) -> String {
    let size = value.abs();
    if size == 0.0 || (1e-4..1e7).contains(&size) || !value.is_finite() {
        value.to_string()
    } else {
        format!("{value:e}")
    }
}

/// The same of 64 bits.
pub(crate) fn short(value: f64) -> String {
    let size = value.abs();
    if size == 0.0 || (1e-4..1e7).contains(&size) || !value.is_finite() {
        value.to_string()
    } else {
        format!("{value:e}")
    }
}

/// The decimal that was typed for a number of 32 bits, in 64 bits: 0.2, where a cast gives 0.20000000298.
pub fn decimal(value: f32) -> f64 {
    value.to_string().parse().unwrap_or_else(|_| f64::from(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_those_that_were_typed() {
        for text in ["0.999", "1e-12", "0.2", "3.4e38", "1000000", "1e7", "0.0001", "9e-5", "-100", "0"] {
            let value: f32 = text.parse().expect(text);
            assert_eq!(figure(value), text);
            assert_eq!(decimal(value), text.parse::<f64>().expect(text));
        }
        assert_eq!([figure(f32::NAN), figure(f32::INFINITY)], ["NaN", "inf"]);
        assert!(decimal(f32::NAN).is_nan());
    }
}
