//! Texts whose form has a name rather than a pattern.

use std::net::{Ipv4Addr, Ipv6Addr};

/// Whether a text has a form; a form that is not known here takes everything.
pub(super) fn has(format: &str, text: &str) -> bool {
    match format {
        "date-time" => is_date_time(text),
        "ipv4" => text.parse::<Ipv4Addr>().is_ok(),
        "ipv6" => text.parse::<Ipv6Addr>().is_ok(),
        "ipv4-network" => network(text, 32, |address| address.parse::<Ipv4Addr>().ok().map(|address| u128::from(address.to_bits()))),
        "ipv6-network" => network(text, 128, |address| address.parse::<Ipv6Addr>().ok().map(Ipv6Addr::to_bits)),
        _ => true,
    }
}

/// What a form looks like, for messages.
pub(super) fn example(format: &str) -> &'static str {
    match format {
        "date-time" => "a date and time, as in `2026-11-28T09:30:00Z`",
        "ipv4" => "an IPv4 address, as in `10.0.0.1`",
        "ipv6" => "an IPv6 address, as in `2001:db8::1`",
        "ipv4-network" => "an IPv4 network without host bits, as in `10.0.0.0/16`",
        "ipv6-network" => "an IPv6 network without host bits, as in `2001:db8::/56`",
        _ => "a text of another form",
    }
}

/// The network that a text means if the address has bits behind the prefix. AWS takes it without them: "CidrBlock" in the template
/// reference of a virtual network, and the API reference of security group rules (both read 2026-11-28).
pub(super) fn without_host_bits(format: &str, text: &str) -> Option<String> {
    let (address, prefix) = text.split_once('/')?;
    let network = match format {
        "ipv4-network" => {
            let address = address.parse::<Ipv4Addr>().ok()?;
            Ipv4Addr::from_bits(address.to_bits() & !u32::MAX.checked_shr(length(prefix, 32)?).unwrap_or(0)).to_string()
        }
        "ipv6-network" => {
            let address = address.parse::<Ipv6Addr>().ok()?;
            Ipv6Addr::from_bits(address.to_bits() & !u128::MAX.checked_shr(length(prefix, 128)?).unwrap_or(0)).to_string()
        }
        _ => return None,
    };
    (network != address).then(|| format!("{network}/{prefix}"))
}

/// The length of a prefix, if an address of that many bits can have it.
fn length(prefix: &str, bits: u32) -> Option<u32> {
    prefix.parse().ok().filter(|length| *length <= bits)
}

/// Whether a text is a network but for the bits behind its prefix.
pub(super) fn has_host_bits(format: &str, text: &str) -> bool {
    let Some((address, prefix)) = text.split_once('/') else { return false };
    match format {
        "ipv4-network" => address.parse::<Ipv4Addr>().is_ok() && length(prefix, 32).is_some(),
        "ipv6-network" => address.parse::<Ipv6Addr>().is_ok() && length(prefix, 128).is_some(),
        _ => false,
    }
}

/// An address and the length of its prefix; what lies behind the prefix is zero.
fn network(text: &str, bits: u32, parse: impl Fn(&str) -> Option<u128>) -> bool {
    let (address, prefix) = text.split_once('/').unwrap_or((text, ""));
    let prefix = if prefix.is_empty() && !text.contains('/') { Some(bits) } else { length(prefix, bits) };
    match (parse(address), prefix) {
        (Some(address), Some(prefix)) => address.checked_shl(128 - bits + prefix).unwrap_or(0) == 0,
        _ => false,
    }
}

/// RFC 3339: `2026-11-28T09:30:00Z`, with a fraction of a second and with an offset.
fn is_date_time(text: &str) -> bool {
    let bytes = text.as_bytes();
    let number = |from: usize, to: usize| -> Option<u32> {
        let part = bytes.get(from..to)?;
        part.iter().all(u8::is_ascii_digit).then(|| part.iter().fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0')))
    };
    let sign = |at: usize, wanted: &[u8]| bytes.get(at).is_some_and(|byte| wanted.contains(byte));
    let day = number(0, 4).is_some()
        && sign(4, b"-")
        && number(5, 7).is_some_and(|month| (1..=12).contains(&month))
        && sign(7, b"-")
        && number(8, 10).is_some_and(|day| (1..=31).contains(&day));
    let time = sign(10, b"Tt")
        && number(11, 13).is_some_and(|hour| hour < 24)
        && sign(13, b":")
        && number(14, 16).is_some_and(|minute| minute < 60)
        && sign(16, b":")
        && number(17, 19).is_some_and(|second| second < 60);
    let mut rest = bytes.get(19..).unwrap_or_default();
    if let [b'.', fraction @ ..] = rest {
        let digits = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if digits == 0 {
            return false;
        }
        rest = fraction.get(digits..).unwrap_or_default();
    }
    let offset = match rest {
        [b'Z' | b'z'] => true,
        [b'+' | b'-', h1, h2, b':', m1, m2] => [h1, h2, m1, m2].iter().all(|byte| byte.is_ascii_digit()),
        _ => false,
    };
    day && time && offset
}

#[cfg(test)]
mod tests {
    use super::{has, without_host_bits};

    #[test]
    fn host_bits_are_cleared() {
        for (format, text, network) in [
            ("ipv4-network", "100.68.0.18/18", Some("100.68.0.0/18")),
            ("ipv4-network", "10.0.0.1/0", Some("0.0.0.0/0")),
            ("ipv4-network", "10.0.0.0/33", None),
            ("ipv4-network", "value/8", None),
            ("ipv4-network", "10.0.0.1/32", None),
            ("ipv6-network", "2001:db8::1/56", Some("2001:db8::/56")),
            ("date-time", "10.0.0.1/8", None),
        ] {
            assert_eq!(without_host_bits(format, text).as_deref(), network, "{format} {text}");
        }
    }

    #[test]
    fn forms_are_told_apart() {
        for (format, right, wrong) in [
            ("date-time", "2026-11-28T09:30:00Z", "2026-11-28"),
            ("date-time", "2026-11-28T09:30:00.5+01:00", "2026-13-28T09:30:00Z"),
            ("date-time", "2026-11-28t09:30:00z", "2026-11-28T24:00:00Z"),
            ("ipv4-network", "10.0.0.0/16", "10.0.0.1/16"),
            ("ipv4-network", "10.0.0.1", "10.0.0.0/33"),
            ("ipv4-network", "0.0.0.0/0", "value"),
            ("ipv6-network", "2001:db8::/56", "2001:db8::1/56"),
            ("ipv6-network", "::/0", "10.0.0.0/16"),
            ("ipv4", "10.0.0.1", "10.0.0"),
        ] {
            assert!(has(format, right), "{format} {right}");
            assert!(!has(format, wrong), "{format} {wrong}");
        }
    }
}
