//! `file(...)` and `artifact(...)`: what is known of files of the project, what is written of them, and what is refused.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice, reason = "a test fails by them")]

mod command;
mod project;

use command::Folder;
use project::{Compiled, Project};
use serde_json::{Value, json};
use std::io::Read;

const HEAD: &str =
    "platform shop { rto = 15min, rpo = 5min }\nregion primary = us-east-1\nregion standby = us-east-2\nlet both = [primary, standby]\n";
const ES: &str = "export const handler = async (event) => event;\n";
const COMMON: &str = "exports.handler = async (event) => event;\n";

/// A platform with some lines, and the files that they name.
fn project(lines: &str, files: &[(&str, &str)]) -> Project {
    files.iter().fold(Project::new(&format!("{HEAD}{lines}")), |project, (path, text)| project.file(path, text))
}

#[track_caller]
fn compile(project: &Project) -> Compiled {
    let compiled = project.compile();
    assert!(compiled.findings.is_empty(), "{}", compiled.shown);
    compiled
}

#[track_caller]
fn json_of(compiled: &Compiled, path: &str) -> Value {
    serde_json::from_str(&compiled.files.as_ref().unwrap()[path]).unwrap()
}

/// The properties of a resource of the standby.
fn properties(compiled: &Compiled, id: &str) -> Value {
    json_of(compiled, "us-east-2/app.template.json")["Resources"][id]["Properties"].clone()
}

/// The one finding of a text: its code and message.
#[track_caller]
fn finding(project: &Project) -> (String, String) {
    let compiled = project.compile();
    let [finding] = compiled.findings.as_slice() else { panic!("{}", compiled.shown) };
    assert!(finding.help.is_some(), "{}", compiled.shown);
    (finding.code.to_string(), finding.message.clone())
}

fn value(expression: &str) -> String {
    format!("resource shown: AWS::SSM::Parameter in both {{ Type = \"String\", Value = json({expression}) }}")
}

#[test]
fn what_is_known_of_a_file() {
    let lines = value(
        r#"{ a: code.name, b: code.stem, c: code.extension, d: code.path, e: code.size.bytes, f: code.text, g: code.hash.length, h: code.exports,
             i: code.module, j: code.is_folder, k: code.files, l: code.size <= 4KiB }"#,
    );
    let files = [("functions/processor.mjs", ES)];
    let compiled = compile(&project(&format!("let code = file(\"./functions/processor.mjs\")\n{lines}"), &files));
    let shown: Value = serde_json::from_str(properties(&compiled, "Shown")["Value"].as_str().unwrap()).unwrap();
    let wanted = json!({
        "a": "processor.mjs", "b": "processor", "c": "mjs", "d": "functions/processor.mjs", "e": 47, "f": ES, "g": 64, "h": ["handler"],
        "i": "esm", "j": false, "k": ["processor.mjs"], "l": true,
    });
    assert_eq!(shown, wanted);
    // Nothing is uploaded of what is only read.
    assert!(compiled.archives.is_empty());
}

#[test]
fn a_path_is_relative_to_the_file_that_says_it() {
    let component = "pub component text is service {\n  input code: File\n  let own = file(\"../notes/own.txt\").text\n  resource shown: AWS::SSM::Parameter { Type = \"String\", Value = \"${own}${code.text}\" }\n}";
    let lines = "use \"./parts/text.dr\" as text\nservice one: text.text in both { code = file(\"given.txt\") }";
    let files = [("parts/text.dr", component), ("notes/own.txt", "own, "), ("given.txt", "given"), ("parts/given.txt", "wrong")];
    let compiled = compile(&project(lines, &files));
    assert_eq!(properties(&compiled, "OneShown")["Value"], "own, given");
}

#[test]
fn modules_are_told_apart_by_name_and_text() {
    for (path, text, module, exports) in [
        ("a.mjs", "", "esm", json!([])),
        ("a.mjs", COMMON, "esm", json!([])),
        ("a.cjs", COMMON, "commonjs", json!(["handler"])),
        ("a.js", ES, "esm", json!(["handler"])),
        ("a.js", COMMON, "commonjs", json!(["handler"])),
        ("a.js", "", "commonjs", json!([])),
        ("a.py", "def handler(event, context): pass", "none", json!([])),
        ("a", ES, "none", json!([])),
    ] {
        let compiled = compile(&project(&value(&format!("[file(\"{path}\").module, file(\"{path}\").exports]")), &[(path, text)]));
        assert_eq!(properties(&compiled, "Shown")["Value"], json!([module, exports]).to_string(), "{path}: {text}");
    }
}

