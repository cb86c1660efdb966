//! Makes two scripts of all modules that the page begins with; the first stands in the page itself.
//!
//! A browser asks for six files at a time over HTTP/1.1, so three dozen modules take six round trips: three seconds on a line
//! where one takes half a second. They are smaller, too, when all of them are compressed together. Each module becomes a function
//! that is called once and gives what the module exports.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path};

/// Runs as soon as the page is read, without a request of its own.
pub(crate) const FIRST: &str = "app/offer.js";
/// What begins it all, in the order in which it runs, each with all that it imports and no earlier one has. The second is served
/// as it is called, so that what its modules name relative to themselves stays where it was.
const ENTRIES: [&str; 2] = [FIRST, "app/main.js"];
/// By which the others take what the first has: it is no module, as nobody could name it.
const OF_FIRST: &str = "globalThis.heliographFirst";

/// Modules by their paths from the page's folder, e.g. `core/clock.js`.
pub(crate) type Scripts = BTreeMap<String, String>;
/// In which of the entries a module is.
type Held = BTreeMap<String, &'static str>;

/// A script in parts.
struct Module<'a> {
    imports: Vec<Import<'a>>,
    exports: Vec<&'a str>,
    /// Without imports, and without the word `export`.
    body: String,
}

/// `import { name, other as local } from 'from';`
struct Import<'a> {
    names: Vec<&'a str>,
    from: String,
}

/// Puts bundles in place of the entries (the first is no module but a script), has what is loaded later take from them what they have, and takes out what nobody asks
/// for any longer.
///
/// # Errors
/// Where a module imports or exports otherwise than by names in braces, what is not there, or itself, or names something relative
/// to itself and is served from another folder.
pub(crate) fn bundle(scripts: &mut Scripts) -> Result<(), String> {
    let mut held = Held::new();
    let mut bundles = Vec::new();
    for entry in ENTRIES {
        let mut order = Vec::new();
        visit(entry, scripts, &held, &mut Vec::new(), &mut order)?;
        held.extend(order.iter().map(|path| (path.clone(), entry)));
        bundles.push((entry, bundle_of(entry, &order, scripts, &held)?));
    }
    let (of_page, of_workers) = later(scripts)?;
    for path in of_page.difference(&of_workers).filter(|path| !held.contains_key(*path)) {
        let rewritten = with_bundles(path, &scripts[path], &held)?;
        scripts.insert(path.clone(), rewritten);
    }
    scripts.retain(|path, _| !held.contains_key(path) || of_workers.contains(path));
    scripts.extend(bundles.into_iter().map(|(entry, text)| (entry.to_owned(), text)));
    Ok(())
}

/// These modules one after the other, what they import from earlier entries first.
fn bundle_of(entry: &str, order: &[String], scripts: &Scripts, held: &Held) -> Result<String, String> {
    let mut earlier: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    let mut text = String::new();
    for path in order {
        let Module { imports, exports, body } = parse(path, &scripts[path])?;
        let is_beside = Path::new(path).parent() == Path::new(entry).parent();
        if !is_beside && ["import.meta", "import('"].iter().any(|word| body.contains(word)) {
            return Err(format!(
                "{path} names others relative to itself, and is served as {entry}, from another folder"
            ));
        }
        let mut taken = String::new();
        for import in &imports {
            let from = held[&import.from];
            if from != entry {
                earlier.entry(from).or_default().insert(name(&import.from));
            }
            taken += &format!("const {{ {} }} = {};\n", fields(import), name(&import.from));
        }
        let (name, exports) = (name(path), exports.join(", "));
        text += &format!("// {path}\nconst {name} = (() => {{\n{taken}{body}return {{ {exports} }};\n}})();\n");
    }
    let line = |(from, names): (&str, BTreeSet<String>)| taking(&Vec::from_iter(names).join(", "), entry, from);
    let taken: String = earlier.into_iter().map(line).collect();
    let names = order.iter().map(|path| name(path)).collect::<Vec<_>>().join(", ");
    Ok(if entry == FIRST {
        format!("(() => {{\n'use strict';\n{text}{OF_FIRST} = {{ {names} }};\n}})();\n")
    } else {
        format!("{taken}{text}export {{ {names} }};\n")
    })
}

/// The line by which a script takes modules from a bundle.
fn taking(modules: &str, script: &str, bundle: &str) -> String {
    if bundle == FIRST {
        format!("const {{ {modules} }} = {OF_FIRST};\n")
    } else {
        format!("import {{ {modules} }} from '{}';\n", relative(script, bundle))
    }
}

/// Adds a module to the order in which they are run: after all that it imports.
fn visit(
    path: &str,
    scripts: &Scripts,
    held: &Held,
    above: &mut Vec<String>,
    order: &mut Vec<String>,
) -> Result<(), String> {
    if held.contains_key(path) || order.iter().any(|one| one == path) {
        return Ok(());
    }
    if above.iter().any(|one| one == path) {
        return Err(format!("{path} imports itself, by {}", above.join(", ")));
    }
    let text = scripts.get(path).ok_or_else(|| format!("there is no {path}, which {above:?} imports"))?;
    above.push(path.to_owned());
    for import in parse(path, text)?.imports {
        visit(&import.from, scripts, held, above, order)?;
    }
    above.pop();
    order.push(path.to_owned());
    Ok(())
}

