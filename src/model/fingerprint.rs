//! Where and how a load was measured: numbers of two places are not held against each other.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::hexadecimal;

/// How many hexadecimal digits of a digest are shown.
const SHOWN: usize = 12;

/// Tells everything that changes what a load measures, but for the release itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fingerprint {
    /// The model of the generator's processor.
    pub cpu: String,
    /// How many cores the generator may use.
    pub cores: String,
    /// The memory of the generator's host.
    pub memory: String,
    /// The kernel of the generator's host.
    pub kernel: String,
    /// The engine with its version, cores and memory; that the target is reached by its URLs, where it is.
    pub engine: String,
    /// The CPU and memory that each service of the target may use.
    pub limits: String,
    /// The digest of the load itself, without the addresses that it goes to.
    pub load: String,
    /// The version of Proofmark.
    pub tool: String,
}

impl Fingerprint {
    /// Names every part with its value.
    #[must_use]
    pub fn parts(&self) -> [(&'static str, &str); 8] {
        [
            ("CPU", &self.cpu),
            ("cores", &self.cores),
            ("memory", &self.memory),
            ("kernel", &self.kernel),
            ("engine", &self.engine),
            ("limits", &self.limits),
            ("load", &self.load),
            ("tool", &self.tool),
        ]
    }

    /// Gives a short text that two places share only where every part is the same.
    #[must_use]
    pub fn digest(&self) -> String {
        let parts = self.parts().map(|(name, value)| format!("{name}={value}\n"));
        digest_of(parts.concat().as_bytes())
    }

    /// Says what is not the same, one part a line: `kernel: 6.1.0 here, 6.1.2 there`.
    #[must_use]
    pub fn differences(&self, there: &Self) -> Vec<String> {
        let pairs = self.parts().into_iter().zip(there.parts());
        let differ = pairs.filter(|((_, one), (_, other))| one != other);
        differ
            .map(|((name, one), (_, other))| format!("{name}: {one} here, {other} there"))
            .collect()
    }
}

/// Gives the first digits of the SHA-256 of some bytes.
#[must_use]
pub fn digest_of(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes)[..SHOWN / 2])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place() -> Fingerprint {
        Fingerprint { cpu: "EPYC".into(), kernel: "6.1.0".into(), ..Fingerprint::default() }
    }

    #[test]
    fn every_part_changes_the_digest_and_is_named() {
        let here = place();
        let changes: [fn(&mut Fingerprint) -> &mut String; 8] = [
            |it| &mut it.cpu,
            |it| &mut it.cores,
            |it| &mut it.memory,
            |it| &mut it.kernel,
            |it| &mut it.engine,
            |it| &mut it.limits,
            |it| &mut it.load,
            |it| &mut it.tool,
        ];
        for change in changes {
            let mut there = place();
            change(&mut there).push('x');
            assert_ne!(here.digest(), there.digest());
            assert_eq!(here.differences(&there).len(), 1);
        }
        assert_eq!(here.digest(), place().digest());
        assert_eq!(here.digest().len(), SHOWN);
    }

    #[test]
    fn a_difference_names_both_values() {
        let there = Fingerprint { kernel: "6.1.2".into(), ..place() };
        assert_eq!(place().differences(&there), ["kernel: 6.1.0 here, 6.1.2 there"]);
    }
}
