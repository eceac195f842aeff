//! Which addresses may be connected to: the borders of every block.

use async_api::audit::addresses::allowed;
use ipnet::IpNet;
use std::net::IpAddr;

fn check(address: &str, expected: bool, allow: &[IpNet]) {
    let parsed: IpAddr = address.parse().unwrap();
    assert_eq!(allowed(parsed, allow), expected, "{address}");
}

/// The first and the last of each block are refused, their neighbours are not unless they are in the next block.
#[test]
fn blocks_end_where_they_end() {
    let blocks = [
        (None, "0.0.0.0", "0.255.255.255", Some("1.0.0.0")),
        (Some("9.255.255.255"), "10.0.0.0", "10.255.255.255", Some("11.0.0.0")),
        (Some("100.63.255.255"), "100.64.0.0", "100.127.255.255", Some("100.128.0.0")),
        (Some("126.255.255.255"), "127.0.0.0", "127.255.255.255", Some("128.0.0.0")),
        (Some("169.253.255.255"), "169.254.0.0", "169.254.255.255", Some("169.255.0.0")),
        (Some("172.15.255.255"), "172.16.0.0", "172.31.255.255", Some("172.32.0.0")),
        (Some("191.255.255.255"), "192.0.0.0", "192.0.0.255", Some("192.0.1.0")),
        (Some("192.0.1.255"), "192.0.2.0", "192.0.2.255", Some("192.0.3.0")),
        (Some("192.88.98.255"), "192.88.99.0", "192.88.99.255", Some("192.88.100.0")),
        (Some("192.167.255.255"), "192.168.0.0", "192.168.255.255", Some("192.169.0.0")),
        (Some("198.17.255.255"), "198.18.0.0", "198.19.255.255", Some("198.20.0.0")),
        (Some("198.51.99.255"), "198.51.100.0", "198.51.100.255", Some("198.51.101.0")),
        (Some("203.0.112.255"), "203.0.113.0", "203.0.113.255", Some("203.0.114.0")),
        (Some("223.255.255.255"), "224.0.0.0", "239.255.255.255", None),
        (None, "240.0.0.0", "255.255.255.255", None),
        (None, "::", "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", Some("2000::")),
        (None, "64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff", None),
        (None, "100::", "100::ffff:ffff:ffff:ffff", None),
        (
            Some("2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
            "2001::",
            "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff",
            Some("2001:200::"),
        ),
        (
            Some("2001:db7:ffff:ffff:ffff:ffff:ffff:ffff"),
            "2001:db8::",
            "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff",
            Some("2001:db9::"),
        ),
        (
            Some("3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
            "3fff::",
            "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff",
            Some("3fff:1000::"),
        ),
        (Some("3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"), "4000::", "5f00::", None),
        (None, "fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", None),
        (None, "fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", None),
        (None, "fec0::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", None),
        (None, "ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", None),
    ];
    for (before, first, last, behind) in blocks {
        check(first, false, &[]);
        check(last, false, &[]);
        [before, behind].into_iter().flatten().for_each(|neighbour| check(neighbour, true, &[]));
    }
}

#[test]
fn an_ipv4_address_in_other_clothes_counts_as_what_it_is() {
    let cases = [
        ("::1", false),
        ("::127.0.0.1", false),
        ("::8.8.8.8", false),
        ("::ffff:127.0.0.1", false),
        ("::ffff:169.254.169.254", false),
        ("::ffff:8.8.8.8", true),
        ("::ffff:0:127.0.0.1", false),
        ("64:ff9b::10.0.0.1", false),
        ("64:ff9b::8.8.8.8", true),
        ("64:ff9b::1:8.8.8.8", false),
        ("2002:7f00:1::", false),
        ("2002:c0a8:101:5:6:7:8:9", false),
        ("2002:808:808::1", true),
        ("2002:e000::", false),
    ];
    for (address, expected) in cases {
        check(address, expected, &[]);
    }
}

#[test]
fn the_operator_may_allow_what_is_refused() {
    let allow: Vec<IpNet> = ["127.0.0.0/8", "fd00::/16", "10.1.2.3/32"].map(|net| net.parse().unwrap()).to_vec();
    let cases = [
        ("127.0.0.1", true),
        ("::ffff:127.0.0.1", true),
        ("64:ff9b::127.255.255.255", true),
        ("2002:7f00:1::", true),
        ("128.0.0.0", true),
        ("10.1.2.3", true),
        ("10.1.2.4", false),
        ("::1", false),
        ("fd00::1", true),
        ("fd01::1", false),
    ];
    for (address, expected) in cases {
        check(address, expected, &allow);
    }
}
