//! Filter expressions, as they stand after `-E`: `level(e2e) & !tag(slow) | suite(orders)`.
//!
//! A predicate says what one property of a case has to be: `tag(WORD)` or `tag(=WORD)` exactly,
//! `tag(~PART)`, `tag(/REGEX/)`; a bare `name(PART)` is a part. `!` binds closest, then `&`, then `|`.
//! `read` turns the text into a [`Filter`] or refuses it with a caret.

mod expression;
mod predicate;
mod read;

pub use expression::Filter;

#[cfg(test)]
mod tests;
