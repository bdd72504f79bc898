//! Names that a person could mistake for one another at a glance. Compares shapes only; which names are taken is asked elsewhere.

/// Characters that are drawn around a name or between its letters and are easily overlooked.
const DECORATION: [char; 10] = ['_', '-', '`', '^', '\\', '[', ']', '{', '}', '|'];

/// Digits that people read as letters, by habit or because many fonts draw them alike.
const AS_LETTERS: [(char, char); 7] =
    [('0', 'o'), ('1', 'l'), ('3', 'e'), ('4', 'a'), ('5', 's'), ('7', 't'), ('8', 'b')];

/// Two letters that look like one in many fonts.
const AS_ONE: [(&str, &str); 3] = [("rn", "m"), ("vv", "w"), ("cl", "d")];

/// What `name` looks like: equal for names that could be mistaken for one another. Nicks are ASCII, so that letters of other
/// scripts need no table (cf. Unicode UTS #39, which is where the idea and the word come from).
///
/// ```
/// # use chat_proto::name::skeleton;
/// assert_eq!(skeleton("D3sk_"), skeleton("desk"));
/// assert_ne!(skeleton("desks"), skeleton("desk"));
/// ```
pub fn skeleton(name: &str) -> String {
    let ends = name.trim_matches(DECORATION);
    let letters = ends.chars().filter(|letter| *letter == '|' || !DECORATION.contains(letter));
    let shapes: String = letters.map(shape).collect();
    AS_ONE.iter().fold(shapes, |shapes, (two, one)| shapes.replace(two, one))
}

fn shape(letter: char) -> char {
    let letter = letter.to_ascii_lowercase();
    match letter {
        // A stroke, a small l and a capital I are the same line.
        '|' | 'i' => 'l',
        _ => AS_LETTERS.iter().find(|(digit, _)| *digit == letter).map_or(letter, |(_, read)| *read),
    }
}

#[cfg(test)]
mod tests {
    use super::skeleton;

    #[test]
    fn what_looks_alike_has_one_skeleton() {
        for (name, others) in [
            (
                "desk",
                &[
                    "Desk", "DESK", "d3sk", "de5k", "desk_", "_desk", "[desk]", "d-e-s-k", "|desk|",
                    "`desk^", "clesk",
                ][..],
            ),
            ("admin", &["adm1n", "ADMlN", "adm|n", "4dmin", "admin-", "aclrnin"]),
            ("window", &["vvindow", "w1nd0w"]),
            ("bot", &["80T", "b0t", "b_o_t"]),
        ] {
            for other in others {
                assert_eq!(skeleton(other), skeleton(name), "{other} and {name}");
            }
        }
    }

    #[test]
    fn what_is_different_stays_different() {
        for (one, other) in
            [("desk", "disk"), ("desk", "desks"), ("desk", "helpdesk"), ("desk", "desk2"), ("a", "b")]
        {
            assert_ne!(skeleton(one), skeleton(other), "{one} and {other}");
        }
        assert_eq!(skeleton("___"), "");
    }
}
