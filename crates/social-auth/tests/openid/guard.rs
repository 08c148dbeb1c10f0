//! Which addresses a stranger can have us reach (CVE-2019-11027 and its relatives).

use social_auth::http::{ClientOptions, Guard, Outgoing, ReqwestTransport, Transport};
use url::Url;

/// Addresses that lead into this machine or its network, in every notation that a browser reads.
const INSIDE: &[&str] = &[
    // Loopback.
    "http://127.0.0.1/",
    "http://127.0.0.1:80/",
    "https://127.0.0.1/",
    "http://127.1/",
    "http://127.0.1/",
    "http://127.255.255.254/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0x7f.0.0.1/",
    "http://0x7f.1/",
    "http://0177.0.0.1/",
    "http://0177.1/",
    "http://017700000001/",
    "http://0x7f.0x0.0x0.0x1/",
    "http://127.0.0.1./",
    "http://%31%32%37.0.0.1/",
    "http://１２７.0.0.1/",
    "http://127。0。0。1/",
    "http://①②⑦.0.0.1/",
    "http://[::1]/",
    "http://[0:0:0:0:0:0:0:1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[::127.0.0.1]/",
    "http://[64:ff9b::127.0.0.1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[64:ff9b:1::7f00:1]/",
    "http://[2002:7f00:1::]/",
    "http://[2002:7f00:1::1]/",
    "http://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/",
    "http://localhost/",
    "http://LOCALHOST/",
    "http://localhost./",
    "http://a.localhost/",
    "http://localhost.localdomain/",
    // This host.
    "http://0/",
    "http://0.0.0.0/",
    "http://0x0/",
    "http://0.0.0.1/",
    "http://0.1.2.3/",
    "http://[::]/",
    "http://[::ffff:0.0.0.0]/",
    // Private networks.
    "http://10.0.0.1/",
    "http://10.255.255.255/",
    "http://167772161/",
    "http://0xa000001/",
    "http://012.0.0.1/",
    "http://172.16.0.1/",
    "http://172.31.255.255/",
    "http://0xac100001/",
    "http://192.168.0.1/",
    "http://192.168.1/",
    "http://3232235521/",
    "http://0300.0250.0.1/",
    "http://[::ffff:10.0.0.1]/",
    "http://[::ffff:192.168.0.1]/",
    "http://[::ffff:c0a8:1]/",
    "http://[64:ff9b::10.0.0.1]/",
    "http://[64:ff9b::192.168.0.1]/",
    "http://[2002:a00:1::]/",
    "http://[2002:c0a8:1::]/",
    "http://[fc00::1]/",
    "http://[fd12:3456:789a::1]/",
    "http://[fec0::1]/",
    // Link-local, and what clouds keep there.
    "http://169.254.0.1/",
    "http://169.254.169.254/",
    "http://169.254.169.254/latest/meta-data/",
    "http://2852039166/",
    "http://0xa9fea9fe/",
    "http://0251.0376.0251.0376/",
    "http://[::ffff:169.254.169.254]/",
    "http://[::ffff:a9fe:a9fe]/",
    "http://[64:ff9b::169.254.169.254]/",
    "http://[2002:a9fe:a9fe::]/",
    "http://[fe80::1]/",
    "http://[febf::1]/",
    "http://[fd00:ec2::254]/",
    "http://metadata.google.internal/",
    "http://100.100.100.200/",
    // Shared, reserved, documentation, benchmarks, multicast.
    "http://100.64.0.1/",
    "http://100.127.255.255/",
    "http://192.0.0.1/",
    "http://192.0.2.1/",
    "http://192.88.99.1/",
    "http://198.18.0.1/",
    "http://198.19.255.255/",
    "http://198.51.100.1/",
    "http://203.0.113.1/",
    "http://224.0.0.1/",
    "http://239.255.255.255/",
    "http://240.0.0.1/",
    "http://255.255.255.255/",
    "http://4294967295/",
    "http://[2001:db8::1]/",
    "http://[2001:2::1]/",
    "http://[2001:10::1]/",
    "http://[3fff::1]/",
    "http://[100::1]/",
    "http://[ff02::1]/",
    "http://[5f00::1]/",
    // Names of the network inside.
    "http://intranet/",
    "http://router.lan/",
    "http://printer.local/",
    "http://db.internal/",
    "http://nas.home.arpa/",
    "http://host.corp/",
    // Other ports, schemes and credentials.
    "http://example.com:22/",
    "http://example.com:8080/",
    "https://example.com:6379/",
    "http://user@example.com/",
    "http://user:password@example.com/",
    "ftp://example.com/",
    "file:///etc/passwd",
    "gopher://example.com/",
    "data:text/html,x",
];

#[test]
fn outbound_client_refuses_private_ranges_whatever_their_notation() {
    let guard = Guard::default();
    assert!(INSIDE.len() >= 100);
    // What cannot be read is not reached either.
    let reached: Vec<_> = INSIDE.iter().filter(|text| Url::parse(text).is_ok_and(|url| guard.check(&url).is_ok())).collect();
    assert_eq!(reached, Vec::<&&str>::new());
}

#[test]
fn public_addresses_are_reached() {
    let guard = Guard { ports: vec![8443], ..Guard::default() };
    for text in [
        "https://example.com/me",
        "http://example.com/",
        "https://sub.example.co.uk:443/",
        "http://example.com:80/",
        "https://example.com:8443/",
        "http://1.1.1.1/",
        "http://172.32.0.1/",
        "http://100.128.0.1/",
        "http://192.0.1.1/",
        "http://[2606:4700:4700::1111]/",
        "https://xn--bcher-kva.example/",
        "http://localhost.example.com/",
    ] {
        assert!(guard.check(&Url::parse(text).unwrap()).is_ok(), "{text}");
    }
}

#[test]
fn loopback_can_be_allowed_and_nothing_else_with_it() {
    let guard = Guard { allow_loopback: true, ..Guard::default() };
    for text in ["http://127.0.0.1:8080/", "http://localhost:9000/", "http://[::1]:8080/", "http://op.localhost/"] {
        assert!(guard.check(&Url::parse(text).unwrap()).is_ok(), "{text}");
    }
    for text in ["http://10.0.0.1/", "http://169.254.169.254/", "http://example.com:8080/", "http://intranet/"] {
        assert!(guard.check(&Url::parse(text).unwrap()).is_err(), "{text}");
    }
}

#[tokio::test]
async fn outbound_client_refuses_private_ranges_after_dns() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let guard = Guard { ports: vec![port], ..Guard::default() };
    let transport = ReqwestTransport::new(&ClientOptions::default().guarded(guard)).unwrap();
    // The name of this machine resolves without a network, to an address that is not public.
    let this_machine = std::fs::read_to_string("/etc/hostname").unwrap_or_default();
    for host in ["127.0.0.1", "[::1]", "localhost", this_machine.trim()] {
        let Ok(request) = Outgoing::get(&format!("http://{host}:{port}/")) else { continue };
        assert!(transport.send(request).await.is_err(), "{host}");
    }
    assert!(tokio::time::timeout(std::time::Duration::from_millis(100), listener.accept()).await.is_err(), "somebody came");
}
