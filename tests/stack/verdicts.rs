//! One run, one verdict, in every format.

use crate::shop::Shop;

pub fn a_gate_says_the_same_in_every_format(shop: &Shop) {
    let folder = shop.folder("reports");
    let path = |name: &str| folder.join(name).display().to_string();
    let files = ["gate.json", "gate.xml", "gate.html", "gate.txt"].map(path);
    let mut arguments = vec!["gate", "--phase", "post", "--format", "json"];
    arguments.extend(files.iter().flat_map(|file| ["--report", file]));
    let said = shop.run(&arguments);
    assert_eq!(said.code, Some(0), "{said:?}");

    let report = said.json();
    assert_eq!(report["judgement"]["verdict"], "pass");
    assert_eq!(report["decision"], "promote");
    let results = report["run"]["results"].as_array().unwrap();
    let kinds: std::collections::BTreeSet<&str> =
        results.iter().map(|result| result["check"]["kind"].as_str().unwrap()).collect();
    for kind in ["drift", "health", "security", "unit", "integration", "e2e", "load"] {
        assert!(kinds.contains(kind), "{kind} is not in {kinds:?}");
    }

    let decided = std::fs::read_to_string(shop.state().join("decision.json")).unwrap();
    let decided: serde_json::Value = serde_json::from_str(&decided).unwrap();
    assert_eq!((&decided["decision"], &decided["exit"]), (&"promote".into(), &0.into()));

    let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    assert_eq!(read("gate.xml").matches("<testcase").count(), results.len());
    let file: serde_json::Value = serde_json::from_str(&read("gate.json")).unwrap();
    assert_eq!(file, report);
    for file in ["gate.html", "gate.txt"] {
        assert!(read(file).to_lowercase().contains("promote"), "{file}");
    }
}

pub fn a_stopped_service_fails_the_gate(shop: &Shop) {
    shop.compose(&["stop", "--timeout", "2", "worker"]);
    let said = shop.run(&["check", "health", "--format", "json"]);
    let diff = shop.run(&["diff", "--format", "json"]);
    shop.compose(&["up", "--detach", "--wait"]);
    assert_eq!(said.code, Some(1), "{said:?}");
    let because = said.json()["judgement"]["because"].to_string();
    assert!(because.contains("health/worker"), "{because}");
    assert_eq!(diff.code, Some(1), "{diff:?}");
    let because = diff.json()["judgement"]["because"].to_string();
    assert!(because.contains("worker does not run"), "{because}");
}
