//! YAML as people write it, read into types with the place of each part.
//!
//! A parser gives the events; they become a tree whose parts know their places, and serde reads types from the tree.
//! Scalars mean what the core schema of YAML 1.2 says (<https://yaml.org/spec/1.2.2/#103-core-schema>): `no` is a text.

mod deserializer;
mod flaw;
mod scalar;
mod spanned;
mod syntax;
mod tags;
mod tree;

pub use spanned::Spanned;

pub(super) use flaw::{Flaw, Kind, Shape};
pub(super) use spanned::spanned;
pub(super) use tags::Tags;

use serde::de::DeserializeOwned;

use deserializer::At;

/// Reads the one document of a text as a `T`.
pub(super) fn read<T: DeserializeOwned>(text: &str, tags: Tags) -> Result<T, Flaw> {
    T::deserialize(At(&tree::grow(text, tags)?))
}

#[cfg(test)]
mod tests;
