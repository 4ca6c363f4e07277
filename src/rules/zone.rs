//! Every conversion between wall-clock time and instants.
