//! Loads: each case is a command line about a project of two shops that are reached by their URLs.

use std::path::Path;

use crate::stage::Stage;

const SETTINGS: &str = "\
project: shop
base:
  access: http
  services: { api: { port: 8000, url: \"http://127.0.0.1:1\" } }
environments:
  old: {}
  new: {}
  elsewhere: {}
";

const SUITE: &str = "\
suite: shop
level: load
targets: [old, new]
load:
  - name: shoppers
    requests:
      - { name: list, get: \"${api}/products\", expect: { status: 200 } }
    users: 2
    hold: 1s
  - name: searchers
    requests:
      - { name: find, get: \"${api}/products?name=mug\", expect: { status: 200 } }
    users: 2
    hold: 1s
";

/// Gives what a person reads who types this.
pub fn refusal(case: &Path) -> String {
    let text = std::fs::read_to_string(case).unwrap();
    let stage = Stage::with_settings(SETTINGS);
    stage.write("suites/load/shop.yaml", SUITE);
    stage.refusal(&text.split_whitespace().collect::<Vec<_>>())
}
