//! Counters as they are shown.

/// Thousands parted: 12,345.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// An epoch that keeps its width: 000,312.
pub fn epoch(epoch: f64) -> String {
    let whole = epoch.max(0.0).floor() as u64;
    if whole > 999_999 { grouped(whole) } else { format!("{:03},{:03}", whole / 1000, whole % 1000) }
}

/// Batches a second: 1,240, or 3.2 where they are few.
pub fn pace(steps_per_second: f32) -> String {
    match steps_per_second {
        s if !s.is_finite() || s <= 0.0 => "0".into(),
        s if s < 10.0 => format!("{s:.1}"),
        s => grouped(s.round() as u64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_keep_their_shape() {
        assert_eq!(
            ["0", "999", "1,000", "1,234,567"],
            [0, 999, 1000, 1_234_567].map(grouped).map(|s| s.leak() as &str)
        );
        assert_eq!(epoch(0.0), "000,000");
        assert_eq!(epoch(312.9), "000,312");
        assert_eq!(epoch(1_000_000.0), "1,000,000");
        assert_eq!((pace(0.0), pace(3.21), pace(1240.4)), ("0".into(), "3.2".into(), "1,240".into()));
        assert_eq!(pace(f32::NAN), "0");
    }
}