#[test]
fn a_folder_is_all_its_files_in_order() {
    let lines = value("[file(\"lib\").files, [file(\"lib\").is_folder, file(\"lib\").module], file(\"lib/\").exports, file(\"lib\").name]");
    let compiled = compile(&project(&lines, &[("lib/b.js", COMMON), ("lib/a/z.json", "{}"), ("lib/.hidden", ""), ("other.js", "")]));
    let wanted = json!([[".hidden", "a/z.json", "b.js"], [true, "none"], [], "lib"]);
    assert_eq!(properties(&compiled, "Shown")["Value"], wanted.to_string());
}

const FUNCTION: &str = r#"
resource role: AWS::IAM::Role in both { AssumeRolePolicyDocument = trust("lambda") }
resource run: AWS::Lambda::Function in both {
  Runtime = "nodejs22.x"
  Handler = "index.handler"
  Role    = role.arn
  Code    = artifact(file("functions/processor.mjs"), "index.mjs")
}
"#;

#[test]
fn an_artifact_lies_in_the_bucket_of_each_region_under_its_hash() {
    let compiled = compile(&project(FUNCTION, &[("functions/processor.mjs", ES)]));
    let [(path, bytes)] = compiled.archives.iter().collect::<Vec<_>>()[..] else { panic!("{:?}", compiled.archives.keys()) };
    let key = path.strip_prefix("artifacts/").unwrap();
    assert_eq!(key, format!("{}.zip", drc::code::sha256(bytes)));
    assert_eq!(properties(&compiled, "Run")["Code"], json!({ "S3Bucket": { "Ref": "ArtifactsBucket" }, "S3Key": key }));
    let manifest = json_of(&compiled, "manifest.json");
    let entry = json!({ "file": path, "sha256": key.trim_end_matches(".zip"), "size": bytes.len(), "sources": ["functions/processor.mjs"] });
    assert_eq!(manifest["archives"], json!({ key: entry }));
    assert!(manifest["files"].as_array().unwrap().contains(&json!(path)));
    for region in ["us-east-1", "us-east-2"] {
        let step = &manifest["phases"][0]["stacks"][format!("{region}/app")];
        assert_eq!(step["archives"], json!([key]));
        assert_eq!(
            step["parameters"]["ArtifactsBucket"],
            json!({ "from": "output", "stack": format!("{region}/artifacts"), "output": "ArtifactsBucket" })
        );
        assert!(manifest["phases"][0]["stacks"][format!("{region}/artifacts")].get("archives").is_none());
    }
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    assert_eq!(archive.len(), 1);
    let mut text = String::new();
    archive.by_name("index.mjs").unwrap().read_to_string(&mut text).unwrap();
    assert_eq!(text, ES);
}

#[test]
fn another_content_changes_the_key_and_nothing_else() {
    let files = |text: &str| compile(&project(FUNCTION, &[("functions/processor.mjs", text)]));
    let (one, same, other) = (files(ES), files(ES), files("export const handler = () => 2;\n"));
    assert_eq!((&one.files, &one.archives), (&same.files, &same.archives));
    let key = |compiled: &Compiled| compiled.archives.keys().next().unwrap().trim_start_matches("artifacts/").trim_end_matches(".zip").to_string();
    assert_ne!(key(&one), key(&other));
    // Templates are as long as before, and have one line that differs.
    for path in ["us-east-1/app.template.json", "us-east-2/app.template.json"] {
        let text = |compiled: &Compiled| compiled.files.as_ref().unwrap()[path].clone();
        assert_eq!(text(&one).replace(&key(&one), &key(&other)), text(&other), "{path}");
    }
    for (path, text) in
        one.files.as_ref().unwrap().iter().filter(|(path, _)| !path.contains("/app") && *path != "manifest.json" && *path != "deploy.sh")
    {
        assert_eq!(text, &other.files.as_ref().unwrap()[path], "{path}");
    }
}

