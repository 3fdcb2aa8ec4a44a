//! Keeps what a deployment could destroy: a database dump and the configuration, read back and verified.
