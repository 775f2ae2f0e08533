//! Which packages: policy over a SAT core, and its explanation.
