//! The types as JSON Schema (draft 2020-12), one definition each.
//!
//! Owns the translation. Objects may always have more properties than are listed: readers ignore what they do not know.

use serde_json::{Map, Value, json};

use super::source::{Field, Holds, Shape, Told, Type, Variant};

/// All types below `$defs`.
pub(super) fn schema(types: &[Type]) -> Value {
    let definitions = types.iter().map(|one| (one.name.clone(), definition(one))).collect::<Map<_, _>>();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "The control API of chatd",
        "description": "What chatd answers over its control socket, and chatctl prints with -o json. Made by `cargo run --example manuals -- --docs`.",
        "$defs": definitions,
    })
}

fn definition(one: &Type) -> Value {
    let mut schema = match &one.shape {
        Shape::Object(fields) => object(fields, None),
        Shape::Choice { told: Told::Name, variants } if variants.iter().all(is_word) => words(variants),
        Shape::Choice { told, variants } => {
            let known = variants.iter().filter(|variant| !variant.is_other);
            json!({ "oneOf": known.map(|variant| choice(variant, told)).collect::<Vec<_>>() })
        }
    };
    schema["description"] = one.doc.clone().into();
    schema
}

fn is_word(variant: &Variant) -> bool {
    matches!(variant.holds, Holds::Nothing)
}

/// A word of several; where others may come, they are examples.
fn words(variants: &[Variant]) -> Value {
    let known = variants.iter().filter(|variant| !variant.is_other).map(|variant| variant.name.as_str());
    let known = known.collect::<Vec<_>>();
    match variants.iter().any(|variant| variant.is_other) {
        true => json!({ "type": "string", "examples": known }),
        false => json!({ "enum": known }),
    }
}

fn choice(variant: &Variant, told: &Told) -> Value {
    let name = &variant.name;
    let mut schema = match (&variant.holds, told) {
        (Holds::Nothing, Told::Field(tag)) => object(&[], Some((tag, name))),
        (Holds::Fields(fields), Told::Field(tag)) => object(fields, Some((tag, name))),
        (Holds::One(of), Told::Field(tag)) => {
            json!({ "allOf": [object(&[], Some((tag, name))), value(of)] })
        }
        (Holds::One(of), Told::Type) => value(of),
        (Holds::Fields(fields), Told::Type) => object(fields, None),
        (Holds::Nothing, Told::Type) => json!({ "type": "null" }),
        (Holds::Nothing, Told::Name) => json!({ "const": name }),
        (Holds::One(of), Told::Name) => below(name, value(of)),
        (Holds::Fields(fields), Told::Name) => below(name, object(fields, None)),
    };
    schema["description"] = variant.doc.clone().into();
    schema
}

/// An object with this one key.
fn below(name: &str, value: Value) -> Value {
    json!({ "type": "object", "properties": { name: value }, "required": [name] })
}

fn object(fields: &[Field], tag: Option<(&str, &str)>) -> Value {
    let mut properties = Map::new();
    let mut required = Vec::new();
    if let Some((tag, name)) = tag {
        properties.insert(tag.to_owned(), json!({ "const": name }));
        required.push(tag.to_owned());
    }
    for field in fields.iter().filter(|field| !field.is_flat) {
        let mut schema = value(&field.of);
        schema["description"] = field.doc.clone().into();
        if is_time(field) {
            schema["format"] = "date-time".into();
        }
        properties.insert(field.name.clone(), schema);
        if !field.is_optional {
            required.push(field.name.clone());
        }
    }
    let mut schema = json!({ "type": "object", "properties": properties, "required": required });
    let flat = fields.iter().filter(|field| field.is_flat).map(|field| value(&field.of)).collect::<Vec<_>>();
    if !flat.is_empty() {
        schema["allOf"] = flat.into();
    }
    schema
}

/// Times are called `time`, `since` or `…_at` everywhere.
fn is_time(field: &Field) -> bool {
    let is_named = field.name.ends_with("_at") || matches!(field.name.as_str(), "time" | "since");
    is_named && matches!(field.of.as_str(), "String" | "Option<String>")
}

/// The schema of a Rust type.
fn value(of: &str) -> Value {
    let inside = |outer: &str| of.strip_prefix(outer).and_then(|rest| rest.strip_suffix('>'));
    if let Some(inner) = inside("Option<") {
        let mut schema = value(inner);
        match schema["type"].as_str().map(str::to_owned) {
            Some(name) => schema["type"] = json!([name, "null"]),
            None => schema = json!({ "anyOf": [schema, { "type": "null" }] }),
        }
        return schema;
    }
    if let Some(inner) = inside("Vec<") {
        return json!({ "type": "array", "items": value(inner) });
    }
    if let Some(inner) = inside("BTreeMap<String, ") {
        return json!({ "type": "object", "additionalProperties": value(inner) });
    }
    match of {
        "String" => json!({ "type": "string" }),
        "bool" => json!({ "type": "boolean" }),
        "u16" | "u32" | "u64" | "usize" => json!({ "type": "integer", "minimum": 0 }),
        "i32" | "i64" => json!({ "type": "integer" }),
        "f64" => json!({ "type": "number" }),
        name => json!({ "$ref": format!("#/$defs/{name}") }),
    }
}
