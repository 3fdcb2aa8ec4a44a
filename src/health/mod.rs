//! Plans health probes: what Docker reports and what each endpoint answers.