/// Modules that the page loads when it needs them, with those that these import; and those of workers, which have no page and
/// must not run it.
fn later(scripts: &Scripts) -> Result<(BTreeSet<String>, BTreeSet<String>), String> {
    let (mut of_page, mut of_workers) = (BTreeSet::new(), BTreeSet::new());
    for (path, text) in scripts {
        for (before, into) in [("import('", &mut of_page), ("new URL('", &mut of_workers)] {
            for rest in text.split(before).skip(1) {
                let named = rest.split('\'').next().unwrap_or_default();
                if named.ends_with(".js") {
                    reach(&resolved(path, named), scripts, into)?;
                }
            }
        }
    }
    Ok((of_page, of_workers))
}

fn reach(path: &str, scripts: &Scripts, into: &mut BTreeSet<String>) -> Result<(), String> {
    let Some(text) = scripts.get(path) else { return Err(format!("there is no {path}, which is loaded later")) };
    if into.insert(path.to_owned()) {
        for import in parse(path, text)?.imports {
            reach(&import.from, scripts, into)?;
        }
    }
    Ok(())
}

/// A module that takes what the bundles have from there.
fn with_bundles(path: &str, text: &str, held: &Held) -> Result<String, String> {
    let (mut imports, mut taken, mut body) = (String::new(), String::new(), String::new());
    for line in statements(text) {
        match import(path, line)? {
            None => body += &format!("{line}\n"),
            Some(import) => match held.get(&import.from) {
                None => imports += &format!("{line}\n"),
                Some(entry) => {
                    let module = name(&import.from);
                    imports += &taking(&module, path, entry);
                    taken += &format!("const {{ {} }} = {module};\n", fields(&import));
                }
            },
        }
    }
    Ok(imports + &taken + &body)
}

fn parse<'a>(path: &str, text: &'a str) -> Result<Module<'a>, String> {
    let mut module = Module { imports: Vec::new(), exports: Vec::new(), body: String::new() };
    for line in statements(text) {
        if let Some(import) = import(path, line)? {
            module.imports.push(import);
            continue;
        }
        let code = match line.strip_prefix("export ") {
            None => line,
            Some(code) => {
                module.exports.push(exported(code).ok_or_else(|| format!("{path}: {line}"))?);
                code
            }
        };
        module.body += code;
        module.body.push('\n');
    }
    Ok(module)
}

/// The lines, of which those that begin an import go up to its end.
fn statements(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let end = if rest.starts_with("import {") { rest.find(';').map(|at| at + 1) } else { rest.find('\n') };
        let (line, after) = rest.split_at(end.unwrap_or(rest.len()));
        rest = after.strip_prefix('\n').unwrap_or(after);
        Some(line)
    })
}

fn import<'a>(path: &str, line: &'a str) -> Result<Option<Import<'a>>, String> {
    if !line.starts_with("import ") {
        return Ok(None);
    }
    let parts = line.strip_prefix("import {").and_then(|rest| rest.split_once("} from '"));
    let (names, from) = parts.ok_or_else(|| format!("{path} imports otherwise than by names: {line}"))?;
    let names = names.split(',').map(str::trim).filter(|one| !one.is_empty()).collect();
    Ok(Some(Import { names, from: resolved(path, from.trim_end_matches("';")) }))
}

/// What is declared.
fn exported(code: &str) -> Option<&str> {
    let kinds = ["class ", "async function ", "function ", "const "];
    let rest = kinds.iter().find_map(|kind| code.strip_prefix(kind))?;
    let end = rest.find(|letter: char| !letter.is_alphanumeric() && letter != '_' && letter != '$')?;
    Some(&rest[..end]).filter(|name| !name.is_empty())
}

/// The names as an object is taken apart: `a as b` becomes `a: b`.
fn fields(import: &Import<'_>) -> String {
    let one = |name: &&str| name.replace(" as ", ": ");
    import.names.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// What a module is called in the bundle.
fn name(path: &str) -> String {
    let letter = |letter: char| if letter.is_alphanumeric() { letter } else { '_' };
    format!("${}", path.trim_end_matches(".js").chars().map(letter).collect::<String>())
}

/// A path that a module names relative to itself.
fn resolved(path: &str, named: &str) -> String {
    let mut parts: Vec<String> = Vec::new();
    for part in Path::new(path).parent().unwrap_or(Path::new("")).join(named).components() {
        match part {
            Component::ParentDir => drop(parts.pop()),
            Component::Normal(part) => parts.push(part.to_string_lossy().into_owned()),
            _ => {}
        }
    }
    parts.join("/")
}

/// How one module names another.
fn relative(from: &str, to: &str) -> String {
    let [folder, other] = [from, to].map(|path| path.split_once('/').unwrap_or(("", path)));
    if folder.0 == other.0 { format!("./{}", other.1) } else { format!("../{to}") }
}
