//! Numbers as a learner reads them.

/// A loss with three or four significant digits in at most seven characters; an en dash for none.
pub fn loss(value: Option<f32>) -> String {
    let Some(v) = value else { return "–".into() };
    let size = v.abs();
    if v.is_nan() {
        "NaN".into()
    } else if v.is_infinite() {
        if v > 0.0 { "∞".into() } else { "−∞".into() }
    } else if size >= 10_000.0 || (size > 0.0 && size < 0.001) {
        format!("{v:.2e}")
    } else if size >= 1000.0 {
        format!("{v:.0}")
    } else if size >= 100.0 {
        format!("{v:.1}")
    } else if size >= 10.0 {
        format!("{v:.2}")
    } else if size >= 0.1 || size == 0.0 {
        format!("{v:.3}")
    } else if size >= 0.01 {
        format!("{v:.4}")
    } else {
        format!("{v:.5}")
    }
}

/// A share as a percentage with one decimal; an en dash for none.
pub fn percent(value: Option<f32>) -> String {
    value.map_or("–".into(), |v| format!("{:.1}%", 100.0 * v))
}

/// R² with three decimals; an en dash for none, and no more digits than help when it is far below zero.
pub fn r_squared(value: Option<f32>) -> String {
    match value {
        None => "–".into(),
        Some(v) if v < -99.0 => with_minus(format!("{v:.0}")),
        Some(v) => with_minus(format!("{v:.3}")),
    }
}

/// A real minus sign for the hyphen at the front.
fn with_minus(text: String) -> String {
    match text.strip_prefix('-') {
        Some(size) => format!("−{size}"),
        None => text,
    }
}

/// A weight, bias or output with a real minus sign, two decimals, more for what is small.
pub fn signed(value: f32) -> String {
    let size = value.abs();
    let text = if !value.is_finite() {
        return value.to_string();
    } else if size >= 1000.0 {
        format!("{size:.0}")
    } else if size >= 0.1 || size == 0.0 {
        format!("{size:.2}")
    } else if size >= 0.001 {
        format!("{size:.4}")
    } else {
        format!("{size:.1e}")
    };
    if value < 0.0 { format!("−{text}") } else { text }
}

/// A tick of an axis: as short as it can be without losing digits.
pub fn tick(value: f64) -> String {
    let size = value.abs();
    if size >= 1e6 || (size > 0.0 && size < 1e-3) {
        return with_minus(format!("{value:e}"));
    }
    if size >= 10_000.0 {
        return with_minus(format!("{}k", (value / 100.0).round() / 10.0));
    }
    let text = format!("{value:.4}");
    with_minus(text.trim_end_matches('0').trim_end_matches('.').into())
}

/// A number in as few digits as tell it from its neighbours, with a power of ten where that is shorter.
pub fn plain(value: f32) -> String {
    let size = value.abs();
    let far = size >= 1e7 || (size > 0.0 && size < 1e-4);
    with_minus(if far { format!("{value:e}") } else { value.to_string() })
}

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

/// Reads a number that somebody typed: a real minus sign and a decimal comma are fine. None for anything that is not a
/// finite number.
pub fn parse(text: &str) -> Option<f32> {
    let plain = text.trim().replace('−', "-").replace(',', ".");
    plain.parse::<f32>().ok().filter(|v| v.is_finite())
}

/// `x` between two bounds, the lower where they have crossed, as those do that follow from the size of a window.
pub fn within<T: PartialOrd>(x: T, low: T, high: T) -> T {
    match x {
        x if x > high && high > low => high,
        x if x < low || x > high => low,
        x => x,
    }
}

/// A percentage that may have been set from outside, without the dust of 32 bits.
pub fn percentage(value: f64) -> String {
    format!("{}%", (value * 100.0).round() / 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_told_as_it_was_given() {
        let told = [0.0005, 7.0, -1.25, 12_049.0, 1.7e12, 0.00001].map(plain);
        assert_eq!(told, ["0.0005", "7", "−1.25", "12049", "1.7e12", "1e-5"]);
    }

    #[test]
    fn losses_are_short_and_keep_three_digits() {
        let cases = [
            (0.0213, "0.0213"),
            (0.5, "0.500"),
            (1.23456, "1.235"),
            (0.001234, "0.00123"),
            (0.0002134, "2.13e-4"),
            (0.0000123, "1.23e-5"),
            (0.0, "0.000"),
            (12.345, "12.35"),
            (123.46, "123.5"),
            (1234.5, "1234"),
            (123456.0, "1.23e5"),
            (f32::NAN, "NaN"),
            (f32::INFINITY, "∞"),
        ];
        for (value, text) in cases {
            assert_eq!(loss(Some(value)), text);
        }
        assert_eq!(loss(None), "–");
    }

    #[test]
    fn shares_and_r_squared() {
        assert_eq!(percent(Some(0.988)), "98.8%");
        assert_eq!(percent(None), "–");
        assert_eq!(r_squared(Some(0.98765)), "0.988");
        assert_eq!(r_squared(Some(-1234.5)), "−1234");
        assert_eq!(r_squared(Some(-12.144)), "−12.144");
    }

    #[test]
    fn signs_are_drawn_as_signs() {
        assert_eq!(signed(-0.5), "−0.50");
        assert_eq!(signed(0.0123), "0.0123");
        assert_eq!(signed(-0.00001), "−1.0e-5");
        assert_eq!(signed(12.0), "12.00");
    }

    #[test]
    fn ticks_have_no_idle_digits() {
        assert_eq!(tick(0.5), "0.5");
        assert_eq!(tick(100.0), "100");
        assert_eq!(tick(12_500.0), "12.5k");
        assert_eq!(tick(0.0001), "1e-4");
        assert_eq!(tick(0.0), "0");
        assert_eq!(tick(-0.5), "−0.5");
    }

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

    #[test]
    fn typed_numbers() {
        assert_eq!(parse(" −1,5 "), Some(-1.5));
        assert_eq!(parse("1e-3"), Some(0.001));
        for wrong in ["", "abc", "1.2.3", "inf", "NaN", "1e99"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_percentage_has_no_dust() {
        assert_eq!(
            [percentage(f64::from(0.2_f32)), percentage(20.0), percentage(f64::from(33.3_f32))],
            ["0.2%", "20%", "33.3%"]
        );
    }
}
