//! Files as a server sends them: packed once, when the site is made, as small as it goes.

use std::fs;
use std::io::Write;
use std::path::Path;

use brotli::enc::BrotliEncoderParams;
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::error::{Error, Result};

/// A packed file.
pub struct Packed {
    /// Its name: the file's, and `.br` or `.gz`.
    pub name: String,
    /// Its bytes.
    pub size: u64,
}

/// Writes `bytes` beside `path`, packed by Brotli and by gzip. `kept`: what is there by that name is of the same bytes.
pub fn pack(path: &Path, bytes: &[u8], kept: bool) -> Result<Vec<Packed>> {
    let one = |extension: &str, packed: fn(&[u8]) -> std::io::Result<Vec<u8>>| {
        let mut name = path.file_name().unwrap_or_default().to_os_string();
        name.push(format!(".{extension}"));
        let place = path.with_file_name(&name);
        if !(kept && place.is_file()) {
            let packed = packed(bytes).map_err(Error::io("packing", path))?;
            fs::write(&place, packed).map_err(Error::io("writing", &place))?;
        }
        let size = fs::metadata(&place).map_err(Error::io("reading", &place))?.len();
        Ok(Packed { name: name.to_string_lossy().into_owned(), size })
    };
    std::thread::scope(|scope| {
        let zipped = scope.spawn(|| one("gz", gzip));
        let packed = one("br", brotli)?;
        let zipped = zipped.join().unwrap_or_else(|_| Err(Error::Usage("gzip panicked".into())))?;
        Ok(vec![packed, zipped])
    })
}

fn brotli(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let params = BrotliEncoderParams { quality: 11, lgwin: 22, size_hint: bytes.len(), ..Default::default() };
    let mut packed = Vec::new();
    brotli::BrotliCompress(&mut &bytes[..], &mut packed, &params)?;
    Ok(packed)
}

fn gzip(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    encoder.finish()
}

/// "3109 kB, 850 kB .br, 1078 kB .gz": thousands of bytes, as servers and browsers count.
pub fn sizes(bytes: usize, packed: &[Packed]) -> String {
    let kilobytes = |bytes: u64| format!("{:.0} kB", bytes as f64 / 1000.0);
    let packed = packed.iter().map(|packed| {
        let kind = packed.name.rsplit('.').next().unwrap_or_default();
        format!(", {} .{kind}", kilobytes(packed.size))
    });
    kilobytes(bytes as u64) + &packed.collect::<String>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    #[test]
    fn what_is_packed_comes_back() {
        let bytes: Vec<u8> = (0..20_000u32).flat_map(|i| (i / 7).to_le_bytes()).collect();
        let mut back = Vec::new();
        brotli::BrotliDecompress(&mut &brotli(&bytes).unwrap()[..], &mut back).unwrap();
        assert_eq!(back, bytes);
        let mut back = Vec::new();
        flate2::read::GzDecoder::new(&gzip(&bytes).unwrap()[..]).read_to_end(&mut back).unwrap();
        assert_eq!(back, bytes);
    }
}
