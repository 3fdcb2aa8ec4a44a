//! Tests over more than one file of the room.

mod container;
pub(in crate::baseline) mod drift;
mod expected;
mod order;
mod review;
mod rules;
