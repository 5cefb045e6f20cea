//! What the checks need from the system: a Vulkan adapter and a Chromium. On Debian or Ubuntu as root they are
//! installed; elsewhere the package is named.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::{Error, Result};
use crate::run::{output, run};

/// Makes sure that the tests find a graphics adapter. Only Linux needs a look: macOS has Metal and Windows DirectX 12,
/// with a software adapter.
pub fn ensure_vulkan() -> Result<()> {
    if !cfg!(target_os = "linux") {
        println!("   the system's own: nothing to install");
        return Ok(());
    }
    let lacking = || match (vulkan_loader(), vulkan_drivers().first()) {
        (false, _) => Some("the Vulkan loader (libvulkan.so.1) is missing"),
        (true, None) => Some("no Vulkan driver is installed, not even a software one"),
        (true, Some(_)) => None,
    };
    if let Some(what) = lacking() {
        apt_install(&["mesa-vulkan-drivers", "libvulkan1"], what, &VULKAN_ELSEWHERE)?;
        if let Some(what) = lacking() {
            return Err(Error::missing(
                format!("{what}, although Mesa was just installed"),
                "vulkaninfo --summary  (package vulkan-tools) says what the system sees",
            ));
        }
    }
    let names: Vec<_> =
        vulkan_drivers().iter().filter_map(|d| Some(d.file_stem()?.to_string_lossy().into_owned())).collect();
    println!("   drivers: {}", names.join(", "));
    Ok(())
}

/// The Chromium that the browser tests drive, installed when there is none.
pub fn ensure_chromium() -> Result<PathBuf> {
    if let Some(found) = find_chromium()? {
        return Ok(found);
    }
    let package =
        if os_release().is_some_and(|os| os.contains("ID=ubuntu")) { "chromium-browser" } else { "chromium" };
    apt_install(&[package], "no Chromium or Chrome was found", &CHROMIUM_ELSEWHERE)?;
    let found = find_chromium()?;
    found.filter(|program| output(Command::new(program).arg("--version")).is_some()).ok_or_else(|| {
        Error::missing(
            format!("the package {package} was installed, but brought no Chromium that starts (Ubuntu's is a snap, which a container cannot run)"),
            "install Chrome or Chromium by hand, then CHROMIUM=/path/to/it cargo xtask test",
        )
    })
}

/// Chromium or Chrome: `CHROMIUM` when it is set, else the first known name on the `PATH`, else the usual place.
pub fn find_chromium() -> Result<Option<PathBuf>> {
    if let Some(told) = env::var_os("CHROMIUM").filter(|told| !told.is_empty()) {
        let told = PathBuf::from(told);
        let found = if told.is_file() { Some(told.clone()) } else { on_path(&told.to_string_lossy()) };
        return found.map(Some).ok_or_else(|| {
            Error::missing(
                format!("CHROMIUM names {}, and there is no such program", told.display()),
                "unset CHROMIUM, or name the program's full path",
            )
        });
    }
    let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];
    let places = [
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    ];
    let found = names.iter().find_map(|name| on_path(name));
    Ok(found.or_else(|| places.iter().map(PathBuf::from).find(|place| place.is_file())))
}

/// Another browser than Chromium, for `--long`: the Firefox that `FIREFOX` names, or the one on the `PATH`.
pub fn find_firefox() -> Option<PathBuf> {
    let told = env::var_os("FIREFOX").map(PathBuf::from).filter(|path| path.is_file());
    told.or_else(|| ["firefox-esr", "firefox"].iter().find_map(|name| on_path(name)))
}

/// WebKit's driver, its small browser, and a screen to show it on.
pub struct WebKit {
    /// `WebKitWebDriver`.
    pub driver: PathBuf,
    /// `MiniBrowser`.
    pub browser: PathBuf,
    /// `xvfb-run`.
    pub screen: PathBuf,
}

/// WebKit's driver with what it needs, where all of it is installed.
pub fn find_webkit() -> Option<WebKit> {
    let folders = fs::read_dir("/usr/lib").ok()?.flatten().map(|entry| entry.path());
    let mut browsers = folders.map(|folder| folder.join("webkit2gtk-4.1/MiniBrowser"));
    let browser = browsers.find(|path| path.is_file())?;
    Some(WebKit { driver: on_path("WebKitWebDriver")?, browser, screen: on_path("xvfb-run")? })
}

/// Makes sure of Firefox and WebKit.
pub fn ensure_other_browsers() -> Result<()> {
    if find_firefox().is_none() {
        apt_install(&["firefox-esr"], "no Firefox is installed", &[("dnf", "dnf install firefox")])?;
    }
    if find_webkit().is_none() {
        let packages = ["webkit2gtk-driver", "xvfb", "xauth", "procps"];
        apt_install(&packages, "WebKit's driver is not installed", &[])?;
    }
    Ok(())
}

