//! Numbers out of bytes. All become f32: floats by rounding, whole numbers only where f32 has them exactly.

use safetensors::Dtype;

/// What kinds of numbers a file may hold.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Accept {
    /// Floats alone.
    Weights,
    /// Whole numbers too: tokens, classes, pixels.
    Samples,
}

impl Accept {
    /// For messages: what to convert to.
    pub fn wanted(self) -> &'static str {
        match self {
            Self::Weights => "F32 (F64, F16 and BF16 are read too)",
            Self::Samples => "F32 (other floats, whole numbers and BOOL are read too)",
        }
    }
}

/// Puts the numbers in `bytes`, little-endian, where they belong, as long as `put` takes them; none when this kind is not
/// accepted.
pub fn decode(dtype: Dtype, bytes: &[u8], accept: Accept, mut put: impl FnMut(f64) -> bool) -> Option<()> {
    fn each<const N: usize>(
        bytes: &[u8],
        put: &mut impl FnMut(f64) -> bool,
        number: impl Fn([u8; N]) -> f64,
    ) -> Option<()> {
        bytes.as_chunks().0.iter().all(|chunk| put(number(*chunk)));
        Some(())
    }
    let put = &mut put;
    match dtype {
        Dtype::F32 => each(bytes, put, |b| f32::from_le_bytes(b).into()),
        Dtype::F64 => each(bytes, put, f64::from_le_bytes),
        Dtype::F16 => each(bytes, put, |b| half(u16::from_le_bytes(b)).into()),
        Dtype::BF16 => each(bytes, put, |b| f32::from_bits(u32::from(u16::from_le_bytes(b)) << 16).into()),
        _ if accept == Accept::Weights => None,
        Dtype::BOOL | Dtype::U8 => each(bytes, put, |b| u8::from_le_bytes(b).into()),
        Dtype::I8 => each(bytes, put, |b| i8::from_le_bytes(b).into()),
        Dtype::U16 => each(bytes, put, |b| u16::from_le_bytes(b).into()),
        Dtype::I16 => each(bytes, put, |b| i16::from_le_bytes(b).into()),
        Dtype::U32 => each(bytes, put, |b| u32::from_le_bytes(b).into()),
        Dtype::I32 => each(bytes, put, |b| i32::from_le_bytes(b).into()),
        Dtype::U64 => each(bytes, put, |b| u64::from_le_bytes(b) as f64),
        Dtype::I64 => each(bytes, put, |b| i64::from_le_bytes(b) as f64),
        _ => None,
    }
}

/// Whether numbers of this kind are whole.
pub fn whole(dtype: Dtype) -> bool {
    !matches!(dtype, Dtype::F32 | Dtype::F64 | Dtype::F16 | Dtype::BF16)
}

/// IEEE 754's binary16.
fn half(bits: u16) -> f32 {
    let sign = if bits >> 15 == 1 { -1.0 } else { 1.0 };
    let (exponent, fraction) = (i32::from(bits >> 10 & 31), f32::from(bits & 1023));
    sign * match exponent {
        0 => fraction * 2f32.powi(-24),
        31 if fraction == 0.0 => f32::INFINITY,
        31 => f32::NAN,
        e => (1.0 + fraction / 1024.0) * 2f32.powi(e - 15),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_are_read_as_ieee_754_has_them() {
        let table = [
            (0x3c00, 1.0),
            (0xc000, -2.0),
            (0x7bff, 65504.0),
            (0x0400, 6.103_515_6e-5),
            (0x0001, 5.960_464_5e-8),
            (0x3555, 0.333_251_95),
            (0x7c00, f32::INFINITY),
        ];
        for (bits, value) in table {
            assert_eq!(half(bits), value, "{bits:04x}");
        }
        assert!(half(0x7e00).is_nan());
    }

    #[test]
    fn weights_are_floats_and_samples_may_be_whole() {
        let decode = |dtype: Dtype, bytes: &[u8], accept: Accept| {
            let mut all = vec![];
            decode(dtype, bytes, accept, |value| {
                all.push(value);
                true
            })?;
            Some(all)
        };
        let seven = 7i64.to_le_bytes();
        assert_eq!(decode(Dtype::I64, &seven, Accept::Weights), None);
        assert_eq!(decode(Dtype::I64, &seven, Accept::Samples), Some(vec![7.0]));
        assert_eq!(decode(Dtype::I8, &[255], Accept::Samples), Some(vec![-1.0]));
        assert_eq!(decode(Dtype::BF16, &[0x80, 0x3f], Accept::Weights), Some(vec![1.0]));
        assert_eq!(decode(Dtype::C64, &[0; 8], Accept::Samples), None);
    }
}
