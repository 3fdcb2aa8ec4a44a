//! Keeps history: runs and deployments in SQLite.
