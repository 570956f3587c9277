//! Which permission an operation needs, where the API's reference names one.

/// A line for each operation: method, path, needs and what, parted by tabs.
const TABLE: &str = include_str!("permissions.tsv");

/// What the reference says of an operation, as a clause; `None` where it names nothing.
///
/// The path may have anything in front of its `/v7`.
pub(super) fn needed(method: &str, path: &str) -> Option<String> {
    let segments: Vec<&str> = path.trim_end_matches('/').split('/').collect();
    let starts = segments.iter().enumerate().filter(|(_, segment)| **segment == "v7").map(|(at, _)| at + 1);
    let mut candidates = starts.map(|start| &segments[start..]);
    let found = candidates.find_map(|path| rows().find(|row| row.method == method && matches(row.path, path)))?;
    Some(found.clause())
}

struct Row<'a> {
    method: &'a str,
    path: &'a str,
    needs: &'a str,
    what: &'a str,
}

impl Row<'_> {
    fn clause(&self) -> String {
        let several = self.what.contains("; ");
        match self.needs {
            "any" => format!("one of the permissions {}", self.what),
            "all" if several => format!("all of the permissions {}", self.what),
            "all" => format!("the permission {}", self.what),
            _ => self.what.to_owned(),
        }
    }
}

/// Lines of another form are the comments and the heading.
fn rows() -> impl Iterator<Item = Row<'static>> {
    TABLE.lines().filter_map(|line| {
        let mut columns = line.split('\t');
        let mut next = || columns.next();
        let row = Row { method: next()?, path: next()?, needs: next()?, what: next()? };
        row.path.starts_with('/').then_some(row)
    })
}

fn matches(template: &str, path: &[&str]) -> bool {
    let mut template = template.trim_start_matches('/').split('/');
    let same = path.iter().all(|segment| {
        template.next().is_some_and(|part| if part.starts_with('{') { is_id(segment) } else { part == *segment })
    });
    same && template.next().is_none()
}

/// Every id of the API has a digit; a word in its place is another operation: `/users/current` is no `/users/{id}`.
fn is_id(segment: &str) -> bool {
    segment.bytes().any(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_table_is_read_and_found() {
        let data = TABLE.lines().filter(|line| !line.starts_with('#') && !line.starts_with("method\t"));
        assert_eq!(rows().count(), data.count());
        assert_eq!(rows().count(), 74);
        for row in rows() {
            assert!(["GET", "POST", "PUT", "PATCH", "DELETE"].contains(&row.method), "{} {}", row.method, row.path);
            assert!(["all", "any", "role"].contains(&row.needs), "{} {}", row.method, row.path);
            assert!(!row.what.is_empty() && !row.path.ends_with('/'), "{} {}", row.method, row.path);
            let ids = ["{id}", "{agentId}", "{ruleId}", "{snapshotId}", "{dashboardId}", "{testId}"];
            let path = ids.iter().fold(row.path.to_owned(), |path, id| path.replace(id, "5f2b"));
            assert!(!path.contains('{'), "{path}");
            assert_eq!(needed(row.method, &format!("/v7{path}")), Some(row.clause()), "{path}");
            assert_eq!(rows().filter(|o| (o.method, o.path) == (row.method, row.path)).count(), 1, "{path} twice");
        }
    }

    #[test]
    fn paths_match_segment_by_segment() {
        let billing = Some("the permission View Billing");
        let users = Some("all of the permissions API Access; View all users");
        let dashboards = "one of the permissions Edit dashboard templates for all users in account group; Edit own \
                          dashboard templates";
        for (method, path, expected) in [
            ("GET", "/v7/usage", billing),
            ("GET", "/v7/usage/", billing),
            ("GET", "/gateway/te/v7/usage", billing),
            ("GET", "/v7/proxy/v7/usage", billing),
            ("GET", "/v7/users", users),
            ("PUT", "/v7/dashboards/filters/64a1", Some(dashboards)),
            ("POST", "/v7/tests/281474/snapshot", Some("the permission Create snapshot shares")),
            ("POST", "/v7/tests/bgp", Some("Account Admin")),
            ("POST", "/v7/usage", None),
            ("GET", "/v7/users/current", None),
            ("GET", "/v7/usage/quotas", None),
            ("GET", "/v7/v7", None),
            ("GET", "/v7/tests", None),
            ("GET", "/v6/usage", None),
            ("GET", "/usage", None),
            ("GET", "/v7/users/1/2", None),
            ("GET", "", None),
        ] {
            assert_eq!(needed(method, path).as_deref(), expected, "{method} {path}");
        }
    }
}