/// The linker for aarch64.
pub const ARM_LINKER: &str = "aarch64-linux-gnu-gcc";

/// Makes sure of what links for aarch64 and runs it: Linux alone has such an emulator.
pub fn ensure_arm() -> Result<()> {
    if ["qemu-aarch64", ARM_LINKER].into_iter().any(|name| on_path(name).is_none()) {
        let packages = ["qemu-user", "gcc-aarch64-linux-gnu", "libc6-dev-arm64-cross"];
        apt_install(&packages, "nothing links or emulates aarch64", &[])?;
    }
    Ok(())
}

/// How the package is called where apt is not.
type Elsewhere = [(&'static str, &'static str)];
const VULKAN_ELSEWHERE: [(&str, &str); 3] = [
    ("dnf", "dnf install mesa-vulkan-drivers vulkan-loader"),
    ("pacman", "pacman -S vulkan-swrast vulkan-icd-loader"),
    ("apk", "apk add mesa-vulkan-swrast vulkan-loader"),
];
const CHROMIUM_ELSEWHERE: [(&str, &str); 4] = [
    ("dnf", "dnf install chromium"),
    ("pacman", "pacman -S chromium"),
    ("apk", "apk add chromium"),
    ("brew", "brew install --cask chromium"),
];

/// Installs Debian packages when we may; else says which command would.
fn apt_install(packages: &[&str], what: &str, elsewhere: &Elsewhere) -> Result<()> {
    let apt = on_path("apt-get").is_some() && os_release().is_some_and(|os| os.contains("debian"));
    let line = format!("apt-get install -y --no-install-recommends {}", packages.join(" "));
    if !apt {
        let here = elsewhere.iter().find(|(manager, _)| on_path(manager).is_some());
        let mend = here.map_or_else(
            || format!("install your system's package for: {}", packages.join(", ")),
            |(_, line)| line.to_string(),
        );
        return Err(Error::missing(what, mend));
    }
    if output(Command::new("id").arg("-u")).is_none_or(|id| id.trim() != "0") {
        return Err(Error::missing(what, format!("sudo {line}")));
    }
    println!("   {what}: installing {}", packages.join(", "));
    let apt_get = || {
        let mut command = Command::new("apt-get");
        command.env("DEBIAN_FRONTEND", "noninteractive");
        command
    };
    run(apt_get().arg("update"))?;
    run(apt_get().args(["install", "-y", "--no-install-recommends"]).args(packages))
}

fn os_release() -> Option<String> {
    fs::read_to_string("/etc/os-release").ok()
}

/// The program of this name in a folder of the `PATH`.
fn on_path(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path)
        .map(|folder| folder.join(name).with_extension(env::consts::EXE_EXTENSION))
        .find(|file| file.is_file())
}

/// Whether the dynamic linker would find the Vulkan loader.
fn vulkan_loader() -> bool {
    let cached = ["ldconfig", "/sbin/ldconfig", "/usr/sbin/ldconfig"]
        .iter()
        .find_map(|program| output(Command::new(program).arg("-p")))
        .is_some_and(|list| list.contains("libvulkan.so.1"));
    let told = env::var_os("LD_LIBRARY_PATH").unwrap_or_default();
    let usual =
        ["/usr/lib", "/usr/lib64", "/usr/local/lib", "/lib", "/run/opengl-driver/lib"].map(PathBuf::from);
    cached || env::split_paths(&told).chain(usual).any(|folder| folder.join("libvulkan.so.1").exists())
}

/// The driver manifests that the Vulkan loader would read, in the places it looks.
fn vulkan_drivers() -> Vec<PathBuf> {
    for variable in ["VK_DRIVER_FILES", "VK_ICD_FILENAMES"] {
        if let Some(files) = env::var_os(variable).filter(|files| !files.is_empty()) {
            return env::split_paths(&files).filter(|file| file.is_file()).collect();
        }
    }
    let home = env::var_os("HOME").map(|home| PathBuf::from(home).join(".local/share"));
    let data = env::var_os("XDG_DATA_DIRS").unwrap_or_default();
    let usual = ["/etc", "/usr/local/etc", "/usr/local/share", "/usr/share", "/run/opengl-driver/share"]
        .map(PathBuf::from);
    let folders = env::split_paths(&data).chain(usual).chain(home);
    let mut drivers: Vec<PathBuf> =
        folders.flat_map(|folder| manifests(&folder.join("vulkan/icd.d"))).collect();
    drivers.sort();
    drivers.dedup();
    drivers
}

fn manifests(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    entries.filter(|path| path.extension().is_some_and(|e| e == "json")).collect()
}
