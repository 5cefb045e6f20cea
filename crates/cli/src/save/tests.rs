use std::fs;
use std::path::{Path, PathBuf};

use super::growing::{beside, stem};
use super::{Growing, Target, place, targets};
use crate::error::Error;

fn empty_folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("minibatch-save-{name}-{}", std::process::id()));
    drop(fs::remove_dir_all(&folder));
    fs::create_dir_all(&folder).expect("a folder for the test");
    folder
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("the folder").flatten();
    let mut names: Vec<String> = entries.map(|e| e.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

fn old(folder: &Path, name: &str) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, format!("old {name}")).expect("written");
    path
}

fn whole(path: &Path, bytes: &[u8]) -> Growing {
    Target::at(path).expect("usable").whole(bytes).expect("written")
}

#[test]
fn a_whole_file_takes_the_old_ones_place() {
    let folder = empty_folder("whole");
    let path = old(&folder, "w");
    Target::at(&path).expect("usable").write(b"new").expect("written");
    assert_eq!(fs::read(&path).expect("read"), b"new");
    assert_eq!(names(&folder), ["w"]);
}

#[test]
fn an_unfinished_file_leaves_the_old_one_and_nothing_else() {
    let folder = empty_folder("unfinished");
    let path = old(&folder, "w");
    let mut growing = Target::at(&path).expect("usable").grow().expect("begun");
    growing.write(b"half").expect("written");
    assert_eq!(names(&folder).len(), 2);
    drop(growing);
    assert_eq!(fs::read(&path).expect("read"), b"old w");
    assert_eq!(names(&folder), ["w"]);
}

#[test]
fn what_cannot_be_written_is_told_before_the_work() {
    let folder = empty_folder("refused");
    let error = |path: &Path| Target::at(path).expect_err("unusable").to_string();
    let missing = error(&folder.join("no/such/w"));
    assert!(missing.contains("no/such") && missing.contains("there is no folder"), "{missing}");
    assert!(error(&folder).contains("not a plain file"));
    assert!(error(&folder.join("new/")).contains("not a plain file"));
    let long = error(&folder.join("n".repeat(300)));
    assert!(long.contains("cannot write"), "{long}");
    let kept = old(&folder, "kept");
    let mut only_read = fs::metadata(&kept).expect("there").permissions();
    only_read.set_readonly(true);
    fs::set_permissions(&kept, only_read).expect("protected");
    assert!(error(&kept).contains("protected from writing"));
    #[cfg(unix)]
    assert!(matches!(Target::at(Path::new("/dev/null")), Err(Error::NotPlain(_))));
}

/// Breaks where the second file of a pair fails and the first is new all the same, or gone.
#[test]
fn files_take_their_places_together_or_not_at_all() {
    let folder = empty_folder("together");
    let (a, b, c) = (old(&folder, "a"), folder.join("b"), old(&folder, "c"));
    let all = || vec![whole(&a, b"new a"), whole(&b, b"new b"), whole(&c, b"new c")];
    let new = all();
    // A folder comes to stand where a file was.
    fs::remove_file(&c).expect("removed");
    fs::create_dir_all(c.join("full")).expect("a folder");
    let error = place(new).expect_err("a folder is in the way").to_string();
    assert!(error.contains("cannot write"), "{error}");
    assert_eq!(fs::read(&a).expect("read"), b"old a");
    assert_eq!(names(&folder), ["a", "c"], "b was never there");
    fs::remove_dir_all(&c).expect("removed");
    place(all()).expect("placed");
    assert_eq!(
        ["a", "b", "c"].map(|n| fs::read(folder.join(n)).expect("read")),
        [b"new a", b"new b", b"new c"]
    );
    assert_eq!(names(&folder), ["a", "b", "c"]);
}

#[test]
fn a_name_as_long_as_the_system_allows_is_written() {
    let folder = empty_folder("long");
    for name in ["n".repeat(255), "ü".repeat(127)] {
        let path = folder.join(&name);
        if fs::write(&path, "old").is_err() {
            continue;
        }
        let target = Target::at(&path).expect("usable");
        assert!(stem(&target).len() <= 223 && name.starts_with(&stem(&target)));
        target.write(b"new").expect("written");
        assert_eq!(fs::read(&path).expect("read"), b"new");
    }
}

