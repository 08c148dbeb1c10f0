//! `social-auth demo`: a server with a development identity provider beside it, on this machine only.

use std::process::ExitCode;

use serde_json::json;
use social_auth::seal::random_token;
use social_auth::settings::{Origin, Settings};
use social_auth_testkit::{Client, DevProvider, SamlCredential, ServiceProvider};

use super::serve;
use crate::app::Kind;
use crate::cli::Demo;
use crate::config::Config;
use crate::failure::Failure;
use crate::server;

/// The client id of an application that signs people in at the provider by itself, for token sign-in.
const APPLICATION: &str = "social-auth-demo-app";

/// What the demo calls itself as a SAML service provider.
const SERVICE_PROVIDER: &str = "urn:social-auth:demo";

/// Serves until a signal ends it. The environment's settings do not count: a demo is the same everywhere.
pub(crate) async fn run(arguments: Demo) -> Result<ExitCode, Failure> {
    if !arguments.listen.ip().is_loopback() {
        return Err(Failure::DemoForOthers(arguments.listen));
    }
    let mut client = Client::confidential("social-auth-demo", random_token(32));
    client.name = "the social-auth demo".to_owned();
    let provider = DevProvider::builder().client(client.clone()).start().await?;
    provider.register(Client::public(APPLICATION));
    let folder = tempfile::tempdir().map_err(|source| Failure::System { what: "no temporary folder can be made", source })?;
    let database_url = arguments.database_url.clone();
    let database_url = database_url.unwrap_or_else(|| format!("sqlite://{}", folder.path().join("demo.db").display()));
    let mut settings = settings(&provider, &arguments, &database_url);
    add_saml(&mut settings, &provider)?;
    let config = Config::check(settings, Some(provider.mailbox()))?;
    config.logging.start();
    let read_timeout = config.read_timeout;
    let listener = serve::listener(&config).await?;
    let address = server::url_of(&listener)?;
    client.backchannel_logout_uri = Some(format!("{address}/logout/backchannel/dev-oidc/"));
    client.frontchannel_logout_uri = Some(format!("{address}/logout/frontchannel/dev-oidc/"));
    provider.register_service_provider(ServiceProvider::at(SERVICE_PROVIDER, format!("{address}/saml/metadata.xml")));
    provider.register(client);
    let storage = serve::storage(&config.database_url).await?;
    let app = serve::app(config, &listener, &storage, Kind::Demo).await?;
    welcome(&address, &provider, arguments.database_url.as_deref());
    server::run(listener, app, storage, read_timeout).await?;
    Ok(ExitCode::SUCCESS)
}

/// The default pipeline, with two steps that ask.
const WITH_QUESTIONS: &[&str] = &[
    "social_details",
    "social_names",
    "social_uid",
    "auth_allowed",
    "social_user",
    "get_username",
    "choose_username",
    "mail_validation",
    "create_user",
    "associate_user",
    "load_extra_data",
    "user_details",
];

/// The default pipeline of passwords, with letters.
const BY_PASSWORD: &[&str] = &[
    "social_details",
    "social_names",
    "social_uid",
    "auth_allowed",
    "social_user",
    "password",
    "get_username",
    "mail_validation",
    "create_user",
    "associate_user",
    "load_extra_data",
    "user_details",
];

/// A link is enough, also to the account that has the address already.
const BY_LINK: &[&str] = &[
    "social_details",
    "social_names",
    "social_uid",
    "auth_allowed",
    "social_user",
    "get_username",
    "mail_validation",
    "associate_by_email",
    "create_user",
    "associate_user",
    "load_extra_data",
    "user_details",
];

/// The forms of this site's own, which need no provider. Whoever has proved an address by one has by the other.
fn forms(settings: &mut Settings) {
    settings.enable("email", "email", Origin::Code);
    settings.set_for("email", "TITLE", "E-mail and password");
    settings.set_for("email", "PIPELINE", BY_PASSWORD.to_vec());
    settings.enable("email-link", "email", Origin::Code);
    settings.set_for("email-link", "TITLE", "Link by e-mail");
    settings.set_for("email-link", "PIPELINE", BY_LINK.to_vec());
    settings.set_for("email-link", "PASSWORDLESS", true);
    for name in ["email", "email-link"] {
        settings.set_for(name, "ASSOCIATE_BY_EMAIL", "verified");
    }
}

