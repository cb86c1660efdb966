//! Packs the page into the executable: lists web-viewer's files, bundles its scripts and compresses all. No Node.

#[path = "build/bundle.rs"]
mod bundle;

use flate2::Compression;
use flate2::write::GzEncoder;
use std::error::Error;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};

fn main() -> Result<(), Box<dyn Error>> {
    let root = Path::new(&std::env::var("CARGO_MANIFEST_DIR")?).join("../../web-viewer").canonicalize()?;
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    let mut table = String::from("static FILES: &[File] = &[\n");
    let mut all = Vec::new();
    let mut scripts = bundle::Scripts::new();
    let mut contents = Vec::new();
    for file in files(&root)? {
        let is_script = file.extension().is_some_and(|ending| ending == "js");
        let text = packed(&std::fs::read_to_string(&file)?, is_script);
        let name = file.strip_prefix(&root)?.to_str().ok_or("a file of web-viewer has a name that is not UTF-8")?;
        if is_script {
            scripts.insert(name.to_owned(), text);
        } else {
            contents.push((name.to_owned(), text));
        }
    }
    bundle::bundle(&mut scripts)?;
    let first = scripts.remove(bundle::FIRST).unwrap_or_default();
    inline(&mut contents, &first)?;
    contents.extend(scripts);
    for (index, (name, content)) in contents.into_iter().enumerate() {
        let content = content.into_bytes();
        let (plain, zipped) = (out.join(format!("page-{index}")), out.join(format!("page-{index}.gz")));
        std::fs::write(&plain, &content)?;
        std::fs::write(&zipped, gzip(&content)?)?;
        let path = if name == "index.html" { "/".to_owned() } else { format!("/{name}") };
        let (kind, etag) = (content_type(Path::new(&name)), format!("\"{:016x}\"", hash(&content)));
        writeln!(
            table,
            "File {{ path: {path:?}, content_type: {kind:?}, etag: {etag:?}, plain: include_bytes!({plain:?}), \
             gzip: include_bytes!({zipped:?}) }},"
        )?;
        all.extend_from_slice(&content);
    }
    table.push_str("];\n");
    writeln!(
        table,
        "/// The one script that stands in the page itself.\npub(super) static FIRST_SCRIPT: &str = {first:?};"
    )?;
    std::fs::write(out.join("page.rs"), table)?;
    println!("cargo::rustc-env=HELIOGRAPH_PAGE={:016x}", hash(&all));
    for folder in ["", "core", "app"] {
        println!("cargo::rerun-if-changed={}", root.join(folder).display());
    }
    Ok(())
}

/// Puts the first script into the page, in place of the line that asks for it.
fn inline(contents: &mut [(String, String)], first: &str) -> Result<(), String> {
    let asks = format!("<script type=\"module\" src=\"{}\"></script>", bundle::FIRST);
    let page = contents.iter_mut().find(|(name, _)| name == "index.html");
    let (_, page) = page.ok_or("there is no index.html")?;
    if page.matches(&asks).count() != 1 {
        return Err(format!("index.html does not ask once for {}, by {asks}", bundle::FIRST));
    }
    // A browser would take these for the end of the script, or for more of it than there is.
    if ["</script", "<script", "<!--"].iter().any(|text| first.to_lowercase().contains(text)) {
        return Err("the first script has text in it that ends a script in a page".to_owned());
    }
    *page = page.replace(&asks, &format!("<script>{first}</script>"));
    Ok(())
}

/// A text without indentation, a style without its comments, and a script without what it says to readers and to the type checker, which are more than a
/// third of it on a narrow line.
fn packed(text: &str, is_script: bool) -> String {
    let mut is_inside = false;
    let kept = text.lines().map(|line| {
        let line = line.trim();
        if !is_script {
            let is_comment = line.starts_with("/*") && line.ends_with("*/");
            return if is_comment { String::new() } else { line.to_owned() };
        }
        let begins = line.starts_with("/**") && (line.ends_with("*/") || !line.contains("*/"));
        let is_comment = is_inside || begins || line.starts_with("//");
        is_inside = (is_inside || begins) && !line.ends_with("*/");
        if is_comment { String::new() } else { without_types(line) }
    });
    kept.fold(String::with_capacity(text.len()), |all, line| all + &line + "\n")
}

/// A line of a script without its `/** @type … */`.
fn without_types(line: &str) -> String {
    let (mut kept, mut rest) = (String::new(), line);
    while let Some((before, (_, after))) =
        rest.split_once("/** @").and_then(|(before, comment)| Some((before, comment.split_once("*/")?)))
    {
        kept.push_str(before);
        rest = after.trim_start();
    }
    kept + rest
}

/// `index.html`, `style.css`, `core/*.js`, `app/*.js` and an icon; in a fixed order.
fn files(root: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut found = Vec::new();
    for (folder, endings) in [("", &["html", "css", "svg"][..]), ("core", &["js"]), ("app", &["js"])] {
        let Ok(entries) = std::fs::read_dir(root.join(folder)) else { continue };
        for entry in entries {
            let path = entry?.path();
            let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
            if path.is_file() && endings.contains(&ending) {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

fn content_type(file: &Path) -> &'static str {
    match file.extension().and_then(|ending| ending.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    }
}

fn gzip(content: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content)?;
    encoder.finish()
}

/// FNV-1a (Fowler, Noll, Vo): tells versions of a file apart; nobody gains by a collision in their own build.
fn hash(content: &[u8]) -> u64 {
    content.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}
