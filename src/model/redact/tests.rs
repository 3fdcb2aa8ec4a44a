//! What has to go, in whatever form, and what has to stay.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use proptest::prelude::*;

use super::encoding::{lower_percents, percent_encoded};
use super::*;

mod everyday;
mod given_away;

#[test]
fn a_url_keeps_its_user_and_loses_its_password() {
    let redacted =
        Redactor::default().apply("at postgres://shop:hun:ter2@db/shop, no?").into_owned();
    assert_eq!(redacted, "at postgres://shop:***@db/shop, no?");
}

#[test]
fn an_address_gives_its_password_as_written_and_as_meant_and_the_pair_that_is_sent() {
    let secrets = secrets_of_url("postgres://shop:hun%40ter2@db:5432/shop?sslmode=off");
    assert_eq!(secrets, ["hun%40ter2", "shop:hun@ter2", "hun@ter2"]);
    for url in ["http://shop@db/", "redis://:@cache:6379", "http://db/?q=a:b@c", "db:5432"] {
        assert_eq!(secrets_of_url(url), [""; 0], "{url}");
    }
}

#[test]
fn of_two_secrets_that_overlap_nothing_is_left() {
    let redactor = Redactor::new(["hunter", "hunter2", "ter2000"].map(str::to_owned));
    assert_eq!(redactor.apply("x hunter2 y"), "x *** y");
    assert_eq!(redactor.apply("x hunter2000 y"), "x *** y");
}

#[test]
fn a_secret_goes_that_was_encoded_together_with_a_user() {
    let redactor = Redactor::new(["correct-horse".to_owned()]);
    for user in ["", "a", "ad", "ada"] {
        let header = format!("Basic {}", STANDARD.encode(format!("{user}:correct-horse")));
        assert_eq!(redactor.apply(&header), "Basic ***");
        let setting = format!("auth={} next", URL_SAFE.encode(format!("{user}:correct-horse!")));
        assert_eq!(redactor.apply(&setting), "auth=*** next");
    }
}

#[test]
fn what_a_cut_left_of_a_secret_goes_too() {
    let redactor = Redactor::new(["hunter2-hunter2-hunter2".to_owned()]);
    assert_eq!(
        redactor.apply("said hunter2-hun… (12 more characters)"),
        "said ***… (12 more characters)"
    );
    assert_eq!(
        redactor.apply("(9 characters before) …r2-hunter2 and more"),
        "(9 characters before) …*** and more"
    );
    assert_eq!(redactor.apply("a hunter… in the wood"), "a ***… in the wood");
    assert_eq!(redactor.apply("the h… of it"), "the h… of it");
}

#[test]
fn a_key_of_several_lines_goes_line_by_line_and_as_json_within_json() {
    let key = "-----BEGIN KEY-----\nMIIBVwIBADANBgkq\n-----END KEY-----\n";
    let redactor = Redactor::new([key.to_owned()]);
    let body = serde_json::json!({ "key": key }).to_string();
    let shown = serde_json::Value::from(body.clone()).to_string();
    for text in [body, shown, "MIIBVwIBADANBgkq".to_owned(), key.replace('\n', "\r\n")] {
        assert!(!redactor.apply(&text).contains("MIIB"), "{text}");
    }
    assert_eq!(redactor.apply("-----BEGIN KEY-----"), "-----BEGIN KEY-----");
}

#[test]
fn a_secret_goes_as_clients_and_other_languages_write_it() {
    let redactor = Redactor::new(["p@ss w/rd<é>&'1".to_owned()]);
    for text in [
        "/echo?token=p@ss%20w/rd%3C%C3%A9%3E&%271",
        r"p@ss w\/rd<é>&'1",
        r"p@ss w/rd\u003c\u00e9\u003e\u0026'1",
        "p@ss w/rd&lt;é&gt;&amp;&#x27;1",
        // PHP, .NET and Gson.
        r"p@ss w\/rd<\u00e9>&'1",
        r"p@ss w/rd\u003C\u00E9\u003E\u0026\u00271",
        r"p@ss w/rd\u003cé\u003e\u0026\u00271",
    ] {
        assert!(redactor.apply(text).contains(REDACTED), "{text}");
    }
    let with_plus = Redactor::new(["ab+cd\"12==".to_owned()]);
    for text in [r"ab\u002Bcd\u002212==", "ab cd\"12=="] {
        assert_eq!(with_plus.apply(text), REDACTED, "{text}");
    }
}

