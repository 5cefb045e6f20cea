//! Whether the machine was quiet while it measured: a known product before and after, how busy others were in between, and what
//! a virtual machine's host took away.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread::sleep;
use std::time::Duration;

use crate::error::{Error, Result};
use crate::json::number;
use crate::run::output;

/// How much of one processor others may take while we sleep. Ours and PyTorch run a thread on each processor, and a step waits
/// for the slower: a tenth of one makes a step a tenth longer. (The load average would not do: it remembers our own build for
/// minutes.)
const BUSY: f64 = 0.1;
/// How far repeats of the product may be apart, as a share of the fastest: its lower quartile under the fastest, and the median
/// afterwards under or over the one before. A second program at work halves the product; targets are told apart by a fifth.
const SPREAD: f64 = 0.1;
/// The share of all processor time that the host may take from a virtual machine.
const STOLEN: f64 = 0.01;

/// The product that is repeated: 512-square matrices, 0.27 GFLOP each, in all threads.
pub const PRODUCT: &str = "matmul-512";

/// What was seen of the machine.
#[derive(Default, Debug)]
pub struct Watch {
    /// GFLOP/s of the repeated product, before and after.
    pub products: Vec<Vec<f64>>,
    /// Processors that others kept busy while we slept, and when that was.
    pub busy: Vec<(String, f64)>,
    /// The share of processor time that the host took.
    pub stolen: Option<f64>,
    start: Option<Times>,
}

impl Watch {
    /// Repeats the product, `minibatch` being the engine's program, and looks around.
    ///
    /// # Errors
    /// When it does not run.
    pub fn calibrate(&mut self, when: &str, minibatch: &Path, repeats: usize, seconds: f64) -> Result<()> {
        self.look(when);
        let mut all = vec![];
        for _ in 0..repeats {
            let mut command = Command::new(minibatch);
            command.args(["bench", "--backend", "cpu", "--json", "--workload", PRODUCT]);
            let line = output(command.args(["--seconds", &seconds.to_string()])).unwrap_or_default();
            let gflops = number(&line, "gflops").ok_or_else(|| Error::Failed {
                command: format!("{} bench --backend cpu --json --workload {PRODUCT}", minibatch.display()),
                how: "it printed no GFLOP/s".into(),
            })?;
            all.push(gflops);
        }
        println!(
            "   {PRODUCT}: median {:.1} GFLOP/s, lower quartile {:.1}, fastest {:.1}",
            quantile(&all, 0.5),
            quantile(&all, 0.25),
            quantile(&all, 1.0)
        );
        self.products.push(all);
        if let (Some(start), Some(now)) = (self.start, times()) {
            self.stolen = Some((now.stolen - start.stolen) / (now.all - start.all).max(1.0));
        }
        Ok(())
    }

    /// Sleeps for two seconds and sees how busy the machine is.
    pub fn look(&mut self, when: &str) {
        let Some(before) = times() else { return };
        self.start.get_or_insert(before);
        sleep(Duration::from_secs(2));
        if let Some(after) = times() {
            let busy = after.processors * (after.busy - before.busy) / (after.all - before.all).max(1.0);
            println!("   others keep {busy:.2} of {} processors busy", after.processors);
            self.busy.push((when.into(), busy));
        }
    }

    /// Why the machine was not quiet; nothing where it was.
    pub fn disturbances(&self) -> Vec<String> {
        let mut all = vec![];
        for (when, busy) in self.busy.iter().filter(|(_, busy)| *busy > BUSY) {
            all.push(format!("{when} others kept {busy:.2} processors busy, {BUSY} at most"));
        }
        for (products, when) in self.products.iter().zip(["before", "after"]) {
            let (quartile, fastest) = (quantile(products, 0.25), quantile(products, 1.0));
            if quartile < (1.0 - SPREAD) * fastest {
                all.push(format!(
                    "{when} the runs a quarter of repeats of {PRODUCT} gave {quartile:.1} GFLOP/s or less and the fastest \
                     {fastest:.1}, more than {:.0} % apart",
                    SPREAD * 100.0
                ));
            }
        }
        if let [before, after] = &self.products[..] {
            let (before, after) = (quantile(before, 0.5), quantile(after, 0.5));
            if (before - after).abs() > SPREAD * before.max(after) {
                all.push(format!(
                    "{PRODUCT} gave {before:.1} GFLOP/s before the runs and {after:.1} after them, more than {:.0} % apart",
                    SPREAD * 100.0
                ));
            }
        }
        if let Some(stolen) = self.stolen.filter(|stolen| *stolen > STOLEN) {
            all.push(format!(
                "the host took {:.1} % of the processors' time, {:.0} % at most",
                stolen * 100.0,
                STOLEN * 100.0
            ));
        }
        all
    }

