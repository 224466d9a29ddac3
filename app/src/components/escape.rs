//! Text that must not become markup, where the view macro does not see to it: what stands between the tags of a
//! text area, and in the title of a page.

/// As it may stand between the tags of an element that holds text alone.
pub fn escaped(text: &str) -> String {
    // A line break right after the opening tag would be swallowed.
    let start = if text.starts_with('\n') { "\n" } else { "" };
    format!("{start}{}", text.replace('&', "&amp;").replace('<', "&lt;"))
}

/// A page's title: the same text, with a bracket that opens no tag.
pub fn title(text: &str) -> String {
    text.replace('<', "\u{2039}")
}

#[cfg(test)]
mod tests {
    use super::{escaped, title};

    #[test]
    fn no_tag_is_closed_or_opened() {
        assert_eq!(escaped("</textarea><b>&amp;"), "&lt;/textarea>&lt;b>&amp;amp;");
        assert!(!title("</title><meta>").contains('<'));
    }
}
