//! How much memory this process may still take: by its own limit, by its control groups, and by what the machine has left.

use crate::error::{Error, Result};

/// What is left, and who says so.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Left {
    /// Bytes.
    pub bytes: u64,
    /// "by this machine" or the like.
    pub by: &'static str,
}

/// The least of all limits; none where nobody tells, as on other systems than Linux.
pub fn left() -> Option<Left> {
    let read = |path: &str| std::fs::read_to_string(path).ok();
    let own = own_limit(&read("/proc/self/limits")?, &read("/proc/self/statm")?)
        .map(|bytes| Left { bytes, by: "by ulimit -v" });
    let groups = read("/proc/self/cgroup").map_or(vec![], |groups| group_folders(&groups));
    let group = groups.iter().filter_map(|folder| {
        let number = |name: &str| read(&format!("{folder}/{name}"))?.trim().parse::<u64>().ok();
        let limit = number("memory.max").or_else(|| number("memory.limit_in_bytes"))?;
        let used = number("memory.current").or_else(|| number("memory.usage_in_bytes")).unwrap_or(0);
        // What is cached of files gives way.
        let stat = read(&format!("{folder}/memory.stat")).unwrap_or_default();
        let cached =
            field(&stat, "inactive_file").or_else(|| field(&stat, "total_inactive_file")).unwrap_or(0);
        let bytes = limit.saturating_sub(used.saturating_sub(cached));
        Some(Left { bytes, by: "by its control group" })
    });
    let machine = field(&read("/proc/meminfo")?, "MemAvailable:")
        .map(|kilobytes| Left { bytes: 1024 * kilobytes, by: "by this machine" });
    own.into_iter().chain(group).chain(machine).min_by_key(|left| left.bytes)
}

/// That something takes more memory than there is.
pub fn too_much(what: String, need: u64, room: u64) -> Error {
    let by = left().map_or(String::new(), |left| format!(" ({})", left.by));
    let mend = match what.starts_with("reading") {
        true => "give a smaller file, or more memory",
        false => "make the model, the batch or the data smaller",
    };
    Error::Memory { what, need, room, by, mend }
}

/// Whether there is room for what comes next, before any of it is taken.
///
/// # Errors
/// With both figures where there is not.
pub fn check(what: impl FnOnce() -> String, need: u64) -> Result<()> {
    match left() {
        Some(left) if left.bytes < need => Err(too_much(what(), need, left.bytes)),
        _ => Ok(()),
    }
}

/// The limit of the address space, less what of it is taken.
fn own_limit(limits: &str, statm: &str) -> Option<u64> {
    let line = limits.lines().find_map(|line| line.strip_prefix("Max address space"))?;
    let limit: u64 = line.split_whitespace().next()?.parse().ok()?;
    // In pages, which are of four kilobytes or more.
    let taken: u64 = statm.split_whitespace().next()?.parse().ok()?;
    Some(limit.saturating_sub(4096 * taken))
}

/// The folders of the control groups that bound this process, outer ones too.
fn group_folders(groups: &str) -> Vec<String> {
    let mut folders = vec![];
    for line in groups.lines() {
        let mut parts = line.splitn(3, ':');
        let (Some(_), Some(kinds), Some(path)) = (parts.next(), parts.next(), parts.next()) else { continue };
        let root = match kinds {
            "" => "/sys/fs/cgroup",
            kinds if kinds.split(',').any(|kind| kind == "memory") => "/sys/fs/cgroup/memory",
            _ => continue,
        };
        let mut path = path.trim_end_matches('/');
        loop {
            folders.push(format!("{root}{path}"));
            match path.rfind('/') {
                Some(at) => path = &path[..at],
                None => break,
            }
        }
    }
    folders
}

/// The number that follows a name.
fn field(text: &str, name: &str) -> Option<u64> {
    let mut words = text.lines().map(str::split_whitespace);
    words.find_map(|mut words| if words.next() == Some(name) { words.next()?.parse().ok() } else { None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_read_as_linux_tells_them() {
        let limits =
            "Limit  Soft Limit  Hard Limit  Units\nMax address space         4294967296  unlimited  bytes\n";
        assert_eq!(own_limit(limits, "1000 1 1 1 0 1 0\n"), Some(4_294_967_296 - 4_096_000));
        let none = "Max address space         unlimited            unlimited            bytes\n";
        assert_eq!(own_limit(none, "1000 1"), None);
        assert_eq!(own_limit("Max address space  10  10 bytes", "1000 1"), Some(0));
        assert_eq!(field("MemTotal:  8 kB\nMemAvailable:    123 kB\n", "MemAvailable:"), Some(123));
    }

    #[test]
    fn outer_groups_bound_too_in_both_versions() {
        let [new, old] = ["/sys/fs/cgroup", "/sys/fs/cgroup/memory"];
        let wanted = |root: &str| ["/a/b", "/a", ""].map(|path| format!("{root}{path}")).to_vec();
        assert_eq!(group_folders("0::/a/b\n"), wanted(new));
        assert_eq!(group_folders("7:cpu,cpuacct:/x\n4:memory:/a/b\n"), wanted(old));
        assert_eq!(group_folders("0::/\n"), [new]);
    }
}
