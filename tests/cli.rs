//! The command as people run it: exit codes, streams, and everything that can be wrong with files.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by them")]

mod command;

use command::{Folder, code, text};
use std::fs;
use std::process::Stdio;

macro_rules! golden {
    ($($name:ident($folder:expr, $($argument:literal),*);)*) => {
        $(
            #[test]
            fn $name() {
                insta::assert_snapshot!($folder.session(&[$($argument),*]));
            }
        )*
    };
}

const EMPTY: &str = "";
/// Two platforms of one account that own what an account has once.
const WRITES_LOGS: [&str; 2] = [
    "platform shop {}\nregion primary = us-east-1\nresource logs: AWS::ApiGateway::Account in primary {}\n",
    "platform till {}\nregion here_too = us-east-1\nregion other = us-east-2\nresource writer: AWS::ApiGateway::Account in [here_too, other] {}\n",
];

golden! {
    no_such_file(Folder::new(), "compile", "platform.dr");
    no_such_file_but_a_near_one(Folder::with(&[("shop/platform.dr", EMPTY)]), "compile", "shop/platfrom.dr");
    no_such_folder(Folder::new(), "compile", "shop/platform.dr");
    a_file_as_a_folder(Folder::with(&[("shop", EMPTY)]), "compile", "shop/platform.dr");
    a_folder_as_a_file(Folder::with(&[("shop/platform.dr", EMPTY)]), "compile", "shop");
    the_folder_itself(Folder::new(), "check", ".");
    several_files_that_are_not_there(Folder::new(), "check", "a.dr", "b.dr");
    platforms_that_own_one_thing(Folder::with(&[("shop.dr", WRITES_LOGS[0]), ("till.dr", WRITES_LOGS[1])]), "check", "shop.dr", "till.dr");
    no_command(Folder::new(),);
    unknown_command(Folder::new(), "complie", "platform.dr");
    unknown_option(Folder::new(), "check", "platform.dr", "--colour", "never");
    setting_without_value(Folder::new(), "compile", "platform.dr", "--set", "size");
    unknown_format(Folder::new(), "check", "platform.dr", "--format", "xml");
    help(Folder::new(), "--help");
    help_of_compile(Folder::new(), "compile", "--help");
    explain_an_unknown_code(Folder::new(), "explain", "DR0110x");
    explain_nonsense(Folder::new(), "explain", "nonsense");
}

#[test]
fn the_version_is_told() {
    let output = Folder::new().run(&["--version"]);
    assert_eq!((code(&output), text(&output.stdout)), (0, format!("drc {} (AWS data of {})\n", env!("CARGO_PKG_VERSION"), drc::aws::schema::date())));
}

#[test]
fn every_code_is_listed_and_explained() {
    let folder = Folder::new();
    let list = folder.run(&["explain"]);
    assert_eq!(code(&list), 0);
    let rules: std::collections::BTreeSet<&str> = drc::aws::rules::all().map(|rule| rule.code.as_str()).filter(|code| code.contains('/')).collect();
    let lines = text(&list.stdout).lines().map(String::from).collect::<Vec<_>>();
    assert!(lines.len() > drc::diag::codes::ALL.len() + rules.len() + 30);
    for rule in &rules {
        assert_eq!(lines.iter().filter(|line| line.starts_with(&format!("{rule}  "))).count(), 1, "{rule}");
        let page = folder.run(&["explain", rule]);
        assert!(code(&page) == 0 && text(&page.stdout).starts_with(&format!("{rule}: ")), "{rule}");
    }
    for known in drc::diag::codes::ALL {
        assert!(text(&list.stdout).contains(known.id), "{} is not listed", known.id);
    }
    let page = folder.run(&["explain", "dr0101"]);
    assert_eq!((code(&page), text(&page.stdout).contains("DR0101")), (0, true));
}

#[test]
fn a_file_that_is_not_utf8() {
    let folder = Folder::new();
    folder.write("platform.dr", b"platform p {\xff}");
    insta::assert_snapshot!(folder.session(&["compile", "platform.dr"]));
}

#[test]
fn a_file_that_is_too_large() {
    let folder = Folder::new();
    let file = fs::File::create(folder.path("platform.dr")).unwrap();
    file.set_len(8 * 1024 * 1024 + 1).unwrap();
    insta::assert_snapshot!(folder.session(&["compile", "platform.dr"]));
}

#[test]
fn the_largest_file_is_read() {
    let folder = Folder::new();
    folder.write("platform.dr", "\n".repeat(8 * 1024 * 1024));
    let output = folder.run(&["check", "platform.dr"]);
    assert!(!text(&output.stderr).contains("DR0704"), "{output:?}");
    assert_eq!(code(&output), 1);
}

#[cfg(unix)]
#[test]
fn a_device_is_not_read() {
    insta::assert_snapshot!(Folder::new().session(&["compile", "/dev/zero"]));
}

#[cfg(unix)]
#[test]
fn a_link_out_of_the_project() {
    let folder = Folder::with(&[("elsewhere/platform.dr", EMPTY), ("shop/other.dr", EMPTY)]);
    std::os::unix::fs::symlink(folder.path("elsewhere/platform.dr"), folder.path("shop/platform.dr")).unwrap();
    insta::assert_snapshot!(folder.session(&["compile", "shop/platform.dr"]));
}

#[cfg(unix)]
#[test]
fn a_link_within_the_project_is_followed() {
    let folder = Folder::with(&[("shop/real.dr", EMPTY)]);
    std::os::unix::fs::symlink("real.dr", folder.path("shop/platform.dr")).unwrap();
    let through = text(&folder.run(&["check", "shop/platform.dr", "--format", "short"]).stderr);
    let direct = text(&folder.run(&["check", "shop/real.dr", "--format", "short"]).stderr);
    assert_eq!(through.replace("platform.dr", "real.dr"), direct);
}

