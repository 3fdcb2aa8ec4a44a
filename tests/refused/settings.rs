//! Settings: each case is the `proofmark.yaml` of a project with a baseline of one service, `api`.

use std::path::Path;

use crate::stage::Stage;

const BASELINE: &str = "\
---
info:
  status: draft
  environment: local
  project: shop
---
service: api
portable:
  command: [serve, --port, \"8000\"]
  limits.memory: 192MiB
  limits.pids: 64
  user: app
performance:
  health.response_ms: {median: 3.2, min: 2, max: 9.75}
";

/// Gives what a person reads whose settings are this file.
pub fn refusal(case: &Path) -> String {
    let stage = Stage::with_settings(&std::fs::read_to_string(case).unwrap());
    stage.write("baselines/api.snap", BASELINE);
    stage.refusal(&["diff"])
}