#[test]
fn the_same_content_is_packed_once_and_what_nobody_names_is_not_written() {
    let lines = r#"
let first in both = artifact(file("a.mjs"), "index.mjs").S3Key
resource shown: AWS::SSM::Parameter in both { Type = "String", Value = "at ${first}" }
resource same: AWS::SSM::Parameter in both { Type = "String", Value = artifact(file("b.mjs"), "index.mjs").S3Key }
resource unused: AWS::SSM::Parameter in primary { Type = "String", Value = artifact(file("c.mjs")).S3Bucket }
"#;
    let compiled = compile(&project(lines, &[("a.mjs", ES), ("b.mjs", ES), ("c.mjs", "1")]));
    let manifest = json_of(&compiled, "manifest.json");
    assert_eq!(compiled.archives.len(), 1);
    let entry = manifest["archives"].as_object().unwrap().values().next().unwrap();
    assert_eq!(entry["sources"], json!(["a.mjs", "b.mjs"]));
}

#[test]
fn a_folder_keeps_its_names() {
    let lines = FUNCTION.replace("file(\"functions/processor.mjs\"), \"index.mjs\"", "file(\"functions\")");
    let compiled = compile(&project(&lines, &[("functions/index.mjs", ES), ("functions/lib/store.mjs", "export const put = 1")]));
    let bytes = compiled.archives.values().next().unwrap();
    let archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    assert_eq!(archive.file_names().collect::<Vec<_>>(), ["index.mjs", "lib/store.mjs"]);
}

#[test]
fn an_artifact_is_of_a_region() {
    let lines = format!("let everywhere = artifact(file(\"a.mjs\"))\n{}", value("1"));
    assert_eq!(finding(&project(&lines, &[("a.mjs", ES)])).0, "DR0308");
}

#[test]
fn nothing_is_taken_for_the_bucket() {
    let files = [("functions/processor.mjs", ES)];
    let parameter = format!(
        "{FUNCTION}param artifacts_bucket: String\nresource shown: AWS::SSM::Parameter in both {{ Type = \"String\", Value = artifacts_bucket }}"
    );
    let said = "a parameter and a resource are both `ArtifactsBucket` in the template";
    assert_eq!(finding(&project(&parameter, &files)), ("DR0603".into(), said.into()));
    // Of another Region, a value has the name of that Region behind it.
    let far = "resource net_standby: AWS::EC2::VPC in primary { CidrBlock = \"10.0.0.0/16\" }\nresource net: AWS::EC2::VPC in standby { CidrBlock = \"10.1.0.0/16\" }\ngroup other { resource both_of_them: AWS::SSM::Parameter in primary { Type = \"String\", Value = \"${net_standby.ref} ${net[standby].ref}\" } }";
    assert_eq!(finding(&project(far, &[])), ("DR0603".into(), "two values that the stack takes are both `NetStandby` in the template".into()));
    let resource = format!("{FUNCTION}resource artifacts_bucket: AWS::SNS::Topic in both {{}}");
    let said = "a resource and a value of another stack are both `ArtifactsBucket` in the template";
    assert_eq!(finding(&project(&resource, &files)), ("DR0603".into(), said.into()));
}

#[test]
fn a_bucket_whose_name_is_made_of_an_artifact_is_refused() {
    let text = "platform shop { rto = 15min, rpo = 5min, naming = artifact(file(\"a.mjs\")).S3Key }\nregion primary = us-east-1\n";
    let compiled = Project::new(text).file("a.mjs", ES).compile();
    assert!(compiled.failed(), "{}", compiled.shown);
}

