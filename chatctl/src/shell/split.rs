//! A line into words, by the rules of a shell that are worth having: blanks separate; '…' keeps everything, "…" everything but
//! \" and \\; a backslash keeps the next letter.
//!
//! Owns those rules. Nothing else has a meaning, above all not `#`, which begins a room's name.

/// What a line consists of.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Split {
    /// The words; the last is empty if the line ends between words.
    pub(crate) words: Vec<String>,
    /// Where the last word begins, in bytes.
    pub(crate) last: usize,
    /// Whether a quote or a backslash is waiting for its end.
    pub(crate) is_open: bool,
}

/// Splits a line that is complete.
///
/// # Errors
/// A quote is not closed.
pub(crate) fn words(line: &str) -> Result<Vec<String>, String> {
    let mut split = split(line);
    if split.is_open {
        return Err("a quote is not closed, or the line ends in a backslash".into());
    }
    // An empty word at the end is one only if it was quoted.
    if split.last == line.len() {
        split.words.pop();
    }
    Ok(split.words)
}

/// Splits a line that is still being typed; its last word is the one at the cursor.
pub(crate) fn split(line: &str) -> Split {
    let mut split = Split { words: vec![String::new()], last: 0, is_open: false };
    let mut letters = line.char_indices().peekable();
    let mut is_inside = false;
    while let Some((at, letter)) = letters.next() {
        if letter.is_whitespace() {
            if is_inside {
                split.words.push(String::new());
            }
            is_inside = false;
            split.last = at + letter.len_utf8();
            continue;
        }
        is_inside = true;
        let word = split.words.last_mut().expect("there is always a word");
        split.is_open = match letter {
            '\'' => quoted(&mut letters, word, '\''),
            '"' => quoted(&mut letters, word, '"'),
            '\\' => letters.next().map(|(_, kept)| word.push(kept)).is_none(),
            letter => {
                word.push(letter);
                false
            }
        };
    }
    split
}

/// Reads until the quote is closed; whether it is not.
fn quoted(
    letters: &mut std::iter::Peekable<std::str::CharIndices<'_>>,
    word: &mut String,
    end: char,
) -> bool {
    while let Some((_, letter)) = letters.next() {
        match letter {
            letter if letter == end => return false,
            '\\' if end == '"' && letters.peek().is_some_and(|(_, next)| matches!(next, '"' | '\\')) => {
                word.extend(letters.next().map(|(_, kept)| kept));
            }
            letter => word.push(letter),
        }
    }
    true
}

/// `word` so that it is read back as one word.
pub(crate) fn quote(word: &str) -> String {
    let is_plain = |letter: char| !letter.is_whitespace() && !matches!(letter, '\'' | '"' | '\\');
    match !word.is_empty() && word.chars().all(is_plain) {
        true => word.into(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::{quote, split, words};

    #[test]
    fn a_line_is_split_as_people_expect() {
        let cases: [(&str, &[&str]); 9] = [
            ("", &[]),
            ("  list   rooms ", &["list", "rooms"]),
            ("show #lobby", &["show", "#lobby"]),
            ("say alice it's", &[]),
            (r"say alice it\'s fine", &["say", "alice", "it's", "fine"]),
            (r#"say 'a b' "c 'd'" e"#, &["say", "a b", "c 'd'", "e"]),
            (r#"a "q\"u\\o\te" 'b\'"#, &["a", r#"q"u\o\te"#, r"b\"]),
            ("a '' b", &["a", "", "b"]),
            ("x'y'\"z\"", &["xyz"]),
        ];
        for (line, expected) in cases {
            assert_eq!(words(line).unwrap_or_default(), expected, "{line:?}");
        }
        for open in ["it's", "say \"a", "a\\"] {
            assert!(words(open).is_err(), "{open:?}");
        }
    }

    #[test]
    fn the_word_at_the_cursor_is_the_last_one() {
        let at = |line: &str| {
            let split = split(line);
            (split.words.last().cloned().unwrap_or_default(), split.last)
        };
        assert_eq!(at(""), (String::new(), 0));
        assert_eq!(at("kick "), (String::new(), 5));
        assert_eq!(at("kick al"), ("al".into(), 5));
        assert_eq!(at("show '#lo"), ("#lo".into(), 5));
    }

    #[test]
    fn a_quoted_word_is_read_back_as_it_was() {
        for word in ["plain", "#lobby", "a b", "it's", "", "\"\\"] {
            assert_eq!(words(&quote(word)).unwrap(), [word], "{word:?}");
        }
    }
}
