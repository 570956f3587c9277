//! The items of a list: the elements of each page's one array. Which array that is, is decided here and nowhere else.

use serde_json::Value;

use crate::answer::Answer;
use crate::client::Client;
use crate::error::{Error, Result, Sent};
use crate::json::{Found, Kind, escaped};
use crate::pages::Pages;
use crate::status::Status;

impl Answer {
    /// The RFC 6901 pointer of the array that holds the items: the document, where it is an array; else its member
    /// `key`; without a key its only member that is an array.
    pub fn items_pointer(&self, key: Option<&str>) -> Result<String> {
        let document = self.find("").ok_or_else(|| unusable("The answer is not JSON, so it has no items"))?;
        if document.kind() == Kind::Array {
            return Ok(String::new());
        }
        let arrays = self.arrays(document);
        let listed = arrays.join(", ");
        match (key, arrays.as_slice()) {
            (Some(key), arrays) if arrays.iter().any(|name| name == key) => Ok(format!("/{}", escaped(key))),
            (None, [only]) => Ok(format!("/{}", escaped(only))),
            (Some(key), []) => Err(unusable(&format!("The answer has no array {key}, and no other"))),
            (Some(key), _) => Err(unusable(&format!("The answer has no array {key}; its arrays are {listed}"))),
            (None, []) => Err(unusable("The answer has no array, so it has no items")),
            (None, _) => Err(unusable(&format!("The answer has several arrays: {listed}. Name the one to take"))),
        }
    }

    /// The items of this page, one at a time; `key` as for [`Answer::items_pointer`].
    pub fn items(&self, key: Option<&str>) -> Result<impl Iterator<Item = Result<Value>> + '_> {
        let pointer = self.items_pointer(key)?;
        let count = self.find(&pointer).and_then(|found| self.count(found)).unwrap_or(0);
        Ok((0..count).map(move |at| self.item(&format!("{pointer}/{at}"))))
    }

    fn item(&self, pointer: &str) -> Result<Value> {
        let text = self.raw_json(pointer).unwrap_or_default();
        serde_json::from_str(text).map_err(|error| {
            let text = format!("The item at {pointer} cannot be held as a value: {error}. Take its text instead.");
            Error::new(Status::BadResponse, text).sent(Sent::Yes)
        })
    }

    /// The names of an object's members that are arrays.
    fn arrays(&self, object: Found) -> Vec<String> {
        let names = (0..).map_while(|at| self.member_name(object, at)).map(Found::name);
        let is_array = |name: &str| {
            let found = self.find(&format!("/{}", escaped(name)));
            found.is_some_and(|found| found.kind() == Kind::Array)
        };
        names.filter(|name| is_array(name)).map(std::borrow::Cow::into_owned).collect()
    }
}

impl Client {
    /// The items of all pages of a list, as they come; see [`Pages::items`].
    pub fn items(&self, path: &str) -> Items {
        self.pages(path).items(None)
    }
}

/// The items of all pages, as an iterator that reads a page when the one before is used up.
///
/// After a page that failed it goes on as [`Pages`] does; a failure that is final ends it.
#[derive(Debug)]
pub struct Items {
    pages: Pages,
    key: Option<String>,
    /// The pointers of the items left on this page.
    page: Option<(Answer, String, std::ops::Range<usize>)>,
    over: bool,
}

impl Iterator for Items {
    type Item = Result<Value>;

    fn next(&mut self) -> Option<Result<Value>> {
        while !self.over {
            if let Some((page, pointer, left)) = &mut self.page
                && let Some(at) = left.next()
            {
                return Some(page.item(&format!("{pointer}/{at}")));
            }
            self.page = None;
            if let Err(error) = self.turn()? {
                return Some(Err(error));
            }
        }
        None
    }
}

impl Items {
    pub(crate) fn new(pages: Pages, key: Option<&str>) -> Self {
        Self { pages, key: key.map(str::to_owned), page: None, over: false }
    }

    /// Reads the next page; `None` after the last.
    fn turn(&mut self) -> Option<Result<()>> {
        let page = match self.pages.next()? {
            Ok(page) => page,
            Err(error) => {
                self.over = self.pages.has_failed();
                return Some(Err(error));
            }
        };
        match page.items_pointer(self.key.as_deref()) {
            Ok(pointer) => {
                let count = page.find(&pointer).and_then(|array| page.count(array)).unwrap_or(0);
                self.page = Some((page, pointer, 0..count));
                Some(Ok(()))
            }
            Err(error) => {
                self.over = true;
                Some(Err(error))
            }
        }
    }
}

/// The page is as the API made it; what was asked of it is wrong.
fn unusable(why: &str) -> Error {
    Error::new(Status::InvalidArgument, format!("{why}.")).sent(Sent::Yes)
}
