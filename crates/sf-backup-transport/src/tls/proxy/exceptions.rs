use std::net::IpAddr;

/// The hosts that are reached without the proxy.
#[derive(Debug, Clone, Default)]
pub(super) struct Exceptions(Vec<Exception>);

#[derive(Debug, Clone)]
enum Exception {
    All,
    /// A domain in lower case, without leading and trailing dots.
    Domain(String, Option<u16>),
    Address(IpAddr, Option<u16>),
    Network(IpAddr, u8),
}

impl Exceptions {
    pub(super) fn extend(&mut self, list: &str) {
        let parts = list.split(|c: char| c == ',' || c.is_whitespace());
        self.0.extend(parts.filter(|part| !part.is_empty()).map(Exception::read));
    }

    pub(super) fn contains(&self, host: &str, port: u16) -> bool {
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        let address = host.parse().ok().map(|address: IpAddr| address.to_canonical());
        let is_local = address.map_or(is_below(&host, "localhost"), |address| address.is_loopback());
        is_local || self.0.iter().any(|exception| exception.covers(&host, address, port))
    }
}

impl Exception {
    fn read(text: &str) -> Self {
        if text == "*" {
            return Self::All;
        }
        if let Some((address, length)) = text.split_once('/')
            && let (Some(address), Ok(length)) = (address_of(address), length.parse())
        {
            return Self::Network(address, length);
        }
        if let Some(address) = address_of(text) {
            return Self::Address(address, None);
        }
        let (host, port) = match text.rsplit_once(':') {
            Some((host, port)) => match port.parse() {
                Ok(port) => (host, Some(port)),
                Err(_) => (text, None),
            },
            None => (text, None),
        };
        if let Some(address) = address_of(host) {
            return Self::Address(address, port);
        }
        let name = host.strip_prefix('*').unwrap_or(host).trim_matches('.');
        Self::Domain(name.to_ascii_lowercase(), port)
    }

    fn covers(&self, host: &str, address: Option<IpAddr>, port: u16) -> bool {
        let on = |wanted: &Option<u16>| wanted.is_none_or(|wanted| wanted == port);
        match self {
            Self::All => true,
            Self::Domain(name, wanted) => on(wanted) && address.is_none() && is_below(host, name),
            Self::Address(excepted, wanted) => on(wanted) && address == Some(*excepted),
            Self::Network(network, length) => address.is_some_and(|address| is_within(address, *network, *length)),
        }
    }
}

fn address_of(text: &str) -> Option<IpAddr> {
    let text = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    text.parse().ok().map(|address: IpAddr| address.to_canonical())
}

/// Whether a host is the domain or a subdomain of it.
fn is_below(host: &str, domain: &str) -> bool {
    !domain.is_empty() && host.strip_suffix(domain).is_some_and(|before| before.is_empty() || before.ends_with('.'))
}

fn is_within(address: IpAddr, network: IpAddr, length: u8) -> bool {
    let (address, network, width) = match (address, network) {
        (IpAddr::V4(address), IpAddr::V4(network)) => (address.to_bits().into(), network.to_bits().into(), 32_u32),
        (IpAddr::V6(address), IpAddr::V6(network)) => (address.to_bits(), network.to_bits(), 128),
        _ => return false,
    };
    let differing: u128 = address ^ network;
    match width.checked_sub(u32::from(length)) {
        Some(rest) => differing.checked_shr(rest).unwrap_or_default() == 0,
        None => false,
    }
}
