//! The proxy that Windows is set to, for programs without one of their own.

/// What Windows keeps under `Internet Settings`, for each user or, by a policy, for the machine.
#[derive(Default)]
pub(super) struct System {
    /// `ProxyServer`, unless `ProxyEnable` is 0: one address, or `http=...;https=...;socks=...`.
    servers: String,
    /// `ProxyOverride`: hosts and patterns, separated by semicolons.
    pub(super) except: String,
    /// `AutoConfigURL` is set.
    pub(super) has_script: bool,
}

impl System {
    /// The proxy for https, if there is one, as a URL.
    pub(super) fn url(&self) -> Option<String> {
        let named = |kind: &str| {
            let entries = self.servers.split(';').filter_map(|entry| entry.split_once('='));
            { entries }.find(|(name, _)| name.trim().eq_ignore_ascii_case(kind)).map(|(_, server)| server.trim())
        };
        let url = if self.servers.contains('=') {
            named("https").map(str::to_owned).or_else(|| Some(format!("socks5://{}", named("socks")?)))
        } else {
            Some(self.servers.trim().to_owned())
        };
        url.filter(|url| !url.is_empty())
    }

    #[cfg(windows)]
    pub(super) fn read() -> Self {
        use windows_registry::{CURRENT_USER, LOCAL_MACHINE};
        const POLICY: &str = r"Software\Policies\Microsoft\Windows\CurrentVersion\Internet Settings";
        const SETTINGS: &str = r"Software\Microsoft\Windows\CurrentVersion\Internet Settings";
        let policy = LOCAL_MACHINE.open(POLICY).and_then(|key| key.get_u32("ProxySettingsPerUser"));
        let whose = if policy.is_ok_and(|per_user| per_user == 0) { LOCAL_MACHINE } else { CURRENT_USER };
        let Ok(key) = whose.open(SETTINGS) else { return Self::default() };
        let text = |name: &str| key.get_string(name).unwrap_or_default();
        let is_on = key.get_u32("ProxyEnable").is_ok_and(|on| on != 0);
        Self {
            servers: if is_on { text("ProxyServer") } else { String::new() },
            except: text("ProxyOverride"),
            has_script: !text("AutoConfigURL").trim().is_empty(),
        }
    }

    #[cfg(not(windows))]
    pub(super) fn read() -> Self {
        Self::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_proxy_for_https_is_taken() {
        for (servers, url) in [
            ("", None),
            ("proxy.example.com:8080", Some("proxy.example.com:8080")),
            ("http://proxy.example.com:8080", Some("http://proxy.example.com:8080")),
            ("http=a:1;https=b:2;socks=c:3", Some("b:2")),
            ("http=a:1; HTTPS = http://b:2", Some("http://b:2")),
            ("http=a:1;socks=c:3", Some("socks5://c:3")),
            ("http=a:1", None),
            ("https=", None),
        ] {
            let system = System { servers: servers.to_owned(), ..System::default() };
            assert_eq!(system.url().as_deref(), url, "{servers}");
        }
    }
}
