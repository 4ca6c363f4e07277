//! Bundles the pages' scripts: the rota's timeline stands on a calendar from npm, which the lock file in
//! src/web/ui/script pins. Without npm everything is built but the bundle, and the rota's page says so: it works by its
//! lists and forms alone.
//!
//! A new file in migrations/ changes no source file, so cargo has to be told to look there.

use std::env;
use std::error::Error;
use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

const FROM: &str = "src/web/ui/script";
/// What npm is told by.
const PINNED: [&str; 2] = ["package.json", "package-lock.json"];
/// What begins the bundle, and what comes out.
const ENTRY: &str = "timeline.js";
const BUNDLE: [&str; 2] = ["timeline.js", "timeline.css"];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=migrations");
    println!("cargo:rerun-if-changed={FROM}");
    let out = env::var_os("OUT_DIR").ok_or("cargo names no OUT_DIR")?;
    let out = Path::new(&out);
    if let Err(error) = bundle(out) {
        println!(
            "cargo:warning=the rota's timeline is left out: {error}; install Node.js 20 with npm, then: cargo clean -p nightbell"
        );
        for file in BUNDLE {
            fs::write(out.join(file), "")?;
        }
    }
    Ok(())
}

fn bundle(out: &Path) -> Result<(), Box<dyn Error>> {
    let work = out.join("script");
    fs::create_dir_all(&work)?;
    let modules = work.join("node_modules");
    let known = |file: &str| fs::read(work.join(file)).ok() == fs::read(Path::new(FROM).join(file)).ok();
    if !modules.is_dir() || !PINNED.into_iter().all(known) {
        for file in PINNED {
            fs::copy(Path::new(FROM).join(file), work.join(file))?;
        }
        let quiet = ["--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error"];
        let fetched = run(Command::new("npm").arg("ci").args(quiet).current_dir(&work));
        if fetched.is_err() {
            // What is half there would be taken for whole the next time.
            fs::remove_dir_all(&modules).or_else(|error| match error.kind() {
                std::io::ErrorKind::NotFound => Ok(()),
                _ => Err(error),
            })?;
        }
        fetched?;
    }
    for entry in fs::read_dir(FROM)? {
        let path = entry?.path();
        if path.extension() == Some(OsStr::new("js"))
            && let Some(name) = path.file_name()
        {
            fs::copy(&path, work.join(name))?;
        }
    }
    run(Command::new(modules.join(".bin/esbuild"))
        .args([ENTRY, "--bundle", "--minify", "--format=iife", "--target=es2022", "--log-level=error"])
        .arg(format!("--outfile={}", out.join(BUNDLE[0]).display()))
        .current_dir(&work))
}

fn run(command: &mut Command) -> Result<(), Box<dyn Error>> {
    let name = command.get_program().to_string_lossy().into_owned();
    let done = command.stdin(Stdio::null()).output().map_err(|error| format!("{name}: {error}"))?;
    if done.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&done.stderr);
    Err(format!("{name} ended with {}: {}", done.status, said.lines().next_back().unwrap_or_default()).into())
}
