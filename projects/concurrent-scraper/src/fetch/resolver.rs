//! Which addresses may be connected to, decided after the name has been resolved: a name can point anywhere.

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

/// Decides for each address whether it may be connected to. Unless told otherwise, all may.
#[derive(Clone, Default)]
pub struct AddressFilter(Option<Arc<dyn Fn(IpAddr) -> bool + Send + Sync>>);

impl AddressFilter {
    /// A filter that lets through what `allows` says.
    pub fn new(allows: impl Fn(IpAddr) -> bool + Send + Sync + 'static) -> AddressFilter {
        AddressFilter(Some(Arc::new(allows)))
    }

    /// Whether this address may be connected to.
    pub fn allows(&self, address: IpAddr) -> bool {
        self.0.as_ref().is_none_or(|allows| allows(address))
    }

    pub(super) fn is_set(&self) -> bool {
        self.0.is_some()
    }
}

impl fmt::Debug for AddressFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_set() { "AddressFilter(set)" } else { "AddressFilter(all)" })
    }
}

/// No address of a host passed the filter.
#[derive(Debug, thiserror::Error)]
#[error("{0} has no address that may be connected to")]
pub(super) struct Refused(String);

/// A resolver whose answers are filtered.
pub(super) struct Filtered {
    resolver: Option<Arc<dyn Resolve>>,
    filter: AddressFilter,
}

impl Filtered {
    pub(super) fn new(resolver: Option<Arc<dyn Resolve>>, filter: AddressFilter) -> Filtered {
        Filtered { resolver, filter }
    }
}

impl Resolve for Filtered {
    fn resolve(&self, name: Name) -> Resolving {
        let host = name.as_str().to_owned();
        let filter = self.filter.clone();
        let resolving = self.resolver.as_ref().map(|resolver| resolver.resolve(name));
        Box::pin(async move {
            let found: Addrs = match resolving {
                Some(resolving) => resolving.await?,
                None => Box::new(tokio::net::lookup_host((host.as_str(), 0)).await?.collect::<Vec<_>>().into_iter()),
            };
            let allowed: Vec<SocketAddr> = found.filter(|address| filter.allows(address.ip())).collect();
            if allowed.is_empty() {
                return Err(Refused(host).into());
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}
