use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn index_of(body: &[u8]) -> Index {
    let index = Index::default();
    index.check(body).unwrap_or_else(|why| panic!("{why}: {}", String::from_utf8_lossy(body)));
    index
}

/// Asks the index everything that can be asked of a value and its parts, and compares.
fn same(index: &Index, body: &[u8], pointer: &str, value: &Value) {
    let found = index.find(body, pointer).unwrap_or_else(|| panic!("nothing at {pointer}"));
    let reread: Value = serde_json::from_str(found.text()).unwrap();
    assert_eq!(&reread, value, "{pointer}");
    let kind = match value {
        Value::Null => Kind::Null,
        Value::Bool(_) => Kind::Bool,
        Value::Number(_) => Kind::Number,
        Value::String(_) => Kind::String,
        Value::Array(_) => Kind::Array,
        Value::Object(_) => Kind::Object,
    };
    assert_eq!(found.kind(), kind, "{pointer}");
    assert_eq!(found.boolean(), value.as_bool(), "{pointer}");
    assert_eq!(found.string().as_deref(), value.as_str(), "{pointer}");
    if let Value::Number(number) = value {
        assert_eq!(found.text(), number.to_string(), "{pointer}");
        assert_eq!(found.int64(), number.as_i64(), "{pointer}");
        assert_eq!(found.double(), number.as_f64(), "{pointer}");
    }
    match value {
        Value::Array(elements) => {
            assert_eq!(index.count(found), Some(elements.len()), "{pointer}");
            for (at, element) in elements.iter().enumerate() {
                same(index, body, &format!("{pointer}/{at}"), element);
            }
            assert!(index.find(body, &format!("{pointer}/{}", elements.len())).is_none());
            assert!(index.find(body, &format!("{pointer}/00")).is_none());
        }
        Value::Object(members) => {
            assert_eq!(index.count(found), Some(members.len()), "{pointer}");
            let names = (0..members.len()).map(|at| index.name(found, at).unwrap().name().into_owned());
            let mut names: Vec<String> = names.collect();
            names.sort();
            assert!(names.iter().eq(members.keys()), "{pointer}: {names:?}");
            for (name, member) in members {
                same(index, body, &format!("{pointer}/{}", escaped(name)), member);
            }
            assert!(index.name(found, members.len()).is_none());
        }
        _ => assert_eq!((index.count(found), index.name(found, 0).is_none()), (None, true), "{pointer}"),
    }
}

