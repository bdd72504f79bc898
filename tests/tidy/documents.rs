//! What README.md and ARCHITECTURE.md say that can be compared with the tree.

/// The lines of the section whose heading contains `title`, in whatever case; subsections belong to it.
fn section<'t>(text: &'t str, title: &str) -> Vec<&'t str> {
    let level = |line: &str| line.bytes().take_while(|byte| *byte == b'#').count();
    let is_it = |line: &str| level(line) > 0 && line.to_lowercase().contains(title);
    let mut lines = text.lines().skip_while(|line| !is_it(line));
    let Some(heading) = lines.next() else { return Vec::new() };
    let mut is_fenced = false;
    let inside = |line: &&str| {
        is_fenced ^= line.starts_with("```");
        is_fenced || level(line) == 0 || level(line) > level(heading)
    };
    lines.take_while(inside).collect()
}

/// The lines of all fenced blocks.
fn fenced<'t>(lines: &[&'t str]) -> Vec<&'t str> {
    let mut is_fenced = false;
    let mut found = Vec::new();
    for line in lines {
        if line.trim_start().starts_with("```") {
            is_fenced = !is_fenced;
        } else if is_fenced {
            found.push(*line);
        }
    }
    found
}

/// Paths of the code map: the first word of each line of its fenced blocks that does not begin with a blank.
pub(super) fn code_map(architecture: &str) -> Vec<String> {
    let lines = fenced(&section(architecture, "code map"));
    let named = lines.iter().filter(|line| !line.starts_with([' ', '\t', '#']));
    let paths: Vec<_> = named.filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect();
    assert!(!paths.is_empty(), "ARCHITECTURE.md has no section \"Code map\" with a fenced block of paths");
    paths
}

/// Paths of the map that do not exist.
pub(super) fn unknown_paths(map: &[String], exists: impl Fn(&str) -> bool) -> Vec<String> {
    let unknown = map.iter().filter(|path| !exists(path.trim_end_matches('/')));
    unknown.map(|path| format!("ARCHITECTURE.md, code map: {path} does not exist")).collect()
}

/// What stands in `directory` and is not on the map. A module is named by its directory or by its file.
pub(super) fn unnamed(map: &[String], directory: &str, names: &[String]) -> Vec<String> {
    let module = |path: &str| path.trim_end_matches('/').trim_end_matches(".rs").to_owned();
    let is_named = |name: &str| {
        let wanted = module(&format!("{directory}/{name}"));
        map.iter().any(|path| module(path) == wanted)
    };
    let unnamed = names.iter().filter(|name| !is_named(name));
    unnamed.map(|name| format!("ARCHITECTURE.md, code map: {directory}/{name} is not named")).collect()
}

/// The commands in README.md, section "Set up": lines of its fenced blocks, without prompt, comment and output.
pub(super) fn set_up_commands(readme: &str) -> Vec<String> {
    let lines = fenced(&section(readme, "set up"));
    let has_prompt = lines.iter().any(|line| line.starts_with("$ "));
    let command = |line: &&str| {
        let command = if has_prompt { line.strip_prefix("$ ")? } else { line.trim() };
        let command = command.split(" # ").next().unwrap_or_default().trim();
        (!command.is_empty() && !command.starts_with('#')).then(|| command.to_owned())
    };
    lines.iter().filter_map(command).collect()
}

#[test]
fn a_path_that_is_wrong_or_missing_on_the_map_is_caught() {
    let text = "# A\n## Code map\nwords\n```\nchatd/src/main.rs   start\n    more words\nchatd/src/domain/   rules\n\
                chatd/src/ghost.rs   gone\n```\n## Next\n```\nchatd/src/other.rs\n```\n";
    let map = code_map(text);
    assert_eq!(map, ["chatd/src/main.rs", "chatd/src/domain/", "chatd/src/ghost.rs"]);
    let unknown = unknown_paths(&map, |path| !path.contains("ghost"));
    assert_eq!(unknown, ["ARCHITECTURE.md, code map: chatd/src/ghost.rs does not exist"]);
    let names = ["main.rs", "domain/", "domain.rs", "wire/"].map(String::from);
    assert_eq!(
        unnamed(&map, "chatd/src", &names),
        ["ARCHITECTURE.md, code map: chatd/src/wire/ is not named"]
    );
}

#[test]
fn commands_are_counted_without_comments_prompts_and_output() {
    let plain =
        "## Set up\n```sh\ncargo run      # starts it\ncargo test --workspace\n```\n## Tour\n```\nnc\n```\n";
    assert_eq!(set_up_commands(plain), ["cargo run", "cargo test --workspace"]);
    let prompts = "## Set up in a minute\n```\n$ cargo run\nready\n```\n### Then\n```\n$ cargo test\n```\n";
    assert_eq!(set_up_commands(prompts), ["cargo run", "cargo test"]);
    assert!(set_up_commands("## Tour\n```\nnc\n```\n").is_empty());
}
