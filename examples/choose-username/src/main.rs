use std::error::Error;
use std::net::SocketAddr;

use social_auth_testkit::DevProvider;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let provider = DevProvider::start().await?;
    let app = example_choose_username::app("http://localhost:8000", &provider)?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8000").await?;
    println!("Open http://localhost:8000");
    axum::serve(listener, app.into_make_service_with_connect_info::<SocketAddr>()).await?;
    Ok(())
}