#[test]
fn what_cannot_be_read() {
    let read = |path: &str| project(&value(&format!("file({path}).name")), &[("functions/processor.mjs", ES), ("deep/one/a.js", "")]);
    for (path, code, message) in [
        ("\"functions/procesor.mjs\"", "DR0206", "there is no file `functions/procesor.mjs`"),
        ("\"../shared/x.mjs\"", "DR0209", "`../shared/x.mjs` leaves the project"),
        ("\"/etc/passwd\"", "DR0209", "`/etc/passwd` leaves the project"),
        ("\"functions\\\\processor.mjs\"", "DR0209", "`functions\\processor.mjs` leaves the project"),
        ("\".\"", "DR0702", "`.` is the whole project"),
        ("\"deep/..\"", "DR0702", "`deep/..` is the whole project"),
        ("12", "DR0311", "`file` takes the path of a file, a text"),
        ("here.account", "DR0305", "the path of a file has to be known when compiling"),
    ] {
        let (found, said) = finding(&read(path));
        assert_eq!(found, code, "{path}: {said}");
        assert!(said.contains(message), "{path}: {said}");
    }
    let near = read("\"functions/procesor.mjs\"").compile();
    assert!(near.shown.contains("did you mean `functions/processor.mjs`?"), "{}", near.shown);
    let folder = project(&value("file(\"deep\").text"), &[("deep/one/a.js", "")]);
    assert_eq!(finding(&folder), ("DR0702".into(), "`deep` is a folder, and has no text".into()));
    let large = "x".repeat(11 * 1024 * 1024);
    let folder = project(
        &value("file(\"deep\").name"),
        &[("deep/a.js", large.get(..6_000_000).unwrap_or_default()), ("deep/b.js", large.get(..6_000_000).unwrap_or_default())],
    );
    assert_eq!(finding(&folder), ("DR0547".into(), "`deep` has 12000000 bytes or more; `file` reads 10485760".into()));
    let text = project(&value("file(\"a.js\").text"), &[("a.js", large.get(..2_000_000).unwrap_or_default())]);
    assert_eq!(finding(&text), ("DR0547".into(), "`a.js` has 2000000 bytes; a template has at most 1048576".into()));
    let bytes = project(&value("file(\"a.bin\").text"), &[]).file("a.bin", [b'a', b'\n', 0xff]);
    assert_eq!(finding(&bytes), ("DR0703".into(), "`a.bin` is not UTF-8: a byte in line 2 starts no character".into()));
    // What is no text can be known otherwise.
    compile(&project(&value("file(\"a.bin\").size.bytes"), &[]).file("a.bin", [b'a', b'\n', 0xff]));
}

#[test]
fn what_cannot_be_done_with_a_file() {
    let files = [("a.mjs", ES), ("lib/b.mjs", ES)];
    for (lines, code, message) in [
        (value("file(\"a.mjs\")"), "DR0301", "expected a value that AWS can take, found a File"),
        (format!("let a = file(\"a.mjs\")\n{}", value("\"${a}\"")), "DR0301", "expected a text, found a File"),
        (value("file(\"a.mjs\").nam"), "DR0202", "a File has no `nam`"),
        (value("artifact(\"a.mjs\")"), "DR0311", "`artifact` takes a file, and the name that it gets"),
        (value("artifact(file(\"lib\"), \"x.mjs\")"), "DR0311", "`artifact` takes a file and the name that it gets"),
        (value("artifact(file(\"a.mjs\"), \"../x.mjs\")"), "DR0311", "`artifact` takes a file and the name that it gets"),
        (value("artifact(file(\"a.mjs\"), here.account)"), "DR0305", "the name in an archive has to be known when compiling"),
        (
            "component c is service { input code: File }\nservice s: c in both { code = \"a.mjs\" }\nlet x = s.code.name".into(),
            "DR0301",
            "`code` takes File, found the String \"a.mjs\"",
        ),
    ] {
        let (found, said) = finding(&project(&lines, &files));
        assert_eq!(found, code, "{lines}: {said}");
        assert!(said.contains(message), "{lines}: {said}");
    }
}

#[test]
fn packing_comes_to_an_end() {
    let lines = value("[for n in range(100000) artifact(file(\"a.bin\"), \"${n}.js\").S3Key].length");
    let compiled = project(&lines, &[]).file("a.bin", vec![7; 5_000_000]).compile();
    assert_eq!(compiled.codes(), ["DR0602"], "{}", compiled.shown);
}

/// A function with a handler and code.
fn function(handler: &str, code: &str, more: &str, files: &[(&str, &str)]) -> Project {
    let lines = format!(
        "resource role: AWS::IAM::Role in both {{ AssumeRolePolicyDocument = trust(\"lambda\") }}\nresource run: AWS::Lambda::Function in both {{ Runtime = \"nodejs22.x\", Role = role.arn, Handler = \"{handler}\", Code = {code}{more} }}"
    );
    project(&lines, files)
}

const UPLOADED: &str = "artifact(file(\"p.mjs\"), \"index.mjs\")";

