//! What the tasks over steps are called, what they ask, and the ranges of their settings.

use crate::TaskKind;
use crate::tasks::about::{About, Setting};

/// What there is to know of a task over steps; none for the tasks of images.
pub(crate) fn about(kind: TaskKind) -> Option<About> {
    let (id, title, sentence, citation) = words(kind)?;
    let [length, symbols, delay] = ranges(kind);
    let noise = matches!(kind, TaskKind::Waves | TaskKind::Sine);
    Some(About { id, title, sentence, citation, length, symbols, delay, noise })
}

const fn setting(default: u32, low: u32, high: u32) -> Option<Setting> {
    Some(Setting { default, low, high })
}

/// Length, symbols and delay. No sequence is longer than 256 steps.
fn ranges(kind: TaskKind) -> [Option<Setting>; 3] {
    match kind {
        TaskKind::Sine => [setting(50, 8, 256), None, None],
        TaskKind::Echo => [setting(20, 4, 256), setting(8, 2, 26), setting(3, 1, 100)],
        TaskKind::CopyMemory => [setting(5, 3, 32), setting(8, 2, 26), setting(10, 0, 190)],
        TaskKind::Parity => [setting(16, 8, 256), None, None],
        TaskKind::Adding => [setting(30, 4, 256), None, None],
        TaskKind::Brackets => [setting(20, 16, 256), setting(1, 1, 4), None],
        TaskKind::Reversal | TaskKind::Sorting => [setting(8, 3, 128), setting(10, 2, 26), None],
        TaskKind::ModularAddition => [None, setting(37, 5, 97), None],
        TaskKind::Language => [setting(32, 4, 256), None, None],
        TaskKind::Waves | TaskKind::Shapes | TaskKind::Digits | TaskKind::Textures | TaskKind::Fabrics => {
            [None; 3]
        }
    }
}

/// Id, title, sentence and citation.
fn words(kind: TaskKind) -> Option<(&'static str, &'static str, &'static str, Option<&'static str>)> {
    Some(match kind {
        TaskKind::Shapes | TaskKind::Digits | TaskKind::Textures | TaskKind::Fabrics => return None,
        TaskKind::Waves => (
            "waves",
            "Waves",
            "15 steps of 10 channels in, one of 7 waveforms out: the channels lag and differ in sign, so only the \
             course over time tells the kinds apart.",
            None,
        ),
        TaskKind::Sine => (
            "sine",
            "Sine forecast",
            "(length, 1) numbers in, at every step the next one out: a sum of two sines, whose pitch and phase must be \
             read off the steps before.",
            None,
        ),
        TaskKind::Echo => (
            "echo",
            "Echo",
            "(length) letters in, at every step the letter of `delay` steps ago out: the state has to hold the last few \
             letters in order.",
            Some("Jaeger 2001, Short term memory in echo state networks"),
        ),
        TaskKind::CopyMemory => (
            "copy-memory",
            "Copy memory",
            "Letters in, then blanks, then a mark, and after it the letters out again: shows how far back a network \
             remembers.",
            Some(
                "Hochreiter and Schmidhuber 1997, Long short-term memory; Arjovsky, Shah and Bengio 2016, Unitary \
                 evolution recurrent neural networks",
            ),
        ),
        TaskKind::Parity => (
            "parity",
            "Parity",
            "(length) bits in, at every step whether the ones so far are odd in number: one bit of state does it, and \
             every input matters.",
            Some("Minsky and Papert 1969, Perceptrons"),
        ),
        TaskKind::Adding => (
            "adding",
            "Adding problem",
            "(length, 2) numbers in, values beside marks, the sum of the two marked values out: the gradient has to \
             reach back to both.",
            Some("Hochreiter and Schmidhuber 1997, Long short-term memory"),
        ),
        TaskKind::Brackets => (
            "brackets",
            "Balanced brackets",
            "(length) brackets in, whether each is closed by its own kind out; half are near misses, so counting is not \
             enough. The last token, ·, is padding.",
            Some(
                "Ebrahimi, Gelda and Zhang 2020, How can self-attention networks recognize Dyck-n languages?",
            ),
        ),
        TaskKind::Reversal => (
            "reversal",
            "Reversal",
            "(2 length) letters in, the letters and a mark and then the answer so far; the letters backwards out: \
             attention learns to point at places.",
            Some("Grefenstette and others 2015, Learning to transduce with unbounded memory"),
        ),
        TaskKind::Sorting => (
            "sorting",
            "Sorting",
            "(2 length) numbers in, the numbers and a mark and then the answer so far; the numbers in order out: \
             attention learns to look for the next in size.",
            Some("Graves, Wayne and Danihelka 2014, Neural Turing machines"),
        ),
        TaskKind::ModularAddition => (
            "modular-addition",
            "Modular addition",
            "Four tokens in, a + b =, the class (a + b) mod p out: from part of the table to the rest of it, often long \
             after the part is known by heart.",
            Some(
                "Power and others 2022, Grokking: generalization beyond overfitting on small algorithmic datasets",
            ),
        ),
        TaskKind::Language => (
            "language",
            "Language",
            "(length) characters or words in, at every step the next one out: of your own text, or of sentences in which \
             verbs agree and sums are right.",
            Some("Elman 1990, Finding structure in time"),
        ),
    })
}