#[cfg(unix)]
#[test]
fn a_circle_of_links() {
    let folder = Folder::new();
    std::os::unix::fs::symlink("platform.dr", folder.path("platform.dr")).unwrap();
    insta::assert_snapshot!(folder.session(&["compile", "platform.dr"]));
}

/// Root reads everything, so this says something for other users only; a folder's search bit is heard by nobody else.
#[cfg(unix)]
#[test]
fn a_file_that_may_not_be_read() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::with(&[("platform.dr", EMPTY)]);
    fs::set_permissions(folder.path("platform.dr"), fs::Permissions::from_mode(0o000)).unwrap();
    if fs::read(folder.path("platform.dr")).is_ok() {
        return;
    }
    let session = folder.session(&["compile", "platform.dr"]);
    assert!(session.contains("DR0701") && session.contains("permission denied") && session.ends_with("exit 2\n"), "{session}");
}

#[test]
fn findings_for_programs_go_to_standard_output() {
    let folder = Folder::new();
    let output = folder.run(&["check", "platform.dr", "--format", "json"]);
    assert_eq!((code(&output), text(&output.stderr)), (2, String::new()));
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).expect("one JSON document");
    assert_eq!(document["diagnostics"][0]["code"], "DR0701");
    assert_eq!(document["summary"]["errors"], 1);
}

#[test]
fn the_environment_chooses_form_color_and_width() {
    let folder = Folder::new();
    let run = |variables: &[(&str, &str)], arguments: &[&str]| {
        let output = folder.command().args(["check", "platform.dr"]).args(arguments).envs(variables.iter().copied()).output();
        text(&output.expect("the command runs").stderr)
    };
    assert!(!run(&[], &[]).contains('\u{1b}'), "no colours into a pipe");
    assert!(run(&[("CLICOLOR_FORCE", "1")], &[]).contains('\u{1b}'));
    assert!(run(&[], &["--color", "always"]).contains('\u{1b}'));
    assert!(!run(&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")], &[]).contains('\u{1b}'));
    assert!(!run(&[("CLICOLOR_FORCE", "1")], &["--color", "never"]).contains('\u{1b}'));
    assert!(run(&[("NO_GRAPHICS", "1")], &[]).contains("Diagnostic severity: error"));
    assert!(run(&[("NO_GRAPHICS", "1")], &["--format", "graphical"]).contains("DR0701 ×"));
}

#[cfg(unix)]
#[test]
fn a_reader_that_has_left_is_no_error() {
    let folder = Folder::new();
    let mut child = folder.command().arg("explain").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((code(&output), text(&output.stderr)), (0, String::new()));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_behind_standard_output() {
    let folder = Folder::new();
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = folder.command().arg("explain").stdout(full).output().unwrap();
    assert_eq!(code(&output), 2);
    assert_eq!(text(&output.stderr), "error[DR0705]: standard output cannot be written: no space left on device\n");
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = folder.command().args(["check", "platform.dr", "--format", "json"]).stdout(full).output().unwrap();
    assert_eq!(code(&output), 2);
}

#[test]
fn nothing_is_written_when_there_are_errors() {
    let folder = Folder::with(&[("platform.dr", "platform {\n")]);
    let output = folder.run(&["compile", "platform.dr"]);
    assert_eq!(code(&output), 1, "{output:?}");
    assert_eq!(folder.tree(), ["platform.dr"]);
}

// ---- modules -------------------------------------------------------------------------------------------------------------------

/// The first finding about modules: what follows from one that is missing is another test's matter.
fn findings(folder: &Folder) -> String {
    let output = folder.run(&["check", "shop/platform.dr"]);
    assert_ne!(code(&output), 0);
    let shown = text(&output.stderr);
    let about_modules = |finding: &&str| ["DR0206", "DR0207", "DR0209", "DR07"].iter().any(|code| finding.starts_with(code));
    shown.split("\n\n").find(about_modules).expect("a finding about a module").to_string()
}

macro_rules! module {
    ($($name:ident($text:literal, $prepare:expr);)*) => {
        $(
            #[test]
            fn $name() {
                let folder = Folder::with(&[("shop/platform.dr", $text)]);
                let prepare: fn(&Folder) = $prepare;
                prepare(&folder);
                insta::assert_snapshot!(findings(&folder));
            }
        )*
    };
}

module! {
    a_module_that_is_not_there("use \"./stores/redis.dr\" as redis\n", |_| {});
    a_module_that_is_spelled_wrongly("use \"./stores/radis.dr\" as redis\n", |folder| folder.write("shop/stores/redis.dr", ""));
    a_module_that_is_a_folder("use \"./stores\" as redis\n", |folder| folder.write("shop/stores/redis.dr", ""));
    a_module_that_is_not_utf8("use \"./redis.dr\" as redis\n", |folder| folder.write("shop/redis.dr", b"\n\xff"));
    a_module_outside_of_the_project("use \"../redis.dr\" as redis\n", |folder| folder.write("redis.dr", ""));
    a_module_by_its_absolute_path("use \"/etc/redis.dr\" as redis\n", |_| {});
    modules_in_a_circle("use \"./redis.dr\" as redis\n", |folder| folder.write("shop/redis.dr", "use \"./platform.dr\" as shop\n"));
}

#[cfg(unix)]
#[test]
fn a_module_that_is_a_link_out_of_the_project() {
    let folder = Folder::with(&[("shop/platform.dr", "use \"./redis.dr\" as redis\n"), ("redis.dr", "")]);
    std::os::unix::fs::symlink(folder.path("redis.dr"), folder.path("shop/redis.dr")).unwrap();
    insta::assert_snapshot!(findings(&folder));
}