#[test]
fn the_function_that_is_called_is_there() {
    let layer = ", Layers = [\"arn:aws:lambda:us-east-1:111122223333:layer:wrap:1\"]";
    let detects = ", Environment = { Variables: { NODE_OPTIONS: \"--experimental-detect-module\" } }";
    for (handler, code, more, files) in [
        ("index.handler", UPLOADED, "", &[("p.mjs", ES)][..]),
        ("index.handler.inner", UPLOADED, "", &[("p.mjs", ES)]),
        ("index.handler", "{ ZipFile: file(\"p.cjs\").text }", "", &[("p.cjs", COMMON)]),
        ("lib/a.handler", "artifact(file(\"all\"))", "", &[("all/lib/a.cjs", COMMON)]),
        ("lib/a.handler", "artifact(file(\"all\"))", "", &[("all/lib/a.js", ES), ("all/package.json", "{ \"type\": \"module\" }")]),
        ("wrap.handler", UPLOADED, layer, &[("p.mjs", ES)]),
        ("/opt/wrap.handler", UPLOADED, "", &[("p.mjs", ES)]),
        ("index.other", UPLOADED, "", &[("p.mjs", "export * from './all.mjs'")]),
        ("index.handler", "artifact(file(\"p.mjs\"), \"index.js\")", detects, &[("p.mjs", ES)]),
        ("index.handler", "{ ZipFile: file(\"p.mjs\").text }", detects, &[("p.mjs", ES)]),
        ("any.thing", "{ S3Bucket: \"elsewhere\", S3Key: \"code.zip\" }", "", &[]),
    ] {
        let compiled = function(handler, code, more, files).compile();
        assert!(compiled.findings.is_empty(), "{handler} {code}:\n{}", compiled.shown);
    }
    // What is not JavaScript is not looked at.
    let python = function("index.nothing", "artifact(file(\"p.py\"), \"index.py\")", "", &[("p.py", "")]);
    let text = String::from_utf8(drc::driver::Loader::bytes(&python, "platform.dr").unwrap()).unwrap().replace("nodejs22.x", "python3.13");
    compile(&python.file("platform.dr", text));
}

#[test]
fn a_function_that_is_not_there_is_refused() {
    for (handler, code, files, message, help) in [
        (
            "index.handlr",
            UPLOADED,
            &[("p.mjs", ES)][..],
            "`run` calls `index.handlr`, but `p.mjs` exports no `handlr`",
            "did you mean `index.handler`?",
        ),
        (
            "processor.handler",
            UPLOADED,
            &[("p.mjs", ES)],
            "`run` calls `processor.handler`, but its code has no module `processor`",
            "did you mean `index.handler`?",
        ),
        ("index", UPLOADED, &[("p.mjs", ES)], "`run` calls `index`, which names no function", "`index.handler`"),
        (
            "index.handler",
            UPLOADED,
            &[("p.mjs", "")],
            "`run` calls `index.handler`, but `p.mjs` exports no `handler`",
            "`export const handler = async (event) => { ... }`",
        ),
        (
            "index.handler",
            UPLOADED,
            &[("p.mjs", COMMON)],
            "`run` calls `index.handler`, but `p.mjs` exports no `handler`",
            "it is written as CommonJS",
        ),
        (
            "index.handler",
            "{ ZipFile: file(\"p.cjs\").text }",
            &[("p.cjs", "exports.main = 1")],
            "`run` calls `index.handler`, but its inlined code exports no `handler`",
            "did you mean `index.main`?",
        ),
        (
            "p.handler",
            "{ ZipFile: file(\"p.cjs\").text }",
            &[("p.cjs", COMMON)],
            "`run` calls `p.handler`, but its code has no module `p`",
            "did you mean `index.handler`?",
        ),
        (
            "lib/b.handler",
            "artifact(file(\"all\"))",
            &[("all/lib/a.mjs", ES), ("all/x.mjs", ES)],
            "`run` calls `lib/b.handler`, but its code has no module `lib/b`",
            "did you mean `lib/a.handler`?",
        ),
        (
            "a.other",
            "artifact(file(\"all\"))",
            &[("all/a.mjs", "export const first = 1, second = 2"), ("all/x.mjs", ES)],
            "`run` calls `a.other`, but `all/a.mjs` exports no `other`",
            "it exports `first`, `second`",
        ),
    ] {
        let project = function(handler, code, "", files);
        assert_eq!(finding(&project), ("DR0545".into(), message.into()), "{handler} {code}");
        let shown = project.compile().shown;
        assert!(shown.contains(help), "{shown}");
    }
}

