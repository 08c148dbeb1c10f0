//! Settings of SAML backends.

use super::Group;
use crate::settings::kind::{Kind, SettingDecl};

const fn setting(name: &'static str, kind: Kind, doc: &'static str) -> SettingDecl {
    SettingDecl::new(name, kind, doc)
}

pub(super) const GROUP: Group = Group {
    title: "SAML",
    doc: "Our metadata stands at `saml/metadata.xml`; a sign-in names its identity provider by `?idp=`. Needs the `saml` feature of the \
          library, which the server has.",
    protocols: &["saml"],
    settings: &[
        setting("SP_ENTITY_ID", Kind::Text, "The name by which identity providers know this site, usually an URL."),
        setting("SP_PUBLIC_CERT", Kind::Text, "Our certificate, in PEM or base64, for our metadata."),
        setting("SP_PRIVATE_KEY", Kind::Secret, "Our RSA key, in PEM or base64: signs requests, decrypts assertions."),
        setting("SP_EXTRA", Kind::Table, "`NameIDFormat`: the format of names to ask for."),
        setting("ORG_INFO", Kind::Table, "By language: `name`, `displayname` and `url` of the organization, for our metadata."),
        setting("TECHNICAL_CONTACT", Kind::Table, "`givenName` and `emailAddress`, for our metadata."),
        setting("SUPPORT_CONTACT", Kind::Table, "`givenName` and `emailAddress`, for our metadata."),
        setting(
            "SECURITY_CONFIG",
            Kind::Table,
            "What to sign and what to insist on, in the words of python3-saml: `authnRequestsSigned`, `signMetadata`, \
             `wantMessagesSigned`, `wantAssertionsSigned`, `wantAssertionsEncrypted`, `signatureAlgorithm`, `digestAlgorithm`, \
             `requestedAuthnContext`, `requestedAuthnContextComparison`, `metadataValidUntil`, `metadataCacheDuration`.",
        ),
        setting(
            "ENABLED_IDPS",
            Kind::Table,
            "Identity providers by short name: `entity_id`, `url`, `x509cert` (one or several), `binding` (`redirect` or `post`), \
             `trust_email`, and the attributes `attr_user_permanent_id`, `attr_username`, `attr_email`, `attr_full_name`, \
             `attr_first_name`, `attr_last_name`, `attr_groups`; `name_id` stands for the subject's name.",
        ),
        setting("ALLOWED_CLOCK_DRIFT", Kind::Integer(0), "Seconds by which identity providers' clocks may differ from ours, 300 at most.")
            .or("60"),
    ],
};