    /// What it saw, as a sentence of the page.
    pub fn told(&self) -> String {
        let median = |at: usize| self.products.get(at).map_or(f64::NAN, |all| quantile(all, 0.5));
        format!(
            "{PRODUCT}, repeated, gave {:.0} GFLOP/s before the runs and {:.0} after them (medians)",
            median(0),
            median(1)
        )
    }
}

/// The value below which this share of all lies, by the nearest rank; none of none.
fn quantile(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = (share * sorted.len().saturating_sub(1) as f64).round() as usize;
    sorted.get(at).copied().unwrap_or(f64::NAN)
}

/// What the processors did since the machine started, in the kernel's ticks.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Times {
    busy: f64,
    stolen: f64,
    all: f64,
    processors: f64,
}

/// As Linux tells it; nothing elsewhere.
fn times() -> Option<Times> {
    parsed(&fs::read_to_string("/proc/stat").ok()?)
}

fn parsed(stat: &str) -> Option<Times> {
    let processors = stat.lines().filter(|line| line.starts_with("cpu")).count() as f64 - 1.0;
    let words = stat.lines().next()?.strip_prefix("cpu ")?.split_whitespace();
    // user, nice, system, idle, iowait, irq, softirq, steal; guests are counted among the users.
    let ticks: Vec<f64> = words.take(8).filter_map(|word| word.parse().ok()).collect();
    let (all, idle) = (ticks.iter().sum::<f64>(), ticks.get(3)? + ticks.get(4)?);
    Some(Times { busy: all - idle, stolen: *ticks.get(7)?, all, processors })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn watch() -> Watch {
        let products = vec![vec![98.0, 100.0, 99.0, 97.0, 60.0], vec![95.0, 96.0, 94.0, 97.0, 95.0]];
        Watch { products, busy: vec![("before".into(), 0.03)], stolen: Some(0.001), start: None }
    }

    #[test]
    fn a_quiet_machine_is_quiet_though_one_repeat_was_slow() {
        assert_eq!(watch().disturbances(), Vec::<String>::new());
    }

    #[test]
    fn what_disturbs_is_told_with_its_numbers() {
        let told = |change: fn(&mut Watch)| {
            let mut watch = watch();
            change(&mut watch);
            watch.disturbances().join("; ")
        };
        let busy = told(|watch| watch.busy.push(("before PyTorch".into(), 0.4)));
        assert!(busy.contains("before PyTorch others kept 0.40 processors busy"), "{busy}");
        let spread = told(|watch| watch.products[1] = vec![97.0, 96.0, 95.0, 80.0, 70.0]);
        assert!(
            spread.contains("after the runs") && spread.contains("80.0") && spread.contains("97.0"),
            "{spread}"
        );
        let slower = told(|watch| watch.products[1] = vec![85.0; 5]);
        assert!(slower.contains("98.0 GFLOP/s before") && slower.contains("85.0 after"), "{slower}");
        let stolen = told(|watch| watch.stolen = Some(0.05));
        assert!(stolen.contains("5.0 %"), "{stolen}");
    }

    #[test]
    fn times_are_read_as_the_kernel_writes_them() {
        let stat = "cpu  100 10 20 800 50 5 5 10 3 0\ncpu0 1 1 1 1\ncpu1 1 1 1 1\nintr 5\n";
        let wanted = Times { busy: 150.0, stolen: 10.0, all: 1000.0, processors: 2.0 };
        assert_eq!(parsed(stat), Some(wanted));
        assert_eq!(parsed("nothing"), None);
    }
}