#[test]
fn an_es_module_is_not_loaded_as_commonjs() {
    let inline = function("index.handler", "{ ZipFile: file(\"p.mjs\").text }", "", &[("p.mjs", ES)]);
    assert_eq!(finding(&inline), ("DR0546".into(), "the code of `run` is an ES module, and cannot be inlined".into()));
    let named = function("index.handler", "artifact(file(\"p.mjs\"), \"index.js\")", "", &[("p.mjs", ES)]);
    assert_eq!(finding(&named), ("DR0546".into(), "`p.mjs` is an ES module, but `run` loads it as CommonJS".into()));
    let folder = function("a.handler", "artifact(file(\"all\"))", "", &[("all/a.js", ES), ("all/package.json", "{}")]);
    assert_eq!(finding(&folder), ("DR0546".into(), "`all/a.js` is an ES module, but `run` loads it as CommonJS".into()));
}

// What only a disk has.

fn on_disk() -> Folder {
    let platform = format!("{HEAD}{}", value("[file(\"code\").files.join(\" \"), file(\"code\").hash]"));
    Folder::with(&[("home/platform.dr", &platform), ("home/code/a.mjs", ES), ("home/code/lib/b.mjs", ES), ("outside/secret.txt", "secret")])
}

fn checked(folder: &Folder) -> (i32, String) {
    let output = folder.run(&["check", "home/platform.dr", "--format", "plain"]);
    (command::code(&output), command::text(&output.stderr))
}

#[test]
fn a_folder_on_disk_is_read() {
    let folder = on_disk();
    let output = folder.run(&["compile", "home/platform.dr", "-o", "out"]);
    assert_eq!(command::code(&output), 0, "{}", command::text(&output.stderr));
    let template = std::fs::read_to_string(folder.path("out/us-east-1/app.template.json")).unwrap();
    assert!(template.contains("a.mjs lib/b.mjs"), "{template}");
    // An empty folder is no code.
    std::fs::remove_dir_all(folder.path("home/code")).unwrap();
    std::fs::create_dir(folder.path("home/code")).unwrap();
    let (code, said) = checked(&folder);
    assert!(code == 1 && said.contains("the folder `home/code` holds no file") && said.contains("DR0206"), "{code} {said}");
    // A file that is larger than what is read is not opened.
    std::fs::File::create(folder.path("home/code/large.bin")).unwrap().set_len(5_000_000_000).unwrap();
    let (code, said) = checked(&folder);
    assert!(code == 1 && said.contains("has 5000000000 bytes or more"), "{code} {said}");
}

#[cfg(unix)]
#[test]
fn links_stay_in_the_project() {
    use std::os::unix::fs::symlink;
    for (target, link) in [("../../outside/secret.txt", "home/code/out.txt"), ("../../outside", "home/code/out"), ("/etc", "home/code/etc")] {
        let folder = on_disk();
        symlink(target, folder.path(link)).unwrap();
        let (code, said) = checked(&folder);
        assert!(code == 1 && said.contains("DR0209") && said.contains("leads out of the project"), "{link}: {code} {said}");
    }
    // One that leads to a file or folder of the project is what it leads to.
    let folder = on_disk();
    symlink("lib/b.mjs", folder.path("home/code/c.mjs")).unwrap();
    symlink("lib", folder.path("home/code/more")).unwrap();
    let output = folder.run(&["compile", "home/platform.dr", "-o", "out"]);
    assert_eq!(command::code(&output), 0, "{}", command::text(&output.stderr));
    let template = std::fs::read_to_string(folder.path("out/us-east-1/app.template.json")).unwrap();
    assert!(template.contains("a.mjs c.mjs lib/b.mjs more/b.mjs"), "{template}");
    for (target, link, said_of_it) in [("..", "home/code/lib/up", "leads back to a folder"), ("nowhere", "home/code/lib/lost", "no such file")] {
        let folder = on_disk();
        symlink(target, folder.path(link)).unwrap();
        let (code, said) = checked(&folder);
        assert!(code == 2 && said.contains(said_of_it) && said.contains("DR0701"), "{link}: {code} {said}");
    }
}
