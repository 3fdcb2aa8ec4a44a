//! Speaks to services: HTTP, SQL, Redis.
