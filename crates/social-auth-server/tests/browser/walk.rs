//! What a person does in a browser.

use std::path::PathBuf;

use serde_json::Value;
use thirtyfour::extensions::query::ElementQueryable as _;
use thirtyfour::{By, WebDriver, WebElement};

/// A person at a browser, at our site.
pub(crate) struct Walk {
    driver: WebDriver,
    site: String,
}

impl Walk {
    pub(crate) fn new(driver: WebDriver, site: &str) -> Self {
        Walk { driver, site: site.to_owned() }
    }

    /// Types an address of our site.
    pub(crate) async fn open(&self, path: &str) {
        self.driver.goto(format!("{}{path}", self.site)).await.unwrap();
    }

    /// Types an address of any site.
    pub(crate) async fn go_to(&self, url: &str) {
        self.driver.goto(url).await.unwrap();
    }

    /// Empties the field with this id and types into it.
    pub(crate) async fn fill_in(&self, id: &str, text: &str) {
        let field = self.find(&format!("#{id}")).await;
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    /// What stands in the field with this id.
    pub(crate) async fn value(&self, id: &str) -> String {
        self.find(&format!("#{id}")).await.value().await.unwrap().unwrap_or_default()
    }

    /// The site that the browser is at.
    pub(crate) async fn site(&self) -> String {
        self.driver.current_url().await.unwrap().origin().ascii_serialization()
    }

    /// Presses the button with this id, when it is there.
    pub(crate) async fn press(&self, id: &str) {
        self.press_first(&format!("#{id}")).await;
    }

    /// Presses the first of these.
    pub(crate) async fn press_first(&self, selector: &str) {
        self.find(selector).await.click().await.unwrap();
    }

    /// From the page with the buttons over the provider's and back.
    pub(crate) async fn sign_in(&self, backend: &str, choice: &str) {
        self.press(&format!("login-{backend}")).await;
        self.press(choice).await;
    }

    /// The page's heading.
    pub(crate) async fn heading(&self) -> String {
        self.on_our_site().await;
        self.find("h1").await.text().await.unwrap()
    }

    /// All that the page says.
    pub(crate) async fn says(&self) -> String {
        self.find("main").await.text().await.unwrap()
    }

    /// What was done, as the page says.
    pub(crate) async fn message(&self) -> String {
        self.find("p.message").await.text().await.unwrap()
    }

    /// The text of the element with this id.
    pub(crate) async fn text(&self, id: &str) -> String {
        self.find(&format!("#{id}")).await.text().await.unwrap()
    }

    /// How many of these our page has.
    pub(crate) async fn count(&self, selector: &str) -> usize {
        self.on_our_site().await;
        self.driver.find_all(By::Css(selector)).await.unwrap().len()
    }

    /// What the API says. The browser is back at its page afterwards.
    pub(crate) async fn me(&self) -> Value {
        let here = self.driver.current_url().await.unwrap();
        self.open("/api/me").await;
        let me = serde_json::from_str(&self.find("pre").await.text().await.unwrap()).unwrap();
        self.driver.goto(here.as_str()).await.unwrap();
        me
    }

    /// Whether nothing sticks out at the side.
    pub(crate) async fn fits(&self) -> bool {
        let script = "return document.documentElement.scrollWidth <= window.innerWidth";
        self.driver.execute(script, Vec::new()).await.unwrap().json().as_bool().unwrap()
    }

    /// Takes a picture of the page.
    pub(crate) async fn picture(&self, name: &str) {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../target/screenshots");
        std::fs::create_dir_all(&folder).unwrap();
        self.find("main").await;
        self.driver.screenshot(&folder.join(format!("{name}.png"))).await.unwrap();
    }

    /// Waits until the browser is back from the provider.
    async fn on_our_site(&self) {
        for _ in 0..100 {
            let page_is_here = self.driver.current_url().await.unwrap().as_str().starts_with(&self.site);
            if page_is_here && self.driver.query(By::Css("main")).nowait().exists().await.unwrap() {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        panic!("the browser is at {}", self.driver.current_url().await.unwrap());
    }

    async fn find(&self, selector: &str) -> WebElement {
        let found = self.driver.query(By::Css(selector)).first().await;
        match found {
            Ok(element) => element,
            Err(error) => {
                panic!("no {selector} at {}: {error} {}", self.driver.current_url().await.unwrap(), self.driver.source().await.unwrap())
            }
        }
    }
}
