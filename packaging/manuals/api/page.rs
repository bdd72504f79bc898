//! The types as a page: what each command prints, then a table for each type.
//!
//! Owns the wording around the tables.

use std::fmt::Write as _;

use super::printed::PRINTED;
use super::source::{Field, Holds, Shape, Told, Type, Variant};

const OPENING: &str = "\
<!-- Made by `cargo run --example manuals -- --docs` from chat-proto/src/control: do not edit. -->
# The control API's types

What `chatd` answers over its control socket and `chatctl -o json` prints. The paths are in the
[manual](manual.md#the-control-api); the same types for programs are the JSON Schema [schema/control.json](schema/control.json).

- Times (`time`, `since`, `…_at`) are RFC 3339 in UTC with milliseconds: `2025-01-31T12:03:44.017Z`.
- Durations are milliseconds (`…_ms`), sizes bytes (`…_bytes`). A `seq` is a place in the log; it rises and never repeats.
- Fields and values may be added, none changes its meaning: ignore what you do not know.
- A field of `T or null` is there and null when there is nothing to say; one that *may be missing* is left out.
- A failure is an object of type `Problem` in the answer, and a line on standard error from `chatctl`, which then prints no JSON.

## What chatctl prints

With `-o json` (or `jsonl`, which is the same) each object stands on a line of its own. With `-q` a command prints ids only, one a
line: what other commands take to name the thing. Both together print ids.

| command | `-o json` | `-q` |
|---|---|---|
";

/// The page.
pub(super) fn page(types: &[Type]) -> String {
    let mut page = OPENING.to_owned();
    for row in PRINTED {
        let json = if row.json.is_empty() { "–".into() } else { linked(row.json) };
        let quiet = if row.quiet.is_empty() { "nothing" } else { row.quiet };
        line(&mut page, &format!("| `{}` | {json} | {quiet} |", row.command.replace('|', "\\|")));
    }
    line(&mut page, "\n## Types");
    types.iter().for_each(|one| describe(&mut page, one));
    page
}

fn describe(page: &mut String, one: &Type) {
    line(page, &format!("\n### {}\n\n{}\n", one.name, plain(&one.doc)));
    match &one.shape {
        Shape::Object(fields) => table(page, fields),
        Shape::Choice { told, variants } => {
            if let Told::Field(tag) = told {
                line(page, &format!("An object whose `{tag}` tells which of these it is.\n"));
            }
            line(page, "| value | is |\n|---|---|");
            variants.iter().for_each(|variant| line(page, &row_of(variant, told)));
            for variant in variants {
                if let Holds::Fields(fields) = &variant.holds {
                    line(page, &format!("\nIn `{}`:\n", variant.name));
                    table(page, fields);
                }
            }
        }
    }
}

fn row_of(variant: &Variant, told: &Told) -> String {
    let doc = plain(&variant.doc);
    match &variant.holds {
        _ if variant.is_other => format!("| anything else | {doc} |"),
        Holds::One(of) if *told == Told::Type => format!("| {} | {doc} |", linked(of)),
        Holds::One(of) => format!("| `{}` | {doc} Its value: {}. |", variant.name, linked(of)),
        Holds::Nothing | Holds::Fields(_) => format!("| `{}` | {doc} |", variant.name),
    }
}

fn table(page: &mut String, fields: &[Field]) {
    if fields.is_empty() {
        return;
    }
    line(page, "| field | type | is |\n|---|---|---|");
    for field in fields {
        let name = if field.is_flat { "*beside the others*".into() } else { format!("`{}`", field.name) };
        let missing = if field.is_optional { "; may be missing" } else { "" };
        line(page, &format!("| {name} | {}{missing} | {} |", linked(&field.of), plain(&field.doc)));
    }
}

/// A Rust type in words, with a link if it is one of ours.
fn linked(of: &str) -> String {
    let inside = |outer: &str| of.strip_prefix(outer).and_then(|rest| rest.strip_suffix('>'));
    if let Some(inner) = inside("Option<") {
        return format!("{} or null", linked(inner));
    }
    if let Some(inner) = inside("Vec<") {
        return format!("list of {}", linked(inner));
    }
    if let Some(inner) = inside("BTreeMap<String, ") {
        return format!("object of {}", linked(inner));
    }
    match of {
        "String" => "string".into(),
        "bool" => "boolean".into(),
        "u16" | "u32" | "u64" | "usize" | "i32" | "i64" => "integer".into(),
        "f64" => "number".into(),
        name if name.contains(' ') => name.into(),
        name => format!("[{name}](#{})", name.to_lowercase()),
    }
}

/// A comment for a cell: links to Rust items are no links here, and a stroke would end the cell.
fn plain(doc: &str) -> String {
    let mut out = String::new();
    let mut rest = doc;
    while let Some((before, after)) = rest.split_once("[`") {
        let (name, behind) = after.split_once("`]").unwrap_or((after, ""));
        out.extend([before, "`", name, "`"]);
        // `[`name`](path)`
        rest =
            behind.strip_prefix('(').and_then(|path| path.split_once(')')).map_or(behind, |(_, rest)| rest);
    }
    out.push_str(rest);
    out.replace('|', "\\|")
}

fn line(page: &mut String, text: &str) {
    writeln!(page, "{text}").expect("a String takes every text");
}
