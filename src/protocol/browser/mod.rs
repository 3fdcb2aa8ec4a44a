//! Pages in a real browser, by WebDriver: one driver for a run, one browser for a case.
//!
//! [`Browsers`] starts the driver when the first browser is opened, and ends it with everything that it
//! started. A [`Browser`] has cookies and storage of its own, and no window.

mod driver;
mod error;
mod gesture;
mod keys;
mod profile;
mod session;

pub use driver::Browsers;
pub use error::BrowserError;
pub use gesture::Gesture;
pub use keys::{Keys, KeysError};
pub use profile::{remove_profiles, stale_profiles};
pub use session::{Browser, Elements, Page};
