//! The command line; see `nightbell --help`.

fn main() {}
