//! What is looked at once every step of a load case is there, those of other suites' cases too.

use std::collections::BTreeSet;

use crate::config::Source;
use crate::model::Diagnostic;
use crate::suite::expectation::Subject;
use crate::suite::feed::Feed;
use crate::suite::load_case::LoadCase;
use crate::suite::load_request::LoadRequest;

/// Refuses what no request of the load case bears out.
pub(in crate::suite) fn finish(case: &LoadCase, source: &Source) -> Result<(), Diagnostic> {
    let at_case = |message: String| source.refuse(case.span, message);
    let mut names = BTreeSet::new();
    for request in case.requests() {
        if !names.insert(request.name.as_str()) {
            return Err(at_case(format!("the load has two requests `{}`", request.name))
                .help("their numbers are told by name: give one of them a `name` of its own"));
        }
    }
    if !case.requests().any(|request| request.expect.expects(&Subject::Status)) {
        return Err(at_case("no request of this load expects a status".to_owned())
            .help("add `expect: { status: 200 }`, or a wrong answer counts as a quick one"));
    }
    if case.feed.is_some() {
        let mut mentioned = case.requests().flat_map(LoadRequest::names);
        if !mentioned.any(|name| name.starts_with(Feed::PREFIX)) {
            return Err(at_case("no request of this load names a column of its feed".to_owned())
                .help("use one, as in `${feed.sku}`, or take `feed` out"));
        }
    }
    for limits in &case.limits_of {
        if !names.contains(limits.request.as_str()) {
            let known: Vec<&str> = names.into_iter().collect();
            let message = format!("this load has no request `{}`", limits.request);
            return Err(source
                .refuse(limits.span, message)
                .help(format!("its requests are {}", known.join(", "))));
        }
    }
    Ok(())
}
