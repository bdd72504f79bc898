//! Rust types as their serde attributes make JSON of them, read from source that rustfmt has formatted.
//!
//! Owns the part of the language that `chat-proto` uses for its types: structs and enums with documented fields, and seven serde
//! attributes. Anything else stops the program: a type that was silently left out would be a wrong document.

/// A type.
#[derive(Debug)]
pub(in super::super) struct Type {
    pub(in super::super) name: String,
    pub(super) doc: String,
    pub(in super::super) shape: Shape,
}

/// What its JSON looks like.
#[derive(Debug)]
pub(in super::super) enum Shape {
    /// An object.
    Object(Vec<Field>),
    /// One of several.
    Choice { told: Told, variants: Vec<Variant> },
}

/// How a reader tells which of several it is.
#[derive(Debug, PartialEq, Eq)]
pub(in super::super) enum Told {
    /// A word, or an object whose one key is that word.
    Name,
    /// By this field of an object.
    Field(String),
    /// By its JSON type alone.
    Type,
}

/// A field of an object.
#[derive(Debug)]
pub(in super::super) struct Field {
    /// As it is in JSON.
    pub(in super::super) name: String,
    /// As it is in Rust.
    pub(super) of: String,
    pub(super) doc: String,
    /// Whether it may be missing.
    pub(super) is_optional: bool,
    /// Whether its own fields stand in its place.
    pub(in super::super) is_flat: bool,
}

/// One of several.
#[derive(Debug)]
pub(in super::super) struct Variant {
    /// As it is in JSON.
    pub(super) name: String,
    pub(super) doc: String,
    pub(super) holds: Holds,
    /// Whether it stands for whatever a reader does not know.
    pub(super) is_other: bool,
}

/// What a variant holds.
#[derive(Debug)]
pub(super) enum Holds {
    Nothing,
    /// A type of its own.
    One(String),
    Fields(Vec<Field>),
}

/// What came before an item: its comment and its attributes.
#[derive(Debug, Default)]
struct Before {
    doc: Vec<String>,
    serde: String,
}

impl Before {
    fn has(&self, word: &str) -> bool {
        self.serde.split([',', ' ']).any(|part| part == word)
    }

    /// `value` of `key = "value"`.
    fn value(&self, key: &str) -> Option<String> {
        let (_, rest) = self.serde.split_once(&format!("{key} = \""))?;
        rest.split_once('"').map(|(value, _)| value.to_owned())
    }

    fn doc(&self) -> String {
        self.doc.join(" ")
    }
}

/// The public types of a file.
pub(super) fn types(text: &str) -> Vec<Type> {
    let mut lines = Lines { lines: text.lines(), before: Before::default() };
    let mut found = Vec::new();
    while let Some((before, line)) = lines.next_item() {
        let named = |keyword: &str| {
            line.strip_prefix(keyword).map(|rest| rest.trim_end_matches([' ', '{']).to_owned())
        };
        if let Some(name) = named("pub struct ") {
            found.push(Type { name, doc: before.doc(), shape: Shape::Object(fields(&mut lines)) });
        } else if let Some(name) = named("pub enum ") {
            let variants = variants(&mut lines, &name, before.value("rename_all").is_some());
            let told = match before.value("tag") {
                Some(field) => Told::Field(field),
                None if before.has("untagged") => Told::Type,
                None => Told::Name,
            };
            found.push(Type { doc: before.doc(), shape: Shape::Choice { told, variants }, name });
        }
    }
    found
}

/// Lines with what came before them taken off.
struct Lines<'t> {
    lines: std::str::Lines<'t>,
    before: Before,
}

impl Lines<'_> {
    /// The next line that is neither comment nor attribute nor empty, trimmed.
    fn next_item(&mut self) -> Option<(Before, String)> {
        loop {
            let line = self.lines.next()?.trim();
            if let Some(doc) = line.strip_prefix("///") {
                self.before.doc.push(doc.trim().to_owned());
            } else if let Some(serde) = line.strip_prefix("#[serde(") {
                self.before.serde = format!("{} {}", self.before.serde, serde.trim_end_matches(")]"));
            } else if !(line.is_empty() || line.starts_with("//") || line.starts_with("#[")) {
                return Some((std::mem::take(&mut self.before), line.to_owned()));
            }
        }
    }
}

fn fields(lines: &mut Lines<'_>) -> Vec<Field> {
    let mut found = Vec::new();
    while let Some((before, line)) = lines.next_item().filter(|(_, line)| !line.starts_with('}')) {
        let bare = line.strip_prefix("pub ").unwrap_or(&line);
        let (name, of) = bare.split_once(": ").unwrap_or_else(|| panic!("no field: {line}"));
        found.push(Field {
            name: before.value("rename").unwrap_or_else(|| name.to_owned()),
            of: of.trim_end_matches(',').to_owned(),
            doc: before.doc(),
            is_optional: before.has("default"),
            is_flat: before.has("flatten"),
        });
    }
    found
}

fn variants(lines: &mut Lines<'_>, of: &str, is_kebab: bool) -> Vec<Variant> {
    let mut found = Vec::new();
    while let Some((before, line)) = lines.next_item().filter(|(_, line)| line != "}") {
        let end = line.find([',', '(', ' ']).unwrap_or_else(|| panic!("no variant: {line}"));
        let (name, rest) = line.split_at(end);
        let holds = match rest {
            "," => Holds::Nothing,
            " {" => Holds::Fields(fields(lines)),
            _ => Holds::One(rest.trim_matches(['(', ')', ',']).replace("Self", of)),
        };
        let name = if is_kebab { kebab(name) } else { name.to_owned() };
        found.push(Variant { name, doc: before.doc(), holds, is_other: before.has("other") });
    }
    found
}

/// `FromGuest` as `from-guest`.
fn kebab(name: &str) -> String {
    let mut out = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !out.is_empty() {
            out.push('-');
        }
        out.extend(letter.to_lowercase());
    }
    out
}

#[test]
fn types_are_read_with_what_serde_makes_of_them() {
    let text = "//! x\nuse y;\n\n/// One\n/// two.\n#[derive(Debug)]\npub struct A {\n    /// F.\n    #[serde(rename = \"type\")]\n    \
                pub kind: String,\n    #[serde(default, skip_serializing_if = \"Option::is_none\")]\n    pub b: Option<B>,\n    \
                #[serde(flatten)]\n    pub c: C,\n}\n\n#[serde(tag = \"type\", rename_all = \"kebab-case\")]\npub enum B {\n    /// V.\n    \
                FromGuest,\n    Line(LogLine),\n    Gap {\n        /// G.\n        seq: u64,\n    },\n    #[serde(other)]\n    Other,\n}\n";
    let types = types(text);
    let [Type { shape: Shape::Object(a), doc, .. }, Type { shape: Shape::Choice { told, variants }, .. }] =
        &types[..]
    else {
        panic!("{types:?}")
    };
    assert_eq!((doc.as_str(), told), ("One two.", &Told::Field("type".into())));
    let shown =
        a.iter().map(|field| (field.name.as_str(), field.of.as_str(), field.is_optional, field.is_flat));
    let expected =
        [("type", "String", false, false), ("b", "Option<B>", true, false), ("c", "C", false, true)];
    assert_eq!(shown.collect::<Vec<_>>(), expected);
    let names = variants.iter().map(|variant| variant.name.as_str()).collect::<Vec<_>>();
    assert_eq!(names, ["from-guest", "line", "gap", "other"]);
    assert!(
        variants[3].is_other
            && matches!(&variants[2].holds, Holds::Fields(fields) if fields[0].name == "seq")
    );
}
