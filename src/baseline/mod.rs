//! Records what is known to work, has a person review it, and holds a target against it.
