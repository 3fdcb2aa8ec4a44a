//! What the verifier of certificates says, as a person understands it.

/// Gives the verifier's words with what mends the mistakes that are made most; others stay as they
/// are.
#[must_use]
pub fn explained_refusal(words: String) -> String {
    let known = [
        (
            "CaUsedAsEndEntity",
            "its certificate is one of an authority (CA:TRUE) and serves as a server's; issue one with \
             basicConstraints=CA:FALSE, or write `tls: { verify: false }`",
        ),
        (
            "UnknownIssuer",
            "its certificate was issued by nobody who is trusted here; name the authority with `tls: { ca: \
             file }`, or write `tls: { verify: false }`",
        ),
        (
            "BadSignature",
            "its certificate was signed by another authority of the name of the one that is trusted here; name the \
             one that signed it with `tls: { ca: file }`, or write `tls: { verify: false }`",
        ),
    ];
    let found = known.into_iter().find(|(name, _)| words.contains(name));
    found.map_or(words, |(_, explained)| explained.to_owned())
}

#[cfg(test)]
mod tests {
    use super::explained_refusal;

    #[test]
    fn a_certificate_of_ones_own_is_told_with_what_mends_it() {
        let own = "invalid peer certificate: Other(OtherError(CaUsedAsEndEntity))".to_owned();
        assert!(explained_refusal(own).contains("CA:FALSE"));
        let unknown = "invalid peer certificate: UnknownIssuer".to_owned();
        assert!(explained_refusal(unknown).contains("tls: { ca: file }"));
        let renewed = "invalid peer certificate: BadSignature".to_owned();
        assert!(explained_refusal(renewed).contains("another authority of the name"));
        assert_eq!(explained_refusal("certificate expired".to_owned()), "certificate expired");
    }
}
