//! Which addresses this service connects to on behalf of others.

use concurrent_scraper::fetch::AddressFilter;
use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What is not reachable from everywhere, by the registry of special addresses (RFC 6890), and what is no host's.
const NOT_PUBLIC_V4: [Ipv4Net; 15] = [
    v4([0, 0, 0, 0], 8),       // this network
    v4([10, 0, 0, 0], 8),      // private
    v4([100, 64, 0, 0], 10),   // shared by a provider's customers
    v4([127, 0, 0, 0], 8),     // loopback
    v4([169, 254, 0, 0], 16),  // link-local; clouds give their machines' credentials away here
    v4([172, 16, 0, 0], 12),   // private
    v4([192, 0, 0, 0], 24),    // protocol assignments
    v4([192, 0, 2, 0], 24),    // documentation
    v4([192, 88, 99, 0], 24),  // 6to4 relays
    v4([192, 168, 0, 0], 16),  // private
    v4([198, 18, 0, 0], 15),   // benchmarks
    v4([198, 51, 100, 0], 24), // documentation
    v4([203, 0, 113, 0], 24),  // documentation
    v4([224, 0, 0, 0], 4),     // multicast
    v4([240, 0, 0, 0], 4),     // reserved, broadcast
];

/// All that is given to hosts anywhere. Whatever lies outside is refused: loopback, private (fc00::/7), link-local
/// (fe80::/10), multicast (ff00::/8), and all that nobody has a use for yet.
const PUBLIC_V6: Ipv6Net = v6([0x2000, 0, 0, 0, 0, 0, 0, 0], 3);

/// What is not reachable from everywhere, inside of [`PUBLIC_V6`].
const NOT_PUBLIC_V6: [Ipv6Net; 3] = [
    v6([0x2001, 0, 0, 0, 0, 0, 0, 0], 23), // protocol assignments, Teredo among them
    v6([0x2001, 0xDB8, 0, 0, 0, 0, 0, 0], 32), // documentation
    v6([0x3FFF, 0, 0, 0, 0, 0, 0, 0], 20), // documentation
];

/// IPv4 in IPv6 clothes: as sockets show it, and behind a translator (RFC 6052). The last 32 bits are the address.
const MAPPED: [Ipv6Net; 2] = [v6([0, 0, 0, 0, 0, 0xFFFF, 0, 0], 96), v6([0x64, 0xFF9B, 0, 0, 0, 0, 0, 0], 96)];

/// IPv4 behind a 6to4 relay. The 32 bits behind the prefix are the address.
const SIX_TO_FOUR: Ipv6Net = v6([0x2002, 0, 0, 0, 0, 0, 0, 0], 16);

/// What keeps a fetcher from the others: it is asked for each address, after its name has been resolved.
pub(super) fn filter(allow: &[IpNet]) -> AddressFilter {
    let allow = allow.to_vec();
    AddressFilter::new(move |address| allowed(address, &allow))
}

/// Whether an address may be connected to: it is public (none of loopback, private, link-local, shared, multicast,
/// reserved, documentation, and none of these in IPv6 clothes), or the operator allows it.
pub fn allowed(address: IpAddr, allow: &[IpNet]) -> bool {
    let listed = |address: IpAddr| allow.iter().any(|network| network.contains(&address));
    match address {
        _ if listed(address) => true,
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => match carried(address) {
            Some(carried) => listed(carried.into()) || is_public_v4(carried),
            None => is_public_v6(address),
        },
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    !NOT_PUBLIC_V4.iter().any(|network| network.contains(&address))
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    PUBLIC_V6.contains(&address) && !NOT_PUBLIC_V6.iter().any(|network| network.contains(&address))
}

/// The IPv4 address that an IPv6 address stands for.
fn carried(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let bits = address.to_bits();
    let at = |place: u32| Some(Ipv4Addr::from_bits((bits >> place) as u32));
    match address {
        _ if MAPPED.iter().any(|network| network.contains(&address)) => at(0),
        _ if SIX_TO_FOUR.contains(&address) => at(80),
        _ => None,
    }
}

const fn v4([a, b, c, d]: [u8; 4], length: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), length)
}

const fn v6([a, b, c, d, e, f, g, h]: [u16; 8], length: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, d, e, f, g, h), length)
}
