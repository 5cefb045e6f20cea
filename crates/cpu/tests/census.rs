//! What the native CPU backend is made of, counted in this very program: vectors of both widths, and nothing whose bits are
//! another machine's. Its loops become vectors by the profile and by being inlined where they are meant to be: one line less, and
//! they come out scalar, several times slower, with the same numbers. `tests/web/census.rs` counts the site's in the same way.

#![cfg(all(target_arch = "x86_64", target_os = "linux"))]

use std::ops::AddAssign;

use iced_x86::{Decoder, DecoderOptions, Mnemonic, Register};
use minibatch_cpu::Single;
use minibatch_graph::{Binary, DType, Graph, Op};
use object::{Object, ObjectSection, ObjectSymbol, SymbolKind};

/// Fewer than there are (895 of four, 923 of eight), more than are left where the tiles of products alone come out scalar.
const LEAST: [usize; 2] = [700, 800];

/// How often each kind stands in some code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Census {
    /// Multiplications of four f32 at a time, for machines that have SSE2 alone.
    four: usize,
    /// Of eight, with AVX2.
    eight: usize,
    /// Of one.
    one: usize,
    /// What rounds otherwise than a multiplication and an addition, or as each machine likes.
    foreign: Vec<String>,
}

impl AddAssign for Census {
    fn add_assign(&mut self, other: Self) {
        self.four += other.four;
        self.eight += other.eight;
        self.one += other.one;
        self.foreign.extend(other.foreign);
    }
}

fn census(code: &[u8]) -> Census {
    let mut counted = Census::default();
    for instruction in Decoder::new(64, code, DecoderOptions::NONE) {
        match instruction.mnemonic() {
            Mnemonic::Mulps => counted.four += 1,
            Mnemonic::Vmulps if (Register::YMM0..=Register::YMM15).contains(&instruction.op0_register()) => {
                counted.eight += 1;
            }
            Mnemonic::Mulss | Mnemonic::Vmulss => counted.one += 1,
            other => {
                let name = format!("{other:?}").to_lowercase();
                let foreign = ["vfmadd", "vfmsub", "vfnmadd", "vfnmsub", "rcp", "vrcp", "rsqrt", "vrsqrt"];
                counted.foreign.extend(foreign.iter().any(|f| name.starts_with(f)).then_some(name));
            }
        }
    }
    counted
}

/// Of the functions of this program whose names hold `of`, and how many these are.
fn of_this_program(of: &str) -> (usize, Census) {
    let file = std::fs::read(std::env::current_exe().unwrap()).unwrap();
    let program = object::File::parse(&*file).unwrap();
    let (mut functions, mut all) = (0, Census::default());
    for symbol in program.symbols().filter(|symbol| symbol.kind() == SymbolKind::Text) {
        if !symbol.name().is_ok_and(|name| name.contains(of)) {
            continue;
        }
        let section = program.section_by_index(symbol.section_index().unwrap()).unwrap();
        let code = section.data_range(symbol.address(), symbol.size()).unwrap().unwrap_or_default();
        let mut counted = census(code);
        counted.foreign.iter_mut().for_each(|found| *found += &format!(" in {}", symbol.name().unwrap()));
        (functions, all) = (functions + 1, {
            all += counted;
            all
        });
    }
    (functions, all)
}

/// Breaks where `Single` is compiled for size, a kernel's loop is no longer inlined into what is compiled for AVX2, or the
/// compiler fuses where nobody asked for it.
#[test]
fn the_backend_is_vector_code_of_both_widths_and_fuses_nothing_unasked() {
    // What runs one plan can run them all: every kernel is part of this program.
    let mut graph = Graph::new();
    let x = graph.variable("x", [3], DType::F32).unwrap();
    let y = graph.add_node(Op::Binary(Binary::Add), &[x, x]).unwrap();
    graph.output("y", y).unwrap();
    let mut cpu = Single::new();
    let mut plan = cpu.compile(&graph).unwrap();
    cpu.run(&mut plan, 1).unwrap();
    let (functions, Census { four, eight, one, foreign }) = of_this_program("minibatch_cpu");
    eprintln!("{functions} functions: {four} of four, {eight} of eight, {one} of one");
    assert!(functions > 100, "{functions} functions: this program has lost its names");
    assert!(four >= LEAST[0] && eight >= LEAST[1], "{four} mulps and {eight} vmulps of ymm: not vector code");
    // What `How::fused` asks for is compiled apart.
    let (asked, foreign): (Vec<String>, Vec<String>) =
        foreign.into_iter().partition(|found| found.starts_with("vfmadd") && found.contains("with_fma"));
    assert!(!asked.is_empty(), "nothing is fused where that is asked for");
    assert!(foreign.is_empty(), "{foreign:#?}");
}

/// By hand: `mulps`, `vmulps` of ymm and of xmm, `mulss`, `vfmadd231ps`, `rsqrtps`.
#[test]
fn the_census_counts_what_a_program_has() {
    let code: [&[u8]; 6] = [
        &[0x0f, 0x59, 0xc1],
        &[0xc5, 0xf4, 0x59, 0xc2],
        &[0xc5, 0xf0, 0x59, 0xc2],
        &[0xf3, 0x0f, 0x59, 0xc1],
        &[0xc4, 0xe2, 0x75, 0xb8, 0xc2],
        &[0x0f, 0x52, 0xc1],
    ];
    let foreign = ["vfmadd231ps", "rsqrtps"].map(str::to_owned).to_vec();
    assert_eq!(census(&code.concat()), Census { four: 1, eight: 1, one: 1, foreign });
}
