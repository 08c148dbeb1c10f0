//! Request parameters, from a query or a form.

use url::form_urlencoded;

/// Parameters in their order. Those without a value count as absent (RFC 6749 section 3.1).
#[derive(Clone, Default)]
pub(crate) struct Params(Vec<(String, String)>);

impl Params {
    pub(crate) fn parse(encoded: &str) -> Self {
        let pairs = form_urlencoded::parse(encoded.as_bytes()).into_owned();
        Self(pairs.filter(|(_, value)| !value.is_empty()).collect())
    }

    /// The first value.
    pub(crate) fn first(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// All of them.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// A parameter that came more than once, which OAuth 2.0 forbids (RFC 6749 section 3.1).
    /// `resource` may repeat (RFC 8707 section 2).
    pub(crate) fn repeated(&self) -> Option<&str> {
        self.0
            .iter()
            .enumerate()
            .find(|(position, (key, _))| key != "resource" && self.0.iter().take(*position).any(|(earlier, _)| earlier == key))
            .map(|(_, (key, _))| key.as_str())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn repeated_and_empty_parameters_are_seen() {
        let params = Params::parse("a=1&b=&c=x+y&a=2");
        assert_eq!(params.repeated(), Some("a"));
        assert_eq!(params.first("b"), None);
        assert_eq!(params.first("c"), Some("x y"));
        assert_eq!(Params::parse("resource=1&resource=2&b=&b=").repeated(), None);
    }
}
