//! VK's OpenAPI: its script signs in on a page of ours and leaves a signed cookie.
//! <https://dev.vk.com/en/widgets/auth>
//!
//! The identifier is the signed one (`mid`). Names would come from the browser alone, so none are taken.

use crate::backend::Widget;
use crate::protocol::signed::{Algorithm, Departs, Details, Fields, Mac, Proof, Signed, Text, UidField, keep, optional, required};

/// VK by OpenAPI.
pub const VK_OPENAPI: Signed = Signed {
    name: "vk-openapi",
    title: "VK",
    icon: "vk",
    docs: "https://dev.vk.com/en/widgets/auth",
    class_paths: &[
        "social_core.backends.vk.VKontakteOpenAPI",
        "social.backends.vk.VKontakteOpenAPI",
        "social_auth.backends.contrib.vkontakte.VKontakteBackend",
    ],
    departure: Departs::Widget(&Widget {
        script: "https://vk.com/js/api/openapi.js",
        script_attributes: &[],
        elements: &[&[("id", "vk-auth"), ("data-app", "{app_id}"), ("data-callback", "{callback}")]],
        inline: "(function () { var place = document.getElementById('vk-auth'); VK.init({ apiId: Number(place.dataset.app) }); \
                 var button = document.createElement('button'); button.textContent = 'VK'; place.append(button); \
                 button.onclick = function () { VK.Auth.login(function (answer) { if (answer.session) { location.assign(place.dataset.callback); } }); }; }())",
        origins: &["https://vk.com", "https://login.vk.com", "https://oauth.vk.com"],
    }),
    proof: Proof::Mac(Mac {
        fields: Fields::Cookie("vk_app_{app_id}"),
        text: Text::Run(&["expire", "mid", "secret", "sid"]),
        signature: "sig",
        algorithm: Algorithm::Md5(""),
        expires: "expire",
        ..Mac::BASE
    }),
    uid: UidField::Joined("id", "mid"),
    details: Details { username: "mid", ..Details::NONE },
    extra_data: &[keep("mid")],
    settings: &[
        required("APP_ID", "The number of the application at VK."),
        required("SECRET", "The application's secure key."),
        optional("ID", "The documentation's name of APP_ID."),
    ],
    ..Signed::BASE
};
