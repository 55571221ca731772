//! The repository as the rules see it: floors and homes as data, crates with what they import, sources split into code
//! and comments.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use cargo_metadata::{DependencyKind, MetadataCommand, Package};
use serde::Deserialize;

use crate::lexer::{self, Split};

/// A loaded repository.
#[derive(Debug)]
pub struct House {
    /// The root of the workspace.
    pub root: PathBuf,
    /// `[workspace.metadata]` of the root manifest.
    pub data: Data,
    /// All crates of the workspace, by name.
    pub crates: Vec<Crate>,
}

/// What the root manifest says about the shape.
#[derive(Debug, Default, Deserialize)]
pub struct Data {
    /// Crates by floor.
    #[serde(default)]
    pub floors: BTreeMap<u8, Vec<String>>,
    /// Lists for the rules.
    #[serde(default)]
    pub tidy: Lists,
    /// Third-party crates and who may use them.
    #[serde(default)]
    pub homes: BTreeMap<String, Home>,
}

/// `[workspace.metadata.tidy]`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lists {
    /// Crates without I/O.
    pub core: Vec<String>,
    /// Crates outside the floors.
    pub developer: Vec<String>,
    /// Pairs: the first never imports the second.
    pub never: Vec<(String, String)>,
}

/// Where a third-party crate lives.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Home {
    /// Crates that may depend on it.
    pub crates: Vec<String>,
    /// Crates that may use it in tests.
    #[serde(default)]
    pub dev: Vec<String>,
    /// The only files whose code may name it; empty for no such limit.
    #[serde(default)]
    pub files: Vec<PathBuf>,
}

/// A crate of the workspace.
#[derive(Debug)]
pub struct Crate {
    /// Its name.
    pub name: String,
    /// Its folder, relative to the root.
    pub dir: PathBuf,
    /// Its manifest's text.
    pub manifest: String,
    /// Whom it imports.
    pub imports: Vec<Import>,
    /// Its Rust files.
    pub sources: Vec<Source>,
}

/// A dependency as the manifest declares it.
#[derive(Clone, Debug)]
pub struct Import {
    /// The package's name, whatever it is called locally.
    pub name: String,
    /// Whether only tests see it.
    pub dev: bool,
}

/// A Rust file.
#[derive(Debug)]
pub struct Source {
    /// Relative to the root.
    pub path: PathBuf,
    /// As it is.
    pub text: String,
    /// Code without comments and contents of strings, line for line.
    pub code: String,
    /// Comments alone, line for line.
    pub comments: String,
    /// [`Self::code`] without what is compiled for tests only; empty outside `src`.
    pub product: String,
}

impl House {
    /// Reads the workspace whose root manifest lies in `root`.
    ///
    /// # Errors
    /// If the manifests are broken or a file cannot be read.
    pub fn load(root: &Path) -> Result<Self> {
        let metadata = MetadataCommand::new()
            .manifest_path(root.join("Cargo.toml"))
            .no_deps()
            .other_options(["--offline".to_owned()])
            .exec()
            .context("cargo metadata")?;
        let root = metadata.workspace_root.clone().into_std_path_buf();
        let data = if metadata.workspace_metadata.is_null() {
            Data::default()
        } else {
            Data::deserialize(&metadata.workspace_metadata)
                .context("[workspace.metadata] of the root Cargo.toml")?
        };
        let mut crates = metadata
            .workspace_packages()
            .into_iter()
            .map(|package| load_crate(&root, package))
            .collect::<Result<Vec<_>>>()?;
        crates.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(Self { root, data, crates })
    }

    /// The floor of a crate.
    #[must_use]
    pub fn floor(&self, name: &str) -> Option<u8> {
        self.data
            .floors
            .iter()
            .find(|(_, names)| names.iter().any(|one| one == name))
            .map(|(floor, _)| *floor)
    }

    /// A crate of the workspace.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&Crate> {
        self.crates.iter().find(|it| it.name == name)
    }

    /// Whether it is a crate for developers.
    #[must_use]
    pub fn is_developer(&self, name: &str) -> bool {
        self.data.tidy.developer.iter().any(|one| one == name)
    }

    /// The core crates that exist.
    pub fn cores(&self) -> impl Iterator<Item = &Crate> {
        self.crates
            .iter()
            .filter(|it| self.data.tidy.core.contains(&it.name))
    }

    /// All Rust files.
    pub fn sources(&self) -> impl Iterator<Item = &Source> {
        self.crates.iter().flat_map(|it| &it.sources)
    }
}

impl Crate {
    /// Its manifest, relative to the root.
    #[must_use]
    pub fn manifest_path(&self) -> PathBuf {
        self.dir.join("Cargo.toml")
    }

    /// The line of the manifest that declares a dependency, from 1; 0 if it is not found.
    #[must_use]
    pub fn line_of(&self, dependency: &str) -> usize {
        self.manifest
            .lines()
            .position(|line| {
                line.strip_prefix(dependency)
                    .is_some_and(|rest| rest.starts_with(['.', ' ', '=']))
            })
            .map_or(0, |index| index + 1)
    }

    /// A file of the crate by its path inside it.
    #[must_use]
    pub fn source(&self, path: &str) -> Option<&Source> {
        let wanted = self.dir.join(path);
        self.sources.iter().find(|source| source.path == wanted)
    }
}

impl Source {
    /// From the text of a file.
    #[must_use]
    pub fn new(path: PathBuf, text: String, is_product: bool) -> Self {
        let Split { code, comments } = lexer::split(&text);
        let product = if is_product {
            lexer::without_tests(&code)
        } else {
            String::new()
        };
        Self {
            path,
            text,
            code,
            comments,
            product,
        }
    }
}

fn load_crate(root: &Path, package: &Package) -> Result<Crate> {
    let manifest_path = package.manifest_path.as_std_path();
    let dir = manifest_path
        .parent()
        .context("a manifest without a folder")?;
    let imports = package
        .dependencies
        .iter()
        .map(|dependency| Import {
            name: dependency.name.clone(),
            dev: dependency.kind == DependencyKind::Development,
        })
        .collect();
    let mut sources = Vec::new();
    walk(root, dir, dir, &mut sources)?;
    sources.sort_by(|a: &Source, b| a.path.cmp(&b.path));
    Ok(Crate {
        name: package.name.to_string(),
        dir: relative(root, dir),
        manifest: read(manifest_path)?,
        imports,
        sources,
    })
}

fn walk(root: &Path, of: &Path, dir: &Path, sources: &mut Vec<Source>) -> Result<()> {
    let entries = fs::read_dir(dir).with_context(|| format!("cannot list {}", dir.display()))?;
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() && !path.ends_with("target") {
            walk(root, of, &path, sources)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let inside = relative(of, &path);
            // `src/…/tests.rs` and `src/…/tests/…` belong to a `#[cfg(test)] mod tests;`.
            let for_tests = inside
                .iter()
                .any(|part| part == "tests" || part == "tests.rs");
            let is_product = inside.starts_with("src") && !for_tests;
            sources.push(Source::new(relative(root, &path), read(&path)?, is_product));
        }
    }
    Ok(())
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

fn relative(root: &Path, path: &Path) -> PathBuf {
    path.strip_prefix(root).unwrap_or(path).to_path_buf()
}
