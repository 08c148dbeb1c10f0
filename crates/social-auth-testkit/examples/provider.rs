//! Runs the development identity provider until Ctrl-C:
//! `cargo run -p social-auth-testkit --example provider -- 127.0.0.1:9000`

use social_auth_testkit::{Client, DevProvider};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut builder = DevProvider::builder();
    if let Some(address) = std::env::args().nth(1) {
        builder = builder.address(address.parse()?);
    }
    let idp = builder.start().await?;
    idp.register(Client::public("public-client"));
    println!("issuer         {}", idp.issuer());
    println!("client_id      {}", idp.client_id());
    println!("client_secret  {}", idp.client_secret());
    println!("without secret public-client");
    println!(
        "try            {}/authorize?response_type=code&scope=openid%20profile&client_id={}&redirect_uri={}/.well-known/openid-configuration",
        idp.url(),
        idp.client_id(),
        idp.url()
    );
    tokio::signal::ctrl_c().await?;
    Ok(())
}
