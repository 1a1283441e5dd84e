//! Properties that hold code, and the form in which services take it from a bucket.

use serde::Deserialize;
use std::sync::LazyLock;

/// The property that names the bucket of an archive. Source: CloudFormation template reference, `AWS::Lambda::Function Code` and
/// `AWS::Lambda::LayerVersion Content` (read 28 November 2026).
pub const BUCKET: &str = "S3Bucket";
/// The property that names the archive in its bucket. Same source.
pub const KEY: &str = "S3Key";

/// One row of `data/code.toml`: a type with a property that holds code.
#[derive(Debug, Deserialize)]
pub struct Code {
    /// The resource type.
    #[serde(rename = "type")]
    pub resource_type: String,
    /// Where the text of code stands that is part of the template.
    pub inline: Vec<String>,
    /// Where the key of an archive stands.
    pub archive: Vec<String>,
    /// The name of the module that a text becomes.
    pub inline_module: String,
    /// The property that says which function is called.
    pub handler: String,
    /// The property that says what runs it.
    pub runtime: String,
    /// How the runtimes begin that load JavaScript.
    pub javascript: String,
    /// The property that brings modules from elsewhere.
    pub layers: String,
    /// Where options of the runtime stand.
    pub options: Vec<String>,
    /// The option by which a text decides how it is loaded.
    pub detects: String,
}

#[derive(Deserialize)]
struct File {
    code: Vec<Code>,
}

static TABLE: LazyLock<Vec<Code>> = LazyLock::new(|| {
    let file: Result<File, _> = toml::from_str(include_str!("data/code.toml"));
    file.map(|file| file.code).unwrap_or_default()
});

/// What is known of the code of a type, if it holds code.
#[must_use]
pub fn find(resource_type: &str) -> Option<&'static Code> {
    TABLE.iter().find(|row| row.resource_type == resource_type)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_table_can_be_read() {
        let file: super::File = toml::from_str(include_str!("data/code.toml")).unwrap();
        assert!(!file.code.is_empty());
        assert!(file.code.iter().all(|row| row.archive.last().is_some_and(|name| name == super::KEY)));
        assert!(super::find("AWS::Lambda::Function").is_some() && super::find("AWS::SQS::Queue").is_none());
    }
}
