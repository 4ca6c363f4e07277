//! Which lines of a text differ from another's, as a unified diff: for desk files and voice flows.

use similar::TextDiff;

/// Lines around a change that are shown with it.
const AROUND: usize = 3;

/// What makes `new` of `old`, each by what it is called; empty if they are the same.
pub fn unified((old_name, old): (&str, &str), (new_name, new): (&str, &str)) -> String {
    if old == new {
        return String::new();
    }
    let diff = TextDiff::from_lines(old, new);
    diff.unified_diff().context_radius(AROUND).header(old_name, new_name).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_is_told_by_its_lines() {
        assert_eq!(unified(("version 1", "a\nb\n"), ("yours", "a\nb\n")), "");
        let told = unified(("version 1", "a\nb\n"), ("yours", "a\nc\n"));
        assert_eq!(told, "--- version 1\n+++ yours\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n");
    }
}
