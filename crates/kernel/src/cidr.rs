//! Ranges of addresses: where tokens may call from, and whose word counts for where a call comes from.

use std::fmt;
use std::net::IpAddr;

/// A range of addresses: `10.1.0.0/16`, `2001:db8::/32`, or one address.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cidr {
    base: IpAddr,
    bits: u32,
}

impl Cidr {
    /// The range that a text names, or none.
    pub fn parse(text: &str) -> Option<Cidr> {
        let (base, bits) = text.split_once('/').map_or((text, None), |(base, bits)| (base, Some(bits)));
        let (written, base) = base.parse::<IpAddr>().ok().map(|ip| (ip, ip.to_canonical()))?;
        let width = if base.is_ipv4() { 32 } else { 128 };
        // Of an IPv4 address wrapped in IPv6 the wrapping is 96 bits of the network.
        let wrapping = if base == written { 0 } else { 96 };
        let bits = match bits {
            Some(bits) => bits.parse::<u32>().ok()?.checked_sub(wrapping).filter(|bits| *bits <= width)?,
            None => width,
        };
        Some(Cidr { base, bits })
    }

    /// Whether an address lies in the range; an IPv4 address wrapped in IPv6 counts as itself.
    pub fn holds(self, ip: IpAddr) -> bool {
        match (self.base, ip.to_canonical()) {
            (IpAddr::V4(base), IpAddr::V4(ip)) => {
                let shift = 32 - self.bits;
                u64::from(u32::from(base)) >> shift == u64::from(u32::from(ip)) >> shift
            }
            (IpAddr::V6(base), IpAddr::V6(ip)) => {
                self.bits == 0 || u128::from(base) >> (128 - self.bits) == u128::from(ip) >> (128 - self.bits)
            }
            _ => false,
        }
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.base, self.bits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r_plat_025_and_053_ranges_of_addresses() {
        let holds = |cidr: &str, ip: &str| Cidr::parse(cidr).unwrap().holds(ip.parse().unwrap());
        assert!(holds("10.1.0.0/16", "10.1.200.3") && !holds("10.1.0.0/16", "10.2.0.1"));
        assert!(holds("192.168.1.7", "192.168.1.7") && !holds("192.168.1.7", "192.168.1.8"));
        assert!(holds("0.0.0.0/0", "8.8.8.8") && !holds("0.0.0.0/0", "2001:db8::1"));
        assert!(holds("2001:db8::/32", "2001:db8:5::1") && !holds("2001:db8::/32", "2001:db9::1"));
        assert!(holds("::/0", "2001:db8::1") && holds("10.0.0.0/8", "::ffff:10.9.9.9"));
        assert!(holds("::ffff:10.0.0.7", "10.0.0.7") && holds("fd00::/8", "fd12::1") && !holds("fd00::/8", "10.0.0.1"));
        assert!(holds("::ffff:10.0.0.0/104", "10.9.9.9") && !holds("::ffff:10.0.0.0/104", "11.0.0.1"));
        assert!(holds("::ffff:0:0/96", "8.8.8.8") && !holds("::ffff:0:0/96", "2001:db8::1"));
        for wrong in [
            "::ffff:10.0.0.0/64",
            "10.1.0.0/33",
            "10.1/16",
            "x",
            "",
            "10.0.0.0/-1",
            "10.0.0.0/x",
            "::/129",
            "proxy.example",
        ] {
            assert_eq!(Cidr::parse(wrong), None, "{wrong}");
        }
    }
}
