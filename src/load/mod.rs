//! Plans load: users from a suite file, performed by goose in a child process, judged by thresholds.
