//! Tokens at rest, and keys that rotate.

use social_auth_testkit::DevProvider;
use sqlx::Row as _;

use crate::program::{Program, run, said};
use crate::visitor::Visitor;

const FIRST: &str = "the first key of thirty-two characters and more";
const SECOND: &str = "the second key of thirty-two characters and more";

async fn stored(server: &Program) -> String {
    let mut database = server.database().await;
    let row = sqlx::query("SELECT extra_data FROM social_auth_usersocialauth").fetch_one(&mut database).await.unwrap();
    row.get("extra_data")
}

#[tokio::test]
async fn tokens_are_encrypted_in_the_server_s_own_database_and_keys_can_be_replaced() {
    let idp = DevProvider::start().await.unwrap();
    let server = Program::serve(&idp, &format!("secret_key = \"{FIRST}\"")).await;
    Visitor::new(&server.address).sign_in(&idp, "dev-oauth2", "bob").await.location();
    let before = stored(&server).await;
    assert!(before.contains("\"access_token\": \"sealed:") || before.contains("\"access_token\":\"sealed:"), "{before}");

    let file = server.folder().join("social-auth.toml");
    let settings = std::fs::read_to_string(&file).unwrap().replace(&format!("\"{FIRST}\""), &format!("[\"{SECOND}\", \"{FIRST}\"]"));
    std::fs::write(&file, settings).unwrap();
    let output = run(server.folder(), &["rotate-keys"]).await;
    assert!(output.status.success(), "{}", said(&output));
    assert!(said(&output).contains("1 associations sealed"), "{}", said(&output));
    assert_ne!(stored(&server).await, before);
    assert!(said(&run(server.folder(), &["rotate-keys"]).await).contains("0 associations sealed"));
}
