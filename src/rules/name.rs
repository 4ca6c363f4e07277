//! Names that people read: in pages, texts and calls, and some of them in addresses. What may be one is asked where a new
//! one comes in, and not where what is in force is read: a name that was taken once stays.

use super::written::Misread;

/// The longest name, in characters.
const LONGEST: usize = 100;

/// Whether a text may be a name: a line of visible text of a bounded length, which reads in the order in which it is
/// written.
pub fn check(name: &str) -> Result<(), Misread> {
    let wrong = |what: String, remedy: &str| Err(Misread { what, remedy: remedy.into() });
    if name.trim().is_empty() {
        return wrong("the name is empty".into(), "write one");
    }
    if let Some(sign) = name.chars().find(|sign| is_unseen(*sign)) {
        let code = u32::from(sign);
        return wrong(
            format!("the name has a sign that nobody can see (U+{code:04X})"),
            "take it out, or write the whole name anew",
        );
    }
    match name.chars().count() {
        count if count > LONGEST => {
            wrong(format!("the name has {count} characters"), "write 100 at the most")
        }
        _ => Ok(()),
    }
}

/// Whether a text may be the name of something that has a page of its own by it, beside pages that are called by those
/// words.
pub fn check_in_address(name: &str, taken: &[&str]) -> Result<(), Misread> {
    check(name)?;
    if [".", ".."].contains(&name) || taken.contains(&name) {
        let what = format!("`{name}` cannot be a name: no page could be opened by it");
        return Err(Misread { what, remedy: "choose another".into() });
    }
    Ok(())
}

/// Signs that break a line or turn the order of what follows them, and those that are nothing to look at. Those that join
/// and part letters, as some scripts need them, are none of these.
fn is_unseen(sign: char) -> bool {
    sign.is_control()
        || matches!(
            sign,
            '\u{61c}'
                | '\u{200b}'
                | '\u{200e}'
                | '\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{2069}'
                | '\u{feff}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_short_line_of_visible_text() {
        let (longest, longer) = ("ñ".repeat(100), "ñ".repeat(101));
        for (name, told) in [
            ("Ada Moss", ""),
            ("عادل", ""),
            ("می\u{200c}خواهم", ""),
            ("<b>Ada</b> 🏔", ""),
            ("new", ""),
            (".", ""),
            (&*longest, ""),
            (&*longer, "the name has 101 characters"),
            ("", "the name is empty"),
            (" ", "the name is empty"),
            ("Ada\0", "the name has a sign that nobody can see (U+0000)"),
            ("Ada\nMoss", "the name has a sign that nobody can see (U+000A)"),
            ("\u{202e}ssoM adA", "the name has a sign that nobody can see (U+202E)"),
            ("Ada\u{2066}", "the name has a sign that nobody can see (U+2066)"),
            ("\u{feff}Ada", "the name has a sign that nobody can see (U+FEFF)"),
            ("Ada\u{2028}Moss", "the name has a sign that nobody can see (U+2028)"),
        ] {
            let found = check(name).err().map(|misread| misread.what).unwrap_or_default();
            assert_eq!(found, told, "{name:?}");
        }
    }

    #[test]
    fn a_name_in_an_address_is_no_word_that_stands_there() {
        for (name, fits) in [
            ("primary", true),
            ("new", false),
            ("New", true),
            (".", false),
            ("..", false),
            ("...", true),
            ("", false),
        ] {
            assert_eq!(check_in_address(name, &["new"]).is_ok(), fits, "{name}");
        }
    }
}
