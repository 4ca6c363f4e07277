//! What commands print. Whoever reads it may leave in the middle (`| head`): that is no failure of ours, and no reason to
//! panic, as the standard library's macros would.

use std::fmt::Display;
use std::io::{self, ErrorKind, Write};

use super::AppError;

/// Prints what was asked for to the standard output.
pub fn print(text: impl Display) -> Result<(), AppError> {
    let mut out = io::stdout().lock();
    match write!(out, "{text}").and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(AppError::io("nothing can be printed to the standard output", error))
        }
        _ => Ok(()),
    }
}

/// Says how things go, on the standard output, to whoever listens.
pub fn say(line: impl Display) {
    // What is said is not what is done: nobody has to hear it.
    let _ = print(format_args!("{line}\n"));
}

/// Says what is wrong, on the standard error; if even that is closed there is nobody to tell.
pub fn complain(line: impl Display) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}
