//! How the browser leaves for the provider.

use crate::form::{Form, FormTemplate};

/// Where the browser goes to sign in, or out.
#[derive(Debug, Clone, PartialEq)]
pub enum Departure {
    /// To this address.
    Redirect(String),
    /// To this address by posting a form: OpenID 2.0 and SAML with long requests.
    Post {
        /// The address.
        action: String,
        /// The fields.
        fields: Vec<(String, String)>,
    },
    /// To a page of this site that asks the person; its form posts to our callback.
    Ask {
        /// What is asked for.
        form: Box<Form>,
        /// The page of the site's own that asks it.
        html: Option<FormTemplate>,
    },
    /// To a page of ours on which the provider's own script asks.
    Widget(WidgetPage),
}

/// A script of the provider's on a page of ours, and what it needs. Values may hold `{names}`: settings in
/// lower case, `{callback}`, `{registered_callback}` (without the state), `{state}` and `{nonce}`.
#[derive(Debug, PartialEq, Eq)]
pub struct Widget {
    /// The script's address, `https://…`.
    pub script: &'static str,
    /// Further attributes of the script's element.
    pub script_attributes: &'static [(&'static str, &'static str)],
    /// Empty elements that the script fills, or reads its values from: the attributes of each.
    pub elements: &'static [&'static [(&'static str, &'static str)]],
    /// What runs when the script is there. Constant: values are read from the elements.
    pub inline: &'static str,
    /// The origins that the script opens frames of, and reaches.
    pub origins: &'static [&'static str],
}

/// A widget with its values.
#[derive(Debug, Clone, PartialEq)]
pub struct WidgetPage {
    /// What never changes.
    pub widget: &'static Widget,
    /// The heading.
    pub title: String,
    /// Attributes of the script's element.
    pub script: Vec<(&'static str, String)>,
    /// Attributes of the elements.
    pub elements: Vec<Vec<(&'static str, String)>>,
}
