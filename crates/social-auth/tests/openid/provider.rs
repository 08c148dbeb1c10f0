//! A provider in memory, and the pages of people.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use aws_lc_rs::{digest, hmac};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderName, HeaderValue};
use num_bigint::BigUint;
use social_auth::error::{Error, Reason, Result};
use social_auth::http::{Incoming, Outgoing, Transport};

pub const ENDPOINT: &str = "https://op.example.com/auth";
const MODULUS: &[u8] = b"DCF93A0B883972EC0E19989AC5A2CE310E1D37717E8D9571BB7623731866E61EF75A2E27898B057F9891C2E27A639C3F29B60814581CD3B2CA3986D2683705577D45C2E7E52DC81C7A171876E5CEA74B1448BFDFAF18828EFD2519F14E45E3826634AF1949E5B535CC829A483B8A76223E5D490A257F05BDFF16F2FB22C583AB";
/// The key that the provider keeps to itself.
const PRIVATE_KEY: [u8; 32] = [9; 32];
/// The key that it shares by association.
const SHARED_KEY: [u8; 32] = [4; 32];

pub type Fields = Vec<(String, String)>;

#[derive(Default)]
pub struct Provider {
    /// What stands at an address: status, headers, body.
    pub pages: Mutex<BTreeMap<String, (u16, Vec<(&'static str, String)>, String)>>,
    pub associates: bool,
    /// Every address that was asked for, and the mode of what was posted.
    pub asked: Mutex<Vec<String>>,
}

impl Provider {
    pub fn page(&self, url: &str, headers: &[(&'static str, &str)], body: &str) {
        let headers = headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        self.pages.lock().unwrap().insert(url.to_owned(), (200, headers, body.to_owned()));
    }

    pub fn redirect(&self, url: &str, location: &str) {
        self.pages.lock().unwrap().insert(url.to_owned(), (302, vec![("location", location.to_owned())], String::new()));
    }

    /// A document that names this provider for an address.
    pub fn xrds(&self, url: &str, kind: &str, local_id: &str) {
        let local = if local_id.is_empty() { String::new() } else { format!("<LocalID>{local_id}</LocalID>") };
        let body = format!(
            "<xrds:XRDS xmlns:xrds='xri://$xrds' xmlns='xri://$xrd*($v*2.0)'><XRD><Service><Type>http://specs.openid.net/auth/2.0/{kind}</Type>\
             <Type>http://openid.net/srv/ax/1.0</Type><URI>{ENDPOINT}</URI>{local}</Service></XRD></xrds:XRDS>"
        );
        self.page(url, &[("content-type", "application/xrds+xml; charset=utf-8")], &body);
    }

    pub fn was_asked(&self, what: &str) -> bool {
        self.asked.lock().unwrap().iter().any(|asked| asked == what)
    }

    fn associate(&self, form: &BTreeMap<String, String>) -> String {
        if !self.associates {
            return "error:no\nerror_code:unsupported\n".to_owned();
        }
        assert_eq!(form["openid.assoc_type"], "HMAC-SHA256");
        let modulus = BigUint::parse_bytes(MODULUS, 16).unwrap();
        let public = BigUint::from_bytes_be(&STANDARD.decode(&form["openid.dh_consumer_public"]).unwrap());
        let secret = BigUint::from_bytes_be(&[77; 100]);
        let mask = digest::digest(&digest::SHA256, &two_complement(&public.modpow(&secret, &modulus)));
        let hidden: Vec<u8> = SHARED_KEY.iter().zip(mask.as_ref()).map(|(key, mask)| key ^ mask).collect();
        let server = two_complement(&BigUint::from(2_u32).modpow(&secret, &modulus));
        format!(
            "ns:http://specs.openid.net/auth/2.0\nassoc_handle:shared\nassoc_type:HMAC-SHA256\nsession_type:DH-SHA256\nexpires_in:3600\n\
             dh_server_public:{}\nenc_mac_key:{}\n",
            STANDARD.encode(server),
            STANDARD.encode(hidden)
        )
    }
}

fn two_complement(number: &BigUint) -> Vec<u8> {
    let bytes = number.to_bytes_be();
    if bytes[0] >= 0x80 { [vec![0], bytes].concat() } else { bytes }
}

/// Signs all fields but the mode.
pub fn sign(fields: &mut Fields) {
    let names: Vec<String> = fields
        .iter()
        .filter_map(|(name, _)| name.strip_prefix("openid."))
        .filter(|name| !["mode", "ns", "signed", "sig"].contains(name))
        .map(str::to_owned)
        .collect();
    sign_only(fields, &names.join(","));
}

pub fn sign_only(fields: &mut Fields, names: &str) {
    fields.retain(|(name, _)| name != "openid.signed" && name != "openid.sig");
    fields.push(("openid.signed".to_owned(), names.to_owned()));
    let sig = signature(fields);
    fields.push(("openid.sig".to_owned(), sig));
}

fn get<'f>(fields: &'f Fields, name: &str) -> &'f str {
    fields.iter().find(|(found, _)| found == name).map_or("", |(_, value)| value)
}

fn signature(fields: &Fields) -> String {
    let line = |name: &str| format!("{name}:{}\n", get(fields, &format!("openid.{name}")));
    let text: String = get(fields, "openid.signed").split(',').map(line).collect();
    let key = if get(fields, "openid.assoc_handle") == "shared" { SHARED_KEY } else { PRIVATE_KEY };
    STANDARD.encode(hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), text.as_bytes()))
}

/// Carries requests to the provider.
pub struct Wire(pub Arc<Provider>);

#[async_trait]
impl Transport for Wire {
    async fn send(&self, request: Outgoing) -> Result<Incoming> {
        let provider = &self.0;
        if request.method == http::Method::POST {
            let mut fields: Fields = url::form_urlencoded::parse(&request.body).into_owned().collect();
            let form: BTreeMap<String, String> = fields.iter().cloned().collect();
            // The mode was another when the answer was signed.
            fields.retain(|(name, _)| name != "openid.mode");
            fields.push(("openid.mode".to_owned(), "id_res".to_owned()));
            provider.asked.lock().unwrap().push(form["openid.mode"].clone());
            // Keys that are shared are no business of check_authentication (11.4.2.2).
            let is_private = form.get("openid.assoc_handle").is_none_or(|handle| handle != "shared");
            let body = match form["openid.mode"].as_str() {
                "associate" => provider.associate(&form),
                _ if is_private && signature(&fields) == form["openid.sig"] => "is_valid:true\n".to_owned(),
                _ => "is_valid:false\n".to_owned(),
            };
            let status = if body.starts_with("error") { 400 } else { 200 };
            return Ok(Incoming { status, headers: HeaderMap::new(), body: body.into() });
        }
        provider.asked.lock().unwrap().push(request.url.to_string());
        let found = provider.pages.lock().unwrap().get(request.url.as_str()).cloned();
        let Some((status, headers, body)) = found else {
            return Err(Error::new(Reason::ConnectionFailed));
        };
        let headers = headers.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap())).collect();
        Ok(Incoming { status, headers, body: body.into() })
    }
}
