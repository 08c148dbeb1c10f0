//! LoginRadius: its script on a page of ours, and a token that is exchanged at its API.
//! <https://www.loginradius.com/legacy/docs/libraries/identity-experience-framework/>
//!
//! LoginRadius asks other providers; the identifier is the provider's name and the person's there.

use crate::backend::Widget;
use crate::protocol::signed::{
    Call, Departs, Details, Proof, Signed, TokenIn, UidField, keep, keep_as, keep_if_present, optional, required,
};

/// LoginRadius.
pub const LOGINRADIUS: Signed = Signed {
    name: "loginradius",
    title: "LoginRadius",
    docs: "https://www.loginradius.com/legacy/docs/libraries/identity-experience-framework/",
    class_paths: &["social_core.backends.loginradius.LoginRadiusAuth", "social.backends.loginradius.LoginRadiusAuth"],
    client_id_setting: "KEY",
    departure: Departs::Widget(&Widget {
        script: "https://hub.loginradius.com/include/js/LoginRadius.js",
        script_attributes: &[],
        elements: &[&[("id", "loginradius"), ("data-key", "{key}"), ("data-callback", "{callback}")]],
        inline: "LoginRadius_SocialLogin.util.ready(function () { var place = document.getElementById('loginradius'); \
                 var settings = LoginRadius_SocialLogin.lr_login_settings; settings.interfacesize = 'small'; \
                 settings.apikey = place.dataset.key; settings.callback = place.dataset.callback; \
                 settings.lrinterfacecontainer = 'loginradius'; LoginRadius_SocialLogin.init({ login: true }); })",
        origins: &["https://hub.loginradius.com", "https://api.loginradius.com", "https://cdn.loginradius.com"],
    }),
    proof: Proof::Token("token"),
    profile: &[
        Call {
            url: "https://api.loginradius.com/api/v2/access_token",
            token: TokenIn::Nowhere,
            query: &[("token", "{token}"), ("secret", "{secret}")],
            into: "grant",
            ..Call::GET
        },
        Call {
            url: "https://api.loginradius.com/api/v2/userprofile",
            token: TokenIn::Nowhere,
            query: &[("access_token", "{grant.access_token}")],
            ..Call::GET
        },
    ],
    uid: UidField::Joined("ID", "{Provider}-{ID}"),
    details: Details {
        username: "NickName",
        email: "Email[0].Value",
        fullname: "FullName",
        first_name: "FirstName",
        last_name: "LastName",
        ..Details::NONE
    },
    extra_data: &[
        keep_as("grant.access_token", "access_token"),
        keep_as("grant.expires_in", "expires_in"),
        keep("ID"),
        keep("Provider"),
        keep_if_present("refresh_token"),
    ],
    settings: &[required("SECRET", "The API secret."), optional("TEMPLATE", "Has no effect: the page is ours.")],
    refresh_url: "https://api.loginradius.com/api/v2/access_token",
    ..Signed::BASE
};
