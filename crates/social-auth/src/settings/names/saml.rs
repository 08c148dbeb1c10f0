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
        setting(
            "SP_PRIVATE_KEY",
            Kind::Secret,
            "Our RSA key of at least 2048 bits, in PEM or base64: signs requests, logouts and metadata, decrypts assertions.",
        ),
        setting(
            "SP_EXTRA",
            Kind::Table,
            "Keys of python3-saml's `sp`: `NameIDFormat` (of names to ask for), `x509certNew` (the certificate that will take the place of \
             ours), `attributeConsumingService` (the attributes that our metadata ask for).",
        ),
        setting("ORG_INFO", Kind::Table, "By language: `name`, `displayname` and `url` of the organization, for our metadata."),
        setting("TECHNICAL_CONTACT", Kind::Table, "`givenName` and `emailAddress`, for our metadata."),
        setting("SUPPORT_CONTACT", Kind::Table, "`givenName` and `emailAddress`, for our metadata."),
        setting(
            "SECURITY_CONFIG",
            Kind::Table,
            "What to sign and what to insist on, in the words of python3-saml: `authnRequestsSigned`, `signMetadata`, \
             `wantMessagesSigned`, `wantAssertionsSigned`, `wantAssertionsEncrypted`, `wantNameId`, `wantNameIdEncrypted`, \
             `wantAttributeStatement`, `allowRepeatAttributeName`, `signatureAlgorithm`, `digestAlgorithm`, `requestedAuthnContext`, \
             `requestedAuthnContextComparison`, `failOnAuthnContextMismatch`, `metadataValidUntil`, `metadataCacheDuration`. \
             Messages of logout are signed always, SHA-1 is refused always unless an identity provider's entry allows it.",
        ),
        setting(
            "ENABLED_IDPS",
            Kind::Table,
            "Identity providers by short name. Each by its metadata (`metadata_url` or `metadata_file`, with `entity_id` to choose one of \
             several, `metadata_cert` to check their signature, `federation` to take all), or written out: `entity_id`, `url`, `binding` \
             (`redirect` or `post`), `slo_url`, `slo_response_url`, `slo_binding`, `x509cert` (one or several), `x509certMulti`. Besides: \
             `trust_email`, `allow_idp_initiated`, `allow_sha1`, `allow_small_keys`, `force_authn`, `name_id_format`, \
             `required_attributes`, and the attributes `attr_user_permanent_id`, `attr_username`, `attr_email`, `attr_full_name`, \
             `attr_first_name`, `attr_last_name`, `attr_groups`; `name_id` stands for the subject's name.",
        ),
        setting(
            "ALLOW_IDP_INITIATED",
            Kind::Switch,
            "Whether sign-ins may begin at an identity provider whose entry does not say `allow_idp_initiated`. Anybody can sign \
             somebody else's browser in with such an answer to an account of their own.",
        )
        .or("false"),
        setting("ALLOWED_CLOCK_DRIFT", Kind::Integer(0), "Seconds by which identity providers' clocks may differ from ours, 300 at most.")
            .or("60"),
    ],
};
