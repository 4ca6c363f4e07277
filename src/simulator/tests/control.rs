//! Scripting and the page over HTTP.
