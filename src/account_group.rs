//! The account group of a call: in the URL, once, as whoever is nearest to the call names it.

use http::Uri;
use percent_encoding::percent_decode_str;

use crate::error::{Error, Result};
use crate::status::Status;
use crate::target::add;

/// The query parameter that names it.
const NAME: &str = "aid";

/// The longest that a message quotes; those of the API are numbers.
const LONGEST: usize = 40;

/// The account groups that a call may be for.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct AccountGroup<'a> {
    /// Set for this call; empty: none.
    pub(crate) of_call: Option<&'a str>,
    /// Set for all calls of the client.
    pub(crate) of_client: &'a str,
}

impl AccountGroup<'_> {
    /// Adds the account group to a URL. One that the URL has goes before the client's, as in a link to the next page;
    /// the call's own must be the same.
    pub(crate) fn put_into(self, url: &mut String) -> Result<()> {
        let named: Vec<String> = all_in(url).collect();
        match (named.as_slice(), self.of_call) {
            ([], of_call) => {
                let id = of_call.unwrap_or(self.of_client);
                if !id.is_empty() {
                    add(url, NAME, id);
                }
                Ok(())
            }
            ([one], Some(of_call)) if one != of_call => Err(ambiguous(one, of_call)),
            ([_], _) => Ok(()),
            ([first, second, ..], _) => Err(ambiguous(first, second)),
        }
    }
}

/// The account group in a URL; `None`: the user's login account group.
pub(crate) fn of(url: &Uri) -> Option<String> {
    all_in(&url.to_string()).next().filter(|group| !group.is_empty())
}

/// Every account group in a URL, however its name is written.
fn all_in(url: &str) -> impl Iterator<Item = String> {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let decoded = |text| percent_decode_str(text).decode_utf8_lossy();
    let pairs = query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    pairs.filter(move |(name, _)| decoded(name) == NAME).map(move |(_, id)| decoded(id).into_owned())
}

fn ambiguous(one: &str, other: &str) -> Error {
    let name = |id: &str| match id {
        "" => "the user's own".to_owned(),
        // Perhaps a token in the wrong place: no part of it is told.
        id if id.len() > LONGEST => format!("one of {} characters", id.chars().count()),
        id => id.to_owned(),
    };
    let text = if one == other {
        format!("The call names the account group twice, {}: once is enough. Nothing was sent.", name(one))
    } else {
        format!("The call names two account groups, {} and {}: name one. Nothing was sent.", name(one), name(other))
    };
    Error::new(Status::InvalidArgument, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the rows expect where the call is refused.
    const REFUSED: &str = "The call names t";

    /// Query of the path, of the call, of the client, and the query that is sent.
    type Row = (&'static str, Option<&'static str>, &'static str, &'static str);

    #[test]
    fn it_stands_once_or_the_call_is_refused() {
        let rows: &[Row] = &[
            ("", None, "", ""),
            ("", None, "9", "?aid=9"),
            ("", Some("8"), "9", "?aid=8"),
            ("", Some("8"), "", "?aid=8"),
            ("", Some(""), "9", ""),
            ("?max=1", None, "9&x=1", "?max=1&aid=9%26x%3D1"),
            ("?aid=7", None, "9", "?aid=7"),
            ("?aid=7", Some("7"), "9", "?aid=7"),
            ("?aid=7", Some("8"), "7", REFUSED),
            ("?aid=7", Some(""), "7", REFUSED),
            ("?aid=", None, "9", "?aid="),
            ("?aid", None, "9", "?aid"),
            ("?aid=", Some(""), "9", "?aid="),
            ("?%61id=7", None, "9", "?%61id=7"),
            ("?a%69%64=%37", Some("7"), "9", "?a%69%64=%37"),
            ("?%61%69d=7", Some("8"), "9", REFUSED),
            ("?aid=7&aid=7", None, "", REFUSED),
            ("?aid=7&%61id=8", None, "", REFUSED),
            ("?AID=7&said=1&aid%20=2&x=aid", None, "9", "?AID=7&said=1&aid%20=2&x=aid&aid=9"),
            ("?cursor=aid%3D7&aid=7", None, "9", "?cursor=aid%3D7&aid=7"),
        ];
        for &(query, of_call, of_client, expected) in rows {
            let what = format!("{query} {of_call:?} {of_client}");
            let mut url = format!("https://api.example.com/v7/tests{query}");
            match (AccountGroup { of_call, of_client }).put_into(&mut url) {
                Ok(()) => assert_eq!(url, format!("https://api.example.com/v7/tests{expected}"), "{what}"),
                Err(error) => {
                    assert_eq!((error.status(), expected), (Status::InvalidArgument, REFUSED), "{what}");
                    assert!(error.message().starts_with(REFUSED), "{what}: {error}");
                    assert!(error.message().ends_with("Nothing was sent."), "{what}: {error}");
                }
            }
        }
    }

    #[test]
    fn what_is_too_long_for_one_is_not_told_in_part() {
        let secret = "s".repeat(41);
        let group = AccountGroup { of_call: Some(&secret), of_client: "" };
        let error = group.put_into(&mut "https://x/v7/tests?aid=7".to_owned()).unwrap_err();
        assert!(error.message().contains("7 and one of 41 characters") && !error.message().contains("ss"), "{error}");
    }

    #[test]
    fn messages_name_the_one_in_the_url() {
        let found = |url: &str| of(&url.parse().unwrap());
        assert_eq!(found("https://x/v7/tests?max=1&%61id=%31%37").as_deref(), Some("17"));
        assert_eq!(found("https://x/v7/tests?aid="), None);
        assert_eq!(found("https://x/v7/aid=17"), None);
    }
}
