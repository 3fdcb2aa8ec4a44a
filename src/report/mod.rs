//! Renders a run: each format is a pure function of it and knows nothing of the others.
