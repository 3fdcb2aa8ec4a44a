//! Names under which secrets are kept, and values that hide nothing.

/// Says how surely a name is a secret's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sureness {
    /// As `password` is: whatever stands under it is one.
    Sure,
    /// As `key` and `auth` are: a mode, a path or a switch may stand under it as well.
    Likely,
}

/// Holds what a sure name has anywhere in it, its words run together.
const SURE: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "passcode",
    "secret",
    "token",
    "apikey",
    "accesskey",
    "privatekey",
    "encryptionkey",
    "signingkey",
    "masterkey",
    "accountkey",
    "connectionstring",
    "credential",
    "requirepass",
    "masterauth",
    "userpass",
];
/// Holds the words that make a name a sure one where they stand alone.
const SURE_WORDS: &[&str] = &["pass", "pwd", "pw", "jwt", "bearer", "authorization", "sas", "dsn"];
const LIKELY_WORDS: &[&str] =
    &["key", "keys", "auth", "cookie", "private", "salt", "pin", "sig", "signature", "hmac"];

/// Holds the last words of names that speak about a secret without being one.
const ABOUT: &[&str] = &[
    "file",
    "files",
    "path",
    "dir",
    "ttl",
    "name",
    "method",
    "mode",
    "type",
    "enabled",
    "disabled",
    "required",
    "url",
    "uri",
    "host",
    "port",
    "endpoint",
    "address",
    "addr",
    "server",
    "issuer",
    "realm",
    "service",
    "audience",
    "algorithm",
    "alg",
    "header",
    "prefix",
    "length",
    "size",
    "expiry",
    "expiration",
    "expires",
    "timeout",
    "lifetime",
    "rotation",
    "policy",
    "provider",
    "backend",
    "driver",
    "encryption",
    "plugin",
    "format",
    "encoding",
    "count",
    "warning",
    "cert",
    "storage",
    "sock",
    "socket",
    "stdin",
];
/// Holds the first words of switches and the words of limits.
const SWITCH: &[&str] =
    &["no", "skip", "disable", "enable", "require", "allow", "without", "ask", "max", "min"];
/// Holds the last parts of dotted names that leave it to the part before to say what they are.
const VAGUE: &[&str] = &[
    "value", "default", "data", "content", "literal", "plain", "users", "user", "current", "hash",
];

/// Tells whether a flag, variable, label or header has a name under which secrets are kept.
#[must_use]
pub fn is_secret_name(name: &str) -> bool {
    sureness(name).is_some()
}

pub(super) fn sureness(name: &str) -> Option<Sureness> {
    let name = name.to_ascii_lowercase();
    // What a dotted name is about its last part says: `middlewares.auth.forwardauth.address`.
    let parts: Vec<&str> = name.split(['.', '/']).filter(|part| !part.is_empty()).collect();
    let telling = match parts.iter().rposition(|part| !VAGUE.contains(part)) {
        Some(at) if parts.len() > 2 => &parts[at..],
        _ => &parts[..],
    };
    let words: Vec<&str> = telling
        .iter()
        .flat_map(|part| part.split(|c: char| !c.is_ascii_alphanumeric()))
        .filter(|word| !word.is_empty())
        .collect();
    let (first, last) = (words.first()?, words.last()?);
    if ABOUT.contains(last) || SWITCH.contains(first) || words.contains(&"max") {
        return None;
    }
    // `basicauth.users` holds hashes of passwords.
    let is_user_list = matches!(parts.as_slice(), [.., before, "users"] if before.contains("auth"));
    let together = words.concat().replace("tokenizer", "");
    if is_user_list
        || SURE.iter().any(|part| together.contains(part))
        || words.iter().any(|word| SURE_WORDS.contains(word))
    {
        return Some(Sureness::Sure);
    }
    words.iter().any(|word| LIKELY_WORDS.contains(word)).then_some(Sureness::Likely)
}

/// Tells whether `value` is a secret when it stands under `name`.
pub(super) fn hides(name: &str, value: &str) -> bool {
    // `Bearer ${TOKEN}`: what the scheme is followed by counts.
    let value = match value.split_once(' ') {
        Some((scheme, rest)) if is_scheme(scheme) => rest.trim_start(),
        _ => value,
    };
    match sureness(name) {
        None => false,
        Some(_) if value.is_empty() || is_switch(value) || is_reference(value) => false,
        Some(_) if is_path(value) => false,
        Some(Sureness::Sure) => true,
        Some(Sureness::Likely) => !is_number(value) && !is_mode(value) && !value.contains("://"),
    }
}

