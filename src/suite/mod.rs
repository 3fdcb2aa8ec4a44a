//! Reads suite files strictly and plans their cases.