fn settings(provider: &DevProvider, arguments: &Demo, database_url: &str) -> Settings {
    let mut settings = Settings::new();
    settings.set("listen", arguments.listen.to_string());
    settings.set("database_url", database_url);
    // Nothing of a demo need be opened by another process.
    settings.set("secret_key", random_token(32));
    settings.set("log", "warn,social_auth=info");
    settings.set("account_merge", "deactivate");
    forms(&mut settings);
    let url = provider.url();
    let oauth1 = [
        ("TITLE", "Development OAuth 1.0a".to_owned()),
        ("REQUEST_TOKEN_URL", format!("{url}/oauth1/request_token")),
        ("AUTHORIZATION_URL", format!("{url}/oauth1/authorize")),
        ("ACCESS_TOKEN_URL", format!("{url}/oauth1/access_token")),
        ("USER_URL", format!("{url}/oauth1/user")),
    ];
    let oauth2 = [
        ("TITLE", "Development OAuth 2.0".to_owned()),
        ("AUTHORIZATION_URL", format!("{url}/oauth2/authorize")),
        ("ACCESS_TOKEN_URL", format!("{url}/oauth2/token")),
        ("USER_URL", format!("{url}/oauth2/user")),
        ("INTROSPECTION_URL", format!("{url}/oauth2/introspect")),
    ];
    let oidc = [
        ("TITLE", "Development OpenID Connect".to_owned()),
        ("OIDC_ENDPOINT", provider.issuer()),
        ("INTROSPECTION_URL", format!("{url}/oauth2/introspect")),
    ];
    let letter = [("TITLE", "Development (validated e-mail)".to_owned()), ("OIDC_ENDPOINT", provider.issuer())];
    let openid = [
        ("TITLE", "Development OpenID 2.0".to_owned()),
        ("OPENID_IDENTIFIER", provider.openid_identifier()),
        ("OPENID_ALLOW_LOOPBACK", "true".to_owned()),
    ];
    let details = serde_json::json!({
        "username": "login", "email": "email", "email_verified": "email_verified",
        "fullname": "name", "first_name": "given_name", "last_name": "family_name",
    });
    let cas = [("TITLE", "Development CAS".to_owned()), ("SERVER_URL", format!("{url}/cas"))];
    let signed = [("TITLE", "Development DiscourseConnect".to_owned()), ("SERVER_URL", url.to_owned())];
    for (name, kind, own) in [("dev-cas", "cas-ticket", &cas), ("dev-discourse", "discourse", &signed)] {
        settings.enable(name, kind, Origin::Code);
        for (setting, value) in own {
            settings.set_for(name, setting, value.as_str());
        }
    }
    settings.set_for("dev-cas", "USERNAME_KEY", "attributes.uid");
    settings.set_for("dev-discourse", "SECRET", provider.client_secret());
    settings.set_for("dev-oauth1", "DETAILS", details.clone());
    settings.set_for("dev-oauth2", "DETAILS", details);
    settings.set_for("dev-letter", "PIPELINE", WITH_QUESTIONS.to_vec());
    settings.set_for("dev-letter", "FORCE_EMAIL_VALIDATION", true);
    settings.set_for("dev-oauth2", "SCOPE", vec!["profile", "email"]);
    for (name, kind, own) in [
        ("dev-oauth2", "oauth2", oauth2.as_slice()),
        ("dev-oidc", "oidc", oidc.as_slice()),
        ("dev-oauth1", "oauth1", oauth1.as_slice()),
        ("dev-openid", "openid", openid.as_slice()),
        ("dev-letter", "oidc", letter.as_slice()),
    ] {
        settings.enable(name, kind, Origin::Code);
        if kind != "openid" {
            settings.set_for(name, "KEY", provider.client_id());
            settings.set_for(name, "SECRET", provider.client_secret());
        }
        if matches!(kind, "oauth2" | "oidc") {
            settings.set_for(name, "ACCEPTED_AUDIENCES", vec![APPLICATION]);
        }
        for (setting, value) in own {
            settings.set_for(name, setting, value.as_str());
        }
    }
    settings
}

/// SAML, with requests that are signed and a logout that ends the provider's session too.
fn add_saml(settings: &mut Settings, provider: &DevProvider) -> Result<(), Failure> {
    let own = SamlCredential::generate()?;
    let name = "dev-saml";
    settings.enable(name, "saml", Origin::Code);
    settings.set_for(name, "TITLE", "Development SAML 2.0");
    settings.set_for(name, "SP_ENTITY_ID", SERVICE_PROVIDER);
    settings.set_for(name, "SP_PUBLIC_CERT", own.certificate);
    settings.set_for(name, "SP_PRIVATE_KEY", own.private_key);
    settings.set_for(name, "SECURITY_CONFIG", json!({"authnRequestsSigned": true}));
    settings.set_for(name, "LOGOUT_AT_PROVIDER", true);
    let called = "the social-auth demo";
    settings.set_for(name, "ORG_INFO", json!({"en": {"name": called, "displayname": called, "url": "http://localhost/"}}));
    let entry = json!({
        "metadata_url": provider.saml_metadata_url(), "attr_user_permanent_id": "name_id", "allow_idp_initiated": true,
    });
    settings.set_for(name, "ENABLED_IDPS", json!({ "dev": entry }));
    Ok(())
}

fn welcome(address: &str, provider: &DevProvider, database_url: Option<&str>) {
    println!("social-auth listening on {address}");
    println!(
        "
Open {address} in a browser and sign in, by OAuth 2.0, OpenID Connect, OAuth 1.0a, OpenID 2.0, SAML 2.0,
CAS or DiscourseConnect, as
  Alice    with a full profile and a verified e-mail address
  Carol    without an e-mail address
  Dave     with an e-mail address that is not verified
  a new person each time, or the same one again
or decline; or by an e-mail address and a password, or a link by e-mail, as anybody. Then connect the other account, disconnect it, sign out, sign in again. Connect what belongs to
another account, and make the two accounts one.

What a program sees:  curl {address}/api/me
The provider:         {}
Sign-in begun there:  {}
Letters to anybody:   {}/mailbox
The database:         {}

For development only: anybody can sign in as anybody here. Press Ctrl-C to end it.",
        provider.url(),
        provider.saml_initiate_url(SERVICE_PROVIDER, Some("/account/")),
        provider.url(),
        database_url.unwrap_or("a temporary one, gone when this ends")
    );
}
