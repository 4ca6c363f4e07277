//! A new file in migrations/ changes no source file, so cargo has to be told to look there.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
