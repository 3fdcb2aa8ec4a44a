//! Plans everything that decides about a release, and turns one run into one decision.
