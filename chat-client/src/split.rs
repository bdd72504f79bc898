//! Cuts long text so that every IRC line still fits once the server has put its prefix in front. Never loses or
//! adds a byte: the pieces joined are the text.

/// The longest IRC line with its CR LF (RFC 2812 §2.3).
const LINE_MAX: usize = 512;
/// What the server may put in front for the receivers: `:nick!user@host` and the space after it.
const PREFIX_MAX: usize = 1 + 100 + 1;

/// Bytes of text that fit into one line besides `frame_len` bytes of command, target and decoration.
pub(crate) fn room_for_text(frame_len: usize) -> usize {
    LINE_MAX.saturating_sub(2 + PREFIX_MAX + frame_len)
}

/// The pieces of `text`, each at most `max` bytes, cut behind a space where one is near, else between characters.
/// A `max` below the longest character (4 bytes) is raised to it.
pub(crate) fn pieces(text: &str, max: usize) -> Vec<&str> {
    let mut rest = text;
    let mut found = Vec::new();
    while rest.len() > max.max(4) {
        let (piece, tail) = rest.split_at(cut(rest, max.max(4)));
        found.push(piece);
        rest = tail;
    }
    found.push(rest);
    found
}

/// Where to cut: the last space in the second half keeps words whole without wasting lines.
fn cut(text: &str, max: usize) -> usize {
    let end = text.floor_char_boundary(max);
    match text[..end].rfind(' ') {
        Some(space) if space >= end / 2 => space + 1,
        _ => end,
    }
}

#[cfg(test)]
mod tests {
    use super::{pieces, room_for_text};

    #[test]
    fn a_text_at_the_limit_stays_whole_and_one_byte_more_is_cut() {
        let text = "x".repeat(100);
        assert_eq!(pieces(&text, 100), [text.as_str()]);
        assert_eq!(pieces(&text, 99).len(), 2);
    }

    #[test]
    fn no_character_is_cut_and_nothing_is_lost() {
        let text = "é€😀 wörter ".repeat(60);
        for max in 4..40 {
            let cut = pieces(&text, max);
            assert!(cut.iter().all(|piece| piece.len() <= max && !piece.is_empty()));
            assert_eq!(cut.concat(), text);
        }
    }

    #[test]
    fn words_stay_whole_where_a_space_is_near() {
        assert_eq!(pieces("hello wide world", 12), ["hello wide ", "world"]);
    }

    #[test]
    fn an_empty_text_is_one_empty_piece() {
        assert_eq!(pieces("", 10), [""]);
    }

    #[test]
    fn a_frame_beyond_the_line_leaves_no_room() {
        assert_eq!(room_for_text(10), 512 - 2 - 102 - 10);
        assert_eq!(room_for_text(600), 0);
    }
}