#[test]
fn what_a_killed_run_left_blocks_nothing_and_stays() {
    let folder = empty_folder("left");
    let path = folder.join("w");
    let target = Target::at(&path).expect("usable");
    for number in 0..4 {
        fs::write(beside(&target, number), "half").expect("left");
    }
    fs::write(folder.join("w.1.part"), "of an older release").expect("left");
    let [found] = targets(&[], [("--save", Some(&path))], None).expect("usable");
    found.expect("a target").write(b"new").expect("written");
    assert_eq!(fs::read(&path).expect("read"), b"new");
    assert_eq!(names(&folder).len(), 6);
}

#[cfg(unix)]
#[test]
fn links_are_followed_to_their_ends() {
    use std::os::unix::fs::symlink;
    let folder = empty_folder("link");
    let real = old(&folder, "real");
    let link = folder.join("link");
    symlink("real", &link).expect("linked");
    Target::at(&link).expect("usable").write(b"new").expect("written");
    assert!(link.is_symlink());
    assert_eq!(fs::read(&real).expect("read"), b"new");
    // Through another link, another folder, to a file that is not there yet.
    fs::create_dir(folder.join("far")).expect("a folder");
    symlink("far/second", folder.join("first")).expect("linked");
    symlink("../later", folder.join("far/second")).expect("linked");
    Target::at(&folder.join("first")).expect("usable").write(b"new").expect("written");
    assert!(folder.join("first").is_symlink() && folder.join("far/second").is_symlink());
    assert_eq!(fs::read(folder.join("later")).expect("read"), b"new");
    symlink("round", folder.join("round")).expect("linked");
    assert!(Target::at(&folder.join("round")).is_err());
}

#[cfg(unix)]
#[test]
fn a_new_file_is_as_private_as_the_old_one() {
    use std::os::unix::fs::PermissionsExt;
    let folder = empty_folder("private");
    let path = old(&folder, "w");
    fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).expect("set");
    Target::at(&path).expect("usable").write(b"new").expect("written");
    assert_eq!(fs::metadata(&path).expect("there").permissions().mode() & 0o777, 0o600);
}

/// Every spelling of a file that is read, against every way to write.
#[cfg(unix)]
#[test]
fn what_is_read_is_not_written_whatever_it_is_called() {
    use std::os::unix::fs::symlink;
    let folder = empty_folder("spelt");
    let read = old(&folder, "read");
    fs::create_dir(folder.join("sub")).expect("a folder");
    symlink("read", folder.join("link")).expect("linked");
    symlink(&folder, folder.join("sub/up")).expect("linked");
    fs::hard_link(&read, folder.join("hard")).expect("linked");
    for spelling in ["read", "./read", "sub/../read", "link", "sub/up/link", "hard"] {
        let path = folder.join(spelling);
        let reads = [("--data", Some(read.as_path())), ("--init", None)];
        for output in ["--save", "--metrics"] {
            let error =
                targets(&reads, [(output, Some(&path))], Some(("--init", "--save"))).expect_err(spelling);
            assert_eq!(error.code(), 2);
            assert!(error.to_string().contains("would overwrite what is read (--data"), "{error}");
        }
        let same = [("--init", Some(read.as_path()))];
        targets(&same, [("--save", Some(&path))], Some(("--init", "--save"))).expect("on purpose");
    }
    let new = folder.join("new");
    for spelling in ["new", "sub/up/new", "./sub/../new"] {
        let path = folder.join(spelling);
        let error =
            targets(&[], [("--save", Some(&new)), ("--metrics", Some(&path))], None).expect_err(spelling);
        assert!(error.to_string().contains("--save and --metrics both name"), "{error}");
    }
    let capitals = folder.join("NEW");
    let apart = targets(&[], [("--save", Some(&new)), ("--metrics", Some(&capitals))], None);
    fs::write(&new, "is it the same?").expect("written");
    assert_eq!(apart.is_err(), capitals.exists(), "the file system decides what capitals mean");
    assert_eq!(fs::read(&read).expect("read"), b"old read");
    assert_eq!(names(&folder), ["hard", "link", "new", "read", "sub"]);
}