/// Gives the texts in which `secret` may be carried.
fn carriers(secret: &str) -> Vec<String> {
    vec![
        secret.to_owned(),
        serde_json::json!({ "value": secret }).to_string(),
        percent_encoded(secret),
        lower_percents(&percent_encoded(secret)),
        STANDARD.encode(secret),
        URL_SAFE.encode(secret),
    ]
}

/// Holds shell lines that carry a password at `{}`.
const PLACES: &[&str] = &[
    "htpasswd -bc users ada {}",
    "echo {} | docker login --password-stdin",
    "docker login -u ada -p {} registry.example.com",
    "kinit ada <<< {}",
    "echo {} | kinit ada",
    "lftp -u ada,{} sftp://files",
    "openssl enc -aes-256-cbc -k {}",
    "openssl rsa -in a.pem -passin pass:{}",
    "anything -u ada:{} http://x/",
    "curl --user ada:{} http://x/",
    "mysql -p{} -e status",
    "mysqladmin ping -uroot -p{}",
    "redis-cli -a {} ping",
    "redis-server --requirepass {}",
    "sshpass -p {} ssh ada@files",
    "PGPASSWORD={} psql",
    "wget --password={} http://x/",
    "ldapsearch -x -w {}",
    "mongosh -p {}",
    "rabbitmqctl add_user ada {}",
    "mc alias set shop http://minio:9000 AK {}",
    "app --url=jdbc:mysql://db/shop?user=ada&password={}",
    "app --storage=AccountName=shop;AccountKey={};EndpointSuffix=x",
    "AWS_SECRET_ACCESS_KEY={} aws s3 ls",
];

proptest! {
    // A case is slow where nothing is optimised.
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_secret_survives_in_plain_json_url_or_base64_form(
        secret in "[!-~]{6,24}", before in "[a-z]{0,8} ", after in " [a-z]{0,8}",
    ) {
        prop_assume!(!secret.contains('*'));
        let redactor = Redactor::new([secret.clone()]);
        for carrier in carriers(&secret) {
            let redacted = redactor.apply(&format!("{before}{carrier}{after}")).into_owned();
            let core = carrier.trim_end_matches('=');
            prop_assume!(!before.contains(core) && !after.contains(core));
            prop_assert!(!redacted.contains(core), "{redacted}");
        }
    }

    #[test]
    fn a_token_of_mixed_characters_goes_wherever_it_stands(
        token in "([A-Z][a-z]{0,2}[0-9]){10,16}", place in "(--session |x=|see |cache:|\\(|)",
    ) {
        let masked = Mask::default().text(&format!("{place}{token}"));
        prop_assert!(!masked.contains(&token), "{masked}");
    }

    #[test]
    fn a_password_goes_from_every_place_that_takes_one(secret in "[A-Za-z][A-Za-z0-9.+_]{5,20}") {
        for place in PLACES {
            let line = place.replace("{}", &secret);
            let masked = Mask::default().text(&line);
            prop_assert!(!masked.contains(&secret), "{masked}");
            let command = ["sh", "-c", &line].map(str::to_owned);
            let masked = Mask::default().command(&command).join(" ");
            prop_assert!(!masked.contains(&secret), "{masked}");
            let inner = ["sh", "-c", &format!("bash -c \"{line}\"")].map(str::to_owned);
            let masked = Mask::default().command(&inner).join(" ");
            prop_assert!(!masked.contains(&secret), "{masked}");
            let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
            if !line.contains(['|', '<', ';']) {
                let masked = Mask::default().command(&words).join(" ");
                prop_assert!(!masked.contains(&secret), "{masked}");
            }
        }
    }

    #[test]
    fn hexadecimal_digits_go_wherever_they_stand(
        token in "[0-9a-f]{32,64}", place in "(--session |x=|see |cache:|http://a/b/)",
    ) {
        let masked = Mask::default().text(&format!("{place}{token}"));
        prop_assert!(!masked.contains(&token), "{masked}");
    }

    #[test]
    fn masking_twice_changes_nothing_more(text in "[ -~]{0,60}") {
        let once = Mask::default().text(&text);
        prop_assert_eq!(Mask::default().text(&once), once);
    }

    #[test]
    fn no_text_makes_the_mask_panic(text in ".{0,80}", other in ".{0,12}") {
        let mask = Mask::new([other.clone()]);
        drop((mask.text(&text), mask.named(&other, &text), Mask::secrets_of_text(&text)));
        drop((mask.command(&[text.clone(), other.clone()]), Mask::secrets_of_command(&[other, text])));
    }
}
