//! Real servers, proxies and networks around the stand-in.

pub mod certificates;
pub mod fake_proxy;
pub mod name_server;
pub mod network;
pub mod nginx;
pub mod origin;
pub mod proxied;
pub mod proxies;
pub mod server;
