//! How the SDK for Java 2 makes its names out of those of an API. Step Functions takes services, members and errors by these names.
//!
//! The rules were read in the SDK's own generator on 28 November 2026 (`CodegenNamingUtils`, `DefaultNamingStrategy` and `Utils` of
//! github.com/aws/aws-sdk-java-v2); the services and error prefixes that they give agree with Step Functions' developer guide.

/// The words of a name: `DBClusterNotFound` has `DB`, `Cluster`, `Not`, `Found`.
fn words(name: &str) -> Vec<String> {
    let plain: String = name.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { ' ' }).collect();
    let plain = apart_version(&plain, 'v', |letter| !letter.is_ascii_lowercase());
    let letters: Vec<char> = apart_version(&plain, 'V', |letter| !letter.is_ascii_uppercase()).chars().collect();
    let mut spaced = String::new();
    for (at, letter) in letters.iter().enumerate() {
        let before = at.checked_sub(1).map(|at| letters[at]);
        let next = letters.get(at + 1).copied();
        // `clusterName`: a capital letter behind a small one begins a word if something follows it.
        let begins = letter.is_ascii_uppercase() && next.is_some_and(|next| next.is_ascii_alphanumeric());
        let camel = begins && before.is_some_and(|before| before.is_ascii_lowercase());
        // `DBCluster`: the last capital letter of a run belongs to the small ones behind it.
        let acronym = letter.is_ascii_uppercase()
            && next.is_some_and(|next| next.is_ascii_lowercase())
            && before.is_some_and(|before| before.is_ascii_uppercase());
        let number = letter.is_ascii_alphabetic() && before.is_some_and(|before| before.is_ascii_digit());
        if camel || acronym || number {
            spaced.push(' ');
        }
        spaced.push(*letter);
    }
    spaced.split_whitespace().map(str::to_string).collect()
}

/// Sets a version apart from what stands before it: `TESTv4` is `TEST v4`. Two characters before it have to be of a kind.
fn apart_version(name: &str, version: char, before: impl Fn(char) -> bool) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut spaced = String::new();
    let mut at = 0;
    while at < letters.len() {
        let digits = letters[at + 1..].iter().take_while(|letter| letter.is_ascii_digit()).count();
        if letters[at] == version && digits > 0 && at >= 2 && before(letters[at - 1]) && before(letters[at - 2]) {
            spaced.push(' ');
            spaced.extend(&letters[at..=at + digits]);
            spaced.push(' ');
            at += digits;
        } else {
            spaced.push(letters[at]);
        }
        at += 1;
    }
    spaced
}

/// A name whose words begin with a capital letter and go on with small ones: `DbClusterNotFound`.
#[must_use]
pub fn pascal(name: &str) -> String {
    let mut text = String::new();
    for word in words(name) {
        for (at, letter) in word.chars().enumerate() {
            text.push(if at == 0 { letter.to_ascii_uppercase() } else { letter.to_ascii_lowercase() });
        }
    }
    text
}

/// The name of a service of which the API says its id: `Rds`. Its small form is the one in `aws-sdk:rds`, its own begins errors.
#[must_use]
pub fn service(id: &str) -> String {
    let name = pascal(id);
    let name = name.strip_prefix("Amazon").unwrap_or(&name);
    let name = name.strip_prefix("Aws").unwrap_or(name);
    name.strip_suffix("Service").unwrap_or(name).to_string()
}

/// The name of an error without that of its service: `DbClusterNotFoundException`.
#[must_use]
pub fn error(shape: &str) -> String {
    match shape.strip_suffix("Fault") {
        Some(name) => format!("{}Exception", pascal(name)),
        None if shape.ends_with("Exception") => pascal(shape),
        None => format!("{}Exception", pascal(shape)),
    }
}

/// The name of an operation: its first letter, or the acronym that it begins with, in small letters.
#[must_use]
pub fn operation(name: &str) -> String {
    crate::spelling::spelled(name, false).map(char::from).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn names_are_those_of_the_developer_guide() {
        let services = [
            ("RDS", "Rds"),
            ("DynamoDB", "DynamoDb"),
            ("Elastic Load Balancing v2", "ElasticLoadBalancingV2"),
            ("FSx", "FSx"),
            ("SFN", "Sfn"),
            ("MemoryDB", "MemoryDb"),
            ("WAFV2", "Wafv2"),
            ("b2bi", "B2Bi"),
            ("IoT", "Iot"),
            ("IoTSiteWise", "IoTSiteWise"),
            ("IoT Wireless", "IotWireless"),
            ("SageMaker A2I Runtime", "SageMakerA2IRuntime"),
            ("Directory Service", "Directory"),
            ("Route53 Recovery Cluster", "Route53RecoveryCluster"),
            ("AmplifyUIBuilder", "AmplifyUiBuilder"),
        ];
        for (id, name) in services {
            assert_eq!(super::service(id), name);
        }
        assert_eq!(super::error("DBClusterNotFoundFault"), "DbClusterNotFoundException");
        assert_eq!(super::error("ResourceNotFoundException"), "ResourceNotFoundException");
        assert_eq!(super::error("BucketAlreadyExists"), "BucketAlreadyExistsException");
        assert_eq!(super::operation("DescribeDBClusters"), "describeDBClusters");
        assert_eq!(super::operation("UTCNow"), "utcNow");
    }
}