/// Tells whether a value that was found in one place is worth looking for everywhere: half of all
/// settings have an everyday one, and it hides nothing.
pub(super) fn is_telling(value: &str) -> bool {
    const SHORTEST: usize = 4;
    let is_everyday = is_switch(value)
        || is_reference(value)
        || is_path(value)
        || is_mode(value)
        || is_number(value)
        || DEFAULTS.contains(&value.to_ascii_lowercase().as_str());
    value.len() >= SHORTEST && !is_everyday
}

/// Holds what everybody's examples have for a password, and commands and names have as well.
const DEFAULTS: &[&str] = &[
    "admin",
    "app",
    "changeme",
    "database",
    "default",
    "demo",
    "dev",
    "elastic",
    "example",
    "grafana",
    "guest",
    "keycloak",
    "local",
    "localhost",
    "mariadb",
    "minio",
    "minioadmin",
    "mongo",
    "mysql",
    "pass",
    "passwd",
    "password",
    "postgres",
    "postgresql",
    "prod",
    "production",
    "rabbitmq",
    "redis",
    "root",
    "secret",
    "server",
    "staging",
    "supersecret",
    "test",
    "token",
    "user",
    "username",
    "wordpress",
];

/// Tells whether a word names the way in which a header signs in.
pub(super) fn is_scheme(word: &str) -> bool {
    ["basic", "bearer", "digest", "token"].contains(&word.to_ascii_lowercase().as_str())
}

fn is_switch(value: &str) -> bool {
    let switch = ["true", "false", "yes", "no", "on", "off", "none", "null"];
    switch.contains(&value.to_ascii_lowercase().as_str())
}

/// Tells whether a value only names what holds the secret: `$NAME`, `${NAME}`, `$(cat …`.
pub(super) fn is_reference(value: &str) -> bool {
    let Some(name) = value.strip_prefix("$$").or_else(|| value.strip_prefix('$')) else {
        // A template of another tool: `{{ .Secret }}`.
        return value.starts_with("{{") || value.starts_with('`');
    };
    if name.starts_with('(') {
        return true;
    }
    let name = name.strip_prefix('{').and_then(|name| name.strip_suffix('}')).unwrap_or(name);
    let ends = name.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(name.len());
    // What stands after `:-` is a value of its own; after `:?` a message.
    !name.starts_with(|c: char| c.is_ascii_digit())
        && ends > 0
        && matches!(&name[ends..], "" | ":-" | "-" | ":?" | "?")
}

/// Tells whether a value is a path that a person would write, rather than base64 with slashes.
pub(super) fn is_path(value: &str) -> bool {
    const ROOTS: &[&str] = &[
        "app", "bin", "certs", "config", "data", "dev", "etc", "home", "keys", "lib", "mnt", "opt",
        "root", "run", "secrets", "srv", "ssl", "tmp", "usr", "var", "vault",
    ];
    const ENDINGS: &[&str] = &[".pem", ".key", ".crt", ".cer", ".pub", ".jks", ".p12", ".txt"];
    let root = value.strip_prefix('/').and_then(|path| path.split('/').next());
    root.is_some_and(|root| ROOTS.contains(&root))
        || value.starts_with("./")
        || value.starts_with("../")
        || ENDINGS.iter().any(|ending| value.ends_with(ending))
}

fn is_number(value: &str) -> bool {
    value.len() < 6 && value.bytes().all(|byte| byte.is_ascii_digit())
}

/// Tells whether a value names a way of signing in or of keeping something.
fn is_mode(value: &str) -> bool {
    const MODES: &[&str] = &[
        "anonymous",
        "basic",
        "bearer",
        "cert",
        "cookie",
        "custom",
        "default",
        "digest",
        "disabled",
        "enabled",
        "external",
        "hs256",
        "internal",
        "jwt",
        "kerberos",
        "lax",
        "ldap",
        "local",
        "md5",
        "native",
        "oauth",
        "oauth2",
        "oidc",
        "optional",
        "peer",
        "private",
        "public",
        "required",
        "rs256",
        "saml",
        "scram-sha-256",
        "session",
        "shared",
        "sha256",
        "strict",
        "token",
        "trust",
        "x-api-key",
    ];
    MODES.contains(&value.to_ascii_lowercase().as_str())
}