/// Documents as anybody may write them: names with everything that is escaped, numbers at their limits.
fn documents() -> impl Strategy<Value = Value> {
    let number =
        prop_oneof![any::<i64>().prop_map(Value::from), any::<u64>().prop_map(Value::from), Just(json!(0.5))];
    let name = || prop_oneof!["[a-c~/\"\\\\\u{fc}0-2]{0,3}", any::<String>()];
    let leaf =
        prop_oneof![Just(Value::Null), any::<bool>().prop_map(Value::from), number, name().prop_map(Value::from)];
    leaf.prop_recursive(6, 200, 12, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..12).prop_map(Value::from),
            prop::collection::vec((name(), inner), 0..12)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn every_pointer_finds_what_the_parser_finds(document in documents(), pretty: bool) {
        let body = if pretty { serde_json::to_vec_pretty(&document) } else { serde_json::to_vec(&document) };
        let body = body.unwrap();
        same(&index_of(&body), &body, "", &document);
    }

    /// Bytes damaged at random: never a panic, and what is JSON for the parser is JSON here, with the same values.
    #[test]
    fn damaged_documents_are_refused_or_read(
        document in documents(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        cut in any::<Option<prop::sample::Index>>(),
    ) {
        let mut body = serde_json::to_vec(&document).unwrap();
        for (at, byte) in damage {
            let at = at.index(body.len());
            body[at] = byte;
        }
        if let Some(cut) = cut {
            body.truncate(cut.index(body.len() + 1));
        }
        let index = Index::default();
        let parsed = serde_json::from_slice::<Value>(&body);
        prop_assert!(parsed.is_err() || index.check(&body).is_ok(), "{parsed:?}");
        for pointer in ["", "/0", "/a", "/a/0", "/~0", "/0/a/1", "a", "/"] {
            let found = index.find(&body, pointer);
            if let Ok(document) = &parsed {
                let text = found.map(|found| serde_json::from_str::<Value>(found.text()).unwrap());
                prop_assert_eq!(text.as_ref(), document.pointer(pointer), "{}", pointer);
            }
            if let Some(found) = found {
                let _ = (found.int64(), found.double(), found.string(), index.count(found), index.name(found, 0));
            }
        }
    }
}

#[test]
fn numbers_are_what_was_written() {
    let body = b" {\"a\": 1.10, \"b\": 123456789012345678901234567890, \"c\": -0, \"d\": 1e999, \"e\": 0.1e1, \"f\": \"-7\"} ";
    let index = index_of(body);
    let find = |pointer| index.find(body, pointer).unwrap();
    for (pointer, text) in
        [("/a", "1.10"), ("/b", "123456789012345678901234567890"), ("/c", "-0"), ("/d", "1e999"), ("/e", "0.1e1")]
    {
        assert_eq!(find(pointer).text(), text);
    }
    assert_eq!((find("/b").int64(), find("/c").int64(), find("/f").int64()), (None, Some(0), Some(-7)));
    assert_eq!((find("/d").double(), find("/e").double(), find("/f").double()), (None, Some(1.0), None));
}

#[test]
fn of_several_members_with_one_name_the_last_counts_and_stands_first() {
    let body = br#"{"z": 1, "a": 2, "\u007a": {"deep": 3}, "b": 4, "z": 5, "a": 6}"#;
    let index = index_of(body);
    let whole = index.find(body, "").unwrap();
    let names: Vec<_> = (0..).map_while(|at| index.name(whole, at)).map(|name| name.name().into_owned()).collect();
    assert_eq!((names, index.count(whole)), (vec!["z".to_owned(), "a".to_owned(), "b".to_owned()], Some(3)));
    let number = |pointer| index.find(body, pointer).and_then(Found::int64);
    assert_eq!((number("/z"), number("/a"), number("/b"), number("/z/deep")), (Some(5), Some(6), Some(4), None));
}

#[test]
fn half_a_surrogate_pair_spoils_its_own_string_only() {
    let body = br#"{"a": "\ud800", "\udc00": 1, "b": "x"}"#;
    let index = index_of(body);
    assert_eq!(index.find(body, "/a").map(|found| (found.kind(), found.string())), Some((Kind::String, None)));
    assert_eq!(index.find(body, "/b").unwrap().string().as_deref(), Some("x"));
    let name = index.name(index.find(body, "").unwrap(), 1).unwrap().name().into_owned();
    assert_eq!(index.find(body, &format!("/{name}")).and_then(Found::int64), Some(1));
}

#[test]
fn what_is_nested_too_deeply_is_refused_and_ends_nothing() {
    let nested = |levels: usize| [vec![b'['; levels], vec![b']'; levels]].concat();
    let body = nested(DEEPEST);
    let index = index_of(&body);
    let deepest = index.find(&body, &"/0".repeat(DEEPEST - 1)).unwrap();
    assert_eq!((deepest.text(), index.count(deepest)), ("[]", Some(0)));
    for body in [nested(DEEPEST + 1), nested(1_000_000), vec![b'['; 20_000_000], br#"{"a":"#.repeat(1_000_000)] {
        let index = Index::default();
        assert_eq!(index.check(&body), Err("nested deeper than 512 levels"));
        assert!(index.find(&body, "").is_none() && index.find(&body, "/0").is_none());
    }
    let brackets = format!("[\"{}\", \"\\\"{0}\"]", "[{".repeat(2000));
    assert!(Index::default().check(brackets.as_bytes()).is_ok());
}

#[test]
fn ten_thousand_questions_on_ten_megabytes_take_no_time() {
    let item =
        json!({"testId": "281474976710706", "testName": "Example", "type": "http-server", "filler": "x".repeat(900)});
    let body = serde_json::to_vec(&json!({"tests": vec![item; 10_000], "_links": {}})).unwrap();
    assert!(body.len() > 9_500_000);
    let started = std::time::Instant::now();
    let index = index_of(&body);
    for at in 0..10_000 {
        let found = index.find(&body, &format!("/tests/{at}/testId")).unwrap();
        assert_eq!(found.int64(), Some(281_474_976_710_706));
    }
    assert!(started.elapsed().as_secs() < 8, "{:?}", started.elapsed());
}

/// 4 bytes an element, where the parser's tree has 32.
#[test]
fn a_hostile_array_is_counted_in_little_memory() {
    let body = [b"[".as_slice(), &b"0,".repeat(8_000_000), b"0]"].concat();
    let index = index_of(&body);
    assert_eq!(index.count(index.find(&body, "").unwrap()), Some(8_000_001));
    assert_eq!(index.find(&body, "/8000000").unwrap().text(), "0");
    let Some(Level::Array(elements)) = index.lock().remove(&0) else { panic!("an array") };
    assert!(elements.capacity() * size_of::<At>() <= 64 << 20, "{}", elements.capacity());
}

/// `cargo test --release --lib -- --ignored --nocapture costs`
#[test]
#[ignore = "prints times, and asserts nothing"]
fn costs() {
    let item = |at: u32| {
        json!({"testId": at.to_string(), "testName": format!("Example {at}"), "enabled": true, "n": 0.5,
        "links": {"self": {"href": format!("https://api.example.com/v7/tests/{at}")}}, "filler": "x".repeat(100)})
    };
    for count in [8_u32, 45_000] {
        let body = serde_json::to_vec(&json!({"tests": (0..count).map(item).collect::<Vec<_>>()})).unwrap();
        let time = |what: &str, times: u32, act: &mut dyn FnMut()| {
            let started = std::time::Instant::now();
            (0..times).for_each(|_| act());
            println!("{:>9} bytes: {:>10.2?} {what}", body.len(), started.elapsed() / times);
        };
        let times = 100_000 / count;
        time("the check", times, &mut || assert!(Index::default().check(&body).is_ok()));
        time("of it, the depth", times, &mut || assert!(!is_deeper(&body, DEEPEST)));
        time("a tree of the parser's", times, &mut || assert!(serde_json::from_slice::<Value>(&body).is_ok()));
        time("the check and 10,000 questions", 1, &mut || {
            let index = index_of(&body);
            for at in 0..10_000 {
                let pointer = format!("/tests/{}/testId", at * 7 % count);
                assert!(index.find(&body, &pointer).and_then(Found::int64).is_some());
            }
        });
    }
}
