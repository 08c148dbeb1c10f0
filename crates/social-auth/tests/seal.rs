//! What is sealed for one use is of no use for another.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use social_auth::Secret;
use social_auth::seal::Sealer;

// CVE-2023-48309: a token made to carry state was taken for a session.
#[test]
fn purpose_claim_separates_every_signed_blob() {
    let sealer = Sealer::new(&[Secret::from("0123456789abcdef0123456789abcdef")]).unwrap();
    let purposes = ["attempt", "csrf", "partial:authentication", "token nonce", "extra_data"];
    for made_for in purposes {
        let sealed = sealer.seal(made_for, &"alice").unwrap();
        for opened_for in purposes {
            let opened: Option<String> = sealer.open(opened_for, &sealed);
            assert_eq!(opened.is_some(), made_for == opened_for, "made for {made_for}, opened for {opened_for}");
        }
    }
}
