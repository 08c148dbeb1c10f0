//! What `docs/openid-connect.md` gives to copy, copied.

use social_auth_testkit::DevProvider;
use tokio::process::Command;

use crate::program::{run, said};

const PAGE: &str = include_str!("../../../../docs/openid-connect.md");

/// The code blocks of a language below the heading.
fn blocks(language: &str) -> Vec<&'static str> {
    let (_, section) = PAGE.split_once("## Each by itself, to copy\n").expect("the heading");
    let section = section.split("\n## ").next().unwrap_or_default();
    let opening = format!("```{language}\n");
    let parts = section.split(&opening).skip(1);
    parts.map(|part| part.split_once("```").expect("its end").0).collect()
}

#[tokio::test]
async fn every_block_is_all_that_the_settings_need() {
    let idp = DevProvider::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let [commands] = blocks("sh")[..] else { panic!("the commands that make the files") };
    let more = "cp client.pem bank-authority.pem\nopenssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out bank-keys-new.pem";
    let made = Command::new("bash").args(["-euc", &format!("{commands}{more}")]).current_dir(folder.path()).output().await.unwrap();
    assert!(made.status.success(), "{}", said(&made));
    let blocks = blocks("toml");
    assert_eq!(blocks.len(), 9);
    for block in blocks {
        let settings = format!("public_url = \"https://example.com\"\n\n{}", block.replace("https://login.bank.example", &idp.issuer()));
        std::fs::write(folder.path().join("social-auth.toml"), &settings).unwrap();
        let checked = run(folder.path(), &["check"]).await;
        assert!(checked.status.success(), "{settings}\n{}", said(&checked));
        assert!(said(&checked).contains("https://example.com/complete/bank/"), "{}", said(&checked));
    }
}
