//! Changes a target: each phase is judged by the gate, and a release that fails is taken back.
