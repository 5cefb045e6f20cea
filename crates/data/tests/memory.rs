//! How much memory files take while they are read: a bomb is stopped while it is unpacked, not after.
#![allow(unsafe_code, reason = "an allocator that counts")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

use minibatch_data::{Dropped, Holding, read_files};

mod archive;
use archive::{gzip, zip};

struct Counting;

static NOW: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

// SAFETY: everything is the system's; only sizes are noted.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let now = NOW.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        MOST.fetch_max(now, Ordering::Relaxed);
        // SAFETY: the caller's.
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        NOW.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller's.
        unsafe { System.dealloc(place, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// The most memory that reading these files takes beside themselves, and what is said.
fn taken(name: &str, bytes: Vec<u8>) -> (usize, String) {
    let before = NOW.load(Ordering::Relaxed);
    MOST.store(before, Ordering::Relaxed);
    let found = read_files(vec![Dropped { name: name.into(), bytes }], Holding::default());
    let most = MOST.load(Ordering::Relaxed) - before;
    (most, found.map_or_else(|error| error.to_string(), |_| "read".into()))
}

// One test: the memory of another thread would be counted too.
#[test]
fn a_bomb_takes_no_memory() {
    const FEW: usize = 4 << 20;
    let zeros = vec![0u8; 600 << 20];
    let packed = gzip(&zeros);
    let stored = zip(&[("zeros.bin", &zeros), ("cat/1.png", b"\x89PNG\r\n\x1a\n")]);
    // A text of that size, and one whose head says that it is small.
    let text = zip(&[("a.csv", &vec![b'7'; 560 << 20])]);
    let mut lying = zip(&[("a.csv", &vec![b','; 64 << 20])]);
    let directory = lying.windows(4).rposition(|four| four == b"PK\x01\x02").expect("a directory");
    lying[directory + 24..directory + 28].copy_from_slice(&1000u32.to_le_bytes());
    drop(zeros);
    for (name, bytes, said) in [
        ("b.gz", packed, "b.gz unpacks to more than 512 MB"),
        ("b.zip", stored, "b.zip unpacks to more than 512 MB"),
        ("text.zip", text, "text.zip unpacks to more than 512 MB"),
        ("lying.zip", lying, "lying.zip cannot be unpacked"),
    ] {
        let (most, told) = taken(name, bytes);
        assert!(told.contains(said), "{told}");
        assert!(most < FEW, "{name} took {most} bytes");
    }
    // What nobody can use is not unpacked, below the limit either.
    let (most, told) = taken("a.zip", zip(&[("zeros.bin", &vec![0; 100 << 20])]));
    assert!(most < FEW && told.starts_with("no images in zeros.bin"), "{most}: {told}");
    // What is of use takes what it holds, once.
    let pixels: Vec<u8> = vec![7; 40 << 20];
    let labels: Vec<u8> = (0..40u32).map(|n| (n % 2) as u8).collect();
    let head = |shape: &[u32]| {
        [&[0, 0, 8, shape.len() as u8][..], &shape.iter().flat_map(|n| n.to_be_bytes()).collect::<Vec<_>>()]
            .concat()
    };
    let images = [head(&[40, 1024, 1024]), pixels].concat();
    let labels = [head(&[40]), labels].concat();
    let (most, told) = taken("a.zip", zip(&[("images", &images), ("labels", &labels)]));
    assert_eq!(told, "read");
    // The bytes, and numbers four times as large.
    assert!(most < 205 << 20, "{most} bytes for 40 MB of images");
}
