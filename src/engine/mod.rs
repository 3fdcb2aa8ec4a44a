//! Asks Docker and Compose: what runs, what the files say, and brings releases up.
