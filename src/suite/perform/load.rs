//! The requests of a load case, ready to be sent by somebody else.

use std::sync::Arc;

use super::Ground;
use super::session::{NoValue, Session};
use crate::runner::Scope;
use crate::suite::case::Suite;
use crate::suite::load_case::{FilledLoadRequest, LoadCase};

/// Gives the requests of a load case with every name replaced, in order.
///
/// # Errors
///
/// When a secret or another name has no value.
pub fn filled_requests(
    ground: &Arc<Ground>,
    suite: &Suite,
    case: &LoadCase,
    scope: &Scope,
) -> Result<Vec<FilledLoadRequest>, NoValue> {
    let mut session =
        Session::new(Arc::clone(ground), scope.clone(), ground.unique(0, scope.attempt()));
    session.learn_secrets(&suite.secrets)?;
    session.learn_values(&suite.values)?;
    let fill = |request: &crate::suite::LoadRequest| Ok(request.fill(&session)?);
    case.requests.iter().map(fill).collect()
}
